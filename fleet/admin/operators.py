"""Operators, their users, regions and places."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as PlainUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from fleet import access
from fleet.access import Viewer
from fleet.admin.exchange import ExchangeAdmin
from fleet.admin.intake import Line, check_position
from fleet.admin.known import KnownWidget
from fleet.admin.scoped import ScopedAdmin, ScopedRelatedFilter
from fleet.admin.tables import ScopedResource
from fleet.models import Operator, Place, Region, User

admin.site.unregister(Group)  # roles decide, not groups


@admin.register(Operator)
class OperatorAdmin(ScopedAdmin):
    """Operators: the service's own staff keep them; everybody sees their own."""

    list_display = ["name", "code", "kind", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "code"]
    filter_horizontal = ["regions"]

    def rows_for(self, user: Viewer) -> QuerySet[Operator]:
        return access.operators_for(user)


@admin.register(User)
class UserAdmin(PlainUserAdmin, ScopedAdmin):  # type: ignore[type-arg]  # Django's has its own form
    """Users: the service's own staff keep them; everybody sees their colleagues."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "last_name", "first_name", "operator", "role", "is_active"]
    list_filter = [("operator", ScopedRelatedFilter), "role", "is_active"]
    list_select_related = ["operator"]
    search_fields = ["username", "first_name", "last_name", "email"]
    filter_horizontal = ()
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["last_name", "first_name", "email", "language"]}),
        (
            _("Rights"),
            {"fields": ["operator", "role", "is_active", "is_staff", "is_superuser"]},
        ),
    ]
    add_fieldsets = (  # type: ignore[assignment]  # unfold: tuple[()]
        (
            None,
            {"fields": ["username", "password1", "password2", "operator", "role", "is_staff"]},
        ),
    )

    def rows_for(self, user: Viewer) -> QuerySet[User]:
        if access.sees_everything(user):
            return User.objects.all()
        return User.objects.filter(
            Q(pk=user.pk) | Q(operator__in=access.operators_for(user)), is_superuser=False
        )

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        return super(ScopedAdmin, self).save_form(request, form, change)


class RegionResource(ScopedResource):
    """Planning regions as a table, known by their code."""

    class Meta:
        model = Region
        import_id_fields = ["code"]
        fields = ["code", "name", "name_zh"]


@admin.register(Region)
class RegionAdmin(ExchangeAdmin):
    """Planning regions: shared by all."""

    resource_classes = [RegionResource]
    list_display = ["name", "name_zh", "code"]
    search_fields = ["name", "name_zh", "code"]

    def rows_for(self, user: Viewer) -> QuerySet[Region]:
        return Region.objects.all()


class PlaceResource(ScopedResource):
    """Places as a table, known by their code; those of no operator are shared by all."""

    tenant = "operator"
    region = Field(
        "region",
        "region",
        KnownWidget(Region, field="code", rows=lambda _user: Region.objects.all()),
    )
    operator = Field(
        "operator", "operator", KnownWidget(Operator, field="code", rows=access.operators_for)
    )

    class Meta:
        model = Place
        import_id_fields = ["code"]
        fields = [
            "code",
            "name",
            "name_zh",
            "kind",
            "region",
            "latitude_deg",
            "longitude_deg",
            "radius_m",
            "operator",
        ]

    def check(self, line: Line) -> None:
        """Keep places on Earth."""
        check_position(line)


@admin.register(Place)
class PlaceAdmin(ExchangeAdmin):
    """Mines, mills, ports and depots: shared ones, and each operator's own."""

    resource_classes = [PlaceResource]
    writers = frozenset({User.Role.FLEET_MANAGER, User.Role.DISPATCHER})
    can_delete = True
    list_display = ["name", "name_zh", "kind", "region", "operator", "radius_m"]
    list_filter = ["kind", ("region", ScopedRelatedFilter)]
    list_select_related = ["region", "operator"]
    search_fields = ["name", "name_zh", "code"]

    def rows_for(self, user: Viewer) -> QuerySet[Place]:
        return access.places_for(user)

    def changeable_for(self, user: Viewer) -> QuerySet[Place]:
        if access.sees_everything(user):
            return Place.objects.all()
        return Place.objects.filter(operator__in=access.operators_for(user))

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if access.sees_everything(request.user) else ["operator"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change and not access.sees_everything(request.user):
            obj.operator = getattr(request.user, "operator", None)
        super().save_model(request, obj, form, change)
