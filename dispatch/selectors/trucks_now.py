"""Each truck as it is now: charge and its age, driver, and the next swap."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from fleet.models import Shift, Truck
from telematics.models import TruckState

STALE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckNow:
    """What people ask about a truck first."""

    truck: Truck
    state: TruckState | None
    shift: Shift | None
    swap: SwapAssignment | None
    age_s: int | None

    @property
    def is_stale(self) -> bool:
        """Say whether the live state is too old to plan on."""
        return self.age_s is None or self.age_s > STALE_AFTER.total_seconds()


def trucks_now(trucks: QuerySet[Truck] | list[Truck], *, now: datetime) -> list[TruckNow]:
    """Return trucks with live state, shift and next swap, in four queries for any number."""
    rows = list(trucks)
    states = TruckState.objects.in_bulk([truck.pk for truck in rows])
    shifts = Shift.objects.filter(truck__in=rows, ended_at__isnull=True).select_related("driver")
    shift_of = {shift.truck_id: shift for shift in shifts}
    live = SwapAssignment.objects.filter(truck__in=rows, state__in=LIVE).select_related("station")
    swap_of: dict[int, SwapAssignment] = {}
    for swap in live.order_by("-occupies"):
        swap_of[swap.truck_id] = swap
    return [
        TruckNow(
            truck=truck,
            state=(state := states.get(truck.pk)),
            shift=shift_of.get(truck.pk),
            swap=swap_of.get(truck.pk),
            age_s=round((now - state.recorded_at).total_seconds()) if state else None,
        )
        for truck in rows
    ]
