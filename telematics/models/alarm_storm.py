"""Alarms of one kind that came together: shown as one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Region, SwapStation
from telematics.models.alarm import Alarm


class AlarmStorm(models.Model):
    """Many alarms of one kind in one region, or at one station, within a short time.

    Who may see which of its alarms is decided alarm by alarm: the storm itself names no truck.
    It is open while one of them is.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=Alarm.Kind)
    region = models.ForeignKey(
        Region,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
    )
    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("station"),
    )
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("alarm storm")
        verbose_name_plural = _("alarm storms")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "region", "station"],
                nulls_distinct=False,
                condition=Q(closed_at__isnull=True),
                name="telematics_storm_is_open_once",
            ),
            models.CheckConstraint(
                condition=Q(region__isnull=False, station__isnull=True)
                | Q(region__isnull=True, station__isnull=False),
                name="telematics_storm_is_over_one_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.region or self.station}"
