"""The outbox of work: what must still be done, promised in the transaction that made it due."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of work for a Celery task; the relay rings it, the row decides who runs it.

    Times are wall time by the database's clock: how soon work is rung again does not depend on
    the service's clock. Equal (`name`, `key`) is the same work: a tick of the schedule is a row.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    name = models.CharField(
        _("task"), max_length=100, help_text=_("The Celery task, by its full name.")
    )
    key = models.CharField(_("key"), max_length=200)
    queue = models.CharField(_("queue"), max_length=20, default="work")
    payload = models.JSONField(_("payload"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    rung_at = models.DateTimeField(_("rung at"), null=True)
    leased_until = models.DateTimeField(_("leased until"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "key"], name="fleet_job_is_promised_once"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "done", "failed"]),
                name="fleet_job_has_a_known_state",
            ),
        ]
        indexes = [
            # The relay's question: what is still to be done?
            models.Index(
                fields=["id"],
                condition=Q(state="pending"),
                name="fleet_job_pending",
            ),
            # The sweeper's: which finished rows are old?
            models.Index(fields=["finished_at"], name="fleet_job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"
