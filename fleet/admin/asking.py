"""Actions on chosen rows: a preview with what they lead to, one reason, all rows or none."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST = 1000
NAMED = 50  # rows named on the preview; the others are counted
ROWS = "rows"  # what was previewed, in one field: browsers may send only so many

type Consequence = Callable[[HttpRequest, str, Sequence[Any]], list[str]]
"""Says, for an action (by its name) on rows of a page, what else it touches."""
_CONSEQUENCES: dict[str, list[Consequence]] = {}


class _NothingDoneError(Exception):
    """Some rows refuse; with (row, sentence) of each."""

    def __init__(self, refused: list[tuple[Any, str]]) -> None:
        super().__init__()
        self.refused = refused


def consequence_of(model: str, tell: Consequence) -> None:
    """Have the previews of a page (by app.Model) say what an app above it knows."""
    _CONSEQUENCES.setdefault(model, []).append(tell)


def act_with_reason(
    page: Any,
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    title: str,
    act: Callable[[Any, str], object],
    refusals: tuple[type[Exception], ...] = (),
    undo: str = "",
) -> HttpResponse | None:
    """Show what is chosen and what it leads to, and ask why; once told, act on all rows or none.

    One transaction. If a row refuses, nothing is done, and each is named with its sentence; the
    person may leave those out. `undo` says how to undo it; empty: that it cannot be undone.
    """
    changeable = page.changeable_for(request.user).values("pk")
    wanted = _wanted(page, request, rows)
    chosen = list(wanted.filter(pk__in=changeable)[: MOST + 1])
    if len(chosen) > MOST:
        messages.error(request, _("At most %(n)d rows at a time. Choose fewer.") % {"n": MOST})
        return None
    left_out = wanted.count() - len(chosen)
    reason = request.POST.get("reason", "").strip()[:200]
    refused: list[tuple[Any, str]] = []
    if reason and chosen:
        try:
            _act_on_all(chosen, reason, act=act, refusals=refusals)
        except _NothingDoneError as error:
            refused = error.refused
        else:
            done = {"title": title, "count": len(chosen)}
            messages.success(request, _("%(title)s: %(count)d done.") % done)
            return None
    return _preview(page, request, chosen, refused, title=title, undo=undo, left_out=left_out)


def _wanted(page: Any, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return what was previewed, if there was a preview; else what is chosen in the list."""
    previewed = request.POST.get(ROWS, "")
    if not previewed:
        return rows
    keys = [key for key in previewed.split(",") if key.isascii() and key.isdecimal()]
    seen: QuerySet[Any] = page.get_queryset(request).filter(pk__in=keys[: MOST + 1])
    return seen


def _act_on_all(
    rows: list[Any],
    reason: str,
    *,
    act: Callable[[Any, str], object],
    refusals: tuple[type[Exception], ...],
) -> None:
    with transaction.atomic():
        refused = []
        for row in rows:
            try:
                with transaction.atomic(savepoint=bool(refusals)):
                    act(row, reason)
            except refusals as error:
                refused.append((row, str(error)))
        if refused:
            raise _NothingDoneError(refused)


def _preview(
    page: Any,
    request: HttpRequest,
    chosen: list[Any],
    refused: list[tuple[Any, str]],
    *,
    title: str,
    undo: str,
    left_out: int,
) -> HttpResponse:
    action = request.POST.get("action", "")
    refusing = {row.pk for row, _why in refused}
    willing = [row for row in chosen if row.pk not in refusing]
    told = [
        sentence
        for tell in _CONSEQUENCES.get(page.opts.label, [])
        for sentence in tell(request, action, willing)
    ]
    more = len(willing) - NAMED
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "rows": [getattr(page, "named", str)(row) for row in willing[:NAMED]],
        "count": len(willing),
        "more": more if more > 0 else 0,
        "words": ngettext("%(n)d row", "%(n)d rows", len(willing)) % {"n": len(willing)},
        "keys": ",".join(str(row.pk) for row in willing),
        "first": willing[0].pk if willing else "",
        "refused": refused,
        "left_out": left_out,
        "consequences": told,
        "undo": undo,
        "reason": request.POST.get("reason", ""),
        "action": action,
        "box": ACTION_CHECKBOX_NAME,
        "opts": page.opts,
    }
    status = 409 if refused else 200
    return TemplateResponse(request, "fleet/ask_reason.html", context, status=status)
