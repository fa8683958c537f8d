"""Stations, their lanes and slots as tables."""

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field

from fleet import access
from fleet.admin.intake import Line, check_position
from fleet.admin.known import KnownWidget
from fleet.admin.tables import ScopedResource
from fleet.clock import now
from fleet.models import Lane, Operator, Region, Slot, SwapStation, Tariff


def _all(model: type[Model]) -> Any:
    return lambda _user: model._default_manager.all()


class StationResource(ScopedResource):
    """Stations as a table, known by their code."""

    tenant = "operator"
    region = Field("region", "region", KnownWidget(Region, field="code", rows=_all(Region)))
    tariff = Field("tariff", "tariff", KnownWidget(Tariff, field="code", rows=_all(Tariff)))
    operator = Field(
        "operator", "operator", KnownWidget(Operator, field="code", rows=access.operators_for)
    )

    class Meta:
        model = SwapStation
        name = gettext_lazy("swap stations")
        import_id_fields = ["code"]
        fields = [
            "code",
            "name",
            "name_zh",
            "region",
            "latitude_deg",
            "longitude_deg",
            "power_limit_kw",
            "tariff",
            "contact_phone",
            "is_active",
            "operator",
        ]

    def check(self, line: Line) -> None:
        """Keep stations on Earth, and under power."""
        check_position(line)
        if line.values.get("power_limit_kw") == 0:
            line.refuse("power_limit_kw", _("Write more than 0."))


class StationPartResource(ScopedResource):
    """Parts of stations: seen and changed as their station is."""

    station = Field(
        "station", "station", KnownWidget(SwapStation, field="code", rows=access.stations_for)
    )

    def seen_rows(self) -> QuerySet[Any]:
        return self._of(self.page.rows_for(self.user))

    def kept_rows(self) -> QuerySet[Any]:
        return self._of(access.stations_kept_by(self.user))

    def export(self, queryset: Any = None, **kwargs: Any) -> Any:
        """Export the parts of the stations that a list shows."""
        return super().export(None if queryset is None else self._of(queryset), **kwargs)

    def _of(self, stations: QuerySet[SwapStation]) -> QuerySet[Any]:
        keys = stations.order_by().values("pk")
        rows: QuerySet[Any] = self._meta.model._default_manager.filter(station__in=keys)
        return rows


class LaneResource(StationPartResource):
    """Lanes as a table, known by station and number."""

    class Meta:
        model = Lane
        name = gettext_lazy("lanes")
        import_id_fields = ["station", "number"]
        fields = ["station", "number", "swap_s"]

    def check(self, line: Line) -> None:
        """Keep swaps between a minute and an hour."""
        swap_s = line.values.get("swap_s")
        if swap_s is not None and not 60 <= swap_s <= 3600:
            line.refuse("swap_s", _("Write seconds, from 60 to 3600."))


class SlotResource(StationPartResource):
    """Slots as a table, known by station and number."""

    class Meta:
        model = Slot
        name = gettext_lazy("slots")
        import_id_fields = ["station", "number"]
        fields = ["station", "number", "max_power_kw", "is_blocked", "block_reason"]

    def check(self, line: Line) -> None:
        """Note since when a slot is blocked, and have a reason for it."""
        slot = line.instance
        if slot.is_blocked and not slot.block_reason:
            line.refuse("block_reason", _("Write why the slot is blocked."))
        if "is_blocked" in line.changes:
            slot.blocked_at = now() if slot.is_blocked else None
