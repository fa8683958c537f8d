"""Carry a plan out: keep, change, divert, drop and offer promises, each in a short transaction."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from dispatch.models import SwapAssignment
from dispatch.planning.plan import SwapPlan
from dispatch.services.plans.plan_to_promise import PROMISE_AHEAD, first_swaps, promise_of
from dispatch.services.promises.batch import write_promises
from dispatch.services.promises.moves import DispatchError, move_assignment
from dispatch.services.promises.write import (
    Promise,
    change_promise,
    change_together,
    divert,
)
from dispatch.snapshot import Snapshot

log = logging.getLogger(__name__)
SAME_START_S = 120
SETTLED = {"truck_taken", "not_allowed_now", "stale_version"}
"""Refusals that say: driver, dispatcher or the truck's own answer came first, and that stands."""


@dataclass(slots=True)
class Outcome:
    """What came of a plan; `settled` trucks had their answer before the plan came to them."""

    written: int = 0
    refused: int = 0
    settled: int = 0
    codes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Decisions:
    """What is to be done, in the order in which it frees and takes lanes and packs."""

    dropped: list[tuple[SwapAssignment, str]] = field(default_factory=list)
    changed: list[tuple[SwapAssignment, Promise]] = field(default_factory=list)
    diverted: list[tuple[SwapAssignment, Promise]] = field(default_factory=list)
    offered: list[Promise] = field(default_factory=list)


def carry_out(
    plan: SwapPlan, snapshot: Snapshot, *, plan_run_id: int | None, now: datetime
) -> Outcome:
    """Write the plan's next swaps as promises; what a constraint refuses is counted and left."""
    decisions = decide(plan, snapshot, plan_run_id=plan_run_id)
    outcome = Outcome()
    for assignment, reason in decisions.dropped:
        _count(outcome, partial(_drop, assignment, reason, now=now))
    if decisions.changed:
        change_where_unanswered(decisions.changed, outcome, now=now)
    for assignment, promise in decisions.diverted:
        _count(outcome, partial(divert, assignment, promise, now=now))
    for written in write_promises(decisions.offered, now=now):
        if isinstance(written, DispatchError):
            _refuse(outcome, written)
        else:
            outcome.written += 1
    return outcome


def decide(plan: SwapPlan, snapshot: Snapshot, *, plan_run_id: int | None) -> Decisions:
    """Compare the plan with the promises that stand."""
    decisions = Decisions()
    first = first_swaps(plan)
    planned = {ahead.route.truck.pk for ahead in snapshot.trucks.values()}
    for truck_id, loose in snapshot.standing.loose.items():
        if truck_id not in planned and _may_be_dropped(loose, snapshot):
            decisions.dropped.append((loose, "no_longer_needed"))
    for plate, ahead in snapshot.trucks.items():
        standing = snapshot.standing.loose.get(ahead.route.truck.pk)
        swap = first.get(plate)
        if swap is None:
            if standing is not None and _may_be_dropped(standing, snapshot):
                decisions.dropped.append((standing, "no_longer_needed"))
            continue
        is_near = swap.start_s <= PROMISE_AHEAD.total_seconds()
        if standing is None and not is_near:
            continue
        promise = promise_of(swap, plan, snapshot, plan_run_id=plan_run_id)
        if promise is None:
            continue
        if standing is None:
            decisions.offered.append(promise)
        else:
            _compare(standing, promise, snapshot, decisions)
    return decisions


def _may_be_dropped(standing: SwapAssignment, snapshot: Snapshot) -> bool:
    """Say whether a promise ends that the plan has no place for: one that cannot be kept as it is.

    A driver who accepted and is merely late keeps the promise, and so does one whose offer holds.
    """
    broken = snapshot.standing.broken.get(standing.pk)
    return broken in {"closed", "pack_gone"} or (broken == "late" and standing.state == "offered")


def _compare(
    standing: SwapAssignment,
    promise: Promise,
    snapshot: Snapshot,
    decisions: Decisions,
) -> None:
    if standing.station_id != promise.station.pk:
        is_closed = snapshot.standing.broken.get(standing.pk) == "closed"
        code = "station_closed" if is_closed else "better_station"
        decisions.diverted.append((standing, replace(promise, why={"code": code})))
        return
    shift_s = abs((standing.occupies.lower - promise.starts_at).total_seconds())
    held = [hold.pack_id for hold in snapshot.standing.holds.get(standing.pk, [])]
    has_same_packs = held == [pack for pack, _ in promise.packs]
    is_same = standing.lane_id == promise.lane.pk and shift_s <= SAME_START_S and has_same_packs
    if not is_same:
        code = "lane_changed" if shift_s > SAME_START_S else str(standing.why.get("code", ""))
        why = {"code": code or "lane_changed"}
        decisions.changed.append((standing, replace(promise, why=why)))


def _drop(assignment: SwapAssignment, reason: str, *, now: datetime) -> None:
    move_assignment(
        assignment_id=assignment.pk,
        to="cancelled",
        now=now,
        reason=reason,
        expected_version=assignment.version,
        replans=False,
    )


def change_where_unanswered(
    changes: list[tuple[SwapAssignment, Promise]], outcome: Outcome, *, now: datetime
) -> None:
    """Change all together, since they may exchange lanes; if that is refused, each alone.

    Those their drivers answered while the planner thought are left out first: one who took an
    offer must not break up what the others exchange.
    """
    asked = [assignment.pk for assignment, _ in changes]
    found = SwapAssignment.objects.filter(pk__in=asked).values_list("pk", "version")
    version = dict(found)
    as_planned = [one for one in changes if version.get(one[0].pk) == one[0].version]
    if answered := len(changes) - len(as_planned):
        outcome.settled += answered
        log.info("settled while the planner thought: %d offers were answered", answered)
    changes = as_planned
    try:
        outcome.written += len(change_together(changes, now=now))
    except DispatchError as refusal:
        log.info("changes refused together: %s", refusal)
        for assignment, promise in changes:
            _count(outcome, partial(change_promise, assignment, promise, now=now))


def _count(outcome: Outcome, write: Callable[[], object]) -> None:
    try:
        write()
    except DispatchError as refusal:
        _refuse(outcome, refusal)
    else:
        outcome.written += 1


def _refuse(outcome: Outcome, refusal: DispatchError) -> None:
    outcome.codes.append(refusal.code)
    if refusal.code in SETTLED:
        outcome.settled += 1
        log.info("settled while the planner thought: %s", refusal)
    else:
        outcome.refused += 1
        log.info("left for the next plan: %s", refusal)
