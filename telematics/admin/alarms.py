"""Alarms: what is open comes first, stranded risks before all."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from fleet.access import Viewer
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.clock import now
from fleet.models import User
from telematics import access
from telematics.models import Alarm

URGENCY = Case(
    When(closed_at__isnull=False, then=Value(2)),
    When(kind=Alarm.Kind.STRANDED_RISK, then=Value(0)),
    default=Value(1),
    output_field=IntegerField(),
)


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """Alarms of trucks and stations: acknowledged by who looks after them, closed when over."""

    writers = frozenset({User.Role.FLEET_MANAGER, User.Role.DISPATCHER, User.Role.STATION_OPERATOR})
    list_display = ["kind_label", "truck", "station", "detail", "opened_at", "seen", "closed_at"]
    list_filter = [
        "kind",
        ("closed_at", admin.EmptyFieldListFilter),
        ("station", ScopedRelatedFilter),
    ]
    list_select_related = ["truck", "station", "acknowledged_by"]
    search_fields = ["truck__plate", "truck__vin", "station__name", "station__code", "detail"]
    search_help_text = _("Plate, VIN, station or detail")
    actions = ["acknowledge", "close"]

    def rows_for(self, user: Viewer) -> QuerySet[Alarm]:
        return access.alarms_for(user, now=now())

    def get_ordering(self, request: HttpRequest) -> Any:
        return [URGENCY.asc(), F("level").desc(), "-opened_at"]

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Say whether the user looks after alarms at all."""
        return self.has_view_permission(request) and self.may_write(request.user)

    @admin.action(description=_("Acknowledge"), permissions=["act"])
    def acknowledge(self, request: HttpRequest, rows: QuerySet[Alarm]) -> None:
        """Note that someone looks after the chosen alarms."""
        waiting = Alarm.objects.filter(pk__in=rows.values("pk"), acknowledged_at__isnull=True)
        count = waiting.update(acknowledged_at=now(), acknowledged_by=request.user)
        messages.success(request, _("%(count)d acknowledged.") % {"count": count})

    @admin.action(description=_("Close"), permissions=["act"])
    def close(self, request: HttpRequest, rows: QuerySet[Alarm]) -> None:
        """Close the chosen alarms; one whose cause is still there is opened again."""
        still_open = Alarm.objects.filter(pk__in=rows.values("pk"), closed_at__isnull=True)
        count = still_open.update(closed_at=now())
        messages.success(request, _("%(count)d closed.") % {"count": count})

    @display(
        description=_("kind"),
        ordering="kind",
        label={
            **dict.fromkeys(Alarm.Kind.values, ""),  # a kind left out would show its code
            "stranded_risk": "danger",
            "vehicle": "danger",
            "silent_truck": "warning",
            "silent_station": "warning",
            "slot_fault": "warning",
            "wrong_pack": "warning",
        },
    )
    def kind_label(self, alarm: Alarm) -> tuple[str, str]:
        """Return the kind, coloured."""
        return alarm.kind, alarm.get_kind_display()

    @admin.display(description=_("acknowledged by"), ordering="acknowledged_at")
    def seen(self, alarm: Alarm) -> str:
        """Return who looks after it."""
        return str(alarm.acknowledged_by or "–") if alarm.acknowledged_at else "–"
