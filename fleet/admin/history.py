"""The history page: each change of a row with who, when, why, before and after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pghistory.models import Events

from fleet.access import sees_everything
from fleet.models import User
from fleet.selectors.said import reason_said

LIMIT = 200
VERBS = {
    "insert": gettext_lazy("made"),
    "update": gettext_lazy("changed"),
    "delete": gettext_lazy("removed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a row, ready to be read by people."""

    at: datetime
    who: str
    verb: str
    reason: str
    fields: list[tuple[str, Any, Any]]


def changes_of(obj: Any) -> list[Change]:
    """Return the newest changes of a row first, at most `LIMIT`."""
    events = list(Events.objects.tracks(obj).order_by("-pgh_created_at", "-pgh_slug")[:LIMIT])
    contexts = [event.pgh_context or {} for event in events]
    names = User.objects.in_bulk({int(c["user"]) for c in contexts if c.get("user")})
    names_of_fields = {f.attname: str(f.verbose_name) for f in obj._meta.concrete_fields}
    changes = []
    for event, context in zip(events, contexts, strict=True):
        user = names.get(int(context["user"])) if context.get("user") else None
        diff = event.pgh_diff or {}
        changes.append(
            Change(
                at=event.pgh_created_at,
                who=str(user) if user else context.get("actor", "") or _("the service"),
                verb=str(VERBS.get(event.pgh_label, event.pgh_label)),
                reason=reason_said(context.get("reason", "")),
                fields=[
                    (names_of_fields.get(name, name), before, after)
                    for name, (before, after) in diff.items()
                ],
            )
        )
    return changes


def history_response(page: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Answer the history page of one row, if the user may look at the row.

    Of a row that was removed no door can say whose it was: the service's own staff read it.
    """
    obj = page.get_object(request, unquote(object_id))
    if obj is not None and page.has_view_permission(request, obj):
        changes, name = changes_of(obj), str(obj)
    elif obj is None and sees_everything(request.user):
        obj = _removed(page.model, unquote(object_id))
        changes, name = changes_of(obj), f"{page.opts.verbose_name} {obj.pk}"
    else:
        raise PermissionDenied
    if not changes and obj._state.adding:
        raise PermissionDenied
    context = {
        **page.admin_site.each_context(request),
        "title": _("History of %(name)s") % {"name": name},
        "changes": changes,
        "opts": page.opts,
        "object": obj,
        "limit": LIMIT,
    }
    return TemplateResponse(request, "fleet/history.html", context)


def _removed(model: Any, object_id: str) -> Any:
    """Return an empty row with the id of one that is gone."""
    try:
        return model(pk=model._meta.pk.to_python(object_id))
    except ValidationError as error:
        raise PermissionDenied from error
