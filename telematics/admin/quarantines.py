"""Devices that are kept apart because two units use one key: the evidence, and a way out."""

from dataclasses import fields
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from fleet.access import Viewer, trucks_run_by
from fleet.admin.asking import act_with_reason
from fleet.admin.scoped import ReadOnlyAdmin
from fleet.clock import now
from fleet.models import User
from telematics import access
from telematics.models import DeviceQuarantine
from telematics.services.clones.lift import QuarantineOverError, lift_device_quarantine
from telematics.services.clones.signs import Heard

SIGNS = {
    "boots": _("reports of two starts of the unit in turns"),
    "numbers": _("two counts of reports in turns"),
    "tracks": _("two places in turns that no truck can drive between"),
}

SHOWN = ("device", "truck", "begun_at", "signs", "heard", "lifted_at", "lifted_by", "reason")


@admin.register(DeviceQuarantine)
class DeviceQuarantineAdmin(ReadOnlyAdmin):
    """Quarantined devices: what gave two units away, and who let the device in again and why."""

    writers = frozenset({User.Role.FLEET_MANAGER})
    list_display = ["device", "truck", "signs", "begun_at", "lifted_at", "lifted_by", "reason"]
    list_select_related = ["device__truck", "lifted_by"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["device__serial", "device__truck__plate"]
    search_help_text = _("Serial number or plate")
    actions = ["lift"]
    fields = SHOWN
    readonly_fields = SHOWN

    def rows_for(self, user: Viewer) -> QuerySet[DeviceQuarantine]:
        devices = access.devices_for(user, now=now()).order_by().values("pk")
        return DeviceQuarantine.objects.filter(device__in=devices)

    def changeable_for(self, user: Viewer) -> QuerySet[DeviceQuarantine]:
        held = trucks_run_by(user, now=now()).order_by().values("pk")
        return DeviceQuarantine.objects.filter(device__truck__in=held)

    @admin.display(description=_("truck"))
    def truck(self, row: DeviceQuarantine) -> str:
        """Return the truck the device speaks for."""
        return str(row.device.truck)

    @admin.display(description=_("what gave them away"))
    def signs(self, row: DeviceQuarantine) -> str:
        """Return the signs in words, with how often each was seen."""
        found = row.evidence.get("signs", [])
        return "; ".join(f"{SIGNS[sign['kind']]} (x {sign['times']})" for sign in found)

    @admin.display(description=_("reports"))
    def heard(self, row: DeviceQuarantine) -> SafeString:
        """Return the newest reports of the evidence: times, start, number, position, odometer."""
        names = [field.name for field in fields(Heard)]
        lines = (
            (" · ".join(str(report.get(name)) for name in names),)
            for report in row.evidence.get("reports", [])
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Say whether the user's role may let a device in again."""
        return self.may_write(request.user)

    @admin.action(description=_("Lift the quarantine"), permissions=["lift"])
    def lift(self, request: HttpRequest, rows: QuerySet[DeviceQuarantine]) -> Any:
        """Let the chosen devices speak for their trucks again, with the reason."""

        def act(row: DeviceQuarantine, reason: str) -> None:
            by = request.user if isinstance(request.user, User) else None
            lift_device_quarantine(row, by=by, reason=reason, now=now())

        title = str(_("Lift the quarantine"))
        return act_with_reason(
            self, request, rows, title=title, act=act, refusals=(QuarantineOverError,)
        )
