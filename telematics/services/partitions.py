"""Partitions of the report history: one a day (UTC), made ahead and dropped by age."""

import logging
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

log = logging.getLogger(__name__)

TABLE = "telematics_truckreport"
STRAY = f"{TABLE}_default"
DAYS_BACK = 7
DAYS_AHEAD = 3
LOCK_TIMEOUT = "5s"
_NAME = re.compile(rf"^{TABLE}_d(?P<day>\d{{8}})$")


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round of upkeep did: days made, days dropped, stray reports brought home."""

    made: tuple[date, ...]
    dropped: tuple[date, ...]
    brought_home: int


def keep_partitions(*, now: datetime, retention: timedelta) -> Upkeep:
    """Make the days a week back and three ahead, bring strays home, drop days past retention.

    A report of a day without a partition waits in the default partition: nothing is lost, but it
    is a sign that upkeep did not run, or that a unit emptied an old buffer; so it is logged. Each
    day is made or dropped in its own transaction under one lock, and only waits 5 s for it.
    """
    today = now.date()
    there = partition_days()
    strays = stray_days()
    if strays:
        log.warning("reports without a partition wait in %s for days %s", STRAY, strays)
    window = {today + timedelta(days=n) for n in range(-DAYS_BACK, DAYS_AHEAD + 1)}
    wanted = sorted((window | set(strays)) - set(there))
    moved = sum(_make(day) for day in wanted)
    past = [day for day in there if _end(day) <= (now - retention).date()]
    for day in past:
        _drop(day)
    return Upkeep(tuple(wanted), tuple(past), moved)


def partition_days() -> list[date]:
    """Return the days that have a partition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [TABLE],
        )
        names = [_NAME.match(name) for (name,) in cursor.fetchall()]
    return sorted(date.fromisoformat(match["day"]) for match in names if match)


def stray_days() -> list[date]:
    """Return the days of reports that wait in the default partition."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT (recorded_at AT TIME ZONE 'UTC')::date FROM {STRAY} ORDER BY 1"  # noqa: S608  a name of ours
        )
        return [day for (day,) in cursor.fetchall()]


def _end(day: date) -> date:
    return day + timedelta(days=1)


def _name(day: date) -> str:
    return f"{TABLE}_d{day:%Y%m%d}"


def _make(day: date) -> int:
    """Make the partition of a day with the strays of that day in it; return their number.

    The default partition is locked first, so that no stray comes in between moving and attaching.
    """
    bounds = [f"{day} 00:00+00", f"{_end(day)} 00:00+00"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"LOCK TABLE {STRAY} IN ACCESS EXCLUSIVE MODE")
        if day in partition_days():
            return 0
        cursor.execute(f"CREATE TABLE {_name(day)} (LIKE {TABLE} INCLUDING DEFAULTS)")
        cursor.execute(
            f"WITH strays AS (DELETE FROM {STRAY} WHERE recorded_at >= %s AND recorded_at < %s"  # noqa: S608  names of ours
            f" RETURNING *) INSERT INTO {_name(day)} SELECT * FROM strays",
            bounds,
        )
        moved = cursor.rowcount
        cursor.execute(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {_name(day)} FOR VALUES FROM (%s) TO (%s)",
            bounds,
        )
        return int(moved)


def _drop(day: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"DROP TABLE IF EXISTS {_name(day)}")
