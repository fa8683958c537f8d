"""What would have rung, had its reports come in time: found later, past, never open."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Driver, Truck
from telematics.models.alarm_rule import AlarmRule


class RetroEvent(models.Model):
    """A stretch of the past in which a rule was breached, as late reports showed.

    It is credited to the driver and the promise of then. `assignment_id` is a number of dispatch,
    which fills it in.
    """

    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+", verbose_name=_("truck"))
    driver = models.ForeignKey(
        Driver,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("driver then"),
    )
    assignment_id = models.BigIntegerField(_("assignment then"), null=True, blank=True)
    rule = models.ForeignKey(AlarmRule, models.PROTECT, related_name="+", verbose_name=_("rule"))
    level = models.PositiveSmallIntegerField(_("level"))
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"))
    found_at = models.DateTimeField(_("found later, at"))
    detail = models.CharField(_("detail"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("event found later")
        verbose_name_plural = _("events found later")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["truck", "rule", "began_at"], name="telematics_retro_event_is_found_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("began_at")),
                name="telematics_retro_event_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["-began_at"], name="telematics_retro_event_newest")]

    def __str__(self) -> str:
        return f"{self.truck_id} {self.rule_id} {self.began_at}"
