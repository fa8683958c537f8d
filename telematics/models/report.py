"""What trucks reported: history by day, odd reports, and the live state."""

from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models import Truck
from telematics.models.columns import NOTHING, MultirangeField, Scaled


class Mark(models.IntegerChoices):
    """What is peculiar about a report that was kept all the same; a bit each."""

    LATE = 1, _("late")
    CLOCK_AHEAD = 2, _("clock ahead")
    IMPLAUSIBLE_POSITION = 4, _("implausible position")
    IMPLAUSIBLE_SPEED = 8, _("implausible speed")
    IMPLAUSIBLE_CHARGE = 16, _("implausible charge")
    CLOCK_BEHIND = 32, _("clock behind")


class Source(models.IntegerChoices):
    """The datum a unit's positions came in; they are kept in WGS 84."""

    WGS84 = 0, "wgs84"
    GCJ02 = 1, "gcj02"


class PackSet(models.Model):
    """A list of packs as a unit names it: reports of months point to it instead of repeating it."""

    codes = ArrayField(models.CharField(max_length=24), verbose_name=_("packs"), unique=True)

    def __str__(self) -> str:
        return ", ".join(self.codes)


# A range takes 21 bytes, so this is about a thousand. A unit that leaves more holes is broken or
# hostile: all but the newest are given up at once, so that no batch drags them along.
RANGES_MAX_BYTES = 21_000
RANGES_LEFT = 500
_IS_LONG = f"pg_column_size(NEW.seqs) > {RANGES_MAX_BYTES}"
_GIVE_UP_THE_OLD = f"""
    SELECT int8multirange(int8range(lower(NEW.seqs), upper(r))) INTO older
      FROM unnest(NEW.seqs) r ORDER BY r DESC OFFSET {RANGES_LEFT} LIMIT 1;
    NEW.given_up := NEW.given_up
        + (SELECT coalesce(sum(upper(r) - lower(r)), 0) FROM unnest(older - NEW.seqs) r);
    NEW.seqs := NEW.seqs + older;
    NEW.closed := NEW.closed - older;
    RETURN NEW;
"""  # noqa: S608  a number of ours


class Boot(models.Model):
    """The ledger of a unit's numbers from one start to the next: what lies between is missing.

    Numbers in `closed` are missing and asked for no more. `given_up` of the numbers in `seqs` never
    came: that many were given up to keep the ranges few.
    """

    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+", verbose_name=_("truck"))
    boot_id = models.CharField(_("boot"), max_length=36, blank=True)
    seqs = MultirangeField(_("numbers received"))
    closed = MultirangeField(_("numbers given up"), db_default=NOTHING)
    given_up = models.BigIntegerField(default=0, db_default=0)
    first_recorded_at = models.DateTimeField(_("first recorded at"))
    last_recorded_at = models.DateTimeField(_("last recorded at"))
    last_received_at = models.DateTimeField(_("last received at"))

    class Meta:
        verbose_name = _("boot of a unit")
        verbose_name_plural = _("boots of units")
        constraints = [
            models.UniqueConstraint(
                fields=["truck", "boot_id"], name="telematics_boot_is_known_once"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="few_ranges",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,  # a boot begins with no numbers
                condition=pgtrigger.Condition(_IS_LONG),
                declare=[("older", "int8multirange")],
                func=_GIVE_UP_THE_OLD,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck_id} {self.boot_id}"


_E7: dict[str, Any] = {"steps": 10_000_000, "is_wide": True}
_10M: dict[str, Any] = {"steps": 100, "is_wide": True}


class TruckReport(models.Model):
    """One report of a truck; append-only, one partition a day (UTC) of `recorded_at`.

    Kept in whole numbers of small steps: 108 bytes with its header, a third of what text and
    double precision take.
    """

    pk = models.CompositePrimaryKey("truck_id", "recorded_at", "seq")
    recorded_at = models.DateTimeField(_("recorded at"))
    received_at = models.DateTimeField(_("received at"))
    seq = models.BigIntegerField(_("sequence number"))
    truck = models.ForeignKey(Truck, models.DO_NOTHING, related_name="+", db_constraint=False)
    boot = models.ForeignKey(
        Boot, models.DO_NOTHING, related_name="+", db_constraint=False, db_column="boot_no"
    )
    pack_set = models.ForeignKey(
        PackSet, models.DO_NOTHING, related_name="+", db_constraint=False, null=True
    )
    latitude_deg = Scaled(_("latitude, deg"), **_E7, db_column="latitude_e7")
    longitude_deg = Scaled(_("longitude, deg"), **_E7, db_column="longitude_e7")
    odometer_km = Scaled(_("odometer, km"), **_10M, db_column="odometer_10m", null=True)
    speed_kmh = Scaled(_("speed, km/h"), steps=10, db_column="speed_tenths")
    heading_deg = Scaled(_("heading, deg"), steps=10, db_column="heading_tenths", null=True)
    altitude_m = Scaled(_("altitude, m"), db_column="altitude_m", null=True)
    soc_percent = Scaled(_("state of charge, %"), steps=100, db_column="soc_hundredths")
    pack_temperature_c = Scaled(
        _("hottest pack, °C"), steps=10, db_column="pack_temperature_tenths", null=True
    )
    ambient_temperature_c = Scaled(
        _("outside temperature, °C"), steps=10, db_column="ambient_temperature_tenths", null=True
    )
    gross_mass_kg = Scaled(_("gross mass, kg"), units=10, db_column="gross_mass_10kg", null=True)
    cell_spread_mv = Scaled(_("spread of cell voltages, mV"), null=True)
    insulation_kohm = Scaled(_("insulation, kΩ"), null=True)
    alarm_level = models.PositiveSmallIntegerField(_("alarm level"), default=0)
    marks = models.PositiveSmallIntegerField(_("marks"), default=0)
    source = models.SmallIntegerField(_("source datum"), choices=Source, default=Source.WGS84)

    class Meta:
        managed = False
        db_table = "telematics_truckreport"

    def __str__(self) -> str:
        return f"{self.truck_id} {self.recorded_at} {self.seq}"

    @property
    def pack_codes(self) -> list[str] | None:
        """Return the packs the unit named, if it did."""
        return None if self.pack_set is None else self.pack_set.codes

    @property
    def source_datum(self) -> str:
        """Return the datum the position came in."""
        return str(Source(self.source).label)


class OddReport(models.Model):
    """A report outside retention or more than a day ahead: kept as it came, in no partition."""

    truck = models.ForeignKey(Truck, models.PROTECT, related_name="+", verbose_name=_("truck"))
    recorded_at = models.DateTimeField(_("recorded at"))
    seq = models.BigIntegerField(_("sequence number"))
    received_at = models.DateTimeField(_("received at"))
    reason = models.CharField(_("reason"), max_length=40)
    body = models.JSONField(_("report"))

    class Meta:
        verbose_name = _("odd report")
        verbose_name_plural = _("odd reports")
        constraints = [
            models.UniqueConstraint(
                fields=["truck", "recorded_at", "seq"],
                name="telematics_odd_report_is_kept_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck_id} {self.recorded_at} {self.reason}"


class TruckState(models.Model):
    """The newest credible report of a truck.

    Bit i of `breaches` is set while the rule of that bit is breached (telematics.models.AlarmRule).
    """

    truck = models.OneToOneField(
        Truck,
        models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("truck"),
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    seq = models.BigIntegerField(_("sequence number"))
    boot_id = models.CharField(_("boot"), max_length=36, blank=True)
    received_at = models.DateTimeField(_("received at"))
    latitude_deg = models.FloatField(_("latitude, deg"))
    longitude_deg = models.FloatField(_("longitude, deg"))
    source_datum = models.CharField(_("source datum"), max_length=10, default="wgs84")
    speed_kmh = models.FloatField(_("speed, km/h"))
    heading_deg = models.FloatField(_("heading, deg"), null=True)
    altitude_m = models.FloatField(_("altitude, m"), null=True)
    odometer_km = models.FloatField(_("odometer, km"), null=True)
    soc_percent = models.FloatField(_("state of charge, %"))
    pack_temperature_c = models.FloatField(_("hottest pack, °C"), null=True)
    ambient_temperature_c = models.FloatField(_("outside temperature, °C"), null=True)
    gross_mass_kg = models.FloatField(_("gross mass, kg"), null=True)
    cell_spread_mv = models.FloatField(_("spread of cell voltages, mV"), null=True)
    insulation_kohm = models.FloatField(_("insulation, kΩ"), null=True)
    pack_codes = ArrayField(models.CharField(max_length=24), verbose_name=_("packs"), null=True)
    alarm_level = models.PositiveSmallIntegerField(_("alarm level"), default=0)
    marks = models.PositiveSmallIntegerField(_("marks"), default=0)
    breaches = models.BigIntegerField(_("breached rules"), default=0)

    class Meta:
        verbose_name = _("live state of a truck")
        verbose_name_plural = _("live states of trucks")

    def __str__(self) -> str:
        return f"{self.truck_id} {self.soc_percent} %"


class Breach(models.Model):
    """Since when a truck's newest reports breach a rule; a row while the bit is set."""

    pk = models.CompositePrimaryKey("truck_id", "bit")
    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+")
    bit = models.PositiveSmallIntegerField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.truck_id} bit {self.bit} since {self.since}"


class DirtyDay(models.Model):
    """A truck's day (UTC) that got late reports: what is derived from it is due anew."""

    pk = models.CompositePrimaryKey("truck_id", "day")
    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+")
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.truck_id} {self.day}"
