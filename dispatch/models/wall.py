"""Screens on station walls: each looks through a link of its own, which can be taken back."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models import SwapStation, User


@pghistory.track(exclude=["seen_at"])
class WallScreen(models.Model):
    """A link that shows one station's wall board and nothing else, until it is taken back.

    Only the SHA-256 of the link's token is kept.
    """

    station = models.ForeignKey(
        SwapStation, models.CASCADE, related_name="+", verbose_name=_("station")
    )
    name = models.CharField(_("where it hangs"), max_length=60)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"))
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("wall screen")
        verbose_name_plural = _("wall screens")
        ordering = ["station", "name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="dispatch_wall_screen_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.station}: {self.name}"
