"""The fairness ledger: minutes lost beyond the fair share, by swap, carrier and driver."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from dispatch import access
from dispatch.models import FairnessEntry
from dispatch.selectors.fairness import totals_by
from fleet.access import Viewer
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.clock import now

SUMMED_OVER = timedelta(days=7)


@admin.register(FairnessEntry)
class FairnessEntryAdmin(ReadOnlyAdmin):
    """Entries of the user's own carrier; all for the service's staff."""

    list_display = ["swapped_at", "truck", "driver", "waited", "detoured", "share", "excess"]
    list_filter = ["reason", ("driver", ScopedRelatedFilter), ("truck", ScopedRelatedFilter)]
    list_select_related = ["truck", "driver"]
    search_fields = ["truck__plate", "driver__name"]
    search_help_text = _("Plate or driver")
    date_hierarchy = "swapped_at"
    list_before_template: Any = "dispatch/fairness_totals.html"  # unfold: None

    def rows_for(self, user: Viewer) -> QuerySet[FairnessEntry]:
        return access.fairness_for(user)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rows = self.rows_for(request.user).filter(swapped_at__gt=now() - SUMMED_OVER)
        context = {
            "totals": [
                (_("carrier"), totals_by(rows, "carrier__name")),
                (_("driver"), totals_by(rows, "driver__name")[:20]),
            ],
            "bound": settings.FAIRNESS_BOUND_PERCENT,
        }
        return super().changelist_view(request, {**(extra_context or {}), **context})

    @admin.display(description=_("waited, min"), ordering="waited_min")
    def waited(self, entry: FairnessEntry) -> str:
        """Return the minutes waited."""
        return f"{entry.waited_min:.1f}"

    @admin.display(description=_("detour, min"), ordering="detoured_min")
    def detoured(self, entry: FairnessEntry) -> str:
        """Return the minutes of detour beyond the nearest station's."""
        return f"{entry.detoured_min:.1f}"

    @admin.display(description=_("fair share, min"), ordering="share_min")
    def share(self, entry: FairnessEntry) -> str:
        """Return what was fair."""
        return f"{entry.share_min:.1f}"

    @display(
        description=_("beyond the share, min"),
        ordering="excess_min",
        label={"waited": "warning", "detoured": "warning", "spared": "success"},
    )
    def excess(self, entry: FairnessEntry) -> tuple[str, str]:
        """Return what is owed, coloured."""
        return entry.reason, f"{entry.excess_min:+.1f}"
