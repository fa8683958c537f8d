"""What came late or not at all: events found later, and the ledger of numbers."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from fleet.access import Viewer, drivers_for
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.clock import now
from telematics import access
from telematics.models import Boot, RetroEvent
from telematics.selectors.ledger import boots_of, ledger_of, silences_of

SILENCES_OVER = timedelta(days=7)
LEVEL_COLOURS = {"1": "", "2": "warning", "3": "danger", "4": "danger"}


@admin.register(RetroEvent)
class RetroEventAdmin(ReadOnlyAdmin):
    """What would have rung, had it come in time: past, found later, never open."""

    list_display = [
        "rule",
        "graveness",
        "truck",
        "driver_then",
        "assignment_id",
        "detail",
        "began_at",
        "ended_at",
        "found_later",
    ]
    list_filter = ["level", "rule", ("truck", ScopedRelatedFilter)]
    list_select_related = ["rule", "truck"]
    search_fields = ["truck__plate", "truck__vin"]
    search_help_text = _("Plate or VIN")
    exclude = ["driver"]
    date_hierarchy = "began_at"

    def rows_for(self, user: Viewer) -> QuerySet[RetroEvent]:
        return access.retro_events_for(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RetroEvent]:
        """Name drivers only to their own carrier: an owner sees the truck, not who drove it."""
        rows: QuerySet[RetroEvent] = super().get_queryset(request)
        named = When(driver__in=drivers_for(request.user).values("pk"), then=F("driver__name"))
        return rows.annotate(driver_name=Case(named, default=Value("–"), output_field=CharField()))

    @display(description=_("level"), ordering="level", label=LEVEL_COLOURS)
    def graveness(self, event: RetroEvent) -> tuple[str, str]:
        """Return the level, coloured."""
        return str(event.level), str(event.level)

    @admin.display(description=_("driver then"), ordering="driver__name")
    def driver_then(self, event: Any) -> str:
        """Return who drove."""
        return str(event.driver_name)

    @display(description=_("found later"), ordering="found_at", label="info")
    def found_later(self, event: RetroEvent) -> str:
        """Return how long after its end it was found, as the mark that it is past."""
        minutes = round((event.found_at - event.ended_at) / timedelta(minutes=1))
        if minutes < 120:
            return str(_("found %(n)d min later") % {"n": max(0, minutes)})
        return str(_("found %(n)d h later") % {"n": minutes // 60})


@admin.register(Boot)
class BootAdmin(ReadOnlyAdmin):
    """The ledger of numbers: what of each start of a unit came, and what is missing."""

    list_display = [
        "truck",
        "boot_id",
        "first_recorded_at",
        "last_recorded_at",
        "received",
        "missing",
        "given_up_count",
        "share",
    ]
    list_select_related = ["truck"]
    search_fields = ["truck__plate", "truck__vin", "boot_id"]
    search_help_text = _("Plate, VIN or boot")
    ordering = ["-last_recorded_at"]
    fields = ["truck", "boot_id", "first_recorded_at", "last_recorded_at", "last_received_at"]
    change_form_outer_before_template: Any = "telematics/ledger.html"

    def rows_for(self, user: Viewer) -> QuerySet[Boot]:
        return access.boots_for(user, now=now())

    @admin.display(description=_("received"))
    def received(self, boot: Boot) -> int:
        """Return how many numbers came."""
        return ledger_of(boot).received

    @admin.display(description=_("missing"))
    def missing(self, boot: Boot) -> int:
        """Return how many are still asked for."""
        return ledger_of(boot).missing_count

    @admin.display(description=_("given up"))
    def given_up_count(self, boot: Boot) -> int:
        """Return how many are asked for no more."""
        return ledger_of(boot).given_up

    @admin.display(description=_("received, %"))
    def share(self, boot: Boot) -> str:
        """Return which share of the numbers came."""
        return f"{ledger_of(boot).received_percent:.2f}"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        boot = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if boot is not None:
            until = now()
            since = until - SILENCES_OVER
            context["boots"] = boots_of(boot.truck_id, since=min(since, boot.last_recorded_at))
            context["silences"] = silences_of(boot.truck_id, since=since, until=until)
        return super().change_view(request, object_id, form_url, context)
