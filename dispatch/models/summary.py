"""Reports that go out by mail: who gets which, and each one that was sent."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Operator, SwapStation, User


@pghistory.track()
class SummarySubscription(models.Model):
    """A report of a fleet or of stations, sent by mail when its period is over."""

    class Kind(models.TextChoices):
        DAY = "day", _("every day")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")

    class Form(models.TextChoices):
        PDF = "pdf", _("PDF")
        XLSX = "xlsx", _("Excel")
        BOTH = "both", _("PDF and Excel")

    held_by = models.ForeignKey(
        Operator, models.CASCADE, related_name="+", verbose_name=_("held by"), editable=False
    )
    operator = models.ForeignKey(
        Operator,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fleet, or all stations"),
        editable=False,
    )
    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("station"),
        editable=False,
    )
    kind = models.CharField(_("period"), max_length=5, choices=Kind, default=Kind.DAY)
    form = models.CharField(_("form"), max_length=4, choices=Form, default=Form.PDF)
    language = models.CharField(
        _("language"),
        max_length=10,
        default="zh-hans",
        choices=[("zh-hans", "简体中文"), ("en", "English")],
    )
    recipients = models.ManyToManyField(
        User,
        related_name="+",
        verbose_name=_("recipients"),
        help_text=_("Colleagues with a mail address; each must be allowed to read the report."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("since"), editable=False)

    class Meta:
        verbose_name = _("report by mail")
        verbose_name_plural = _("reports by mail")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(operator__isnull=False, station__isnull=True)
                | Q(operator__isnull=True, station__isnull=False),
                name="dispatch_summary_is_of_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["day", "week", "month"], form__in=["pdf", "xlsx", "both"]),
                name="dispatch_summary_has_a_known_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operator or self.station}: {self.get_kind_display()}"


class SummarySending(models.Model):
    """One report by mail: promised, on its way (maybe sent, if it stays so), sent, or for nobody.

    `message_id` is the mail's own and stays the same however often it is tried.
    """

    class State(models.TextChoices):
        DUE = "due", _("due")
        SENDING = "sending", _("on its way")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("for nobody")

    subscription = models.ForeignKey(
        SummarySubscription,
        models.CASCADE,
        related_name="sendings",
        verbose_name=_("report by mail"),
    )
    first = models.DateField(_("first day"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DUE)
    message_id = models.CharField(_("message id"), max_length=120, unique=True)
    recipients = models.TextField(_("sent to"), blank=True)
    promised_at = models.DateTimeField(_("promised at"))
    tried_at = models.DateTimeField(_("tried at"), null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("sent report")
        verbose_name_plural = _("sent reports")
        ordering = ["-first", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "first"], name="dispatch_summary_is_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["due", "sending", "refused"], sent_at__isnull=True)
                | Q(state="sent", sent_at__isnull=False),
                name="dispatch_summary_is_sent_at_some_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription} {self.first}"
