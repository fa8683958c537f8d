"""What people do on the plan workbench: change their draft, commit it, undo what was decided."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NoReturn

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_datetime, parse_time
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from dispatch import access
from dispatch.admin.workbench import draft_of, region_of
from dispatch.models import DraftEdit, PlanDraft
from dispatch.services.promises.by_hand import lift_ban, unpin
from dispatch.services.promises.moves import DispatchError
from dispatch.services.workbench.commit import NotPreviewedError, commit_draft
from dispatch.services.workbench.drafts import (
    GREEDY,
    DraftFullError,
    ask_preview,
    clear,
    put_edit,
    take_back,
)
from dispatch.services.workbench.rights import bans_steered_by, may_edit, trucks_steered_by
from fleet.clock import now
from fleet.models import Lane, Region, SwapStation, User

LONGEST_BAN_H = 48
type Verb = Callable[[HttpRequest, PlanDraft, User], None]


class _FaultyError(Exception):
    """What was typed cannot be used; the sentence says what to do."""


def edit_urls() -> list[URLPattern]:
    """Return the addresses of what people do there, for a page's own."""
    wrap = admin.site.admin_view
    verbs: dict[str, Verb] = {
        "preview": _preview,
        "edit": _edit,
        "take-back": _take_back,
        "clear": _clear,
        "commit": _commit,
        "undo": _undo,
    }
    return [
        path(
            f"workbench/<int:region_id>/{name}/",
            wrap(require_POST(partial(_act, verb=verb))),
            name=f"dispatch_bench_{name}",
        )
        for name, verb in verbs.items()
    ]


def _act(request: HttpRequest, region_id: int, *, verb: Verb) -> HttpResponse:
    region = region_of(request, region_id)
    draft, user = draft_of(request, region), request.user
    if draft is None or not isinstance(user, User):
        raise PermissionDenied
    try:
        verb(request, draft, user)
    except _FaultyError as fault:
        messages.error(request, str(fault))
    return redirect("admin:dispatch_workbench", region_id)


def _preview(request: HttpRequest, draft: PlanDraft, _user: User) -> None:
    planner = GREEDY if request.POST.get("planner") == GREEDY else ""
    ask_preview(draft, now=now(), planner=planner)


def _take_back(request: HttpRequest, draft: PlanDraft, _user: User) -> None:
    take_back(draft, _key(request, "edit"), now=now())


def _clear(_request: HttpRequest, draft: PlanDraft, _user: User) -> None:
    clear(draft, now=now())


def _edit(request: HttpRequest, draft: PlanDraft, user: User) -> None:
    typed, at = request.POST, now()
    kind = typed.get("kind", "")
    if kind not in DraftEdit.Kind.values:
        raise Http404
    plate = typed.get("plate", "").strip()
    truck = trucks_steered_by(user, draft.region, now=at).filter(plate=plate).first()
    if truck is None:
        _say(_("You steer no truck %(plate)s in this region.") % {"plate": plate})
    station = None if kind == DraftEdit.Kind.PIN else _station(request, draft.region)
    if not may_edit(user, kind=kind, truck=truck, station=station, now=at):
        raise PermissionDenied
    values: dict[str, Any] = {"station": station}
    if kind == DraftEdit.Kind.MOVE:
        values |= {"at": _not_before(typed.get("at", ""), at), "lane": _lane(request, station)}
    if kind == DraftEdit.Kind.FORBID:
        values |= {"until": at + timedelta(hours=_hours(typed.get("hours", "")))}
    try:
        put_edit(draft, kind=kind, truck=truck, now=at, **values)
    except DraftFullError:
        _say(_("The draft is full: commit it, or take something out."))


def _say(text: str) -> NoReturn:
    raise _FaultyError(text)


def _key(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


def _station(request: HttpRequest, region: Region) -> SwapStation:
    rows = SwapStation.objects.filter(region=region, is_active=True)
    if not request.POST.get("station"):
        _say(_("Say which station."))
    return get_object_or_404(rows, pk=_key(request, "station"))


def _lane(request: HttpRequest, station: SwapStation | None) -> Lane | None:
    if not request.POST.get("lane"):
        return None
    return get_object_or_404(Lane, station=station, pk=_key(request, "lane"))


def _hours(text: str) -> float:
    try:
        hours = float(text or 2)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= LONGEST_BAN_H:
        _say(_("Say for how many hours: up to %(most)s.") % {"most": LONGEST_BAN_H})
    return hours


def _not_before(text: str, at: datetime) -> datetime | None:
    """Read an instant, or a time of day: the next one there is."""
    if not text:
        return None
    try:
        instant, time = parse_datetime(text), None if "T" in text else parse_time(text)
    except ValueError:
        instant = time = None
    if time is not None:
        here = timezone.localtime(at)
        instant = here.replace(hour=time.hour, minute=time.minute, second=0, microsecond=0)
        if instant < here - timedelta(hours=12):
            instant += timedelta(days=1)
    if instant is None or timezone.is_naive(instant):
        _say(_("Write the time as 14:30."))
    return instant


def _commit(request: HttpRequest, draft: PlanDraft, user: User) -> None:
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        _say(_("Say why: the reason is kept in the history."))
    at = now()

    def may(edit: DraftEdit) -> bool:
        return may_edit(user, kind=edit.kind, truck=edit.truck, station=edit.station, now=at)

    try:
        committed = commit_draft(
            draft, revision=_key(request, "revision"), by=user, reason=reason, now=at, may=may
        )
    except NotPreviewedError as refusal:
        _say(str(_not_previewed()[refusal.code]))
    done, refused = len(committed.done), len(committed.refused)
    if done:
        text = ngettext(
            "%(n)s change is written. Drivers are told and the next plan obeys.",
            "%(n)s changes are written. Drivers are told and the next plan obeys.",
            done,
        )
        messages.success(request, text % {"n": done})
    if refused:
        text = ngettext(
            "%(n)s change could not be written any more: it is still in your draft, with why.",
            "%(n)s changes could not be written any more: they are still in your draft, with why.",
            refused,
        )
        messages.warning(request, text % {"n": refused})


def _not_previewed() -> dict[str, str]:
    return {
        "draft_changed": _("The draft was changed since: look at it again, then commit."),
        "not_solved": _("The preview is not there yet: wait for it, then commit."),
        "preview_too_old": _("The preview is over 10 minutes old: look again, then commit."),
    }


def _undo(request: HttpRequest, draft: PlanDraft, user: User) -> None:
    """Unpin a promise or allow a station again; the preview is asked for anew."""
    reason, at = request.POST.get("reason", "").strip()[:200], now()
    if not reason:
        _say(_("Say why: the reason is kept in the history."))
    if request.POST.get("promise"):
        steered = access.assignments_steered_by(user, now=at).filter(region=draft.region)
        promise = get_object_or_404(steered, pk=_key(request, "promise"))
        try:
            unpin(promise, by=user, now=at, reason=reason)
        except DispatchError as error:
            _say(str(error))
    else:
        bans = bans_steered_by(user, draft.region, now=at).select_related("truck")
        lift_ban(get_object_or_404(bans, pk=_key(request, "ban")), now=at, by=user, reason=reason)
    ask_preview(draft, now=at)
    messages.success(request, _("Undone. The planner may change it again."))
