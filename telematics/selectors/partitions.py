"""Which days of a partitioned table have a partition, and what waits without one."""

import re
from datetime import date, datetime, timedelta

from django.db import connection

REPORTS = "telematics_truckreport"
ROLLUPS = "telematics_rollup5"
_DAY = re.compile(r"_d(\d{8})$")


def partition_days(table: str = REPORTS) -> list[date]:
    """Return the days (UTC) that have a partition."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass",
            [table],
        )
        found = [_DAY.search(name) for (name,) in cursor.fetchall()]
    return sorted(date.fromisoformat(match[1]) for match in found if match)


def partitions_ahead(table: str = REPORTS, *, now: datetime) -> int:
    """Return for how many days after today there are partitions, without a gap."""
    there = set(partition_days(table))
    today = now.date()
    ahead = 0
    while today + timedelta(days=ahead + 1) in there:
        ahead += 1
    return ahead


def stray_days(table: str = REPORTS) -> dict[date, int]:
    """Return the days of rows that wait in the default partition, and how many rows there are."""
    column = "bucket_at" if table == ROLLUPS else "recorded_at"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ({column} AT TIME ZONE 'UTC')::date, count(*) FROM {table}_default"  # noqa: S608  names of ours
            " GROUP BY 1 ORDER BY 1"
        )
        return dict(cursor.fetchall())
