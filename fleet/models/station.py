"""Swap stations with their lanes, slots, hours and closures."""

import pghistory
from django.contrib.postgres.fields import DateTimeRangeField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fleet.models.named import local_name
from fleet.models.operator import Operator, User
from fleet.models.place import Region
from fleet.models.position import PositionedModel, position_in_range
from fleet.models.tariff import Tariff


@pghistory.track()
class SwapStation(PositionedModel):
    """A station where robots swap packs; its position is the gate trucks drive to."""

    operator = models.ForeignKey(
        Operator,
        models.PROTECT,
        related_name="stations",
        verbose_name=_("station operator"),
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        related_name="stations",
        verbose_name=_("region"),
    )
    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    power_limit_kw = models.PositiveIntegerField(_("power limit, kW"))
    tariff = models.ForeignKey(
        Tariff,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stations",
        verbose_name=_("tariff"),
    )
    contact_phone = models.CharField(_("contact phone"), max_length=20, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("swap station")
        verbose_name_plural = _("swap stations")
        ordering = ["name"]
        constraints = [
            position_in_range("fleet_station_is_on_earth"),
            models.CheckConstraint(
                condition=Q(power_limit_kw__gt=0),
                name="fleet_station_has_power",
            ),
        ]

    def __str__(self) -> str:
        return local_name(self.name, self.name_zh)


@pghistory.track()
class OpeningHours(models.Model):
    """When a station is open on a weekday; a station without rows never closes."""

    station = models.ForeignKey(SwapStation, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(
        _("weekday"),
        validators=[MaxValueValidator(6)],
        choices=[
            (0, _("Monday")),
            (1, _("Tuesday")),
            (2, _("Wednesday")),
            (3, _("Thursday")),
            (4, _("Friday")),
            (5, _("Saturday")),
            (6, _("Sunday")),
        ],
    )
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["station", "weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="fleet_station_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6),
                name="fleet_opening_hours_on_a_weekday",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"


@pghistory.track()
class Lane(models.Model):
    """Where a truck stands while robots swap its packs."""

    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        related_name="lanes",
        verbose_name=_("station"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    swap_s = models.PositiveIntegerField(_("swap time, s"), default=300)
    pack_types = models.ManyToManyField(
        "fleet.PackType",
        blank=True,
        related_name="lanes",
        verbose_name=_("pack types"),
        help_text=_("Empty: all types."),
    )

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        ordering = ["station", "number"]
        constraints = [
            models.UniqueConstraint(fields=["station", "number"], name="fleet_lane_is_unique"),
            models.CheckConstraint(
                condition=Q(swap_s__range=(60, 3600)),
                name="fleet_lane_swaps_in_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} L{self.number}"


@pghistory.track()
class Slot(models.Model):
    """A charging place for one pack."""

    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        related_name="slots",
        verbose_name=_("station"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    max_power_kw = models.PositiveIntegerField(_("highest power, kW"))
    is_blocked = models.BooleanField(_("blocked"), default=False)
    block_reason = models.CharField(_("reason"), max_length=200, blank=True)
    blocked_at = models.DateTimeField(_("blocked since"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["station", "number"]
        constraints = [
            models.UniqueConstraint(fields=["station", "number"], name="fleet_slot_is_unique"),
            models.CheckConstraint(
                condition=Q(is_blocked=False) | ~Q(block_reason=""),
                name="fleet_slot_is_blocked_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_blocked=True) | Q(blocked_at=None),
                name="fleet_slot_in_use_is_blocked_since_never",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} S{self.number}"


@pghistory.track()
class Closure(models.Model):
    """A time in which a lane, or a whole station, takes no truck; open-ended until lifted."""

    station = models.ForeignKey(
        SwapStation,
        models.CASCADE,
        related_name="closures",
        verbose_name=_("station"),
    )
    lane = models.ForeignKey(
        Lane,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="closures",
        verbose_name=_("lane"),
        help_text=_("Empty: the whole station."),
    )
    during = DateTimeRangeField(_("during"))
    reason = models.CharField(_("reason"), max_length=200)
    closed_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["-during"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="fleet_closure_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False),
                name="fleet_closure_lasts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lane or self.station}: {self.reason}"
