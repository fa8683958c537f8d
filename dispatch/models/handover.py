"""What one shift at a station hands on to the next, signed by both."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models import SwapStation, User


class ShiftHandover(models.Model):
    """A shift as it was when its operator signed; the next one's signature closes it for good.

    Nothing of it ever changes but that second signature: the row is its own history.
    """

    station = models.ForeignKey(
        SwapStation, models.PROTECT, related_name="+", verbose_name=_("station")
    )
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    figures = models.JSONField(_("figures"))
    note = models.CharField(_("note"), max_length=2000, blank=True)
    outgoing = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name=_("handed over by")
    )
    incoming = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken over by"),
    )
    taken_at = models.DateTimeField(_("taken over at"), null=True, blank=True)

    class Meta:
        verbose_name = _("shift hand-over")
        verbose_name_plural = _("shift hand-overs")
        ordering = ["-ends_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(begins_at__lt=F("ends_at")), name="dispatch_shift_lasts"
            ),
            models.CheckConstraint(
                condition=Q(incoming__isnull=True, taken_at__isnull=True)
                | (Q(incoming__isnull=False, taken_at__isnull=False) & ~Q(incoming=F("outgoing"))),
                name="dispatch_hand_over_takes_two",
            ),
            models.UniqueConstraint(
                fields=["station", "begins_at"], name="dispatch_shift_is_handed_over_once"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="signed_figures_stay",
                fields=["station", "begins_at", "ends_at", "figures", "note", "outgoing"],
            ),
            pgtrigger.Protect(
                name="taken_over_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__taken_at__isnull=False),
            ),
            pgtrigger.Protect(name="hand_over_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.ends_at:%Y-%m-%d %H:%M}"
