"""Inputs that broke the planner too often."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Region, User


class Quarantine(models.Model):
    """An input that the planner does not get, by the digest of its problem; until it is lifted."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    digest = models.CharField(_("digest of the input"), max_length=64)
    failures = models.PositiveIntegerField(_("failures"))
    error = models.CharField(_("error"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    lift_reason = models.CharField(_("why lifted"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("quarantined input")
        verbose_name_plural = _("quarantined inputs")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "digest"],
                condition=Q(lifted_at__isnull=True),
                name="dispatch_input_is_quarantined_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lift_reason=""),
                name="dispatch_quarantine_is_lifted_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.digest[:12]}"
