"""Days as people have them: from midnight to midnight in the service's time zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.utils.timezone import get_default_timezone

A_DAY = timedelta(days=1)


def day_of(instant: datetime) -> date:
    """Return the day an instant is of."""
    return instant.astimezone(get_default_timezone()).date()


def bounds_of(day: date) -> tuple[datetime, datetime]:
    """Return when a day begins and ends, in UTC."""
    zone = get_default_timezone()
    first, after = (datetime.combine(d, time(), tzinfo=zone) for d in (day, day + A_DAY))
    return first.astimezone(UTC), after.astimezone(UTC)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from the first to the last, both included."""
    while first <= last:
        yield first
        first += A_DAY


def days_of_utc_day(day: date) -> tuple[date, date]:
    """Return the first and the last day that share an instant with a day of UTC."""
    start = datetime.combine(day, time(), tzinfo=UTC)
    return day_of(start), day_of(start + A_DAY - timedelta.resolution)
