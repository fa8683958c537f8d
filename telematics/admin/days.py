"""Truck days: how complete each is, and what the truck did."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fleet.access import Viewer
from fleet.admin.exchange import ExportAdmin
from fleet.admin.tables import ScopedResource
from fleet.clock import now
from telematics import access
from telematics.models import TruckDay


class TruckDayResource(ScopedResource):
    """Truck days as a table."""

    class Meta:
        model = TruckDay
        fields = [
            "truck__plate",
            "day",
            "reports",
            "late",
            "missing",
            "silent_s",
            "completeness_percent",
            "distance_km",
            "used_percent",
            "used_kwh",
            "swaps",
            "swapped_percent",
            "charged_percent",
            "drives",
            "stops",
            "moving_s",
            "stopped_s",
            "unseen_s",
        ]


@admin.register(TruckDay)
class TruckDayAdmin(ExportAdmin):
    """Truck days, the latest first; those that are not over are as far as they are."""

    resource_classes = [TruckDayResource]
    list_display = [
        "day",
        "plate",
        "completeness",
        "missing",
        "silence",
        "distance",
        "used",
        "swaps",
        "moving",
        "stopped",
        "drives",
        "picture",
    ]
    list_filter = ["day"]
    list_select_related = ["truck"]
    search_fields = ["truck__plate", "truck__vin"]
    search_help_text = _("Plate or VIN")
    fields = [
        "truck",
        "day",
        "reports",
        "late",
        "missing",
        "completeness",
        "silence",
        "distance",
        "used",
        "swaps",
        "drives",
        "stops",
        "moving",
        "stopped",
        "picture",
        "computed_at",
    ]
    ordering = ["-day", "truck__plate"]

    def rows_for(self, user: Viewer) -> QuerySet[TruckDay]:
        return access.truck_days_for(user, now=now())

    @admin.display(description=_("truck"), ordering="truck__plate")
    def plate(self, row: TruckDay) -> str:
        """Return the truck's plate."""
        return row.truck.plate

    @admin.display(description=_("completeness"), ordering="completeness_percent")
    def completeness(self, row: TruckDay) -> str:
        """Return how much of what was to be expected was received."""
        percent = row.completeness_percent
        return "–" if percent is None else f"{percent:.1f} %"

    @admin.display(description=_("silent on shift"), ordering="silent_s")
    def silence(self, row: TruckDay) -> str:
        """Return for how long the unit said nothing on shift."""
        return hours_of(row.silent_s)

    @admin.display(description=_("distance"), ordering="distance_km")
    def distance(self, row: TruckDay) -> str:
        """Return how far the truck went."""
        return f"{row.distance_km:.1f} km"

    @admin.display(description=_("energy used"), ordering="used_kwh")
    def used(self, row: TruckDay) -> str:
        """Return what the truck used of its packs."""
        return f"{row.used_kwh:.0f} kWh"

    @admin.display(description=_("moving"), ordering="moving_s")
    def moving(self, row: TruckDay) -> str:
        """Return for how long the truck drove."""
        return hours_of(row.moving_s)

    @admin.display(description=_("stopped"), ordering="stopped_s")
    def stopped(self, row: TruckDay) -> str:
        """Return for how long the truck stood."""
        return hours_of(row.stopped_s)

    @admin.display(description="")
    def picture(self, row: TruckDay) -> SafeString:
        """Return the way to the day's picture and its reports."""
        asked = urlencode({"truck": row.truck.plate, "day": row.day.isoformat()})
        address = f"{reverse('admin:telematics_truck_day')}?{asked}"
        return format_html('<a href="{}">{}</a>', address, _("Look"))


def hours_of(lasts_s: float) -> str:
    """Return a duration as hours and minutes."""
    minutes = round(timedelta(seconds=lasts_s) / timedelta(minutes=1))
    return f"{minutes // 60}:{minutes % 60:02d}" if minutes else "–"
