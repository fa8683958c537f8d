"""One truck now: an urgent truck is answered beside all promises that stand, in a moment."""

import logging
from datetime import datetime

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.planning.one_truck import OneTruck, swap_one_truck
from dispatch.planning.plan import SwapPlan
from dispatch.services.plans.plan_to_promise import PROMISE_AHEAD, first_swaps, promise_of
from dispatch.services.promises.moves import DispatchError
from dispatch.services.promises.write import write_promise
from dispatch.services.roads.choose import roads_of_round
from dispatch.snapshot import Snapshot, take_snapshot
from fleet.models import Truck

log = logging.getLogger(__name__)


def answer_truck(truck_id: int, *, cause: str, now: datetime) -> SwapAssignment | None:
    """Offer a truck without a promise the best swap beside all others; None if there is none.

    No other promise is touched, accepted or not: a plan of the region that follows may find
    better for all. A truck nobody can help, or whose driver wants none now, is left to that plan.
    """
    truck = Truck.objects.select_related("region").get(pk=truck_id)
    if SwapAssignment.objects.filter(truck=truck, state__in=LIVE).exists():
        return None
    with roads_of_round(now=now) as travel:
        snapshot = take_snapshot(truck.region, now=now, travel=travel, only_truck=truck_id)
    if truck.plate not in snapshot.trucks:
        return None
    found = swap_one_truck(snapshot.problem, _nothing(), truck.plate, may_move=False)
    if not found.swaps:
        log.info("no swap at once after %s: %s", cause, found.reason)
        return None
    return _offer(found, snapshot, truck.plate, now=now)


def _offer(
    found: OneTruck, snapshot: Snapshot, plate: str, *, now: datetime
) -> SwapAssignment | None:
    plan = _nothing(found)
    swap = first_swaps(plan)[plate]
    if swap.start_s > PROMISE_AHEAD.total_seconds():
        return None
    promise = promise_of(swap, plan, snapshot)
    if promise is None:
        return None
    try:
        return write_promise(promise, now=now)
    except DispatchError as refusal:
        log.info("left for the region's plan: %s", refusal)
        return None


def _nothing(found: OneTruck | None = None) -> SwapPlan:
    """Return a plan of what was found alone: what stands is in the snapshot's stations."""
    swaps = found.swaps if found else ()
    return SwapPlan(status="feasible", cost_s=0, bound_s=0, seconds=0.0, swaps=swaps, unserved=())
