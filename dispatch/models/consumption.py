"""What a truck's own drives have taught of its consumption."""

from typing import Any

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.planning.consumption import PARTS
from dispatch.planning.learning import LEG_SD, LEG_WEIGHT, Learnt, unlearnt
from fleet.models import Truck, User

FORMULA = 1
"""Counts up when the parts of the energy model change: what was learnt of other parts is void."""


def _first_mean() -> list[float]:
    return [float(factor) for factor in unlearnt().mean]


def _first_covariance() -> list[float]:
    return [float(value) for value in unlearnt().covariance.ravel()]


class TruckConsumption(models.Model):
    """A truck's consumption as learnt from its reports; compare `dispatch.planning.learning`.

    `learnt_until` is up to where its reports are used up, `version` counts every writing.
    """

    truck = models.OneToOneField(
        Truck, models.CASCADE, primary_key=True, related_name="+", verbose_name=_("truck")
    )
    formula = models.PositiveSmallIntegerField(default=FORMULA)
    version = models.PositiveIntegerField(default=0)
    mean = ArrayField(models.FloatField(), default=_first_mean)
    covariance = ArrayField(models.FloatField(), default=_first_covariance)
    leg_sd = models.FloatField(_("spread of a drive"), default=LEG_SD)
    leg_weight = models.FloatField(default=LEG_WEIGHT)
    distance_m = models.FloatField(_("learnt from, m"), default=0.0)
    drives = models.PositiveIntegerField(_("drives"), default=0)
    odd_drives = models.PositiveIntegerField(_("odd drives"), default=0)
    odd_run = models.SmallIntegerField(default=0)
    recent = models.JSONField(_("latest drives"), default=list)
    learnt_until = models.DateTimeField(_("reports used up to"), null=True)
    looked_at = models.DateTimeField(null=True)
    reset_at = models.DateTimeField(_("reset at"), null=True)
    reset_reason = models.CharField(_("why it was reset"), max_length=200, blank=True)
    reset_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("reset by")
    )

    class Meta:
        verbose_name = _("learnt consumption")
        verbose_name_plural = _("learnt consumption")
        ordering = ["truck"]
        constraints = [
            models.CheckConstraint(
                condition=Q(mean__len=PARTS, covariance__len=PARTS**2),
                name="dispatch_consumption_has_every_part",
            ),
            models.CheckConstraint(
                condition=Q(leg_sd__gt=0, leg_sd__lt=1, leg_weight__gt=2),
                name="dispatch_consumption_spread_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return str(self.truck)

    @property
    def learnt(self) -> Learnt:
        """Return it as the planner's learner has it; the prior if the formula has changed."""
        if self.formula != FORMULA:
            return unlearnt()
        return Learnt(
            mean=np.array(self.mean),
            covariance=np.array(self.covariance).reshape(PARTS, PARTS),
            leg_sd=self.leg_sd,
            leg_weight=self.leg_weight,
            distance_m=self.distance_m,
            drives=self.drives,
            odd_drives=self.odd_drives,
            odd_run=self.odd_run,
        )


def columns_of(learnt: Learnt) -> dict[str, Any]:
    """Return what the learner knows as values of the columns."""
    return {
        "formula": FORMULA,
        "mean": [float(factor) for factor in learnt.mean],
        "covariance": [float(value) for value in learnt.covariance.ravel()],
        "leg_sd": learnt.leg_sd,
        "leg_weight": learnt.leg_weight,
        "distance_m": learnt.distance_m,
        "drives": learnt.drives,
        "odd_drives": learnt.odd_drives,
        "odd_run": learnt.odd_run,
    }
