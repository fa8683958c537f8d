"""What people decide: it always wins, and the planner obeys in the next plan."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from dispatch.lifecycle import LIVE
from dispatch.models import Ban, DriverNotice, SwapAssignment
from dispatch.selectors.cards import live_assignment_of_truck
from dispatch.services.news import tell_driver
from dispatch.services.plans.replans import promise_replan
from dispatch.services.promises.earliest import CannotAssignError, earliest_promise
from dispatch.services.promises.moves import (
    NotAllowedNowError,
    StaleVersionError,
    move_assignment,
)
from dispatch.services.promises.write import divert, history, write_promise
from fleet.models import SwapStation, Truck, User

CANCELLED_STATION_RESTS = timedelta(minutes=30)


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
    promise = earliest_promise(truck, station, standing, now=now)
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


def pin(
    assignment: SwapAssignment, *, by: User | None, now: datetime, reason: str = ""
) -> SwapAssignment:
    """Keep a promise as it is: the planner does not touch it any more."""
    return _set_pinned(assignment, is_pinned=True, by=by, now=now, reason=reason or "pinned")


def unpin(
    assignment: SwapAssignment, *, by: User | None, now: datetime, reason: str = ""
) -> SwapAssignment:
    """Let the planner have a promise again."""
    return _set_pinned(assignment, is_pinned=False, by=by, now=now, reason=reason or "unpinned")


def _set_pinned(
    assignment: SwapAssignment, *, is_pinned: bool, by: User | None, now: datetime, reason: str
) -> SwapAssignment:
    with transaction.atomic(), history(by, reason):
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
    assignment: SwapAssignment, *, by: User | None, reason: str, now: datetime
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


def lift_ban(row: Ban, *, now: datetime, by: User | None = None, reason: str = "") -> None:
    """Allow a truck a station again."""
    with transaction.atomic(), history(by, reason or "allowed again"):
        row.delete()
        promise_replan(row.truck.region_id, cause="ban_lifted", now=now)


def _ban(
    truck: Truck, station: SwapStation, *, until: datetime, reason: str, by: User | None
) -> Ban:
    """Write the ban; one that lasts longer already stays as long."""
    with history(by, reason):
        return _write_ban(truck, station, until=until, reason=reason, by=by)


def _write_ban(
    truck: Truck, station: SwapStation, *, until: datetime, reason: str, by: User | None
) -> Ban:
    row, is_new = Ban.objects.select_for_update().get_or_create(
        truck=truck,
        station=station,
        defaults={"until": until, "reason": reason[:200], "banned_by": by},
    )
    if not is_new and row.until < until:
        row.until, row.reason, row.banned_by = until, reason[:200], by
        row.save()
    return row
