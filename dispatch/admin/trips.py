"""The work of trucks: trips entered or imported here, and shuttles that repeat them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from dispatch import access
from dispatch.models import Shuttle, Trip
from dispatch.services.trips.orders import replan_promised
from fleet.access import Viewer, operators_for, places_for, sees_everything, trucks_run_by
from fleet.admin.exchange import ExchangeAdmin
from fleet.admin.intake import Line
from fleet.admin.known import KnownWidget
from fleet.admin.scoped import ScopedRelatedFilter
from fleet.admin.tables import ScopedResource
from fleet.clock import now
from fleet.models import Operator, Place, Truck, User


def _trucks(user: Viewer) -> QuerySet[Truck]:
    return trucks_run_by(user, now=now())


class WorkResource(ScopedResource):
    """What trips and shuttles share: columns that name a truck by plate and places by code."""

    tenant = "carrier"
    truck = Field("truck", "truck", KnownWidget(Truck, field="plate", rows=_trucks))
    origin = Field("origin", "origin", KnownWidget(Place, field="code", rows=places_for))
    destination = Field(
        "destination", "destination", KnownWidget(Place, field="code", rows=places_for)
    )
    carrier = Field("carrier", "carrier", KnownWidget(Operator, field="code", rows=operators_for))

    def check(self, line: Line) -> None:
        """Refuse work that goes nowhere."""
        work = line.instance
        if work.origin_id is not None and work.origin_id == work.destination_id:
            line.refuse("destination", gettext("Write another place than the origin."))


class TripResource(WorkResource):
    """Trips as a table, known by the carrier's own order number, or by the number of their row."""

    class Meta:
        model = Trip
        import_id_fields = ["external_id"]
        fields = [
            "id",
            "external_id",
            "truck",
            "origin",
            "destination",
            "load_kg",
            "ready_at",
            "due_at",
            "dwell_s",
            "carrier",
        ]

    def check(self, line: Line) -> None:
        """Change only trips that are still ahead, and let none be due before it may leave."""
        super().check(line)
        trip = line.instance
        if trip.state != Trip.State.PLANNED:
            sentence = gettext("The trip is %(state)s: it cannot be changed any more.")
            line.refuse(self.keys[0], sentence % {"state": trip.get_state_display()})
        if trip.due_at and trip.ready_at and trip.due_at <= trip.ready_at:
            line.refuse("due_at", gettext("Write a later time than `ready_at`."))

    def written(self, lines: Sequence[Line]) -> None:
        """Plan at once where a truck's way changed under a promise it has."""
        changed = [line for line in lines if line.changes]
        replan_promised({line.instance.truck_id for line in changed}, now=now())
        plates = {line.changes["truck"][0] for line in changed if "truck" in line.changes} - {""}
        was_for = Truck.objects.filter(plate__in=plates).values_list("pk", flat=True)
        replan_promised([*was_for], now=now())


class ShuttleResource(WorkResource):
    """Shuttles as a table, known by their truck, or by the number of their row."""

    class Meta:
        model = Shuttle
        import_id_fields = ["truck"]
        fields = [
            "id",
            "truck",
            "origin",
            "destination",
            "load_out_kg",
            "load_back_kg",
            "dwell_s",
            "is_active",
            "carrier",
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
    ordering = ["-ready_at", "-pk"]  # today's work first, what is long done on later pages

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
