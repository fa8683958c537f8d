"""What came of promises, and how far things turn out from what was predicted."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.assignment import ROAD_CLASSES, SwapAssignment
from fleet.models import Region, SwapStation


class PromiseOutcome(models.Model):
    """An accepted promise that is over: what was predicted when it was made, and what happened.

    Lateness is in seconds, negative when early; empty where it never came to that.
    """

    assignment = models.OneToOneField(
        SwapAssignment, models.CASCADE, related_name="outcome", verbose_name=_("assignment")
    )
    region = models.ForeignKey(Region, models.CASCADE, related_name="+", verbose_name=_("region"))
    station = models.ForeignKey(
        SwapStation, models.CASCADE, related_name="+", verbose_name=_("station")
    )
    ended_at = models.DateTimeField(_("ended at"))
    window = DateTimeRangeField(_("window accepted"))
    probability = models.FloatField(_("probability told"))
    is_kept = models.BooleanField(
        _("kept"),
        null=True,
        help_text=_("The swap began before the window was over. Empty: withdrawn before."),
    )
    road_class = models.CharField(
        _("kind of road"), max_length=20, blank=True, choices=ROAD_CLASSES
    )
    way_s = models.PositiveIntegerField(_("way predicted, s"))
    way_late_s = models.IntegerField(_("arrival late by, s"), null=True)
    lane_late_s = models.PositiveIntegerField(_("lane late by, s"), null=True)
    charging_s = models.PositiveIntegerField(_("charging predicted, s"), null=True)
    charge_late_s = models.IntegerField(_("packs late by, s"), null=True)

    class Meta:
        verbose_name = _("outcome of a promise")
        verbose_name_plural = _("outcomes of promises")
        ordering = ["-ended_at", "-pk"]
        indexes = [
            models.Index(fields=["region", "-ended_at"], name="dispatch_outcomes_of_region"),
            # With what reports count, so that a month of them is read from the index alone.
            models.Index(
                fields=["ended_at"],
                include=["id", "assignment", "is_kept"],
                name="dispatch_outcomes_by_end",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__range=(0, 1)),
                name="dispatch_outcome_was_told_a_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id}: {self.window}"


class MeasuredSpread(models.Model):
    """How far drives, lanes, charging and drivers' words turn out from what was predicted.

    `points` are as in `dispatch.planning.spreads.Spread`; of kind `came` they are the one share of
    trucks that come. A row without class or station is that of the whole region.
    """

    class Kind(models.TextChoices):
        DRIVE = "drive", _("drive")
        LANE = "lane", _("lane")
        CHARGE = "charge", _("charging")
        CAME = "came", _("trucks that come")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    region = models.ForeignKey(Region, models.CASCADE, related_name="+", verbose_name=_("region"))
    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("station"),
    )
    road_class = models.CharField(
        _("kind of road"), max_length=20, blank=True, choices=ROAD_CLASSES
    )
    samples = models.PositiveIntegerField(_("samples"))
    points = models.JSONField(_("quantiles"))
    measured_at = models.DateTimeField(_("measured at"))

    class Meta:
        verbose_name = _("measured spread")
        verbose_name_plural = _("measured spreads")
        ordering = ["region", "kind", "station", "road_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "region", "station", "road_class"],
                nulls_distinct=False,
                name="dispatch_spread_is_measured_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["drive", "lane", "charge", "came"]),
                name="dispatch_spread_is_of_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region}: {self.get_kind_display()}"
