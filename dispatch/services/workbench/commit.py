"""A draft becomes pins, forbidden stations and promises by hand: one reason, one transaction.

All edits are written together if they can be; if something stands against one of them, each is
tried alone, and those that are refused stay in the draft with what stood against them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from dispatch.models import DraftEdit, PlanDraft
from dispatch.services.plans.replans import promise_replan
from dispatch.services.promises.by_hand import ban, pin
from dispatch.services.promises.moves import DispatchError
from dispatch.services.workbench.drafts import ask_preview
from dispatch.services.workbench.meeting import RefusedEditError, meet_basis
from dispatch.services.workbench.sending import Sending, send_trucks
from fleet.models import Truck, User

PREVIEW_HOLDS = timedelta(minutes=10)
ORDER = (DraftEdit.Kind.FORBID, DraftEdit.Kind.MOVE, DraftEdit.Kind.PIN)


class NotPreviewedError(DispatchError):
    """What would be committed is not what was looked at."""

    SENTENCES = {
        "draft_changed": "The draft was changed since: look at it again.",
        "not_solved": "The preview of this draft is not there yet.",
        "preview_too_old": "The preview is over 10 minutes old: look again.",
    }

    def __init__(self, code: str) -> None:
        super().__init__(self.SENTENCES[code])
        self.code = code


@dataclass(slots=True)
class Committed:
    """Edits that were written, and those that were not, with what stood against them."""

    done: list[DraftEdit] = field(default_factory=list)
    refused: list[DraftEdit] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """Who commits what was previewed, why and when."""

    result: dict[str, Any]
    by: User
    reason: str
    now: datetime
    may: Callable[[DraftEdit], bool]


def commit_draft(
    draft: PlanDraft,
    *,
    revision: int,
    by: User,
    reason: str,
    now: datetime,
    may: Callable[[DraftEdit], bool],
) -> Committed:
    """Write the edits of a draft as they were previewed at `revision`, and plan the region again.

    `may` says whether the person still may make an edit. Drivers are told by the outbox.

    Raises
    ------
    NotPreviewedError
        `draft_changed`, `not_solved`, `preview_too_old`; nothing is written.
    """
    with transaction.atomic():
        fresh = PlanDraft.objects.select_for_update().get(pk=draft.pk)
        word = _Word(
            result=_previewed(fresh, revision, now=now), by=by, reason=reason, now=now, may=may
        )
        rows = list(fresh.edits.select_related("truck", "station", "lane"))
        edits = sorted(rows, key=lambda edit: ORDER.index(DraftEdit.Kind(edit.kind)))
        _lock_trucks(edits)
        committed = _commit(edits, word)
        DraftEdit.objects.filter(pk__in=[edit.pk for edit in committed.done]).delete()
        if committed.done:
            promise_replan(fresh.region_id, cause="workbench", now=now)
        ask_preview(fresh, now=now)
    return committed


def _previewed(draft: PlanDraft, revision: int, *, now: datetime) -> dict[str, Any]:
    if draft.revision != revision:
        raise NotPreviewedError("draft_changed")
    if draft.solved_revision != revision or draft.result is None or draft.solved_at is None:
        raise NotPreviewedError("not_solved")
    if draft.solved_at + PREVIEW_HOLDS < now:
        raise NotPreviewedError("preview_too_old")
    found: dict[str, Any] = draft.result
    return found


def _lock_trucks(edits: Sequence[DraftEdit]) -> None:
    """Have commits that concern one truck come one after the other, in one order."""
    keys = {edit.truck_id for edit in edits}
    list(
        Truck.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=keys)
        .order_by("pk")
    )


def _commit(edits: list[DraftEdit], word: _Word) -> Committed:
    try:
        with transaction.atomic():
            _write(edits, word)
    except DispatchError:
        return _one_by_one(edits, word)
    return Committed(done=edits)


def _one_by_one(edits: list[DraftEdit], word: _Word) -> Committed:
    committed = Committed()
    for edit in edits:
        try:
            with transaction.atomic():
                _write([edit], word)
        except DispatchError as refusal:
            against = refusal.against if isinstance(refusal, RefusedEditError) else {}
            edit.refusal = {"code": refusal.code, **against, "at": word.now.isoformat()}
            edit.save(update_fields=["refusal"])
            committed.refused.append(edit)
        else:
            committed.done.append(edit)
    return committed


def _write(edits: list[DraftEdit], word: _Word) -> None:
    """Write some edits; all of them or none.

    Raises
    ------
    DispatchError
    """
    standing = {}
    for edit in edits:
        if not word.may(edit):
            raise RefusedEditError("not_yours")
        told = word.result["edits"].get(str(edit.pk))
        if told is None or told["code"]:
            raise RefusedEditError(told["code"] if told else "not_solved")
        standing[edit.truck_id] = meet_basis(edit, told["basis"], now=word.now)
    for edit in edits:
        if edit.kind == DraftEdit.Kind.FORBID and edit.station and edit.until:
            ban(
                edit.truck,
                edit.station,
                until=edit.until,
                reason=word.reason,
                by=word.by,
                now=word.now,
            )
    moves = [edit for edit in edits if edit.kind == DraftEdit.Kind.MOVE]
    send_trucks(moves, Sending(word.result, by=word.by, reason=word.reason, now=word.now))
    for edit in edits:
        promise = standing[edit.truck_id]
        if edit.kind == DraftEdit.Kind.PIN and promise is not None and not promise.is_pinned:
            pin(promise, by=word.by, reason=word.reason, now=word.now)
