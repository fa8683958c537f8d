"""Machines that speak to us, and their keys."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from fleet.models import Operator, SwapStation, Truck
from fleet.models.found import found_by

# Who knows keys by heart asks for the rows of transactions it has not seen: see KeyChange.
REMEMBER_CHANGE = """
    INSERT INTO telematics_keychange (device_id, xact_id)
    VALUES ({device}, pg_current_xact_id()::text::bigint);
    RETURN NULL;
"""


@pghistory.track()
class Device(models.Model):
    """An onboard unit, a station controller or a carrier's office system."""

    class Kind(models.TextChoices):
        OBU = "obu", _("onboard unit")
        STATION = "station", _("station controller")
        OFFICE = "office", _("office system")

    class Datum(models.TextChoices):
        WGS84 = "wgs84", "WGS 84"
        GCJ02 = "gcj02", "GCJ-02"

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    serial = models.CharField(_("serial number"), max_length=60, unique=True)
    truck = models.ForeignKey(
        Truck,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("truck"),
    )
    station = models.ForeignKey(
        SwapStation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("station"),
    )
    operator = models.ForeignKey(
        Operator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("operator"),
    )
    datum = models.CharField(
        _("datum of its positions"),
        max_length=10,
        choices=Datum,
        default=Datum.WGS84,
    )
    is_active = models.BooleanField(_("active"), default=True)
    requires_signature = models.BooleanField(
        _("requires signatures"),
        default=False,
        help_text=_("Only signed requests are let in; the key itself never travels."),
    )

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        ordering = ["serial"]
        indexes = found_by("serial", name="telematics_device")
        constraints = [
            models.CheckConstraint(
                name="telematics_device_speaks_for_one_thing",
                condition=(
                    Q(kind="obu", truck__isnull=False, station__isnull=True, operator__isnull=True)
                    | Q(
                        kind="station",
                        truck__isnull=True,
                        station__isnull=False,
                        operator__isnull=True,
                    )
                    | Q(
                        kind="office",
                        truck__isnull=True,
                        station__isnull=True,
                        operator__isnull=False,
                    )
                ),
            ),
            models.UniqueConstraint(
                fields=["truck"],
                condition=Q(is_active=True, kind="obu"),
                name="telematics_truck_has_one_active_obu",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="change_reaches_keyrings",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "kind", "serial", "truck", "datum", "is_active", "requires_signature"
                ),
                func=REMEMBER_CHANGE.format(device="NEW.id"),
            ),
        ]

    def __str__(self) -> str:
        return self.serial


class DeviceKey(models.Model):
    """A 256-bit key of a device, stored as its SHA-256; two may live at a time for rotation."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="keys")
    ordinal = models.PositiveSmallIntegerField(choices=[(1, "1"), (2, "2")])
    key_sha256 = models.BinaryField(unique=True)
    prefix = models.CharField(_("begins with"), max_length=12)
    created_at = models.DateTimeField(_("created at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("device key")
        verbose_name_plural = _("device keys")
        ordering = ["device", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "ordinal"],
                condition=Q(revoked_at__isnull=True),
                name="telematics_device_has_two_live_keys_at_most",
            ),
            models.CheckConstraint(
                condition=Q(ordinal__in=[1, 2]),
                name="telematics_device_key_is_first_or_second",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="key_reaches_keyrings",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=REMEMBER_CHANGE.format(device="NEW.device_id"),
            ),
            pgtrigger.Trigger(
                name="loss_reaches_keyrings",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                func=REMEMBER_CHANGE.format(device="OLD.device_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"


class KeyChange(models.Model):
    """A device whose keys, or what they open, changed: written by triggers, read by keyrings.

    A number that grows would not do: of two transactions the later number may commit first. Whoever
    remembers the snapshot of its last look asks for rows of transactions that snapshot did not see.
    """

    device_id = models.BigIntegerField()
    xact_id = models.BigIntegerField(db_index=True)
    changed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"device {self.device_id}"


class SignedSequence(models.Model):
    """The highest number a request signed with a key carried; the next must be higher."""

    key = models.OneToOneField(DeviceKey, models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.key_id} at {self.seq}"
