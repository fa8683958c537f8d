"""Partitions of what is kept by day: one a day (UTC), made ahead and dropped by age."""

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from telematics.models import Alarm, TruckDay, TruckDrive, TruckStop
from telematics.selectors.partitions import REPORTS, ROLLUPS, partition_days, stray_days
from telematics.services.alarms import close_alarm, open_alarm

log = logging.getLogger(__name__)

DAYS_BACK = 7
DAYS_AHEAD = 3
LOCK_TIMEOUT = "5s"
COLUMN = {REPORTS: "recorded_at", ROLLUPS: "bucket_at"}


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one round of upkeep did: days made, days dropped, stray rows brought home."""

    made: tuple[date, ...]
    dropped: tuple[date, ...]
    brought_home: int


def keep_partitions(*, now: datetime, retention: timedelta, table: str = REPORTS) -> Upkeep:
    """Make the days a week back and three ahead, bring strays home, drop days past retention.

    A row of a day without a partition waits in the default partition: nothing is lost, but it is
    a sign that upkeep did not run, or that a unit emptied an old buffer; so an alarm rings. Each
    day is made or dropped in its own transaction under one lock, and only waits 5 s for it.
    """
    today = now.date()
    there = partition_days(table)
    strays = stray_days(table)
    if strays:
        log.warning("rows without a partition wait in %s_default: %s", table, strays)
    window = {today + timedelta(days=n) for n in range(-DAYS_BACK, DAYS_AHEAD + 1)}
    wanted = sorted((window | set(strays)) - set(there))
    moved = sum(_make(table, day) for day in wanted)
    past = [day for day in there if _end(day) <= (now - retention).date()]
    for day in past:
        _drop(table, day)
    return Upkeep(tuple(wanted), tuple(past), moved)


def keep_history(
    *, now: datetime, reports: timedelta, rollups: timedelta, days: timedelta
) -> Upkeep:
    """Keep the partitions of reports and roll-ups, and drop truck days past their retention.

    Returns what was done to the partitions of reports.
    """
    keep_partitions(now=now, retention=rollups, table=ROLLUPS)
    for model in (TruckDay, TruckDrive, TruckStop):
        model.objects.filter(day__lt=(now - days).date()).delete()
    done = keep_partitions(now=now, retention=reports)
    watch_strays(now=now)
    return done


def watch_strays(*, now: datetime) -> bool:
    """Open an alarm while reports wait without a partition, close it when they are home."""
    strays = stray_days()
    if not strays:
        close_alarm(Alarm.Kind.STRAY_REPORTS, now=now)
        return False
    days = ", ".join(day.isoformat() for day in strays)
    detail = f"{sum(strays.values())} reports wait without a partition: {days}"
    return open_alarm(Alarm.Kind.STRAY_REPORTS, detail=detail, now=now, level=2)


def _end(day: date) -> date:
    return day + timedelta(days=1)


def _name(table: str, day: date) -> str:
    return f"{table}_d{day:%Y%m%d}"


def _make(table: str, day: date) -> int:
    """Make the partition of a day with the strays of that day in it; return their number.

    The default partition is locked first, so that no stray comes in between moving and attaching.
    """
    name, stray, column = _name(table, day), f"{table}_default", COLUMN[table]
    bounds = [f"{day} 00:00+00", f"{_end(day)} 00:00+00"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"LOCK TABLE {stray} IN ACCESS EXCLUSIVE MODE")
        if day in partition_days(table):
            return 0
        cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS)")
        cursor.execute(
            f"WITH strays AS (DELETE FROM {stray} WHERE {column} >= %s AND {column} < %s"  # noqa: S608  names of ours
            f" RETURNING *) INSERT INTO {name} SELECT * FROM strays",
            bounds,
        )
        moved = cursor.rowcount
        cursor.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", bounds
        )
        return int(moved)


def _drop(table: str, day: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f"DROP TABLE IF EXISTS {_name(table, day)}")
