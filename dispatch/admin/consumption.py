"""What trucks consume by their own reports, against the data sheet; to look at and to reset."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dispatch import access
from dispatch.admin.assignments import DISPATCHERS
from dispatch.models import TruckConsumption
from dispatch.planning.roads import RoadClass
from dispatch.selectors.consumption import Figure, figure_of, figures_of, rolling_masses_kg
from dispatch.services.consumption.reset import reset_consumption
from fleet.access import Viewer, trucks_run_by
from fleet.admin.asking import act_with_reason
from fleet.admin.scoped import ReadOnlyAdmin
from fleet.clock import now
from fleet.models import User

ROADS = {
    RoadClass.URBAN: _("in town"),
    RoadClass.REGIONAL: _("regional road"),
    RoadClass.LONG_HAUL: _("expressway"),
}


@admin.register(TruckConsumption)
class TruckConsumptionAdmin(ReadOnlyAdmin):
    """Learnt kWh/km of each truck with its 90 % interval, and how much it rests on."""

    writers = DISPATCHERS
    list_display = ["truck", "empty", "loaded", "kilometres", "drives", "odd_drives", "reset_at"]
    list_select_related = ["truck__model"]
    search_fields = ["truck__plate", "truck__vin"]
    search_help_text = _("Plate or VIN")
    actions = ["reset"]
    fields = [
        "truck",
        "kilometres",
        "drives",
        "odd_drives",
        "learnt_until",
        "reset_at",
        "reset_reason",
        "reset_by",
    ]
    readonly_fields = ["kilometres"]
    change_form_outer_before_template: Any = "dispatch/consumption.html"  # unfold: None

    def rows_for(self, user: Viewer) -> QuerySet[TruckConsumption]:
        return access.consumption_for(user, now=now())

    def changeable_for(self, user: Viewer) -> QuerySet[TruckConsumption]:
        held = trucks_run_by(user, now=now()).values("pk")
        return TruckConsumption.objects.filter(truck__in=held)

    def has_reset_permission(self, request: HttpRequest) -> bool:
        """Say whether the user's role may let a truck be learnt anew."""
        return self.may_write(request.user)

    @admin.action(description=_("Learn anew"), permissions=["reset"])
    def reset(self, request: HttpRequest, rows: QuerySet[TruckConsumption]) -> Any:
        """Forget what the chosen trucks taught, with the reason."""

        def act(row: TruckConsumption, reason: str) -> None:
            by = request.user if isinstance(request.user, User) else None
            reset_consumption(row.pk, reason=reason, by=by, now=now())

        return act_with_reason(self, request, rows, title=str(_("Learn anew")), act=act)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        obj = self.get_object(request, object_id)
        context = {**(extra_context or {}), **(page_of(obj) if obj else {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("empty, kWh/km (data sheet)"))
    def empty(self, row: TruckConsumption) -> str:
        """Return the figure of an empty truck on a regional road at 20 °C."""
        return _short(row, is_loaded=False)

    @admin.display(description=_("full, kWh/km (data sheet)"))
    def loaded(self, row: TruckConsumption) -> str:
        """Return the figure of a fully loaded truck on a regional road at 20 °C."""
        return _short(row, is_loaded=True)

    @admin.display(description=_("learnt from, km"), ordering="distance_m")
    def kilometres(self, row: TruckConsumption) -> str:
        """Return how far the truck drove while it was learnt from."""
        return f"{row.distance_m / 1_000:.0f}"


def _short(row: TruckConsumption, *, is_loaded: bool) -> str:
    figure = figure_of(row.learnt, row.truck.model, RoadClass.REGIONAL, is_loaded=is_loaded)
    return f"{figure.kwh_per_km:.2f} {_interval(figure)} ({figure.sheet_kwh_per_km:.2f})"


def _interval(figure: Figure) -> str:
    return f"[{figure.low_kwh_per_km:.2f}; {figure.high_kwh_per_km:.2f}]"


def page_of(row: TruckConsumption) -> dict[str, Any]:
    """Return what the page of a truck shows: figures, masses, latest drives."""
    empty_kg, full_kg = rolling_masses_kg(row.learnt, row.truck.model)
    return {
        "figures": [
            {
                "road": ROADS[figure.road_class],
                "is_loaded": figure.is_loaded,
                "temperature_c": f"{figure.temperature_c:.0f}",
                "sheet": f"{figure.sheet_kwh_per_km:.2f}",
                "learnt": f"{figure.kwh_per_km:.2f}",
                "interval": _interval(figure),
                "more": f"{100 * (figure.kwh_per_km / figure.sheet_kwh_per_km - 1):+.0f}",
            }
            for figure in figures_of(row.learnt, row.truck.model)
        ],
        "empty_t": f"{empty_kg / 1_000:.1f}",
        "full_t": f"{full_kg / 1_000:.1f}",
        "drives": [
            {**line, "began_at": datetime.fromisoformat(line["began_at"])}
            for line in reversed(row.recent)
        ],
    }
