"""A truck's days, derived from what the history says of it now."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from telematics.selectors.tracks import neighbours, read_track, received_numbers, shift_spans
from telematics.services.days.calendar import bounds_of, day_of, days_between
from telematics.services.days.completeness import holes_of
from telematics.services.days.derive import MARGIN_S, Day, Slice, derive_day
from telematics.services.days.track import Fix, ordered

MARGIN = timedelta(seconds=MARGIN_S)


@dataclass(frozen=True, slots=True)
class DatedDay:
    """A truck's day with its date, and how many of its reports came late."""

    date: date
    derived: Day
    late: int


def read_days(truck_id: int, *, first: date, last: date, now: datetime) -> list[DatedDay]:
    """Return a truck's days from the first to the last, as they are known at `now`."""
    start, end = bounds_of(first)[0], bounds_of(last)[1]
    rows = read_track(truck_id, start=start - MARGIN, end=end + MARGIN)
    track = ordered(Fix(*row.values) for row in rows)
    late = sorted(row.values[0] for row in rows if row.is_late)
    boots = {hole.boot_no for hole in holes_of(track)}
    received = received_numbers(boots) if boots else {}
    shifts = shift_spans(truck_id, start=start, end=end)
    days = []
    for day in days_between(first, last):
        begins, ends = (at.timestamp() for at in bounds_of(day))
        derived = derive_day(
            track, Slice(begins, ends, now.timestamp()), shifts=shifts, received=received
        )
        days.append(DatedDay(day, derived, sum(begins <= at_s < ends for at_s in late)))
    return days


def days_resting_on(
    truck_id: int, *, start: datetime, end: datetime, oldest: date, newest: date
) -> tuple[date, date]:
    """Return the first and the last day that reports of [start, end) have a part in.

    A day rests on what is within 15 minutes of it, and on the next report beyond: so the days a
    truck was silent for, and those around them, rest on the reports that end the silence.
    """
    before, after = neighbours(truck_id, start=start, end=end)
    first = day_of(min(start, before or start) - MARGIN)
    last = day_of(max(end, after or end) + MARGIN)
    return max(oldest, first), min(newest, last)
