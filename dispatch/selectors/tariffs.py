"""What electricity costs at stations in the hours ahead: for plans and for charging."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from fleet.models import SwapStation, TariffPeriod

type Steps = tuple[tuple[int, int], ...]


def price_steps(
    tariff_ids: Iterable[int | None], *, now: datetime, horizon: timedelta
) -> dict[int, Steps]:
    """Return prices by tariff: from so many seconds after `now` on, in thousandths of CNY a kWh.

    Periods are by the local clock, month and validity; where none is in force the last price goes
    on, and what is before the first begins at 0.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    first = now.astimezone(zone).date() - timedelta(days=1)
    last = (now + horizon).astimezone(zone).date()
    wanted = {tariff_id for tariff_id in tariff_ids if tariff_id is not None}
    found: dict[int, list[tuple[int, int]]] = {}
    for period in TariffPeriod.objects.filter(tariff__in=wanted):
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if day.month != period.month or day not in period.valid:
                continue
            midnight = datetime.combine(day, time(), tzinfo=zone)
            at = midnight + timedelta(minutes=period.minutes.lower or 0)
            price = round(period.price_cny_per_kwh * 1000)
            found.setdefault(period.tariff_id, []).append((int((at - now).total_seconds()), price))
    return {
        tariff_id: _ahead(sorted(steps), int(horizon.total_seconds()))
        for tariff_id, steps in found.items()
    }


def station_prices(station: SwapStation, *, now: datetime, horizon: timedelta) -> Steps:
    """Return the prices of one station; none if it has no tariff."""
    steps = price_steps([station.tariff_id], now=now, horizon=horizon)
    return steps.get(station.tariff_id or 0, ())


def _ahead(steps: list[tuple[int, int]], horizon_s: int) -> Steps:
    """Keep the step in force now, from 0 on, and those within the horizon."""
    begun = [price for at_s, price in steps if at_s <= 0]
    ahead = [(at_s, price) for at_s, price in steps if 0 < at_s < horizon_s]
    return tuple([(0, begun[-1])] if begun else []) + tuple(ahead)
