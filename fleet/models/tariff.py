"""Electricity tariffs with dated time-of-use periods."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class Tariff(models.Model):
    """The price list of a grid company, with the document it comes from."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(_("source document"), max_length=200)

    class Meta:
        verbose_name = _("tariff")
        verbose_name_plural = _("tariffs")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class TariffPeriod(models.Model):
    """The price in some minutes of the day (local time), in one month, while valid."""

    class Level(models.TextChoices):
        SHARP = "sharp", _("sharp")
        PEAK = "peak", _("peak")
        FLAT = "flat", _("flat")
        VALLEY = "valley", _("valley")
        DEEP_VALLEY = "deep_valley", _("deep valley")

    tariff = models.ForeignKey(
        Tariff,
        models.CASCADE,
        related_name="periods",
        verbose_name=_("tariff"),
    )
    valid = DateRangeField(_("valid"))
    month = models.PositiveSmallIntegerField(_("month"))
    minutes = IntegerRangeField(_("minutes of the day"))
    level = models.CharField(_("level"), max_length=12, choices=Level)
    price_cny_per_kwh = models.DecimalField(_("price, CNY/kWh"), max_digits=7, decimal_places=4)

    class Meta:
        verbose_name = _("tariff period")
        verbose_name_plural = _("tariff periods")
        ordering = ["tariff", "month", "minutes"]
        constraints = [
            ExclusionConstraint(
                name="fleet_tariff_has_one_price_at_a_time",
                expressions=[
                    ("tariff", RangeOperators.EQUAL),
                    ("month", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                    ("minutes", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(month__range=(1, 12), minutes__contained_by=(0, 1440)),
                name="fleet_tariff_period_is_within_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff} {self.month} {self.minutes}"
