"""What is derived from history: a truck's day, its drives and its stops."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models import Truck


class DerivedUpTo(models.Model):
    """Up to when something is derived from history; late reports derive it anew on their own."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} up to {self.at}"


class TruckDay(models.Model):
    """A truck's day in the service's time zone: how complete it is, and what the truck did.

    Moving, stopped and unseen seconds add up to the day. `computed_at` before the day's end marks
    a day that is not over.
    """

    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+", verbose_name=_("truck"))
    day = models.DateField(_("day"))
    reports = models.PositiveIntegerField(_("reports"))
    late = models.PositiveIntegerField(_("late"))
    missing = models.PositiveIntegerField(_("missing"))
    silent_s = models.PositiveIntegerField(_("silent on shift, s"))
    completeness_percent = models.FloatField(_("completeness, %"), null=True)
    distance_km = models.FloatField(_("distance, km"))
    used_percent = models.FloatField(_("charge used, %"))
    swapped_percent = models.FloatField(_("charge by swap, %"))
    charged_percent = models.FloatField(_("charge by cable, %"))
    used_kwh = models.FloatField(_("energy used, kWh"))
    swaps = models.PositiveSmallIntegerField(_("swaps"))
    drives = models.PositiveSmallIntegerField(_("drives"))
    stops = models.PositiveSmallIntegerField(_("stops"))
    moving_s = models.PositiveIntegerField(_("moving, s"))
    stopped_s = models.PositiveIntegerField(_("stopped, s"))
    unseen_s = models.PositiveIntegerField(_("unseen, s"))
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("truck day")
        verbose_name_plural = _("truck days")
        ordering = ["-day", "truck"]
        indexes = [models.Index(fields=["day"], name="telematics_truckday_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["truck", "day"], name="telematics_truck_day_is_derived_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck} {self.day}"


class Part(models.Model):
    """A part of a truck's day, cut at its midnights."""

    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+", verbose_name=_("truck"))
    day = models.DateField(_("day"))
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"))
    latitude_deg = models.FloatField(_("latitude, deg"))
    longitude_deg = models.FloatField(_("longitude, deg"))
    start_percent = models.FloatField(_("charge at the start, %"))
    end_percent = models.FloatField(_("charge at the end, %"))
    unseen_s = models.PositiveIntegerField(_("unseen, s"))

    class Meta:
        abstract = True


class TruckDrive(Part):
    """A drive between two stops; the position is where it began."""

    end_latitude_deg = models.FloatField(_("latitude at the end, deg"))
    end_longitude_deg = models.FloatField(_("longitude at the end, deg"))
    distance_km = models.FloatField(_("distance, km"))
    used_percent = models.FloatField(_("charge used, %"))

    class Meta:
        indexes = [models.Index(fields=["day"], name="telematics_truckdrive_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["truck", "started_at"], name="telematics_drive_is_derived_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck_id} {self.started_at} {self.distance_km} km"


class TruckStop(Part):
    """A stop: what was swapped or charged there."""

    swaps = models.PositiveSmallIntegerField(_("swaps"))
    swapped_percent = models.FloatField(_("charge by swap, %"))
    charged_percent = models.FloatField(_("charge by cable, %"))

    class Meta:
        indexes = [models.Index(fields=["day"], name="telematics_truckstop_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["truck", "started_at"], name="telematics_stop_is_derived_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck_id} {self.started_at}"
