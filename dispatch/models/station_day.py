"""What a station's day came to: energy by quarters of an hour, and times without a charged pack."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Func, Q
from django.db.models.expressions import F
from django.utils.translation import gettext_lazy as _

from fleet.models import PackType, SwapStation


class StationQuarter(models.Model):
    """What a station's slots charged in a quarter of an hour, by their own readings."""

    station = models.ForeignKey(
        SwapStation, models.CASCADE, related_name="+", verbose_name=_("station")
    )
    starts_at = models.DateTimeField(_("from"))
    energy_wh = models.PositiveBigIntegerField(_("energy charged, Wh"))
    cost_cny = models.DecimalField(
        _("cost, CNY"),
        max_digits=12,
        decimal_places=4,
        null=True,
        help_text=_("Empty: the station has no tariff in force."),
    )

    class Meta:
        verbose_name = _("energy charged")
        verbose_name_plural = _("energy charged")
        ordering = ["-starts_at", "station"]
        indexes = [models.Index(fields=["starts_at"], name="dispatch_quarters_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "starts_at"], name="dispatch_quarter_is_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.starts_at:%H:%M}: {self.energy_wh} Wh"


class StockOut(models.Model):
    """A time in which a station held packs of a type and none was charged; open while it lasts."""

    station = models.ForeignKey(
        SwapStation, models.CASCADE, related_name="+", verbose_name=_("station")
    )
    pack_type = models.ForeignKey(
        PackType, models.CASCADE, related_name="+", verbose_name=_("pack type")
    )
    during = DateTimeRangeField(_("during"))

    class Meta:
        verbose_name = _("stock-out")
        verbose_name_plural = _("stock-outs")
        ordering = ["-during"]
        indexes = [
            models.Index(Func(F("during"), function="lower"), name="dispatch_stock_outs_by_time")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "pack_type"],
                condition=Q(during__upper_inf=True),
                name="dispatch_stock_out_is_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station}: {self.pack_type}"
