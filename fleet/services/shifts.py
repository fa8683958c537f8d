"""Start and end shifts: a driver confirms the truck and the packs on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fleet.models import Driver, Pack, Shift, Truck, TruckTenure
from fleet.services.constraints import violated_constraint

REFUSALS = {
    "fleet_driver_is_on_one_shift": (
        "on_shift_already",
        _("You are on a shift already. End it first."),
    ),
    "fleet_truck_is_on_one_shift": (
        "truck_taken",
        _("Another driver is on shift with this truck."),
    ),
}


class ShiftRefusedError(Exception):
    """A shift cannot start or end; `code` says why and `extra` what helps."""

    def __init__(self, code: str, sentence: str, **extra: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.extra = extra


def trucks_driver_may_take(driver: Driver, *, now: datetime) -> QuerySet[Truck]:
    """Return the trucks the driver's carrier runs now and nobody else is on shift with."""
    run = TruckTenure.objects.filter(
        operator_id=driver.carrier_id, role=TruckTenure.Role.CARRIER, during__contains=now
    )
    taken = Shift.objects.filter(ended_at__isnull=True).exclude(driver=driver)
    trucks = Truck.objects.filter(pk__in=run.values("truck"), is_active=True)
    return trucks.exclude(pk__in=taken.values("truck")).order_by("plate")


def open_shift_of(driver: Driver) -> Shift | None:
    """Return the shift the driver is on."""
    return (
        Shift.objects.filter(driver=driver, ended_at__isnull=True).select_related("truck").first()
    )


def pack_codes_on(truck: Truck) -> list[str]:
    """Return the codes of the packs on a truck, in order of their positions."""
    return list(
        Pack.objects.filter(truck=truck).order_by("position").values_list("code", flat=True)
    )


def start_shift(
    driver: Driver, *, truck_id: int, pack_codes: Sequence[str], now: datetime
) -> Shift:
    """Put a driver on shift with a truck of the carrier, after both truck and packs are confirmed.

    One `INSERT`; `fleet_driver_is_on_one_shift` and `fleet_truck_is_on_one_shift` decide between
    drivers who take the same truck.

    Raises
    ------
    ShiftRefusedError
        `unknown_truck`, `wrong_packs` (with `expected`), `on_shift_already`, `truck_taken`:
        nothing was written.
    """
    run = TruckTenure.objects.filter(
        operator_id=driver.carrier_id, role=TruckTenure.Role.CARRIER, during__contains=now
    )
    truck = Truck.objects.filter(pk=truck_id, pk__in=run.values("truck"), is_active=True).first()
    if truck is None:
        raise ShiftRefusedError("unknown_truck", str(_("Your carrier does not run this truck.")))
    expected = pack_codes_on(truck)
    if sorted(pack_codes) != sorted(expected):
        sentence = _("Other packs are registered on this truck. Check them or call your manager.")
        raise ShiftRefusedError("wrong_packs", str(sentence), expected=expected)
    try:
        with transaction.atomic(), pghistory.context(reason="start of shift"):
            return Shift.objects.create(
                driver=driver, truck=truck, pack_codes=expected, started_at=now
            )
    except IntegrityError as error:
        raise _refusal(error) from error


def end_shift(driver: Driver, *, now: datetime, reason: str = "end of shift") -> Shift | None:
    """End the driver's shift and return it; None if there is none.

    What is promised to the truck is the business of `dispatch`, which looks at it first.
    """
    with transaction.atomic(), pghistory.context(reason=reason):
        shift = Shift.objects.filter(driver=driver, ended_at__isnull=True).first()
        if shift is None or not Shift.objects.filter(pk=shift.pk, ended_at__isnull=True).update(
            ended_at=max(now, shift.started_at)
        ):
            return None
    shift.refresh_from_db()
    return shift


def _refusal(error: IntegrityError) -> ShiftRefusedError | IntegrityError:
    """Return the refusal a named constraint stands for; the error itself if it is another."""
    constraint = violated_constraint(error)
    if constraint not in REFUSALS:
        return error
    code, sentence = REFUSALS[constraint]
    return ShiftRefusedError(code, str(sentence))
