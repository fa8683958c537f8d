"""A truck's track as the history has it, and the next reports beyond."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

LATE_AFTER = timedelta(minutes=10)
NEXT_WITHIN = timedelta(days=7)
# A report stamped ahead of its arrival has a wrong time: it is of no day.
AHEAD_AT_MOST = timedelta(seconds=60)

_FIX = """
    SELECT extract(epoch FROM recorded_at)::float8, seq, boot_no, pack_set_id,
           latitude_e7 / 1e7::float8, longitude_e7 / 1e7::float8, odometer_10m / 100::float8,
           speed_tenths / 10::float8, soc_hundredths / 100::float8,
           received_at - recorded_at > %(late)s
      FROM telematics_truckreport
     WHERE truck_id = %(truck)s AND recorded_at <= received_at + %(ahead)s
"""
TRACK = f"""
    ({_FIX} AND recorded_at >= %(before)s AND recorded_at < %(start)s
      ORDER BY recorded_at DESC, seq DESC LIMIT 1)
    UNION ALL
    ({_FIX} AND recorded_at >= %(start)s AND recorded_at < %(end)s)
    UNION ALL
    ({_FIX} AND recorded_at >= %(end)s AND recorded_at < %(after)s
      ORDER BY recorded_at, seq LIMIT 1)
"""
NEIGHBOURS = """
    SELECT (SELECT recorded_at FROM telematics_truckreport
             WHERE truck_id = %(truck)s AND recorded_at >= %(before)s AND recorded_at < %(start)s
               AND recorded_at <= received_at + %(ahead)s
             ORDER BY recorded_at DESC LIMIT 1),
           (SELECT recorded_at FROM telematics_truckreport
             WHERE truck_id = %(truck)s AND recorded_at >= %(end)s AND recorded_at < %(after)s
               AND recorded_at <= received_at + %(ahead)s
             ORDER BY recorded_at LIMIT 1)
"""
RECEIVED = """
    SELECT id, lower(r), upper(r) - 1
      FROM telematics_boot, unnest(seqs) r WHERE id = ANY(%s) ORDER BY id, r
"""
SHIFTS = """
    SELECT extract(epoch FROM started_at)::float8,
           extract(epoch FROM coalesce(ended_at, %(end)s))::float8
      FROM fleet_shift
     WHERE truck_id = %(truck)s AND started_at < %(end)s
       AND (ended_at IS NULL OR ended_at > %(start)s)
"""


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One report as the history has it; the first nine values are those of a `Fix`."""

    values: tuple[Any, ...]
    is_late: bool


def read_track(truck_id: int, *, start: datetime, end: datetime) -> list[TrackRow]:
    """Return the reports of [start, end), and the next one within a week on either side.

    Each as (seconds since 1970, number, boot, packs, latitude and longitude in deg, odometer in
    km, speed in km/h, charge in percent).
    """
    with connection.cursor() as cursor:
        cursor.execute(TRACK, _values(truck_id, start, end))
        return [TrackRow(row[:-1], row[-1]) for row in cursor.fetchall()]


def neighbours(
    truck_id: int, *, start: datetime, end: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return the times of the last report before `start` and the first from `end` on.

    None where there is none within a week.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBOURS, _values(truck_id, start, end))
        before, after = cursor.fetchone()
        return before, after


def _values(truck_id: int, start: datetime, end: datetime) -> dict[str, Any]:
    return {
        "truck": truck_id,
        "start": start,
        "end": end,
        "before": start - NEXT_WITHIN,
        "after": end + NEXT_WITHIN,
        "late": LATE_AFTER,
        "ahead": AHEAD_AT_MOST,
    }


def received_numbers(boots: set[int]) -> dict[int, list[tuple[int, int]]]:
    """Return the numbers received of each boot, as ascending ranges with both ends included."""
    found: dict[int, list[tuple[int, int]]] = {boot: [] for boot in boots}
    with connection.cursor() as cursor:
        cursor.execute(RECEIVED, [sorted(boots)])
        for boot, low, high in cursor.fetchall():
            found[boot].append((low, high))
    return found


def shift_spans(truck_id: int, *, start: datetime, end: datetime) -> list[tuple[float, float]]:
    """Return when the truck had a driver in [start, end), in seconds since 1970."""
    with connection.cursor() as cursor:
        cursor.execute(SHIFTS, {"truck": truck_id, "start": start, "end": end})
        spans: list[tuple[float, float]] = cursor.fetchall()
        return spans
