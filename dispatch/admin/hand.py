"""People decide: pin and cancel a promise, and promise a swap by hand."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from dispatch import access
from dispatch.models import SwapAssignment
from dispatch.services.promises.by_hand import assign_by_hand, cancel_by_hand, pin, unpin
from dispatch.services.promises.moves import DispatchError
from fleet.access import trucks_run_by
from fleet.clock import now
from fleet.models import SwapStation, Truck, User

VERBS: dict[str, Callable[..., SwapAssignment]] = {
    "pin": pin,
    "unpin": unpin,
    "cancel": cancel_by_hand,
}


def hand_urls() -> list[URLPattern]:
    """Return the addresses of what people decide, for a page's own."""
    wrap = admin.site.admin_view
    return [
        path("steer/<int:assignment_id>/", wrap(steer_assignment), name="dispatch_steer"),
        path("by-hand/<int:truck_id>/", wrap(by_hand_page), name="dispatch_by_hand"),
    ]


@require_POST
def steer_assignment(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Pin, unpin or cancel a promise, with a reason."""
    user = request.user
    steered = access.assignments_steered_by(user, now=now())
    assignment = get_object_or_404(steered, pk=assignment_id)
    if not isinstance(user, User):
        raise PermissionDenied
    if (seen := request.POST.get("version", "")).isdecimal():
        assignment.version = int(seen)  # as the page had it: the database compares
    reason = request.POST.get("reason", "").strip()[:200]
    verb = request.POST.get("verb", "")
    if not reason:
        messages.error(request, _("Say why: the reason is kept in the history."))
    elif verb not in VERBS:
        raise Http404
    else:
        try:
            VERBS[verb](assignment, by=user, reason=reason, now=now())
            messages.success(request, _("Done. The driver is told and the next plan obeys it."))
        except DispatchError as error:
            messages.error(request, str(error))
    return redirect("admin:dispatch_swapassignment_change", assignment_id)


class ByHandForm(forms.Form):
    """Which station a truck is promised to, and why."""

    station = forms.ModelChoiceField(
        SwapStation.objects.none(),
        widget=UnfoldAdminSelectWidget,
        label=gettext_lazy("Station"),
        empty_label=gettext_lazy("Choose a station"),
    )
    reason = forms.CharField(
        max_length=200, widget=UnfoldAdminTextInputWidget, label=gettext_lazy("Why this change")
    )

    def __init__(self, *args: Any, truck: Truck, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = SwapStation.objects.filter(region=truck.region_id, is_active=True)
        self.fields["station"].queryset = rows  # type: ignore[attr-defined]  # a choice field


def by_hand_page(request: HttpRequest, truck_id: int) -> HttpResponse:
    """Promise a truck the earliest swap a station can give; it stands like a pinned one."""
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    truck = get_object_or_404(trucks_run_by(user, now=now()), pk=truck_id)
    form = ByHandForm(request.POST or None, truck=truck)
    if request.method == "POST" and form.is_valid():
        try:
            assignment = assign_by_hand(
                truck,
                form.cleaned_data["station"],
                by=user,
                reason=form.cleaned_data["reason"],
                now=now(),
            )
        except DispatchError as error:
            form.add_error("station", str(error))
        else:
            messages.success(request, _("Promised. The driver is asked now."))
            return redirect("admin:dispatch_swapassignment_change", assignment.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Assign %(truck)s by hand") % {"truck": truck.plate},
        "form": form,
        "truck": truck,
    }
    return TemplateResponse(request, "dispatch/by_hand.html", context)
