"""Machines that speak to us and their keys: made here, shown once, revoked at once."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from fleet.access import Viewer, operators_for, sees_everything, stations_for, trucks_run_by
from fleet.admin.scoped import ScopedAdmin
from fleet.clock import now
from fleet.models import User
from telematics import access
from telematics.models import Device, DeviceKey
from telematics.services.keys import TwoKeysLiveError, make_key, revoke_key


@admin.register(Device)
class DeviceAdmin(ScopedAdmin):
    """Onboard units, station controllers and office systems."""

    writers = frozenset({User.Role.FLEET_MANAGER, User.Role.STATION_OPERATOR})
    list_display = ["serial", "kind", "truck", "station", "operator", "live_keys", "is_active"]
    list_filter = ["kind", "is_active"]
    list_select_related = ["truck", "station", "operator"]
    search_fields = ["serial", "truck__plate", "truck__vin", "station__name", "station__code"]
    search_help_text = _("Serial number, plate, VIN or station")
    autocomplete_fields = ["truck", "station"]
    change_form_outer_before_template: Any = "telematics/device_keys.html"

    def rows_for(self, user: Viewer) -> QuerySet[Device]:
        return access.devices_for(user, now=now())

    def changeable_for(self, user: Viewer) -> QuerySet[Device]:
        """Return the devices on trucks the user's operator runs, at its stations, in its office."""
        if sees_everything(user):
            return Device.objects.all()
        return Device.objects.filter(
            Q(truck__in=trucks_run_by(user, now=now()).values("pk"))
            | Q(station__in=stations_for(user).values("pk"))
            | Q(operator__in=operators_for(user))
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        rows: QuerySet[Device] = super().get_queryset(request)
        return rows.annotate(key_count=Count("keys", filter=Q(keys__revoked_at__isnull=True)))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let a device speak only for what its writer runs."""
        if db_field.name == "truck":
            kwargs["queryset"] = trucks_run_by(request.user, now=now())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("live keys"), ordering="key_count")
    def live_keys(self, device: Any) -> int:
        """Return how many keys of the device are good."""
        count: int = device.key_count
        return count

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        key = "<int:device_id>/keys/"
        return [
            path(key, wrap(self.make_key), name="telematics_device_make_key"),
            path(
                key + "<int:key_id>/revoke/",
                wrap(self.revoke_key),
                name="telematics_device_revoke_key",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        keys = DeviceKey.objects.filter(device=self.get_object(request, object_id))
        context = {**(extra_context or {}), "keys": keys}
        return super().change_view(request, object_id, form_url, context)

    def _own_device(self, request: HttpRequest, device_id: int) -> Device:
        device = get_object_or_404(self.rows_for(request.user), pk=device_id)
        if not self.has_change_permission(request, device):
            raise PermissionDenied
        return device

    @method_decorator(require_POST)
    def make_key(self, request: HttpRequest, device_id: int) -> HttpResponse:
        """Make a key and show it, this once."""
        device = self._own_device(request, device_id)
        try:
            key = make_key(device, now=now())
        except TwoKeysLiveError:
            messages.error(request, _("Two keys of this device are live. Revoke one first."))
            return redirect("admin:telematics_device_change", device_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("New key of %(device)s") % {"device": device},
            "key": key,
            "device": device,
        }
        answer = TemplateResponse(request, "telematics/new_key.html", context)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @method_decorator(require_POST)
    def revoke_key(self, request: HttpRequest, device_id: int, key_id: int) -> HttpResponse:
        """Take a key back, from the next request on."""
        device = self._own_device(request, device_id)
        key = get_object_or_404(DeviceKey, device=device, pk=key_id)
        if revoke_key(key, now=now()):
            messages.success(request, _("The key is revoked."))
        return redirect("admin:telematics_device_change", device_id)
