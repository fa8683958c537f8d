"""Reports and live states as one would write them first."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Unit(models.Model):
    """An onboard unit and the hash of its key."""

    key_sha256 = models.BinaryField(unique=True)

    class Meta:
        app_label = "baseline"

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_authenticated(self) -> bool:
        """Be a user to the permissions of Django REST framework."""
        return True


class Values(models.Model):
    """What a report says."""

    recorded_at = models.DateTimeField()
    seq = models.BigIntegerField()
    received_at = models.DateTimeField(auto_now_add=True)
    boot_id = models.CharField(max_length=36, blank=True)
    latitude_deg = models.FloatField()
    longitude_deg = models.FloatField()
    speed_kmh = models.FloatField()
    soc_percent = models.FloatField()
    heading_deg = models.FloatField(null=True)
    altitude_m = models.FloatField(null=True)
    odometer_km = models.FloatField(null=True)
    pack_temperature_c = models.FloatField(null=True)
    ambient_temperature_c = models.FloatField(null=True)
    gross_mass_kg = models.FloatField(null=True)
    cell_spread_mv = models.IntegerField(null=True)
    insulation_kohm = models.IntegerField(null=True)
    pack_codes = ArrayField(models.CharField(max_length=24), null=True)
    alarm_level = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class Reading(Values):
    """One report."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")

    class Meta:
        app_label = "baseline"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "recorded_at", "seq"], name="baseline_reading_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.recorded_at}"


class LiveState(Values):
    """The newest report of a unit."""

    unit = models.OneToOneField(Unit, models.CASCADE, primary_key=True, related_name="+")

    class Meta:
        app_label = "baseline"

    def __str__(self) -> str:
        return f"{self.unit_id} {self.recorded_at}"
