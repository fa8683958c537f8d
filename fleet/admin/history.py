"""The history page: each change of a row with who, when, why, before and after."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from fleet.access import sees_everything
from fleet.selectors.changes import LIMIT, changes_of


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
