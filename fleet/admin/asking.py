"""Actions on chosen rows that ask why before they act; the answer goes into the history."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

MOST = 1000


def act_with_reason(
    page: Any,
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    title: str,
    act: Callable[[Any, str], object],
    refusals: tuple[type[Exception], ...] = (),
) -> HttpResponse | None:
    """Show what is chosen and ask why; once told, act on each row its user may change.

    A row that is refused is named with its sentence; the others are done all the same, each in
    its own transaction.
    """
    changeable = page.changeable_for(request.user).values("pk")
    chosen = list(rows.filter(pk__in=changeable)[:MOST])
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        return TemplateResponse(
            request,
            "fleet/ask_reason.html",
            {
                **page.admin_site.each_context(request),
                "title": title,
                "rows": chosen,
                "left_out": rows.count() - len(chosen),
                "action": request.POST.get("action", ""),
                "box": ACTION_CHECKBOX_NAME,
                "opts": page.opts,
            },
        )
    done = 0
    for row in chosen:
        try:
            act(row, reason)
            done += 1
        except refusals as error:
            messages.error(request, f"{row}: {error}")
    messages.success(request, _("%(title)s: %(count)d done.") % {"title": title, "count": done})
    return None
