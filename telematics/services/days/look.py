"""A truck's day to look at: as it was settled, or derived now while it is not over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from telematics.models import TruckDay, TruckDrive, TruckStop
from telematics.services.days.calendar import bounds_of
from telematics.services.days.read import MARGIN, read_days
from telematics.services.days.rollups import Bucket, buckets_of
from telematics.services.days.settle import capacity_kwh_of, day_row, drive_rows, stop_rows


@dataclass(frozen=True, slots=True)
class DayView:
    """A day with its drives and stops, and the day in fives of minutes."""

    row: TruckDay
    drives: Sequence[TruckDrive]
    stops: Sequence[TruckStop]
    buckets: Sequence[Bucket]
    start: datetime
    end: datetime

    @property
    def is_over(self) -> bool:
        """Say whether all of the day was known when it was derived."""
        return self.row.computed_at >= self.end + MARGIN


def look_at_day(truck_id: int, day: date, *, now: datetime) -> DayView:
    """Return a truck's day as far as it is known at `now`."""
    start, end = bounds_of(day)
    buckets = buckets_of(truck_id, start=start, end=end)
    kept = TruckDay.objects.filter(truck=truck_id, day=day).first()
    if kept is not None and kept.computed_at >= end + MARGIN:
        drives = TruckDrive.objects.filter(truck=truck_id, day=day).order_by("started_at")
        stops = TruckStop.objects.filter(truck=truck_id, day=day).order_by("started_at")
        return DayView(kept, list(drives), list(stops), buckets, start, end)
    days = read_days(truck_id, first=day, last=day, now=now)
    row = day_row(truck_id, days[0], capacity_kwh=capacity_kwh_of(truck_id), now=now)
    drives_now, stops_now = drive_rows(truck_id, days), stop_rows(truck_id, days)
    return DayView(row, drives_now, stops_now, buckets, start, end)
