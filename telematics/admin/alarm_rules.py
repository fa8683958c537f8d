"""Alarm rules: read by all, written by the service's own staff."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fleet.access import Viewer
from fleet.admin.scoped import ReadOnlyAdmin, ScopedAdmin
from fleet.clock import now
from telematics import access
from telematics.models import AlarmRule, AlarmStorm

# Whoever changes one of these changes what reports are held against.
JUDGED_BY = {"metric", "comparison", "threshold", "clear_at", "duration_s", "is_enabled"}


@admin.register(AlarmRule)
class AlarmRuleAdmin(ScopedAdmin):
    """When alarms ring: for the whole service, so its own staff decides."""

    list_display = [
        "code",
        "in_words",
        "kind",
        "metric",
        "comparison",
        "threshold",
        "clear_at",
        "duration_s",
        "level",
        "is_enabled",
    ]
    list_filter = ["kind", "level", "is_enabled"]
    search_fields = ["code", "name", "name_zh"]
    fieldsets = (
        (None, {"fields": ("code", ("name", "name_zh"), "kind", "level", "is_enabled")}),
        (
            _("When it rings"),
            {
                "fields": (
                    ("metric", "comparison"),
                    ("threshold", "clear_at"),
                    ("duration_s", "max_age_s", "escalate_after_s"),
                    "source",
                )
            },
        ),
        (None, {"fields": ("change_reason",)}),
    )

    def rows_for(self, user: Viewer) -> QuerySet[AlarmRule]:
        return AlarmRule.objects.all()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and JUDGED_BY & set(form.changed_data):
            obj.changed_at = now()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("name"), ordering="name")
    def in_words(self, rule: AlarmRule) -> str:
        """Return the name in the reader's language."""
        return str(rule)


@admin.register(AlarmStorm)
class AlarmStormAdmin(ReadOnlyAdmin):
    """Alarms that came together, as far as one sees any of them."""

    list_display = ["kind", "region", "station", "alarms_seen", "opened_at", "closed_at"]
    list_filter = [("closed_at", admin.EmptyFieldListFilter), "kind"]
    list_select_related = ["region", "station"]

    def rows_for(self, user: Viewer) -> QuerySet[AlarmStorm]:
        return access.storms_for(user, now=now())

    @admin.display(description=_("alarms"))
    def alarms_seen(self, storm: Any) -> int:
        """Return how many of its alarms the user may see."""
        count: int = storm.seen
        return count
