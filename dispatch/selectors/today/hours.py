"""The hours of a day's chart, and which rows count for today and for yesterday by now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BARS = 24


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the local day stands: its midnight, and the last 24 hours, the one under way last."""

    now: datetime

    @property
    def midnight(self) -> datetime:
        """Return when the local day began."""
        here = self.now.astimezone(ZoneInfo(settings.TIME_ZONE))
        return here.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def since(self) -> datetime:
        """Return where rows are of no interest any more: before yesterday, or the first bar."""
        return min(self.midnight - DAY, self.hours[0])

    @property
    def hours(self) -> list[datetime]:
        """Return when each bar of the chart begins."""
        here = self.now.astimezone(ZoneInfo(settings.TIME_ZONE))
        last = here.replace(minute=0, second=0, microsecond=0)
        return [last - (BARS - 1 - n) * HOUR for n in range(BARS)]


type Key = tuple[datetime, bool]
"""An hour, and whether it was over, or so far over, by this time yesterday."""


def day_sums[Sums](
    rows: Mapping[Key, Sums], clock: Clock, add: Callable[[list[Sums]], Sums]
) -> tuple[Sums, Sums, list[Sums]]:
    """Return sums of today, of yesterday until this time, and of each hour of the chart."""
    midnight = clock.midnight
    today = [sums for (hour, _), sums in rows.items() if hour >= midnight]
    yesterday = [
        sums
        for (hour, is_by_then), sums in rows.items()
        if is_by_then and midnight - DAY <= hour < midnight
    ]
    bars = [[sums for (at, _), sums in rows.items() if at == hour] for hour in clock.hours]
    return add(today), add(yesterday), [add(of_hour) for of_hour in bars]
