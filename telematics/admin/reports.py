"""What trucks reported: a truck's day, and what was too odd for any day."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.timezone import get_default_timezone, localdate
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from fleet.access import Viewer, trucks_held_by
from fleet.admin.scoped import ReadOnlyAdmin
from fleet.clock import now
from telematics import access
from telematics.admin.days import hours_of
from telematics.admin.strip import strip_of
from telematics.models import Mark, OddReport, TruckReport
from telematics.services.days.calendar import bounds_of
from telematics.services.days.look import look_at_day

MOST = 200  # what a person reads at a time; the picture shows the whole day


class TruckDayForm(forms.Form):
    """Which truck and which day: the two the reports are kept by."""

    truck = forms.CharField(label=_("Plate or VIN"), widget=UnfoldAdminTextInputWidget)
    day = forms.DateField(label=_("Day"), widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))
    since = forms.TimeField(
        label=_("From"),
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
    )


@admin.register(OddReport)
class OddReportAdmin(ReadOnlyAdmin):
    """Reports outside retention or far ahead of the clock, kept as they came."""

    list_display = ["truck", "recorded_at", "received_at", "reason"]
    list_select_related = ["truck"]
    search_fields = ["truck__plate", "truck__vin"]
    search_help_text = _("Plate or VIN")
    ordering = ["-received_at"]

    def rows_for(self, user: Viewer) -> QuerySet[OddReport]:
        return access.odd_reports_for(user, now=now())

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("truck-day/", wrap(self.truck_day), name="telematics_truck_day"),
            *super().get_urls(),
        ]

    def truck_day(self, request: HttpRequest) -> HttpResponse:
        """Show what one truck reported on one day, and never more than that day is read."""
        form = TruckDayForm(request.GET or None, initial={"day": localdate(now())})
        truck = None
        reports: list[Any] = []
        day: dict[str, Any] = {}
        if form.is_valid():
            name = form.cleaned_data["truck"].strip().upper()
            trucks = trucks_held_by(request.user, now=now())
            truck = trucks.filter(plate=name).first() or trucks.filter(vin=name).first()
            if truck is None:
                form.add_error("truck", _("You hold no truck of this name."))
            else:
                since = form.cleaned_data["since"] or time()
                reports = _reports_of_day(truck.pk, form.cleaned_data["day"], since)
                day = _picture(truck.pk, form.cleaned_data["day"])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Reports of a truck's day"),
            "form": form,
            "truck": truck,
            "reports": reports,
            "most": MOST,
            **day,
        }
        return TemplateResponse(request, "telematics/truck_day.html", context)


def _picture(truck_id: int, day: Any) -> dict[str, Any]:
    view = look_at_day(truck_id, day, now=now())
    words = {name: hours_of(getattr(view.row, f"{name}_s")) for name in ("silent", "moving")}
    words["stopped"] = hours_of(view.row.stopped_s)
    return {"view": view, "strip": strip_of(view), "words": words}


def _reports_of_day(truck_id: int, day: Any, since: time) -> list[Any]:
    start = datetime.combine(day, since, tzinfo=get_default_timezone())
    rows = TruckReport.objects.filter(
        truck_id=truck_id, recorded_at__gte=start, recorded_at__lt=bounds_of(day)[1]
    )
    reports = list(rows.order_by("recorded_at", "seq")[:MOST])
    for report in reports:
        marks = [str(mark.label) for mark in Mark if report.marks & mark.value]
        report.marks_in_words = ", ".join(marks)  # type: ignore[attr-defined]  # for the page only
    return reports
