"""What came of promises, with how honest they were, and the spreads measured from them."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from dispatch import access
from dispatch.models import MeasuredSpread, PromiseOutcome
from dispatch.planning.spreads import Spread
from dispatch.selectors.calibration import Calibration, calibration
from fleet.access import Viewer
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.admin.spans import span_text
from fleet.clock import now

SIDE = 100
DOT_MOST = 5.0


@admin.register(PromiseOutcome)
class PromiseOutcomeAdmin(ReadOnlyAdmin):
    """Accepted promises that are over: told and kept."""

    list_display = ["assignment", "ended_at", "arrives_within", "told", "kept_badge", "late"]
    list_filter = ["is_kept", "road_class", ("station", ScopedRelatedFilter)]
    list_select_related = ["assignment__truck", "assignment__station", "station"]
    search_fields = ["assignment__truck__plate"]
    search_help_text = _("Plate")
    date_hierarchy = "ended_at"
    list_before_template: Any = "dispatch/calibration.html"  # unfold: None
    exclude = ["window"]
    readonly_fields = ["arrives_within"]

    def rows_for(self, user: Viewer) -> QuerySet[PromiseOutcome]:
        return access.outcomes_for(user, now=now())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        since = now() - timedelta(days=settings.SPREAD_DAYS)
        figures = calibration(self.rows_for(request.user).filter(ended_at__gt=since))
        context = {"calibration": figures, "dots": dots(figures), "days": settings.SPREAD_DAYS}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    @admin.display(description=_("window accepted"))
    def arrives_within(self, outcome: PromiseOutcome) -> str:
        """Return the window the driver took."""
        return span_text(outcome.window)

    @admin.display(description=_("probability told"), ordering="probability")
    def told(self, outcome: PromiseOutcome) -> str:
        """Return the probability, in percent."""
        return f"{100 * outcome.probability:.0f} %"

    @display(
        description=_("kept"),
        ordering="is_kept",
        label={"kept": "success", "broken": "danger", "withdrawn": ""},
    )
    def kept_badge(self, outcome: PromiseOutcome) -> tuple[str, Any]:
        """Return whether it was kept, coloured."""
        if outcome.is_kept is None:
            return "withdrawn", _("withdrawn")
        return ("kept", _("kept")) if outcome.is_kept else ("broken", _("broken"))

    @admin.display(description=_("arrival late by, min"), ordering="way_late_s")
    def late(self, outcome: PromiseOutcome) -> str:
        """Return how much later than predicted the truck came, in minutes."""
        return "–" if outcome.way_late_s is None else f"{outcome.way_late_s / 60:+.0f}"


def dots(figures: Calibration) -> list[dict[str, Any]]:
    """Return where the bins lie in a square of `SIDE`, kept upwards, told to the right."""
    most = max((one.promises for one in figures.bins), default=1)
    return [
        {
            "x": round(one.told_percent / 100 * SIDE, 1),
            "y": round(SIDE - one.kept_percent / 100 * SIDE, 1),
            "r": round(1.0 + (DOT_MOST - 1.0) * (one.promises / most) ** 0.5, 1),
            "bin": one,
        }
        for one in figures.bins
    ]


@admin.register(MeasuredSpread)
class MeasuredSpreadAdmin(ReadOnlyAdmin):
    """How far things turn out from what was predicted; the service measures it by itself."""

    list_display = ["kind", "region", "station", "road_class", "samples", "tenth", "middle", "most"]
    list_filter = ["kind", ("region", ScopedRelatedFilter)]
    list_select_related = ["region", "station"]
    exclude = ["points"]

    def rows_for(self, user: Viewer) -> QuerySet[MeasuredSpread]:
        return access.spreads_for(user)

    @admin.display(description=_("1 in 10 below, %"))
    def tenth(self, row: MeasuredSpread) -> str:
        """Return the 10th percentile, as a share of what was predicted."""
        return _shown(row, 0.1)

    @admin.display(description=_("middle, %"))
    def middle(self, row: MeasuredSpread) -> str:
        """Return the median."""
        return _shown(row, 0.5)

    @admin.display(description=_("9 in 10 below, %"))
    def most(self, row: MeasuredSpread) -> str:
        """Return the 90th percentile."""
        return _shown(row, 0.9)


def _shown(row: MeasuredSpread, quantile: float) -> str:
    points = Spread(tuple(row.points)).points
    return f"{100 * points[min(len(points) - 1, int(quantile * len(points)))]:+.0f}"
