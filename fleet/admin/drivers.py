"""Drivers and their shifts."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from unfold.decorators import action

from fleet import access
from fleet.access import Viewer
from fleet.admin.asking import act_with_reason
from fleet.admin.exchange import ExchangeAdmin, ExportAdmin
from fleet.admin.known import KnownWidget
from fleet.admin.scoped import ScopedRelatedFilter
from fleet.admin.sign_in import sign_in_response
from fleet.admin.tables import ScopedResource
from fleet.clock import now
from fleet.models import Driver, Operator, Shift, User
from fleet.services.shifts import end_shift


class DriverResource(ScopedResource):
    """Drivers as a table, known by their licence number, or by the number of their row."""

    tenant = "carrier"
    carrier = Field(
        "carrier", "carrier", KnownWidget(Operator, field="code", rows=access.operators_for)
    )

    class Meta:
        model = Driver
        import_id_fields = ["licence_number"]
        fields = [
            "id",
            "licence_number",
            "name",
            "phone",
            "licence_expires_on",
            "is_active",
            "carrier",
        ]


@admin.register(Driver)
class DriverAdmin(ExchangeAdmin):
    """Drivers of a carrier, found by name, phone or licence."""

    resource_classes = [DriverResource]
    writers = frozenset({User.Role.FLEET_MANAGER, User.Role.DISPATCHER})
    kinds = frozenset({Operator.Kind.CARRIER})
    list_display = ["name", "phone", "carrier", "truck_now", "licence_expires_on", "is_active"]
    list_filter = ["is_active", ("carrier", ScopedRelatedFilter)]
    list_select_related = ["carrier"]
    search_fields = ["name", "phone", "licence_number"]
    exclude = ["user"]
    actions_detail: Any = ["sign_in_link"]

    @action(description=_("Sign in"), url_path="sign-in", permissions=["sign_in"], icon="qr_code")
    def sign_in_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a link or QR code that signs the driver in, or sign the driver out."""
        return sign_in_response(self, request, object_id)

    def has_sign_in_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Say whether the user signs drivers in at all; Unfold gives the row's key, not the row."""
        return self.has_change_permission(request)

    def rows_for(self, user: Viewer) -> QuerySet[Driver]:
        return access.drivers_for(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Driver]:
        running = Shift.objects.filter(ended_at__isnull=True).select_related("truck")
        return (
            super()
            .get_queryset(request)
            .prefetch_related(Prefetch("shifts", running, to_attr="shifts_now"))
        )

    @admin.display(description=_("on truck"))
    def truck_now(self, driver: Any) -> str:
        """Return the plate of the truck the driver is on."""
        return ", ".join(shift.truck.plate for shift in driver.shifts_now)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["user"] if access.sees_everything(request.user) else ["user", "carrier"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and not access.sees_everything(request.user):
            obj.carrier = getattr(request.user, "operator", None)
        super().save_model(request, obj, form, change)


class ShiftResource(ScopedResource):
    """Shifts as a table."""

    class Meta:
        model = Shift
        fields = ["driver__name", "truck__plate", "started_at", "ended_at"]


@admin.register(Shift)
class ShiftAdmin(ExportAdmin):
    """Who drove what, from when to when."""

    resource_classes = [ShiftResource]
    list_display = ["driver", "truck", "started_at", "ended_at"]
    writers = frozenset({User.Role.FLEET_MANAGER, User.Role.DISPATCHER})
    kinds = frozenset({Operator.Kind.CARRIER})
    list_filter = [("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["driver", "truck"]
    actions = ["end_shifts"]
    search_fields = ["driver__name", "truck__plate"]

    def rows_for(self, user: Viewer) -> QuerySet[Shift]:
        return access.shifts_for(user)

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Say whether the user ends shifts of the drivers it sees."""
        return self.has_view_permission(request) and self.may_write(request.user)

    @admin.action(description=_("End shift"), permissions=["act"])
    def end_shifts(self, request: HttpRequest, rows: QuerySet[Shift]) -> Any:
        """End the chosen shifts that still run; their trucks are planned no more."""

        def act(shift: Shift, reason: str) -> None:
            if shift.ended_at is None:
                end_shift(shift.driver, now=now(), reason=reason)

        return act_with_reason(self, request, rows, title=str(_("End shift")), act=act)
