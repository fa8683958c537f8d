"""Trucks are sent where a draft has them; unanswered offers in their way make room."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from dispatch.lifecycle import LIVE
from dispatch.models import DraftEdit, PackHold, SwapAssignment
from dispatch.selectors.cards import live_assignment_of_truck
from dispatch.services.plans.replans import promise_one_truck
from dispatch.services.promises.moves import DispatchError, move_assignment
from dispatch.services.promises.write import Promise, write_promise
from dispatch.services.workbench.meeting import RefusedEditError
from dispatch.services.workbench.stored import promise_from_row
from fleet.models import User

MADE_ROOM = "made_room"


@dataclass(frozen=True, slots=True)
class Sending:
    """What a preview found, and by whose word it is written."""

    result: dict[str, Any]
    by: User
    reason: str
    now: datetime


def send_trucks(moves: list[DraftEdit], sending: Sending) -> None:
    """Promise trucks the places a preview found for them, pinned; the caller's transaction.

    First their own promises end, then unanswered offers in their way, which are offered the place
    the preview had for them, or are answered one by one at once if that is gone. What a driver
    accepted and what a person pinned is not touched.

    Raises
    ------
    RefusedEditError, PromiseRefusedError
        Someone else has the lane or a pack.
    """
    promises = [_promise(edit, sending) for edit in moves]
    for promise in promises:
        standing = live_assignment_of_truck(promise.truck_id)
        if standing is not None:
            _end(standing, sending)
    aside = [row for promise in promises for row in _in_the_way(promise, sending)]
    moved = {row.pk: row for row in aside}
    for row in moved.values():
        _end(row, sending)
    for promise in promises:
        write_promise(promise, now=sending.now)
    for row in moved.values():
        _offer_again(row, sending)


def _promise(edit: DraftEdit, sending: Sending) -> Promise:
    row = sending.result["promises"].get(str(edit.pk))
    if row is None:
        raise RefusedEditError("no_packs")
    promise = promise_from_row(row)
    if promise.starts_at < sending.now:
        raise RefusedEditError("preview_too_old")
    why = {"code": "by_hand", "reason": sending.reason}
    return replace(promise, is_pinned=True, decided_by=sending.by, why=why)


def _end(assignment: SwapAssignment, sending: Sending) -> None:
    move_assignment(
        assignment_id=assignment.pk,
        to="diverted",
        now=sending.now,
        reason=sending.reason,
        by=sending.by,
        replans=False,
    )


def _in_the_way(promise: Promise, sending: Sending) -> list[SwapAssignment]:
    """Return the offers that must make room for a promise.

    Raises
    ------
    RefusedEditError
        `lane_taken` or `pack_taken`, with the truck, if one of them may not be moved.
    """
    packs = [pack for pack, _ in promise.packs]
    holds = PackHold.objects.filter(
        pack__in=packs, is_live=True, during__overlap=promise.occupies
    ).values("assignment")
    lane = Q(lane=promise.lane, occupies__overlap=promise.occupies)
    rows = SwapAssignment.objects.filter(lane | Q(pk__in=holds), state__in=LIVE)
    found = []
    for row in rows.exclude(truck=promise.truck_id).select_for_update(of=("self",)):
        is_movable = row.state == "offered" and not row.is_pinned
        if not is_movable or str(row.pk) not in sending.result["room"]:
            code = "lane_taken" if row.lane_id == promise.lane.pk else "pack_taken"
            raise RefusedEditError(code, truck=row.truck_id)
        found.append(row)
    return found


def _offer_again(row: SwapAssignment, sending: Sending) -> None:
    """Offer a truck that made room its new place; if that is gone, it is answered at once."""
    told = sending.result["room"].get(str(row.pk))
    if told is not None:
        promise = replace(promise_from_row(told), why={"code": MADE_ROOM, "reason": sending.reason})
        try:
            with transaction.atomic():
                write_promise(promise, now=sending.now)
        except DispatchError:
            pass
        else:
            return
    promise_one_truck(row.truck_id, cause=MADE_ROOM, now=sending.now)
