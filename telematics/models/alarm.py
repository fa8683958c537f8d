"""Alarms, and what dispatch leaves here for the next answer to a truck."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fleet.models import Slot, SwapStation, Truck, User


@pghistory.track()
class Alarm(models.Model):
    """Something that needs a person: open until its cause is gone or someone closes it.

    While the truck it speaks of is not heard of it is stale, since `stale_since`: then it is
    neither opened nor closed nor escalated. `storm` groups those that came together.
    """

    class Kind(models.TextChoices):
        STRANDED_RISK = "stranded_risk", _("stranded risk")
        SILENT_TRUCK = "silent_truck", _("silent truck")
        SILENT_STATION = "silent_station", _("silent station")
        VEHICLE = "vehicle", _("vehicle alarm")
        SLOT_FAULT = "slot_fault", _("slot fault")
        WRONG_PACK = "wrong_pack", _("wrong pack")
        PLANNER = "planner", _("planner")
        BATTERY_HEAT = "battery_heat", _("battery temperature")
        CELL_SPREAD = "cell_spread", _("cell spread")
        INSULATION = "insulation", _("insulation")
        LOW_CHARGE = "low_charge", _("low charge")
        CLONED_DEVICE = "cloned_device", _("two units with one key")
        STRAY_REPORTS = "stray_reports", _("reports without a partition")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    level = models.PositiveSmallIntegerField(_("level"), default=1)
    truck = models.ForeignKey(
        Truck,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("truck"),
    )
    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("station"),
    )
    slot = models.ForeignKey(
        Slot,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("slot"),
    )
    detail = models.CharField(_("detail"), max_length=300)
    opened_at = models.DateTimeField(_("opened at"))
    # Of a rule's alarm: when it was opened, or last got graver.
    rung_at = models.DateTimeField(_("rang at"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("acknowledged by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    note = models.CharField(_("said about it"), max_length=200, blank=True, db_default="")
    rule = models.ForeignKey(
        "telematics.AlarmRule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="alarms",
        verbose_name=_("rule"),
    )
    stale_since = models.DateTimeField(_("stale since"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    storm = models.ForeignKey(
        "telematics.AlarmStorm",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="alarms",
        verbose_name=_("storm"),
    )

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-opened_at"]
        indexes = [
            # What people closed stays closed: asked with every round, and there are few of them.
            models.Index(
                fields=["kind", "closed_at"],
                condition=Q(closed_by__isnull=False),
                name="telematics_alarm_by_hand",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "truck", "station", "slot"],
                nulls_distinct=False,
                condition=Q(closed_at__isnull=True),
                name="telematics_alarm_is_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.detail}"


class Downlink(models.Model):
    """What rides on the next answer to an OBU: a waiting offer or a message."""

    class Kind(models.TextChoices):
        ASSIGNMENT = "assignment"
        MESSAGE = "message"

    truck = models.ForeignKey(Truck, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    body = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # A truck has one current assignment: a newer one takes its place.
            models.UniqueConstraint(
                fields=["truck"],
                condition=Q(kind="assignment"),
                name="telematics_one_assignment_rides_down",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.truck_id}"


class RouteNeed(models.Model):
    """The energy a truck needs on the route ahead of it, as dispatch last worked it out.

    `needs_swap_by` is planned with: in one case of ten it is earlier. One case of ten is before
    `earliest_at` and one after `latest_at`; `within_notice_percent` is how likely it is that the
    truck must swap within the notice of an hour. A report below `asks_below_percent` of charge
    changes what dispatch knew, and has the truck planned at once; null: none would.
    """

    truck = models.OneToOneField(Truck, models.CASCADE, primary_key=True, related_name="+")
    computed_at = models.DateTimeField()
    energy_wh = models.PositiveIntegerField()
    reserve_wh = models.PositiveIntegerField()
    needs_swap_by = models.DateTimeField(null=True)
    earliest_at = models.DateTimeField(null=True)
    likely_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    within_notice_percent = models.PositiveSmallIntegerField(default=0)
    is_promised = models.BooleanField(default=False)  # a swap: then low charge is looked after
    asks_below_percent = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.truck_id} needs {self.energy_wh} Wh"
