"""Move an assignment along its life, with everything that hangs on it, in one transaction."""

from datetime import datetime
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import F

from dispatch.lifecycle import ENDED, MOVES
from dispatch.models import DriverNotice, SwapAssignment
from dispatch.services.news import refresh_downlink, tell_driver
from dispatch.services.plans.replans import promise_one_truck, promise_replan
from fleet.models import TruckSight, User

REPLAN_AFTER = {"declined", "expired", "no_show", "cancelled", "diverted", "failed"}
STAMPS = {
    "accepted": "answered_at",
    "declined": "answered_at",
    "arrived": "arrived_at",
    "swapping": "swapping_at",
}


class DispatchError(Exception):
    """An expected refusal; `code` stays the same for ever."""

    code = "refused"


class NotAllowedNowError(DispatchError):
    """The assignment's state does not lead where it was told to go."""

    code = "not_allowed_now"

    def __init__(self, *, state: str, to: str) -> None:
        super().__init__(f"An assignment that is {state} cannot become {to}.")
        self.state = state


class OfferExpiredError(NotAllowedNowError):
    """The offer was not taken in time."""

    code = "offer_expired"


class StaleVersionError(DispatchError):
    """The assignment changed since the caller looked at it."""

    code = "stale_version"

    def __init__(self, *, version: int) -> None:
        super().__init__(f"The assignment has changed; it is at version {version} now.")
        self.version = version


def move_assignment(
    *,
    assignment_id: int,
    to: str,
    now: datetime,
    reason: str = "",
    by: User | None = None,
    expected_version: int | None = None,
    replans: bool = True,
) -> SwapAssignment:
    """Move an assignment to state `to`, by compare-and-set, and return it as it is then.

    In the same transaction: `version` grows, the moment is stamped, the OBU's answer and the
    driver's news are brought up to date; at an end the packs, the sight of the truck and the lane
    are free again and, unless `replans` is False, the truck gets its own answer and the region is
    planned again, both at once.

    Raises
    ------
    NotAllowedNowError
        The present state (on the error) does not lead to `to`.
    OfferExpiredError
        An offer was to be accepted after its time.
    StaleVersionError
        `expected_version` is not the present one.
    SwapAssignment.DoesNotExist
    """
    who: dict[str, Any] = {"reason": reason or to, **({"user": by.pk} if by else {})}
    with transaction.atomic(), pghistory.context(**who):
        moved = _may_move(assignment_id, to=to, now=now, expected_version=expected_version).update(
            state=to, version=F("version") + 1, **_stamps(to, now=now, reason=reason)
        )
        assignment = SwapAssignment.objects.get(pk=assignment_id)
        if not moved:
            raise _refusal(assignment, to=to, expected_version=expected_version)
        if to in ENDED:
            _let_go(assignment, now=now)
        refresh_downlink(assignment.truck_id, now=now)
        kind = DriverNotice.Kind.ENDED if to in ENDED else DriverNotice.Kind.CHANGED
        is_own = by is not None and assignment.driver is not None and assignment.driver.user == by
        tell_driver(assignment, kind=kind, now=now, is_own=is_own)
        if replans and to in REPLAN_AFTER:
            promise_one_truck(assignment.truck_id, cause=to, now=now)
            promise_replan(assignment.region_id, cause=to, now=now)
    return assignment


def _may_move(assignment_id: int, *, to: str, now: datetime, expected_version: int | None) -> Any:
    sources = [source for source, ends in MOVES.items() if to in ends]
    rows = SwapAssignment.objects.filter(pk=assignment_id, state__in=sources)
    if expected_version is not None:
        rows = rows.filter(version=expected_version)
    if to == "accepted":
        rows = rows.filter(offer_expires_at__gt=now)
    return rows


def _stamps(to: str, *, now: datetime, reason: str) -> dict[str, Any]:
    stamps: dict[str, Any] = {STAMPS[to]: now} if to in STAMPS else {}
    if to in ENDED:
        stamps |= {"ended_at": now, "end_reason": (reason or to)[:200]}
    return stamps


def _refusal(assignment: SwapAssignment, *, to: str, expected_version: int | None) -> DispatchError:
    if to == "accepted" and assignment.state in {"offered", "expired"}:
        is_fresh = expected_version in {None, assignment.version}
        if is_fresh or assignment.state == "expired":
            return OfferExpiredError(state=assignment.state, to=to)
    if to not in MOVES[assignment.state]:
        return NotAllowedNowError(state=assignment.state, to=to)
    return StaleVersionError(version=assignment.version)


def _let_go(assignment: SwapAssignment, *, now: datetime) -> None:
    assignment.holds.filter(is_live=True).update(is_live=False)
    for sight in TruckSight.objects.filter(assignment_id=assignment.pk):
        if sight.during.lower < now:
            sight.during = type(sight.during)(sight.during.lower, now)
            sight.save(update_fields=["during"])
        else:
            sight.delete()
