"""The earliest swap a station can give one truck, whatever the fleet would prefer."""

from dataclasses import replace
from datetime import datetime

from dispatch.models import SwapAssignment, Trip
from dispatch.planning.baseline import greedy
from dispatch.planning.params import PlannerParams
from dispatch.services.plans.decided_on import with_ways_around
from dispatch.services.plans.plan_to_promise import promise_of
from dispatch.services.promises.moves import DispatchError
from dispatch.services.promises.write import Promise
from dispatch.services.roads.choose import roads_of_round
from dispatch.snapshot import Wish, take_snapshot
from fleet.models import SwapStation, Truck


class CannotAssignError(DispatchError):
    """The truck cannot be swapped there now; `code` says why, the sentence what to do."""

    SENTENCES = {
        "not_on_shift": "The truck is not on shift, or has been silent for over 10 minutes.",
        "unreachable": "The truck has no way to that station.",
        "no_packs": "The station has no pack for this truck within the next hours.",
        "no_capacity": "No lane or charged pack is free there within the next hours.",
        "swap_under_way": "The truck is being swapped now.",
    }

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(self.SENTENCES.get(code, detail or code))
        self.code = code


def earliest_promise(
    truck: Truck, station: SwapStation, standing: SwapAssignment | None, *, now: datetime
) -> Promise:
    """Return the earliest swap of a truck at a station, beside all other promises.

    Reserve and bans do not count.

    Raises
    ------
    CannotAssignError
        `not_on_shift`, `unreachable`, `no_packs`, `no_capacity`.
    """
    wish = Wish(truck_id=truck.pk, station_id=station.pk)
    with roads_of_round(now=now) as travel:
        snapshot = take_snapshot(truck.region, now=now, travel=travel, wish=wish)
    if truck.plate not in snapshot.trucks:
        raise CannotAssignError("not_on_shift")
    plan = greedy(snapshot.problem, PlannerParams(time_limit_s=1, workers=1))
    swap = next((swap for swap in plan.swaps if swap.truck == truck.plate), None)
    if swap is None:
        left = next((left for left in plan.unserved if left.truck == truck.plate), None)
        code, detail = (left.reason, left.detail) if left else ("unreachable", "")
        raise CannotAssignError(code, detail)
    promise = promise_of(swap, plan, snapshot)
    if promise is None:
        raise CannotAssignError("no_packs")
    trip_id = standing.trip_id if standing else _trip_under_way(truck)
    with roads_of_round(now=now) as travel:
        around = take_snapshot(truck.region, now=now, travel=travel, only_truck=truck.pk)
    told = with_ways_around(promise.decided_on, truck.pk, around, station_id=station.pk)
    return replace(promise, trip_id=trip_id, decided_on=told)


def _trip_under_way(truck: Truck) -> int | None:
    row = Trip.objects.filter(truck=truck, state=Trip.State.UNDERWAY).first()
    return row.pk if row else None
