"""Plan runs: what the planner was asked, what it answered, what came of it."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from fleet.models import Region, SwapStation, Truck, User


class PlanRun(models.Model):
    """One call of the planner for a region, with its input and its answer, for replay."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FALLBACK = "fallback", _("done by the fallback")
        FAILED = "failed", _("failed")

    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="+",
        verbose_name=_("region"),
    )
    cause = models.CharField(_("cause"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(_("started at"))
    planner = models.CharField(_("planner"), max_length=30, blank=True)
    travel = models.CharField(_("travel by"), max_length=200, blank=True)
    time_limit_s = models.FloatField(_("time limit, s"), null=True)
    work_limit = models.PositiveIntegerField(_("limit of steps"), null=True)
    digest = models.CharField(_("digest of the input"), max_length=64, blank=True)
    is_quarantined = models.BooleanField(_("input was quarantined"), default=False)
    problem_gz = models.BinaryField(null=True)
    plan = models.JSONField(null=True)
    unserved_why = models.JSONField(_("why trucks are unserved"), default=list)
    trucks = models.PositiveIntegerField(_("trucks"), default=0)
    served = models.PositiveIntegerField(_("served"), default=0)
    unserved = models.PositiveIntegerField(_("unserved"), default=0)
    written = models.PositiveIntegerField(_("promises written"), default=0)
    refused = models.PositiveIntegerField(_("promises refused"), default=0)
    cost_s = models.BigIntegerField(_("cost, s"), null=True)
    bound_s = models.BigIntegerField(_("bound, s"), null=True)
    seconds = models.FloatField(_("wall seconds"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("plan run")
        verbose_name_plural = _("plan runs")
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["region", "-started_at"], name="dispatch_runs_of_region"),
            models.Index(fields=["region", "digest"], name="dispatch_runs_of_input"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "done", "fallback", "failed"]),
                name="dispatch_plan_run_has_a_known_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {localtime(self.started_at):%H:%M:%S}"


@pghistory.track()
class Ban(models.Model):
    """A person's word that a truck is not to be sent to a station for a while."""

    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+", verbose_name=_("truck"))
    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        related_name="+",
        verbose_name=_("station"),
    )
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    banned_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("forbidden station")
        verbose_name_plural = _("forbidden stations")
        constraints = [
            models.UniqueConstraint(
                fields=["truck", "station"],
                name="dispatch_truck_is_banned_once_a_station",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.truck} ✕ {self.station}"
