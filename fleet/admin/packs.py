"""Packs, their types, and the ledger of their moves."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from fleet import access
from fleet.access import Viewer
from fleet.admin.asking import act_with_reason
from fleet.admin.exchange import ExchangeAdmin, ExportAdmin
from fleet.admin.known import KnownWidget
from fleet.admin.scoped import ScopedRelatedFilter
from fleet.admin.tables import ScopedResource
from fleet.clock import now
from fleet.models import Operator, Pack, PackMove, PackType, User
from fleet.selectors.said import reason_said
from fleet.services import packs, quarantine

type Move = Callable[..., object]


class PackTypeResource(ScopedResource):
    """Pack types as a table, known by their code."""

    class Meta:
        model = PackType
        import_id_fields = ["code"]
        fields = ["code", "name", "chemistry", "capacity_wh", "mass_kg", "max_charge_kw"]


@admin.register(PackType)
class PackTypeAdmin(ExchangeAdmin):
    """Pack types: shared by all, kept by the service's own staff."""

    resource_classes = [PackTypeResource]
    list_display = ["name", "code", "chemistry", "capacity_wh", "max_charge_kw"]
    search_fields = ["name", "code"]

    def rows_for(self, user: Viewer) -> QuerySet[PackType]:
        return PackType.objects.all()


class PackResource(ScopedResource):
    """Packs as a table, known by their GB/T 34014 code; a new one is in transport."""

    tenant = "owner"
    type = Field(
        "type",
        "type",
        KnownWidget(PackType, field="code", rows=lambda _user: PackType.objects.all()),
    )
    owner = Field("owner", "owner", KnownWidget(Operator, field="code", rows=access.operators_for))

    class Meta:
        model = Pack
        import_id_fields = ["code"]
        fields = ["code", "type", "soh_percent", "owner"]

    def begin(self, row: Any) -> None:
        """Enter a new pack into the custody ledger."""
        row.moved_at, row.move_reason = now(), gettext("imported from a file")


@admin.register(Pack)
class PackAdmin(ExchangeAdmin):
    """Packs wherever they are, found by code, truck or station."""

    keeps_views = True
    resource_classes = [PackResource]
    writers = access.PACK_KEEPERS.roles
    kinds = access.PACK_KEEPERS.kinds
    list_display = ["code", "type", "owner", "whereabouts", "place", "soh_percent"]
    list_filter = [("type", ScopedRelatedFilter), "whereabouts", "is_quarantined"]
    list_select_related = ["type", "owner", "slot__station", "truck"]
    search_fields = ["code", "truck__plate", "slot__station__name"]
    search_help_text = _("Pack code, plate or station")
    actions = ["take_into_transport", "retire", "quarantine", "ask_release", "confirm_release"]
    readonly_fields = [
        "whereabouts",
        "slot",
        "truck",
        "position",
        "moved_at",
        "move_reason",
        "is_quarantined",
    ]

    def rows_for(self, user: Viewer) -> QuerySet[Pack]:
        return access.packs_for(user, now=now())

    def changeable_for(self, user: Viewer) -> QuerySet[Pack]:
        return access.packs_kept_by(user)

    @admin.display(description=_("place"))
    def place(self, pack: Pack) -> str:
        """Return where the pack is, in words."""
        return str(pack.slot or pack.truck or pack.get_whereabouts_display())

    def _move(
        self, request: HttpRequest, rows: QuerySet[Pack], title: str, move: Move, undo: str = ""
    ) -> Any:
        def act(pack: Pack, reason: str) -> None:
            by = request.user if isinstance(request.user, User) else None
            move(pack.pk, custody=packs.Custody(at=now(), reason=reason, by=by))

        refusals = (packs.PackMoveRefusedError,)
        return act_with_reason(
            self, request, rows, title=title, act=act, refusals=refusals, undo=undo
        )

    @admin.action(description=_("Take into transport"), permissions=["change"])
    def take_into_transport(self, request: HttpRequest, rows: QuerySet[Pack]) -> Any:
        """Take the chosen packs out of their slots and trucks."""
        title = str(_("Take into transport"))
        return self._move(request, rows, title, packs.take_into_transport)

    @admin.action(description=_("Retire for good"), permissions=["change"])
    def retire(self, request: HttpRequest, rows: QuerySet[Pack]) -> Any:
        """Take the chosen packs out of service."""
        return self._move(request, rows, str(_("Retire for good")), packs.retire_pack)

    @admin.action(description=_("Quarantine"), permissions=["change"])
    def quarantine(self, request: HttpRequest, rows: QuerySet[Pack]) -> Any:
        """Forbid handing the chosen packs out."""
        undo = gettext("Their release takes two persons.")
        return self._move(request, rows, str(_("Quarantine")), quarantine.quarantine_pack, undo)

    @admin.action(description=_("Ask for release from quarantine"), permissions=["change"])
    def ask_release(self, request: HttpRequest, rows: QuerySet[Pack]) -> Any:
        """Ask for quarantined packs to be let go: another person has to confirm it."""
        undo = gettext("To undo it, quarantine the same packs.")
        title = str(_("Ask for release from quarantine"))
        return self._move(request, rows, title, quarantine.ask_release, undo)

    @admin.action(description=_("Confirm release from quarantine"), permissions=["change"])
    def confirm_release(self, request: HttpRequest, rows: QuerySet[Pack]) -> Any:
        """Allow handing packs out again whose release somebody else asked for."""
        undo = gettext("To undo it, quarantine the same packs.")
        title = str(_("Confirm release from quarantine"))
        return self._move(request, rows, title, quarantine.confirm_release, undo)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if access.sees_everything(request.user) else ["owner"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.moved_at, obj.move_reason = now(), str(_("entered by hand"))
            if not access.sees_everything(request.user):
                obj.owner = getattr(request.user, "operator", None)
        super().save_model(request, obj, form, change)


class PackMoveResource(ScopedResource):
    """The custody ledger as a table."""

    class Meta:
        model = PackMove
        fields = ["pack__code", "moved_at", "reason", "from_whereabouts", "to_whereabouts"]


@admin.register(PackMove)
class PackMoveAdmin(ExportAdmin):
    """The custody ledger: every move of every pack."""

    resource_classes = [PackMoveResource]
    list_display = ["moved_at", "pack", "origin", "destination", "why"]
    list_select_related = [
        "pack",
        "from_slot__station",
        "from_truck",
        "to_slot__station",
        "to_truck",
    ]
    search_fields = ["pack__code"]
    date_hierarchy = "moved_at"

    def rows_for(self, user: Viewer) -> QuerySet[PackMove]:
        return PackMove.objects.filter(pack__in=access.packs_for(user, now=now()))

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, move: PackMove) -> str:
        """Return why it went, in the reader's language where the service wrote it."""
        return reason_said(move.reason)

    @admin.display(description=_("from"))
    def origin(self, move: PackMove) -> str:
        """Return where the pack came from."""
        return str(move.from_slot or move.from_truck or move.get_from_whereabouts_display() or "–")

    @admin.display(description=_("to"))
    def destination(self, move: PackMove) -> str:
        """Return where the pack went."""
        return str(move.to_slot or move.to_truck or move.get_to_whereabouts_display())
