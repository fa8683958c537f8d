"""What stations charged by quarters of an hour, and when they had no charged pack."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dispatch import access
from dispatch.models import StationQuarter, StockOut
from fleet.access import Viewer
from fleet.admin.exchange import ExportAdmin
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.admin.spans import span_text
from fleet.admin.tables import ScopedResource
from fleet.clock import now


class QuarterResource(ScopedResource):
    """Energy charged as a table."""

    class Meta:
        model = StationQuarter
        fields = ["station__code", "starts_at", "energy_wh", "cost_cny"]


@admin.register(StationQuarter)
class StationQuarterAdmin(ExportAdmin):
    """Energy charged, by station and quarter of an hour, and what it cost by the tariff."""

    resource_classes = [QuarterResource]
    list_display = ["starts_at", "station", "energy_kwh", "cost_cny"]
    list_filter = [("station", ScopedRelatedFilter)]
    list_select_related = ["station"]
    search_fields = ["station__name", "station__code"]
    search_help_text = _("Station")
    date_hierarchy = "starts_at"

    def rows_for(self, user: Viewer) -> QuerySet[StationQuarter]:
        return access.energy_for(user)

    @admin.display(description=_("energy charged, kWh"), ordering="energy_wh")
    def energy_kwh(self, quarter: StationQuarter) -> str:
        """Return the energy in kWh."""
        return f"{quarter.energy_wh / 1000:.1f}"


@admin.register(StockOut)
class StockOutAdmin(ReadOnlyAdmin):
    """When a station held packs of a type and none of them was charged."""

    list_display = ["station", "pack_type", "lasted", "is_open"]
    list_filter = [("station", ScopedRelatedFilter), ("pack_type", ScopedRelatedFilter)]
    list_select_related = ["station", "pack_type"]
    search_fields = ["station__name", "station__code"]
    search_help_text = _("Station")
    exclude = ["during"]
    readonly_fields = ["lasted"]

    def rows_for(self, user: Viewer) -> QuerySet[StockOut]:
        return access.stock_outs_for(user)

    @admin.display(description=_("during"), ordering="during")
    def lasted(self, row: StockOut) -> str:
        """Return from when to when no pack was charged."""
        return span_text(row.during)

    @admin.display(description=_("still so"), boolean=True)
    def is_open(self, row: StockOut) -> bool:
        """Say whether there is none charged at this moment."""
        return now() in row.during
