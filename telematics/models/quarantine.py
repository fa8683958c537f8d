"""Units that are kept apart because two speak with one key."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models import User
from telematics.models.device import REMEMBER_CHANGE, Device


class DeviceQuarantine(models.Model):
    """A device whose key two units use: until a person lifts it, its reports are kept apart."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="+", verbose_name=_("device"))
    begun_at = models.DateTimeField(_("begun at"))
    evidence = models.JSONField(_("evidence"), default=dict)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("quarantined device")
        verbose_name_plural = _("quarantined devices")
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["device"],
                condition=Q(lifted_at__isnull=True),
                name="telematics_device_is_quarantined_once",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="quarantine_reaches_keyrings",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=REMEMBER_CHANGE.format(device="NEW.device_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} {self.begun_at}"
