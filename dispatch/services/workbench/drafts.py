"""A person's draft: what is changed in it asks a worker for a new preview, and nothing else."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from dispatch.models import DraftEdit, PlanDraft
from fleet.models import Lane, Region, SwapStation, Truck, User
from fleet.services.jobs import promise_job

PREVIEW_TASK = "dispatch.preview_draft"
PREVIEW_QUEUE = "preview"
"""Its own, so that previews neither wait for the regions' plans nor delay them."""
GREEDY = "greedy"
MOST_EDITS = 40
PREVIEWS_KEPT = timedelta(days=1)
_PLACES = (DraftEdit.Kind.PIN, DraftEdit.Kind.MOVE)


class DraftFullError(Exception):
    """More edits than one person would commit with one reason."""


def open_draft(region: Region, user: User, *, now: datetime) -> PlanDraft:
    """Return the person's draft for a region, a new one if there is none."""
    draft, _ = PlanDraft.objects.get_or_create(region=region, user=user, defaults={"phase_at": now})
    return draft


def put_edit(
    draft: PlanDraft,
    *,
    kind: str,
    truck: Truck,
    now: datetime,
    station: SwapStation | None = None,
    lane: Lane | None = None,
    at: datetime | None = None,
    until: datetime | None = None,
) -> DraftEdit:
    """Add an edit, in place of what it contradicts, and ask for a preview.

    A truck has one place in a draft, and none at a station the draft forbids it.

    Raises
    ------
    DraftFullError
    """
    with transaction.atomic():
        fresh = PlanDraft.objects.select_for_update().get(pk=draft.pk)
        _contradicted(fresh, kind, truck, station).delete()
        if fresh.edits.count() >= MOST_EDITS:
            raise DraftFullError
        edit = DraftEdit.objects.create(
            draft=fresh,
            kind=kind,
            truck=truck,
            station=station,
            lane=lane,
            at=at,
            until=until,
            made_at=now,
        )
        _ask(fresh, now=now)
    return edit


def _contradicted(draft: PlanDraft, kind: str, truck: Truck, station: SwapStation | None) -> Any:
    mine = draft.edits.filter(truck=truck)
    if kind == DraftEdit.Kind.FORBID:
        return mine.filter(station=station)
    return mine.filter(Q(kind__in=_PLACES) | Q(kind=DraftEdit.Kind.FORBID, station=station))


def take_back(draft: PlanDraft, edit_id: int, *, now: datetime) -> None:
    """Take an edit out of the draft and ask for a preview; nothing if it is not there."""
    with transaction.atomic():
        fresh = PlanDraft.objects.select_for_update().get(pk=draft.pk)
        if fresh.edits.filter(pk=edit_id).delete()[0]:
            _ask(fresh, now=now)


def clear(draft: PlanDraft, *, now: datetime) -> None:
    """Throw the draft's edits away and ask for a preview of the plan without them."""
    with transaction.atomic():
        fresh = PlanDraft.objects.select_for_update().get(pk=draft.pk)
        fresh.edits.all().delete()
        _ask(fresh, now=now)


def ask_preview(draft: PlanDraft, *, now: datetime, planner: str = "") -> None:
    """Ask a worker to look again; `greedy` is answered by the workers of everything else."""
    with transaction.atomic():
        fresh = PlanDraft.objects.select_for_update().get(pk=draft.pk)
        _ask(fresh, now=now, planner=planner)


def sweep_drafts(*, now: datetime) -> int:
    """Forget what old previews found, but not what people drafted; return how many."""
    old = PlanDraft.objects.filter(solved_at__lt=now - PREVIEWS_KEPT, result__isnull=False)
    return old.update(result=None, solved_revision=None, solved_at=None, phase="idle")


def _ask(draft: PlanDraft, *, now: datetime, planner: str = "") -> None:
    draft.revision += 1
    draft.phase, draft.phase_at = PlanDraft.Phase.ASKED, now
    draft.planner, draft.error = planner, ""
    draft.save(update_fields=["revision", "phase", "phase_at", "planner", "error"])
    promise_job(
        name=PREVIEW_TASK,
        key=f"{draft.pk}:{draft.revision}",
        queue="work" if planner == GREEDY else PREVIEW_QUEUE,
        draft_id=draft.pk,
        revision=draft.revision,
    )
