"""The ledger of minutes lost beyond the fair share (docs/explanation/promises.md)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.assignment import SwapAssignment
from fleet.models import Driver, Operator, PackType, Region, Truck


class FairnessEntry(models.Model):
    """What one swap cost its truck because of the others, beside what is fair; never changed."""

    class Reason(models.TextChoices):
        WAITED = "waited", _("waited longer than its share")
        DETOURED = "detoured", _("sent further than its share")
        SPARED = "spared", _("lost less than its share")

    assignment = models.OneToOneField(
        SwapAssignment, models.PROTECT, related_name="+", verbose_name=_("assignment")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    pack_type = models.ForeignKey(
        PackType, models.PROTECT, related_name="+", verbose_name=_("pack type")
    )
    carrier = models.ForeignKey(
        Operator, models.PROTECT, related_name="+", verbose_name=_("carrier")
    )
    truck = models.ForeignKey(Truck, models.PROTECT, related_name="+", verbose_name=_("truck"))
    driver = models.ForeignKey(
        Driver,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("driver"),
    )
    swapped_at = models.DateTimeField(_("swapped at"))
    waited_min = models.FloatField(_("waited, min"))
    detoured_min = models.FloatField(_("detour beyond its nearest, min"))
    share_min = models.FloatField(_("fair share, min"))
    excess_min = models.FloatField(_("beyond the share, min"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)

    class Meta:
        verbose_name = _("entry of the fairness ledger")
        verbose_name_plural = _("fairness ledger")
        ordering = ["-swapped_at", "-pk"]
        indexes = [
            models.Index(fields=["region", "-swapped_at"], name="dispatch_fairness_of_region"),
            models.Index(fields=["carrier", "-swapped_at"], name="dispatch_fairness_of_carrier"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(waited_min__gte=0, detoured_min__gte=0, share_min__gte=0),
                name="dispatch_nobody_loses_less_than_nothing",
            ),
            models.CheckConstraint(
                condition=Q(
                    excess_min__range=(
                        F("waited_min") + F("detoured_min") - F("share_min") - 0.01,
                        F("waited_min") + F("detoured_min") - F("share_min") + 0.01,
                    )
                ),
                name="dispatch_fairness_entry_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["waited", "detoured", "spared"]),
                name="dispatch_fairness_entry_has_a_known_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="ledger_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        minutes = _("%(m)s min") % {"m": f"{self.excess_min:+.1f}"}
        return f"{self.truck_id}: {minutes}"
