"""Alarms: what is open comes first, stranded risks before all."""

from typing import Any

from django.contrib import admin
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from fleet.access import Viewer
from fleet.admin.asking import act_with_reason
from fleet.admin.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from fleet.clock import now
from fleet.models import User
from fleet.selectors.said import detail_said
from telematics import access
from telematics.models import Alarm
from telematics.selectors.alarm_states import in_state
from telematics.services.alarms.people import (
    AlarmOverError,
    acknowledge_alarm,
    close_by_hand,
)

URGENCY = Case(
    When(closed_at__isnull=False, then=Value(2)),
    When(kind=Alarm.Kind.STRANDED_RISK, then=Value(0)),
    default=Value(1),
    output_field=IntegerField(),
)
STATE_NAMES = {
    "open": _("open"),
    "waiting": _("open, nobody looks after it"),
    "acknowledged": _("open, looked after"),
    "escalated": _("open, escalated"),
    "stale": _("open, stale"),
    "closed": _("closed"),
}


class StateFilter(admin.SimpleListFilter):
    """Alarms by where they are in their life."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*STATE_NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alarm]) -> QuerySet[Alarm]:
        return in_state(queryset, self.value() or "")


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """Alarms of trucks and stations: acknowledged by who looks after them, closed when over."""

    keeps_views = True
    writers = frozenset({User.Role.FLEET_MANAGER, User.Role.DISPATCHER, User.Role.STATION_OPERATOR})
    list_display = [
        "kind_label",
        "level",
        "truck",
        "station",
        "what",
        "opened_at",
        "state",
        "seen",
        "note",
    ]
    list_filter = [StateFilter, "kind", "level", ("station", ScopedRelatedFilter)]
    list_select_related = ["truck", "station", "acknowledged_by", "closed_by", "rule"]
    search_fields = [
        "truck__plate",
        "truck__vin",
        "station__name",
        "station__code",
        "detail",
        "note",
    ]
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
    def acknowledge(self, request: HttpRequest, rows: QuerySet[Alarm]) -> Any:
        """Note that someone looks after the chosen alarms, and what they say."""
        user: Any = request.user

        def act(alarm: Alarm, reason: str) -> None:
            acknowledge_alarm(alarm.pk, by=user, reason=reason, now=now())

        title = gettext("Acknowledge")
        return act_with_reason(
            self, request, rows, title=title, act=act, refusals=(AlarmOverError,)
        )

    @admin.action(description=_("Close"), permissions=["act"])
    def close(self, request: HttpRequest, rows: QuerySet[Alarm]) -> Any:
        """Close the chosen alarms for a reason, though their cause may still be there."""
        user: Any = request.user

        def act(alarm: Alarm, reason: str) -> None:
            close_by_hand(alarm.pk, by=user, reason=reason, now=now())

        title = gettext("Close")
        return act_with_reason(
            self, request, rows, title=title, act=act, refusals=(AlarmOverError,)
        )

    @admin.display(description=_("detail"), ordering="detail")
    def what(self, alarm: Alarm) -> str:
        """Return the rule in the reader's language, and what was seen."""
        detail = detail_said(alarm.detail)
        words = f"{alarm.rule}: {detail}" if alarm.rule else detail
        return format_html('<div style="min-width: 15rem">{}</div>', words)

    @display(
        description=_("state"),
        label={
            "waiting": "danger",
            "acknowledged": "info",
            "escalated": "danger",
            "stale": "warning",
            "closed": "",
        },
    )
    def state(self, alarm: Alarm) -> tuple[str, Any]:
        """Return where the alarm is in its life."""
        code = state_of(alarm)
        return code, STATE_NAMES[code]

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
            "battery_heat": "danger",
            "insulation": "danger",
            "cell_spread": "warning",
            "low_charge": "warning",
        },
    )
    def kind_label(self, alarm: Alarm) -> tuple[str, str]:
        """Return the kind, coloured."""
        return alarm.kind, alarm.get_kind_display()

    @admin.display(description=_("acknowledged by"), ordering="acknowledged_at")
    def seen(self, alarm: Alarm) -> str:
        """Return who looks after it."""
        return str(alarm.acknowledged_by or "–") if alarm.acknowledged_at else "–"


def state_of(alarm: Alarm) -> str:
    """Return the key of `STATES` that says most about an alarm."""
    if alarm.closed_at is not None:
        return "closed"
    if alarm.stale_since is not None:
        return "stale"
    if alarm.acknowledged_at is not None:
        return "acknowledged"
    return "waiting" if alarm.escalated_at is None else "escalated"
