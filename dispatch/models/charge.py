"""When which slot charges its pack with how much power."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from fleet.models import Pack, Slot


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
