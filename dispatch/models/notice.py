"""News to drivers, how it was brought to them, and what their phones sent back: each once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.models.assignment import SwapAssignment
from fleet.models import Driver


class ChannelName(models.TextChoices):
    """A way to a driver, and `tap`: whoever answers has seen."""

    PAGE = "page", _("driver's page")
    OBU = "obu", _("onboard unit")
    WECHAT = "wechat", _("WeChat")
    SMS = "sms", _("text message")
    TAP = "tap", _("answer")


class DriverNotice(models.Model):
    """The outbox of news to drivers: a row of the transaction that made the news.

    News that `must_be_seen` climbs from channel to channel until it is: the ladder looks at it
    again at `look_at`. `given_up_at` is when no channel was left and the dispatcher was told.
    """

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
    must_be_seen = models.BooleanField(default=False)
    unseen_since = models.DateTimeField(null=True)  # of the oldest news this one took over from
    look_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True)
    seen_at = models.DateTimeField(_("seen at"), null=True)
    seen_on = models.CharField(_("seen on"), max_length=6, blank=True, choices=ChannelName)

    class Meta:
        verbose_name = _("driver notice")
        verbose_name_plural = _("driver notices")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True) | Q(look_at__isnull=True),
                name="dispatch_seen_news_climbs_no_more",
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"],
                condition=Q(look_at__isnull=False),
                name="dispatch_news_that_climbs",
            ),
            models.Index(
                fields=["driver", "-id"],
                condition=Q(must_be_seen=True),
                name="dispatch_news_to_be_seen",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(must_be_seen=True, seen_at__isnull=True),
                name="dispatch_news_not_seen",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.driver_id}"


class NoticeDelivery(models.Model):
    """One attempt to bring news to a driver, written before it is made.

    Attempts on one channel share their `key`, so that a gateway which knows keys takes the news
    once. `leased_until` is wall time by the database's clock: an attempt whose lease ran out was
    cut short, nobody knows where, and is made again.
    """

    class Outcome(models.TextChoices):
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        REFUSED = "refused", _("refused by the gateway")
        IMPOSSIBLE = "impossible", _("not possible")
        UNKNOWN = "unknown", _("cut short")
        NOT_NEEDED = "not_needed", _("no longer needed")

    notice = models.ForeignKey(DriverNotice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=6, choices=ChannelName)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    key = models.CharField(max_length=40)
    at = models.DateTimeField(_("at"))
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome, default=Outcome.SENDING
    )
    done_at = models.DateTimeField(null=True)
    provider_id = models.CharField(_("gateway's number"), max_length=64, blank=True)
    error = models.CharField(_("error"), max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "channel", "attempt"],
                name="dispatch_attempt_is_made_once",
            ),
            models.UniqueConstraint(
                fields=["notice", "channel"],
                condition=Q(outcome="sending"),
                name="dispatch_one_attempt_a_channel_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(outcome="sending", done_at__isnull=True)
                | (~Q(outcome="sending") & Q(done_at__isnull=False)),
                name="dispatch_attempt_ends_with_an_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["at"],
                condition=Q(outcome="sending"),
                name="dispatch_attempts_to_make",
            ),
            models.Index(
                fields=["provider_id"],
                condition=Q(channel="obu"),
                name="dispatch_attempts_on_units",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.attempt} of {self.notice_id}: {self.outcome}"


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
