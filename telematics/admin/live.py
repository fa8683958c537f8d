"""What stations last said of their slots and lanes."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fleet.access import Viewer
from fleet.admin.exchange import ExportAdmin
from fleet.admin.scoped import ReadOnlyAdmin
from fleet.admin.tables import ScopedResource
from telematics import access
from telematics.models import LaneState, SlotState


class SlotStateResource(ScopedResource):
    """Slots as they are now, as a table."""

    class Meta:
        model = SlotState
        fields = [
            "slot__station__code",
            "slot__number",
            "pack_code",
            "soc_percent",
            "power_kw",
            "temperature_c",
            "fault_code",
            "recorded_at",
        ]


@admin.register(SlotState)
class SlotStateAdmin(ExportAdmin):
    """Slots as they are: pack, charge, power, temperature, fault."""

    resource_classes = [SlotStateResource]
    list_display = [
        "slot",
        "pack_code",
        "soc_percent",
        "power_kw",
        "temperature_c",
        "fault_code",
        "recorded_at",
    ]
    list_filter = [("fault_code", admin.EmptyFieldListFilter), "slot__is_blocked"]
    list_select_related = ["slot__station"]
    search_fields = ["pack_code", "slot__station__name", "slot__station__code"]
    search_help_text = _("Pack code or station")
    ordering = ["slot__station__name", "slot__number"]

    def rows_for(self, user: Viewer) -> QuerySet[SlotState]:
        return access.slot_states_for(user)


@admin.register(LaneState)
class LaneStateAdmin(ReadOnlyAdmin):
    """Lanes as they are: free, busy or at fault."""

    list_display = ["lane", "state", "fault_code", "recorded_at"]
    list_filter = ["state"]
    list_select_related = ["lane__station"]
    search_fields = ["lane__station__name", "lane__station__code"]
    search_help_text = _("Station")
    ordering = ["lane__station__name", "lane__number"]

    def rows_for(self, user: Viewer) -> QuerySet[LaneState]:
        return access.lane_states_for(user)
