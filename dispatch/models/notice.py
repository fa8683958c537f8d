"""What must reach a driver, and what drivers did: each once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from dispatch.models.assignment import SwapAssignment
from fleet.models import Driver


class DriverNotice(models.Model):
    """The outbox of news to drivers: a row of the transaction that made the news."""

    class Kind(models.TextChoices):
        OFFERED = "offered", _("offered")
        CHANGED = "changed", _("changed")
        ENDED = "ended", _("ended")
        MESSAGE = "message", _("message")

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="+")
    assignment = models.ForeignKey(
        SwapAssignment,
        models.CASCADE,
        null=True,
        related_name="notices",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    seen_at = models.DateTimeField(_("seen at"), null=True)

    class Meta:
        verbose_name = _("driver notice")
        verbose_name_plural = _("driver notices")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} to {self.driver_id}"


class DriverAction(models.Model):
    """What a driver's phone sent, by the phone's own id: sent again, it is answered the same."""

    driver = models.ForeignKey(Driver, models.CASCADE, related_name="+")
    action_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    body = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["driver", "action_id"],
                name="dispatch_driver_action_happens_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.driver_id}"
