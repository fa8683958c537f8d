"""What PostgreSQL says of the service, as metrics; without PostgreSQL, that it is away."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from config.database_answers import database_answers
from fleet import clock

STRAYS_COUNTED = 100_000
_DAY = re.compile(r"^telematics_truckreport_d(\d{8})$")

PARTITIONS = """
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'telematics_truckreport'::regclass
"""
STRAYS = f"""
    SELECT count(*) FROM (SELECT 1 FROM telematics_truckreport_default LIMIT {STRAYS_COUNTED}) s
"""  # noqa: S608  a number of ours
ALARMS = "SELECT kind, count(*) FROM telematics_alarm WHERE closed_at IS NULL GROUP BY kind"
PENDING = """
    SELECT queue, count(*), extract(epoch FROM clock_timestamp() - min(created_at))
      FROM fleet_job WHERE state = 'pending' GROUP BY queue
"""
FAILED = "SELECT count(*) FROM fleet_job WHERE state = 'failed'"
BEATS = "SELECT name, extract(epoch FROM clock_timestamp() - beat_at) FROM fleet_heartbeat"
HEARD = "SELECT count(*) FROM telematics_truckstate WHERE recorded_at > %s"
HEARD_WITHIN = timedelta(minutes=10)


def days_ahead(today: date) -> int:
    """Return how many days after today have a partition, without a gap; -1: not even today has."""
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        days = {match[1] for (name,) in cursor.fetchall() if (match := _DAY.match(name))}
    ahead = -1
    while f"{today + timedelta(days=ahead + 1):%Y%m%d}" in days:
        ahead += 1
    return ahead


def stored() -> Iterator[Metric]:
    """Give the metrics one after the other; of the database alone `yizhan_database_up` if away."""
    info = InfoMetricFamily("yizhan_build", "The version that runs.")
    info.add_metric([], {"version": settings.VERSION})
    yield info
    found: list[Metric] = []
    is_up = database_answers()
    try:
        found = [*_asked()] if is_up else []
    except Error:
        is_up = False
    yield _gauge("yizhan_database_up", "1 when PostgreSQL answers.", int(is_up))
    yield from found


def _asked() -> Iterator[Metric]:
    now = clock.now()
    yield _gauge(
        "yizhan_partitions_ahead_days",
        "Days after today whose partition is made; -1: not even today's.",
        days_ahead(now.date()),
    )
    [[strays]] = _rows(STRAYS)
    yield _gauge(
        "yizhan_default_partition_rows",
        f"Reports without a partition of their day ({STRAYS_COUNTED} at most are counted).",
        strays,
    )
    alarms = GaugeMetricFamily("yizhan_open_alarms", "Open alarms by kind.", labels=["kind"])
    for kind, count in _rows(ALARMS):
        alarms.add_metric([kind], count)
    yield alarms
    jobs = GaugeMetricFamily("yizhan_pending_jobs", "Promised work by queue.", labels=["queue"])
    oldest = GaugeMetricFamily(
        "yizhan_oldest_job_seconds", "Age of the oldest promised work by queue.", labels=["queue"]
    )
    for queue, count, age_s in _rows(PENDING):
        jobs.add_metric([queue], count)
        oldest.add_metric([queue], float(age_s))
    yield jobs
    yield oldest
    [[failed]] = _rows(FAILED)
    yield _gauge("yizhan_failed_jobs", "Work that was given up.", failed)
    beats = GaugeMetricFamily(
        "yizhan_heartbeat_age_seconds", "Since when a process is silent.", labels=["process"]
    )
    for name, age_s in _rows(BEATS):
        beats.add_metric([name], float(age_s))
    yield beats
    [[heard]] = _rows(HEARD, now - HEARD_WITHIN)
    yield _gauge("yizhan_heard_trucks", "Trucks heard of within ten minutes.", heard)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return [*cursor.fetchall()]
