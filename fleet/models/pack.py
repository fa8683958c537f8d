"""Packs, their types, where each one is, and the ledger of every move."""

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Deferrable, Q
from django.utils.translation import gettext_lazy as _

from fleet.models.found import found_by
from fleet.models.names import PackCodeField
from fleet.models.operator import Operator
from fleet.models.station import Slot
from fleet.models.truck import Truck


@pghistory.track()
class PackType(models.Model):
    """A kind of pack; packs of one type and pool are interchangeable."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    chemistry = models.CharField(_("chemistry"), max_length=10, default="LFP")
    capacity_wh = models.PositiveIntegerField(_("capacity, Wh"))
    mass_kg = models.PositiveIntegerField(_("mass, kg"))
    max_charge_kw = models.PositiveIntegerField(_("highest charging power, kW"))

    class Meta:
        verbose_name = _("pack type")
        verbose_name_plural = _("pack types")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity_wh__gt=0, max_charge_kw__gt=0),
                name="fleet_pack_type_holds_energy",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Whereabouts(models.TextChoices):
    """The four places a pack can be in."""

    SLOT = "slot", _("in a slot")
    TRUCK = "truck", _("on a truck")
    TRANSPORT = "transport", _("in transport")
    RETIRED = "retired", _("retired")


LEDGER_ROW = """
    IF TG_OP = 'UPDATE' AND NEW.whereabouts = OLD.whereabouts
       AND NEW.slot_id IS NOT DISTINCT FROM OLD.slot_id
       AND NEW.truck_id IS NOT DISTINCT FROM OLD.truck_id
       AND NEW.position IS NOT DISTINCT FROM OLD.position
    THEN RETURN NEW; END IF;
    INSERT INTO fleet_packmove (pack_id, moved_at, reason, assignment_id,
        from_whereabouts, from_slot_id, from_truck_id, from_position,
        to_whereabouts, to_slot_id, to_truck_id, to_position)
    VALUES (NEW.id, NEW.moved_at, NEW.move_reason, NEW.move_assignment_id,
        CASE WHEN TG_OP = 'UPDATE' THEN OLD.whereabouts END,
        CASE WHEN TG_OP = 'UPDATE' THEN OLD.slot_id END,
        CASE WHEN TG_OP = 'UPDATE' THEN OLD.truck_id END,
        CASE WHEN TG_OP = 'UPDATE' THEN OLD.position END,
        NEW.whereabouts, NEW.slot_id, NEW.truck_id, NEW.position);
    RETURN NEW;
"""
QUARANTINED_BY_A_ROW = """
    IF TG_OP = 'UPDATE' AND NEW.is_quarantined = OLD.is_quarantined THEN RETURN NEW; END IF;
    IF NEW.is_quarantined IS DISTINCT FROM EXISTS (
        SELECT 1 FROM fleet_packquarantine q WHERE q.pack_id = NEW.id AND q.released_at IS NULL)
    THEN
        RAISE EXCEPTION 'pack % is quarantined and released by its quarantine alone', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fleet_pack_is_quarantined_by_a_row';
    END IF;
    RETURN NEW;
"""
FITS_TRUCK = """
    IF NEW.truck_id IS NULL THEN RETURN NEW; END IF;
    PERFORM 1 FROM fleet_truck t JOIN fleet_truckmodel m ON m.id = t.model_id
     WHERE t.id = NEW.truck_id AND m.pack_type_id = NEW.type_id
       AND NEW.position <= m.pack_positions;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'pack % does not fit truck % at position %',
            NEW.code, NEW.truck_id, NEW.position
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fleet_pack_fits_its_truck';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class Pack(models.Model):
    """A battery pack with its GB/T 34014 code; in exactly one place, always."""

    code = PackCodeField(_("code (GB/T 34014)"), max_length=24, unique=True)
    type = models.ForeignKey(
        PackType,
        models.PROTECT,
        related_name="packs",
        verbose_name=_("pack type"),
    )
    owner = models.ForeignKey(
        Operator,
        models.PROTECT,
        related_name="packs",
        verbose_name=_("owner"),
    )
    soh_percent = models.FloatField(
        _("state of health, %"),
        default=100,
        validators=[MaxValueValidator(100)],
    )
    is_quarantined = models.BooleanField(_("quarantined"), default=False)
    whereabouts = models.CharField(
        _("whereabouts"),
        max_length=10,
        choices=Whereabouts,
        default=Whereabouts.TRANSPORT,
    )
    slot = models.ForeignKey(
        Slot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="packs",
        verbose_name=_("slot"),
    )
    truck = models.ForeignKey(
        Truck,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="packs",
        verbose_name=_("truck"),
    )
    position = models.PositiveSmallIntegerField(_("pack position"), null=True, blank=True)
    moved_at = models.DateTimeField(_("moved at"))
    move_reason = models.CharField(_("reason of the last move"), max_length=200)
    move_assignment_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("pack")
        verbose_name_plural = _("packs")
        ordering = ["code"]
        indexes = found_by("code", name="fleet_pack_code")
        constraints = [
            models.CheckConstraint(
                name="fleet_pack_is_in_exactly_one_place",
                condition=(
                    Q(
                        whereabouts="slot",
                        slot__isnull=False,
                        truck__isnull=True,
                        position__isnull=True,
                    )
                    | Q(
                        whereabouts="truck", slot__isnull=True, truck__isnull=False, position__gte=1
                    )
                    | Q(
                        whereabouts__in=["transport", "retired"],
                        slot__isnull=True,
                        truck__isnull=True,
                        position__isnull=True,
                    )
                ),
            ),
            # Deferred: a swap exchanges packs, so both are in one place only at its end.
            models.UniqueConstraint(
                fields=["slot"],
                name="fleet_slot_holds_one_pack",
                deferrable=Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["truck", "position"],
                name="fleet_pack_position_holds_one_pack",
                deferrable=Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(soh_percent__range=(0, 100)),
                name="fleet_pack_soh_is_a_percentage",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="fits_its_truck",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=FITS_TRUCK,
            ),
            pgtrigger.Trigger(
                name="quarantined_by_a_row",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("is_quarantined"),  # type: ignore[no-untyped-call]  # it has no types
                func=QUARANTINED_BY_A_ROW,
            ),
            pgtrigger.Trigger(
                name="move_is_a_ledger_row",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=LEDGER_ROW,
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PackMove(models.Model):
    """One row of the custody ledger; written by the trigger on `Pack`, never changed."""

    pack = models.ForeignKey(
        Pack,
        models.PROTECT,
        related_name="moves",
        verbose_name=_("pack"),
    )
    moved_at = models.DateTimeField(_("moved at"))
    reason = models.CharField(_("reason"), max_length=200)
    assignment_id = models.BigIntegerField(_("assignment"), null=True)
    from_whereabouts = models.CharField(_("from"), max_length=10, choices=Whereabouts, null=True)  # noqa: DJ001  null: the first row comes from nowhere
    from_slot = models.ForeignKey(
        Slot, models.PROTECT, null=True, related_name="+", verbose_name=_("from slot")
    )
    from_truck = models.ForeignKey(
        Truck, models.PROTECT, null=True, related_name="+", verbose_name=_("from truck")
    )
    from_position = models.PositiveSmallIntegerField(_("from position"), null=True)
    to_whereabouts = models.CharField(_("to"), max_length=10, choices=Whereabouts)
    to_slot = models.ForeignKey(
        Slot, models.PROTECT, null=True, related_name="+", verbose_name=_("to slot")
    )
    to_truck = models.ForeignKey(
        Truck, models.PROTECT, null=True, related_name="+", verbose_name=_("to truck")
    )
    to_position = models.PositiveSmallIntegerField(_("to position"), null=True)

    class Meta:
        verbose_name = _("pack move")
        verbose_name_plural = _("custody ledger")
        ordering = ["-moved_at", "-pk"]
        indexes = [models.Index(fields=["pack", "-moved_at"], name="fleet_packmove_of_pack")]
        triggers = [
            pgtrigger.Protect(
                name="ledger_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack_id} → {self.get_to_whereabouts_display()}"
