"""Packs set apart: what for, since when, and who let them go again."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models.operator import User
from fleet.models.pack import Pack

MARKS_THE_PACK = """
    UPDATE fleet_pack SET is_quarantined = (NEW.released_at IS NULL)
     WHERE id = NEW.pack_id AND is_quarantined IS DISTINCT FROM (NEW.released_at IS NULL);
    RETURN NEW;
"""


@pghistory.track()
class PackQuarantine(models.Model):
    """A time in which a pack is handed out to nobody.

    One for safety (heat, smoke, a fall) ends only when one person asks for the release and
    another confirms it; `begun_by` is empty when a machine set the pack apart.
    """

    pack = models.ForeignKey(
        Pack, models.PROTECT, related_name="quarantines", verbose_name=_("pack")
    )
    is_safety = models.BooleanField(_("for safety"), default=True)
    reason = models.CharField(_("reason"), max_length=200)
    begun_at = models.DateTimeField(_("begun at"))
    begun_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("begun by")
    )
    asked_at = models.DateTimeField(_("release asked at"), null=True, blank=True)
    asked_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("release asked by"),
    )
    asked_reason = models.CharField(_("why it may go"), max_length=200, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    released_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("released by"),
    )

    class Meta:
        verbose_name = _("quarantine of a pack")
        verbose_name_plural = _("quarantines of packs")
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["pack"],
                condition=Q(released_at__isnull=True),
                name="fleet_pack_is_quarantined_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="fleet_quarantine_has_a_reason"),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_by__isnull=True)
                | Q(asked_at__isnull=False, asked_by__isnull=False),
                name="fleet_release_is_asked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | Q(released_at__isnull=False, released_by__isnull=False),
                name="fleet_release_is_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True)
                | Q(is_safety=False)
                | (Q(asked_by__isnull=False) & ~Q(asked_by=F("released_by"))),
                name="fleet_safety_release_takes_two",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="marks_the_pack",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=MARKS_THE_PACK,
            ),
            pgtrigger.Protect(name="quarantine_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.pack}: {self.reason}"
