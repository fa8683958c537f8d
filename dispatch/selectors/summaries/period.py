"""Days, ISO weeks and months in the service's time zone, from midnight to before midnight."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args

from telematics.services.days.calendar import bounds_of, day_of

type Kind = Literal["day", "week", "month"]
KINDS: tuple[Kind, ...] = get_args(Kind.__value__)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    kind: Kind
    first: date
    last: date

    @property
    def start(self) -> datetime:
        """Return the instant it begins at."""
        return bounds_of(self.first)[0]

    @property
    def end(self) -> datetime:
        """Return the first instant that is no longer of it."""
        return bounds_of(self.last)[1]

    @property
    def days(self) -> list[date]:
        """Return its days in order."""
        return [self.first + A_DAY * at for at in range((self.last - self.first).days + 1)]

    @property
    def previous(self) -> "Period":
        """Return the period of this kind before it."""
        return period_of(self.kind, self.first - A_DAY)

    @property
    def next(self) -> "Period":
        """Return the period of this kind after it."""
        return period_of(self.kind, self.last + A_DAY)

    @property
    def name(self) -> str:
        """Return it in a way that sorts: 2026-11-22, 2026-W47, 2026-11."""
        if self.kind == "day":
            return self.first.isoformat()
        if self.kind == "month":
            return f"{self.first:%Y-%m}"
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02d}"


def period_of(kind: Kind, day: date) -> Period:
    """Return the period of a kind that a day is in."""
    if kind == "day":
        return Period(kind, day, day)
    if kind == "week":
        monday = day - A_DAY * day.weekday()
        return Period(kind, monday, monday + 6 * A_DAY)
    first = day.replace(day=1)
    after = (first + 31 * A_DAY).replace(day=1)
    return Period(kind, first, after - A_DAY)


def last_over(kind: Kind, *, now: datetime) -> Period:
    """Return the last period of a kind that is over."""
    return period_of(kind, day_of(now)).previous
