"""Trucks and their models: the registry of a carrier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from fleet import access
from fleet.access import Viewer
from fleet.admin.asking import act_with_reason
from fleet.admin.exchange import ExchangeAdmin
from fleet.admin.intake import Line
from fleet.admin.known import KnownWidget
from fleet.admin.named_fields import NamedInline
from fleet.admin.scoped import ScopedRelatedFilter
from fleet.admin.spans import span_text
from fleet.admin.tables import ScopedResource
from fleet.clock import now
from fleet.models import Operator, Pack, PackType, Region, Truck, TruckModel, TruckTenure, User
from fleet.services.trucks import register_trucks, set_in_service


def carriers_now(at: datetime) -> Any:
    """Return what puts `carriers_now` on trucks: the tenures of who runs them."""
    held = TruckTenure.objects.filter(role="carrier", during__contains=at)
    return Prefetch("tenures", held.select_related("operator"), to_attr="carriers_now")


class TruckModelResource(ScopedResource):
    """Truck models as a table, known by maker and name."""

    pack_type = Field(
        "pack_type",
        "pack_type",
        KnownWidget(PackType, field="code", rows=lambda _user: PackType.objects.all()),
    )

    class Meta:
        model = TruckModel
        import_id_fields = ["maker", "name"]
        fields = [
            "maker",
            "name",
            "pack_type",
            "pack_positions",
            "curb_mass_kg",
            "gross_mass_kg",
            "drag_coefficient",
            "frontal_area_m2",
            "rolling_resistance",
            "height_m",
            "width_m",
            "length_m",
            "axle_load_kg",
        ]


@admin.register(TruckModel)
class TruckModelAdmin(ExchangeAdmin):
    """Truck models: shared by all, kept by the service's own staff."""

    resource_classes = [TruckModelResource]
    list_display = ["__str__", "pack_type", "pack_positions", "curb_mass_kg", "gross_mass_kg"]
    list_select_related = ["pack_type"]
    search_fields = ["maker", "name"]

    def rows_for(self, user: Viewer) -> QuerySet[TruckModel]:
        return TruckModel.objects.all()


class TenureInline(NamedInline):
    """Who owned and ran the truck, from when to when."""

    model = TruckTenure
    extra = 0
    can_delete = False
    readonly_fields = ["held"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the span to be typed for the service's staff, in words for all others."""
        return ["role", "operator", "during" if access.sees_everything(request.user) else "held"]

    @admin.display(description=_("during"))
    def held(self, tenure: TruckTenure) -> str:
        """Return from when to when the truck is held, in the page's hours."""
        return span_text(tenure.during)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.sees_everything(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return access.sees_everything(request.user)


class TruckResource(ScopedResource):
    """Trucks as a table: one row a truck, known by its VIN."""

    tenant = "carrier"
    model = Field(
        "model",
        "model",
        KnownWidget(
            TruckModel, field="name", rows=lambda _user: TruckModel.objects.all(), title=str
        ),
    )
    region = Field(
        "region",
        "region",
        KnownWidget(Region, field="code", rows=lambda _user: Region.objects.all()),
    )
    carrier = Field(
        "carrier", "carrier", KnownWidget(Operator, field="code", rows=access.operators_for)
    )

    class Meta:
        model = Truck
        import_id_fields = ["vin"]
        fields = ["vin", "plate", "model", "region", "reserve_percent", "is_active", "carrier"]

    def rows_named(self, lines: Any, *, locks: bool) -> Any:
        """Return the trucks with who runs them."""
        by_id, by_key = super().rows_named(lines, locks=locks)
        prefetch_related_objects([*by_id.values()], carriers_now(now()))
        for truck in by_id.values():
            truck.carrier = next((tenure.operator for tenure in truck.carriers_now), None)
        return by_id, by_key

    def dehydrate_carrier(self, truck: Any) -> str:
        """Return the code of who runs the truck now."""
        if not hasattr(truck, "carriers_now"):
            prefetch_related_objects([truck], carriers_now(now()))
        return next((tenure.operator.code for tenure in truck.carriers_now), "")

    def meaning(self, column: str) -> str:
        """Return what a column is called; who runs a truck is no field of it."""
        return gettext("carrier") if column == "carrier" else super().meaning(column)

    def check(self, line: Line) -> None:
        """Leave it to its page who runs a truck from when on."""
        if "carrier" in line.changes and not line.is_new:
            line.refuse("carrier", gettext("A truck changes hands on its own page, with the day."))

    def written(self, lines: Sequence[Line]) -> None:
        """Make their operators owners and carriers of the new trucks, all at once."""
        new: dict[Any, list[Truck]] = {}
        for line in lines:
            if line.is_new:
                new.setdefault(getattr(line.instance, "carrier", None), []).append(line.instance)
        for operator, trucks in new.items():
            if operator:
                register_trucks(trucks, operator=operator, now=now())


@admin.register(Truck)
class TruckAdmin(ExchangeAdmin):
    """Trucks, found by plate, VIN or the code of a pack on them."""

    keeps_views = True
    resource_classes = [TruckResource]
    writers = access.TRUCK_KEEPERS.roles
    kinds = access.TRUCK_KEEPERS.kinds
    list_display = ["plate", "vin", "model", "region", "carrier", "packs_on_board", "is_active"]
    list_select_related = ["model", "region"]
    list_filter = [
        ("model", ScopedRelatedFilter),
        ("region", ScopedRelatedFilter),
        "is_active",
    ]
    search_fields = ["plate", "vin", "packs__code"]
    search_help_text = _("Plate, VIN or pack code")
    inlines = [TenureInline]
    actions = ["retire", "activate"]

    def rows_for(self, user: Viewer) -> QuerySet[Truck]:
        return access.trucks_for(user, now=now())

    def changeable_for(self, user: Viewer) -> QuerySet[Truck]:
        return access.trucks_run_by(user, now=now())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Truck]:
        rows: QuerySet[Truck] = super().get_queryset(request)
        packs = Prefetch("packs", Pack.objects.order_by("position"))
        return rows.prefetch_related(carriers_now(now()), packs)

    @admin.action(description=_("Put out of service"), permissions=["change"])
    def retire(self, request: HttpRequest, rows: QuerySet[Truck]) -> Any:
        """Have the chosen trucks planned no more."""
        undo = gettext("To undo it, put the same trucks back into service.")
        title = gettext("Put out of service")
        return self._set_in_service(request, rows, title, undo, is_active=False)

    @admin.action(description=_("Put back into service"), permissions=["change"])
    def activate(self, request: HttpRequest, rows: QuerySet[Truck]) -> Any:
        """Have the chosen trucks planned again."""
        undo = gettext("To undo it, put the same trucks out of service.")
        title = gettext("Put back into service")
        return self._set_in_service(request, rows, title, undo, is_active=True)

    def _set_in_service(
        self, request: HttpRequest, rows: QuerySet[Truck], title: str, undo: str, *, is_active: bool
    ) -> Any:
        by = request.user if isinstance(request.user, User) else None

        def act(truck: Truck, reason: str) -> None:
            set_in_service(truck, is_active=is_active, reason=reason, by=by)

        return act_with_reason(self, request, rows, title=title, act=act, undo=undo)

    @admin.display(description=_("carrier"))
    def carrier(self, truck: Any) -> str:
        """Return who runs the truck now."""
        return ", ".join(tenure.operator.name for tenure in truck.carriers_now)

    @admin.display(description=_("packs"))
    def packs_on_board(self, truck: Truck) -> str:
        """Return the codes of the packs on the truck, by position."""
        return ", ".join(pack.code for pack in truck.packs.all())

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        user = request.user
        if not change and isinstance(user, User) and user.operator:
            register_trucks([obj], operator=user.operator, now=now())
