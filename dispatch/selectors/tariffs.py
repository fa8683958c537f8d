"""What energy costs at a station, hour by hour."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from dispatch.planning.orderly import PriceStep
from fleet.models import SwapStation, TariffPeriod


def price_steps(
    station: SwapStation, *, now: datetime, horizon: timedelta
) -> tuple[PriceStep, ...]:
    """Return the prices of the station's tariff from now on; none if it has no tariff.

    A time of day no period speaks of costs what the time before it did.
    """
    zone = ZoneInfo(settings.TIME_ZONE)
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=number) for number in range(horizon.days + 2)]
    periods = TariffPeriod.objects.filter(
        tariff=station.tariff_id, month__in={day.month for day in days}
    )
    rows = list(periods)
    steps: dict[int, int] = {}
    for day in days:
        midnight = datetime.combine(day, datetime.min.time(), tzinfo=zone)
        for row in rows:
            if row.month == day.month and day in row.valid:
                start = midnight + timedelta(minutes=row.minutes.lower)
                steps[int((start - now).total_seconds())] = round(row.price_cny_per_kwh * 1000)
    return _from_now(steps, int(horizon.total_seconds()))


def _from_now(steps: dict[int, int], horizon_s: int) -> tuple[PriceStep, ...]:
    """Begin with what holds now, and end at the horizon."""
    begun = [at_s for at_s in steps if at_s <= 0]
    ahead = {at_s: price for at_s, price in steps.items() if 0 < at_s < horizon_s}
    if begun:
        ahead[0] = steps[max(begun)]
    return tuple(PriceStep(at_s, price) for at_s, price in sorted(ahead.items()))
