"""Swap stations with lanes, slots and hours, and their closures."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fleet import access
from fleet.access import Viewer
from fleet.admin.asking import act_with_reason
from fleet.admin.exchange import ExchangeAdmin
from fleet.admin.named_fields import NamedInline
from fleet.admin.scoped import ScopedAdmin, ScopedRelatedFilter
from fleet.admin.spans import span_text
from fleet.admin.station_tables import LaneResource, SlotResource, StationResource
from fleet.clock import now
from fleet.models import Closure, Lane, OpeningHours, Slot, SwapStation, User
from fleet.services import stations

STATION_WRITERS = access.STATION_KEEPERS.roles
STATION_KINDS = access.STATION_KEEPERS.kinds


class StationPartInline(NamedInline):
    """Part of a station: seen and changed as the station is."""

    extra = 0

    def _station_page(self) -> Any:
        return self.admin_site._registry[SwapStation]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._station_page().has_view_permission(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._station_page().has_change_permission(request, obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._station_page().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._station_page().has_change_permission(request, obj))


class LaneInline(StationPartInline):
    """Lanes of a station."""

    model = Lane


class SlotForm(forms.ModelForm):  # type: ignore[type-arg]  # of Slot
    """A slot in a station's form."""

    def clean(self) -> dict[str, Any]:
        """Note since when the slot is blocked."""
        data: dict[str, Any] = super().clean() or {}
        if "is_blocked" in self.changed_data:
            self.instance.blocked_at = now() if data.get("is_blocked") else None
        return data


class SlotInline(StationPartInline):
    """Slots of a station."""

    model = Slot
    form = SlotForm


class OpeningHoursInline(StationPartInline):
    """Opening hours of a station."""

    model = OpeningHours


@admin.register(SwapStation)
class SwapStationAdmin(ExchangeAdmin):
    """Swap stations of a station operator."""

    resource_classes = [StationResource, LaneResource, SlotResource]
    writers = STATION_WRITERS
    kinds = STATION_KINDS
    list_display = ["name", "name_zh", "code", "operator", "lanes_in_all", "slots_in_all"]
    list_filter = [("region", ScopedRelatedFilter), "is_active"]
    list_select_related = ["operator"]
    search_fields = ["name", "name_zh", "code"]
    inlines = [LaneInline, SlotInline, OpeningHoursInline]

    def rows_for(self, user: Viewer) -> QuerySet[SwapStation]:
        return access.stations_for(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SwapStation]:
        rows: QuerySet[SwapStation] = super().get_queryset(request)
        return rows.annotate(
            lane_count=Count("lanes", distinct=True), slot_count=Count("slots", distinct=True)
        )

    @admin.display(description=_("lanes"), ordering="lane_count")
    def lanes_in_all(self, station: Any) -> int:
        """Return how many lanes the station has."""
        count: int = station.lane_count
        return count

    @admin.display(description=_("slots"), ordering="slot_count")
    def slots_in_all(self, station: Any) -> int:
        """Return how many slots the station has."""
        count: int = station.slot_count
        return count

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if access.sees_everything(request.user) else ["operator"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and not access.sees_everything(request.user):
            obj.operator = getattr(request.user, "operator", None)
        super().save_model(request, obj, form, change)


class HoldsFilter(admin.SimpleListFilter):
    """Closures by whether they hold at this moment."""

    title = _("closed now")
    parameter_name = "holds"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("closed now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Closure]) -> QuerySet[Closure]:
        return queryset.filter(during__contains=now()) if self.value() == "now" else queryset


@admin.register(Closure)
class ClosureAdmin(ScopedAdmin):
    """Times in which a lane or station takes no truck; the planner obeys in its next plan."""

    writers = STATION_WRITERS
    kinds = STATION_KINDS
    list_display = ["station", "lane", "reason", "closed_during", "closed_by", "is_closed_now"]
    list_filter = [HoldsFilter, ("station", ScopedRelatedFilter)]
    list_select_related = ["station", "lane__station", "closed_by"]
    search_fields = ["station__name", "station__code", "reason"]
    exclude = ["closed_by"]
    actions = ["open_again"]

    def rows_for(self, user: Viewer) -> QuerySet[Closure]:
        return Closure.objects.filter(station__in=access.stations_for(user))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only lanes of stations that the user looks into."""
        if db_field.name == "lane":
            lanes = Lane.objects.select_related("station")
            kwargs["queryset"] = lanes.filter(station__in=access.stations_for(request.user))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("during"), ordering="during")
    def closed_during(self, closure: Closure) -> str:
        """Return from when to when it is closed."""
        return span_text(closure.during)

    @admin.display(description=_("closed now"), boolean=True)
    def is_closed_now(self, closure: Closure) -> bool:
        """Say whether the closure holds at this moment."""
        return _holds(closure.during, now())

    @admin.action(description=_("Open again now"), permissions=["change"])
    def open_again(self, request: HttpRequest, rows: QuerySet[Closure]) -> Any:
        """Take trucks again where the chosen closures are; the next plan knows."""
        by = request.user if isinstance(request.user, User) else None

        def act(closure: Closure, reason: str) -> None:
            if closure.lane:
                stations.open_lane(closure.lane, reason=reason, by=by, now=now())
            else:
                stations.open_station(closure.station, reason=reason, by=by, now=now())

        return act_with_reason(self, request, rows, title=str(_("Open again now")), act=act)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.closed_by = request.user
        super().save_model(request, obj, form, change)


def _holds(during: Any, at: datetime) -> bool:
    return at in during
