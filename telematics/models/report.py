"""What trucks reported: history by day, odd reports, and the live state."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models import Truck


class Mark(models.IntegerChoices):
    """What is peculiar about a report that was kept all the same; a bit each."""

    LATE = 1, _("late")
    CLOCK_AHEAD = 2, _("clock ahead")
    IMPLAUSIBLE_POSITION = 4, _("implausible position")
    IMPLAUSIBLE_SPEED = 8, _("implausible speed")
    IMPLAUSIBLE_CHARGE = 16, _("implausible charge")
    CLOCK_BEHIND = 32, _("clock behind")


class ReportedValues(models.Model):
    """What one report says; the columns history and live state share."""

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
    pack_codes = ArrayField(models.CharField(max_length=24), verbose_name=_("packs"), null=True)
    alarm_level = models.PositiveSmallIntegerField(_("alarm level"), default=0)
    marks = models.PositiveSmallIntegerField(_("marks"), default=0)

    class Meta:
        abstract = True


class TruckReport(ReportedValues):
    """One report of a truck; append-only, one partition a day (UTC) of `recorded_at`."""

    pk = models.CompositePrimaryKey("truck_id", "recorded_at", "seq")
    truck = models.ForeignKey(Truck, models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        managed = False
        db_table = "telematics_truckreport"

    def __str__(self) -> str:
        return f"{self.truck_id} {self.recorded_at} {self.seq}"


class OddReport(models.Model):
    """A report outside retention or more than a day ahead: kept as it came, in no partition."""

    truck = models.ForeignKey(Truck, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    seq = models.BigIntegerField()
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=40)
    body = models.JSONField()

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


class TruckState(ReportedValues):
    """The newest credible report of a truck."""

    truck = models.OneToOneField(
        Truck,
        models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("truck"),
    )

    class Meta:
        verbose_name = _("live state of a truck")
        verbose_name_plural = _("live states of trucks")

    def __str__(self) -> str:
        return f"{self.truck_id} {self.soc_percent} %"
