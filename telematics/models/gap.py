"""Holes in what a unit sent: what is asked for again, for how long, and what is given up."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Truck
from telematics.models.report import Boot


class Gap(models.Model):
    """A hole in the numbers of a boot that the unit is asked for, or was.

    Open holes are brought in line with the ledger every minute; closed ones stay to be looked at.
    """

    class State(models.TextChoices):
        OPEN = "open", _("asked for")
        GIVEN_UP = "given_up", _("given up")
        LOST = "lost", _("lost, as the unit says")

    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+", verbose_name=_("truck"))
    boot = models.ForeignKey(Boot, models.CASCADE, related_name="gaps", verbose_name=_("boot"))
    from_seq = models.BigIntegerField(_("from number"))
    to_seq = models.BigIntegerField(_("to number"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("found at"))
    rounds_asked = models.PositiveSmallIntegerField(_("minutes it was asked for"), default=0)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("hole in a unit's numbers")
        verbose_name_plural = _("holes in units' numbers")
        ordering = ["boot", "from_seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["boot", "from_seq"], name="telematics_gap_is_known_once"
            ),
            models.CheckConstraint(
                condition=Q(to_seq__gte=F("from_seq")), name="telematics_gap_is_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state__in=["given_up", "lost"], ended_at__isnull=False),
                name="telematics_gap_is_open_or_ended",
            ),
        ]
        indexes = [
            # What an answer to a truck asks for.
            models.Index(
                fields=["truck", "boot", "from_seq"],
                condition=Q(state="open"),
                name="telematics_open_gaps_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.boot_id}: {self.from_seq}–{self.to_seq}"
