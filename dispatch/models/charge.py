"""When which slot charges its pack with how much power, and when a station draws less."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Pack, Slot, SwapStation, User


class ChargeWindow(models.Model):
    """Power promised to the pack in a slot for a time; a new charge plan replaces those ahead."""

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="+", verbose_name=_("slot"))
    pack = models.ForeignKey(Pack, models.CASCADE, related_name="+", verbose_name=_("pack"))
    during = DateTimeRangeField(_("during"))
    power_w = models.PositiveIntegerField(_("power, W"))

    class Meta:
        verbose_name = _("charge window")
        verbose_name_plural = _("charge windows")
        ordering = ["slot", "during"]
        constraints = [
            ExclusionConstraint(
                name="dispatch_slot_charges_at_one_power_at_a_time",
                expressions=[
                    ("slot", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_id}: {self.power_w} W"


@pghistory.track()
class PowerCap(models.Model):
    """Demand response: for a while a station draws less, at a price in truck-minutes known before.

    The price is what it was when a person accepted it; a cap that is lifted stays on record.
    """

    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        related_name="+",
        verbose_name=_("station"),
    )
    during = DateTimeRangeField(_("during"))
    limit_kw = models.PositiveIntegerField(_("power limit, kW"))
    truck_minutes = models.FloatField(_("price, truck-minutes"))
    reason = models.CharField(_("reason"), max_length=200)
    accepted_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    is_live = models.BooleanField(_("in force"), default=True)

    class Meta:
        verbose_name = _("power cap")
        verbose_name_plural = _("power caps")
        ordering = ["-during"]
        constraints = [
            ExclusionConstraint(
                name="dispatch_station_has_one_cap_at_a_time",
                expressions=[
                    ("station", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_live=True),
            ),
            models.CheckConstraint(
                condition=Q(
                    during__isempty=False, during__lower_inf=False, during__upper_inf=False
                ),
                name="dispatch_power_cap_begins_and_ends",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="dispatch_power_cap_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.station}: {self.limit_kw} kW"
