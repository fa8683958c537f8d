"""A station's next day of charging as a picture: planned power against limit and price."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.models import ChargeWindow
from dispatch.planning.charging import CHARGE_EFFICIENCY
from dispatch.planning.steps import in_force
from dispatch.selectors.readiness import power_limits
from dispatch.selectors.tariffs import station_prices
from fleet.models import SwapStation

AHEAD = timedelta(hours=24)
BIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of an hour: mean power at the meter, limit and price; heights in percent."""

    left: float
    width: float
    at: datetime
    power_kw: float
    limit_kw: float
    price_cny_per_kwh: float
    power_height: float
    limit_height: float
    price_share: float

    @property
    def power_top(self) -> float:
        """Return where the bar begins, in percent from the top."""
        return 100 - self.power_height

    @property
    def limit_top(self) -> float:
        """Return where the limit lies, in percent from the top."""
        return 100 - self.limit_height


def charge_picture(station: SwapStation, *, now: datetime) -> list[Quarter]:
    """Return the quarters of the next 24 h, three queries."""
    limits = [(step.from_s, step.power_w) for step in power_limits(station, now=now)]
    prices = station_prices(station, now=now, horizon=AHEAD)
    windows = list(ChargeWindow.objects.filter(slot__station=station, during__endswith__gt=now))
    count, most_w = AHEAD // BIN, station.power_limit_kw * 1000
    dearest = max([1, *(price for _, price in prices)])
    quarters = []
    for number in range(count):
        at = now + number * BIN
        power_w = sum(_mean_w(window, at) for window in windows) / CHARGE_EFFICIENCY
        at_s = int((at - now).total_seconds())
        limit_w, price = in_force(limits, at_s), in_force(prices, at_s)
        quarters.append(
            Quarter(
                left=round(100 * number / count, 3),
                width=round(100 / count, 3),
                at=at,
                power_kw=round(power_w / 1000),
                limit_kw=limit_w / 1000,
                price_cny_per_kwh=price / 1000,
                power_height=round(min(100.0, 100 * power_w / most_w), 2),
                limit_height=round(100 * limit_w / most_w, 2),
                price_share=round(price / dearest, 3),
            )
        )
    return quarters


def _mean_w(window: ChargeWindow, at: datetime) -> float:
    overlap = min(window.during.upper, at + BIN) - max(window.during.lower, at)
    return float(window.power_w * max(0.0, overlap / BIN))
