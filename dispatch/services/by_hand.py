"""What people decide: it always wins, and the planner obeys in the next plan."""

from dataclasses import replace
from datetime import datetime, timedelta

import pghistory
from django.db import transaction
from django.db.models import F

from dispatch.lifecycle import LIVE
from dispatch.models import Ban, DriverNotice, SwapAssignment, Trip
from dispatch.planning.baseline import greedy
from dispatch.planning.params import PlannerParams
from dispatch.selectors.cards import live_assignment_of_truck
from dispatch.services.moves import (
    DispatchError,
    NotAllowedNowError,
    StaleVersionError,
    move_assignment,
)
from dispatch.services.news import tell_driver
from dispatch.services.plan_to_promise import promise_of
from dispatch.services.promises import Promise, divert, write_promise
from dispatch.services.replans import promise_replan
from dispatch.snapshot import Wish, take_snapshot
from fleet.models import SwapStation, Truck, User

CANCELLED_STATION_RESTS = timedelta(minutes=30)


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


def assign_by_hand(
    truck: Truck, station: SwapStation, *, by: User | None, now: datetime, reason: str = ""
) -> SwapAssignment:
    """Promise a truck the earliest swap there is at a station, need or not, and pin it.

    Its promise so far, if any, ends as diverted in the same transaction. Every other promise
    stays as it is. Reserve and bans do not count: the person knows why.

    Raises
    ------
    CannotAssignError
        `not_on_shift`, `unreachable`, `no_packs`, `no_capacity`, `swap_under_way`.
    PromiseRefusedError
        Someone took lane or packs at this moment: try again.
    """
    standing = live_assignment_of_truck(truck.pk)
    if standing and standing.state == "swapping":
        raise CannotAssignError("swap_under_way")
    promise = _earliest(truck, station, standing, now=now)
    promise = replace(
        promise, is_pinned=True, decided_by=by, why={"code": "by_hand", "reason": reason}
    )
    with transaction.atomic():
        if standing:
            assignment = divert(standing, promise, now=now)
        else:
            assignment = write_promise(promise, now=now)
        promise_replan(truck.region_id, cause="by_hand", now=now)
    return assignment


def _earliest(
    truck: Truck, station: SwapStation, standing: SwapAssignment | None, *, now: datetime
) -> Promise:
    wish = Wish(truck_id=truck.pk, station_id=station.pk)
    snapshot = take_snapshot(truck.region, now=now, wish=wish)
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
    return replace(promise, trip_id=trip_id)


def _trip_under_way(truck: Truck) -> int | None:
    row = Trip.objects.filter(truck=truck, state=Trip.State.UNDERWAY).first()
    return row.pk if row else None


def pin(assignment: SwapAssignment, *, by: User, now: datetime, reason: str = "") -> SwapAssignment:
    """Keep a promise as it is: the planner does not touch it any more."""
    return _set_pinned(assignment, is_pinned=True, by=by, now=now, reason=reason or "pinned")


def unpin(
    assignment: SwapAssignment, *, by: User, now: datetime, reason: str = ""
) -> SwapAssignment:
    """Let the planner have a promise again."""
    return _set_pinned(assignment, is_pinned=False, by=by, now=now, reason=reason or "unpinned")


def _set_pinned(
    assignment: SwapAssignment, *, is_pinned: bool, by: User, now: datetime, reason: str
) -> SwapAssignment:
    with transaction.atomic(), pghistory.context(reason=reason, user=by.pk):
        rows = SwapAssignment.objects.filter(pk=assignment.pk, state__in=LIVE)
        changed = rows.filter(version=assignment.version).update(
            is_pinned=is_pinned, decided_by=by, version=F("version") + 1
        )
        fresh = SwapAssignment.objects.get(pk=assignment.pk)
        if not changed:
            if fresh.state not in LIVE:
                raise NotAllowedNowError(state=fresh.state, to="pinned")
            raise StaleVersionError(version=fresh.version)
        tell_driver(fresh, kind=DriverNotice.Kind.CHANGED, now=now)
    return fresh


def cancel_by_hand(
    assignment: SwapAssignment, *, by: User, reason: str, now: datetime
) -> SwapAssignment:
    """Cancel a promise; the planner does not send the truck there again for half an hour."""
    with transaction.atomic():
        ended = move_assignment(
            assignment_id=assignment.pk,
            to="cancelled",
            now=now,
            reason=reason,
            by=by,
            expected_version=assignment.version,
        )
        rest_until = now + CANCELLED_STATION_RESTS
        _ban(ended.truck, ended.station, until=rest_until, reason=reason, by=by)
    return ended


def ban(
    truck: Truck, station: SwapStation, *, until: datetime, reason: str, by: User, now: datetime
) -> Ban:
    """Forbid a truck a station for a while; a promise of it there is planned again at once."""
    with transaction.atomic():
        row = _ban(truck, station, until=until, reason=reason, by=by)
        standing = live_assignment_of_truck(truck.pk)
        if standing and standing.station_id == station.pk and standing.state != "swapping":
            move_assignment(
                assignment_id=standing.pk, to="cancelled", now=now, reason=reason, by=by
            )
        promise_replan(truck.region_id, cause="ban", now=now)
    return row


def lift_ban(row: Ban, *, now: datetime) -> None:
    """Allow a truck a station again."""
    with transaction.atomic():
        row.delete()
        promise_replan(row.truck.region_id, cause="ban_lifted", now=now)


def _ban(truck: Truck, station: SwapStation, *, until: datetime, reason: str, by: User) -> Ban:
    """Write the ban; one that lasts longer already stays as long."""
    row, is_new = Ban.objects.select_for_update().get_or_create(
        truck=truck,
        station=station,
        defaults={"until": until, "reason": reason[:200], "banned_by": by},
    )
    if not is_new and row.until < until:
        row.until, row.reason, row.banned_by = until, reason[:200], by
        row.save()
    return row
