"""The start page of the admin: what needs me now, and the day in figures."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dispatch.access import assignments_for
from dispatch.selectors.attention import Concern, DayFigures, concerns, day_figures
from fleet.access import stations_for, trucks_for
from fleet.clock import now


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the start page for the user who looks at it; Unfold's dashboard callback."""
    at = now()
    trucks = trucks_for(request.user, now=at)
    assignments = assignments_for(request.user, now=at)
    stations = stations_for(request.user)
    rows = concerns(trucks=trucks, stations=stations, assignments=assignments, now=at)
    figures = day_figures(trucks=trucks, assignments=assignments, now=at)
    return context | {
        "title": _("Start"),
        "concerns": [(concern, kind_of(concern)) for concern in rows],
        "figures": figure_cards(figures),
        "as_of": at,
        "has_stations": stations.exists(),
    }


def kind_of(concern: Concern) -> str:
    """Return what a concern is, in the reader's language."""
    names = {
        "unanswered": _("offer not answered"),
        "closed": _("closed"),
    }
    return names.get(concern.kind, concern.kind)


def figure_cards(figures: DayFigures) -> list[tuple[str, str]]:
    """Return the figures with their names; a dash where nothing happened yet."""

    def shown(value: float | None, unit: str) -> str:
        return "–" if value is None else f"{value:g} {unit}".strip()

    return [
        (_("swaps, 24 h"), shown(figures.swaps, "")),
        (_("mean wait"), shown(figures.mean_wait_min, "min")),
        (_("promises kept"), shown(figures.promises_kept_percent, "%")),
        (_("offers, 24 h"), shown(figures.offers, "")),
        (_("declined"), shown(figures.declined, "")),
        (_("trucks on shift"), shown(figures.trucks_on_shift, "")),
        (_("stranded risks, 24 h"), shown(figures.strandings, "")),
    ]
