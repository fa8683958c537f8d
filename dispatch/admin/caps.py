"""Demand response at a station: ask what drawing less would cost, then accept it or not."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from dispatch.admin.board_acts import may_steer
from dispatch.models import PowerCap
from dispatch.selectors.charge_picture import charge_picture
from dispatch.services.charging.demand_response import (
    CapRefusedError,
    accept_cap,
    lift_cap,
    quote_cap,
)
from fleet import access
from fleet.access import Viewer
from fleet.admin.asking import act_with_reason
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.admin.spans import span_text
from fleet.admin.stations import STATION_KINDS, STATION_WRITERS
from fleet.clock import now
from fleet.models import SwapStation, User
from fleet.services.packs import told


def local_time_field(label: Any) -> forms.DateTimeField:
    """Return a field for a point in local time, as browsers pick one."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)


class CapForm(forms.Form):
    """When a station is to draw less, how much, and why."""

    start_at = local_time_field(gettext_lazy("From"))
    end_at = local_time_field(gettext_lazy("To"))
    limit_kw = forms.IntegerField(
        label=gettext_lazy("Power limit, kW"), min_value=0, widget=UnfoldAdminIntegerFieldWidget
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, widget=UnfoldAdminTextInputWidget
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins or is over."""
        data = super().clean() or {}
        start, end = data.get("start_at"), data.get("end_at")
        if start and end and end <= max(start, now()):
            self.add_error("end_at", _("The time must lie ahead and end after it begins."))
        return data


def cap_urls() -> list[URLPattern]:
    """Return the addresses of these pages, for the board's own."""
    return [
        path(
            "board/<int:station_id>/charging/",
            admin.site.admin_view(charging_page),
            name="dispatch_charging",
        )
    ]


def charging_page(request: HttpRequest, station_id: int) -> HttpResponse:
    """Show the charge plan of a station's next day, and price or accept a cap on its power."""
    station = get_object_or_404(access.stations_for(request.user), pk=station_id)
    form = CapForm(request.POST or None, initial={"limit_kw": station.power_limit_kw // 2})
    quote = None
    if request.method == "POST":
        if not may_steer(request.user, station):
            raise PermissionDenied
        if form.is_valid():
            asked = form.cleaned_data
            cap = {name: asked[name] for name in ("start_at", "end_at", "limit_kw")}
            if request.POST.get("verb") == "accept":
                return _accept(request, station, form, at=now(), **cap)
            quote = quote_cap(station, **cap, now=now())
    return _page(request, station, form, quote)


def _accept(
    request: HttpRequest, station: SwapStation, form: CapForm, *, at: datetime, **cap: Any
) -> HttpResponse:
    by = request.user if isinstance(request.user, User) else None
    reason = form.cleaned_data["reason"]
    try:
        with told(by=by, why=reason):
            accept_cap(station, **cap, reason=reason, by=by, now=at)
    except CapRefusedError as error:
        form.add_error(None, str(error))
        return _page(request, station, form, None)
    messages.success(request, _("Accepted. Charging and the region are planned again."))
    return redirect("admin:dispatch_charging", station.pk)


def _page(request: HttpRequest, station: SwapStation, form: CapForm, quote: Any) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Charging at %(station)s") % {"station": station},
        "station": station,
        "quarters": charge_picture(station, now=now()),
        "form": form,
        "quote": quote,
        "may_steer": may_steer(request.user, station),
        "caps": PowerCap.objects.filter(station=station, is_live=True, during__endswith__gt=now()),
    }
    return TemplateResponse(request, "dispatch/charging.html", context)


@admin.register(PowerCap)
class PowerCapAdmin(ReadOnlyAdmin):
    """Caps on the power of stations, with what they were said to cost; lifted with a reason."""

    writers = STATION_WRITERS
    kinds = STATION_KINDS
    list_display = ["station", "in_force_during", "limit_kw", "truck_minutes", "reason", "is_live"]
    list_filter = [("station", ScopedRelatedFilter), "is_live"]
    list_select_related = ["station"]
    actions = ["lift"]

    def rows_for(self, user: Viewer) -> QuerySet[PowerCap]:
        return PowerCap.objects.filter(station__in=access.stations_for(user))

    @admin.display(description=gettext_lazy("during"), ordering="during")
    def in_force_during(self, cap: PowerCap) -> str:
        """Return from when to when the station draws less."""
        return span_text(cap.during)

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Say whether the user steers stations."""
        return self.may_write(request.user)

    @admin.action(description=gettext_lazy("Lift the cap"), permissions=["lift"])
    def lift(self, request: HttpRequest, rows: QuerySet[PowerCap]) -> Any:
        """End the chosen caps; charging is planned again."""
        by = request.user if isinstance(request.user, User) else None

        def act(cap: PowerCap, reason: str) -> None:
            with told(by=by, why=reason):
                lift_cap(cap, now=now())

        return act_with_reason(self, request, rows, title=str(_("Lift the cap")), act=act)
