"""The work of trucks: trips entered or imported here, and shuttles that repeat them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from dispatch import access
from dispatch.models import Shuttle, Trip
from dispatch.services.trips.orders import replan_promised
from fleet.access import Viewer, places_for, sees_everything, trucks_run_by
from fleet.admin.exchange import ExchangeAdmin, KnownWidget, ScopedResource
from fleet.admin.scoped import ScopedRelatedFilter
from fleet.clock import now
from fleet.models import Operator, Place, Truck, User


def _trucks(user: Viewer) -> QuerySet[Truck]:
    return trucks_run_by(user, now=now())


class WorkResource(ScopedResource):
    """What trips and shuttles share: columns that name a truck by plate and places by code."""

    truck = Field("truck", "truck", KnownWidget(Truck, field="plate", rows=_trucks))
    origin = Field("origin", "origin", KnownWidget(Place, field="code", rows=places_for))
    destination = Field(
        "destination", "destination", KnownWidget(Place, field="code", rows=places_for)
    )

    def after_init_instance(self, instance: Any, new: Any, row: Any, **kwargs: Any) -> None:
        """Put new work under the importing user's carrier."""
        if new and isinstance(self.user, User):
            instance.carrier = self.user.operator


class TripResource(WorkResource):
    """Trips as a table, known by the carrier's own order number."""

    class Meta(ScopedResource.Meta):
        model = Trip
        import_id_fields = ["external_id"]
        fields = [
            "external_id",
            "truck",
            "origin",
            "destination",
            "load_kg",
            "ready_at",
            "due_at",
            "dwell_s",
        ]


class ShuttleResource(WorkResource):
    """Shuttles as a table, known by their truck."""

    class Meta(ScopedResource.Meta):
        model = Shuttle
        import_id_fields = ["truck"]
        fields = [
            "truck",
            "origin",
            "destination",
            "load_out_kg",
            "load_back_kg",
            "dwell_s",
            "is_active",
        ]


class WorkAdmin(ExchangeAdmin):
    """What the pages of trips and shuttles share."""

    writers = frozenset({User.Role.FLEET_MANAGER, User.Role.DISPATCHER})
    kinds = frozenset({Operator.Kind.CARRIER})
    autocomplete_fields = ["truck", "origin", "destination"]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if sees_everything(request.user) else ["carrier"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only trucks that the user dispatches."""
        if db_field.name == "truck":
            kwargs["queryset"] = trucks_run_by(request.user, now=now())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and not sees_everything(request.user):
            obj.carrier = getattr(request.user, "operator", None)
        super().save_model(request, obj, form, change)


@admin.register(Trip)
class TripAdmin(WorkAdmin):
    """Trips from place to place with a load."""

    keeps_views = True
    resource_classes = [TripResource]
    list_display = ["ready_at", "truck", "origin", "destination", "load_kg", "due_at", "state"]
    list_filter = ["state", ("origin", ScopedRelatedFilter), ("destination", ScopedRelatedFilter)]
    list_select_related = ["truck", "origin", "destination"]
    search_fields = [
        "external_id",
        "truck__plate",
        "truck__vin",
        "origin__name",
        "destination__name",
    ]
    search_help_text = _("Order number, plate, VIN or place")
    readonly_fields = ["shuttle", "left_at", "arrived_at"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the trip, and plan at once where a truck's way changed under a promise it has."""
        super().save_model(request, obj, form, change)
        replan_promised({obj.truck_id, form.initial.get("truck")}, now=now())

    def rows_for(self, user: Viewer) -> QuerySet[Trip]:
        return access.trips_for(user)


@admin.register(Shuttle)
class ShuttleAdmin(WorkAdmin):
    """Trucks that go to and fro between two places."""

    resource_classes = [ShuttleResource]
    list_display = ["truck", "origin", "destination", "load_out_kg", "load_back_kg", "is_active"]
    list_filter = ["is_active", ("origin", ScopedRelatedFilter)]
    list_select_related = ["truck", "origin", "destination"]
    search_fields = ["truck__plate", "truck__vin", "origin__name", "destination__name"]
    search_help_text = _("Plate, VIN or place")

    def rows_for(self, user: Viewer) -> QuerySet[Shuttle]:
        return access.shuttles_for(user)
