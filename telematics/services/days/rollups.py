"""Five minutes of a truck in one row: the history thinned, for pictures and for years."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from telematics.models import DerivedUpTo, TruckReport
from telematics.selectors.tracks import AHEAD_AT_MOST, LATE_AFTER

BUCKET = timedelta(minutes=5)
COMMITTED_WITHIN = timedelta(minutes=2)  # what was received is readable by then
AT_ONCE = timedelta(hours=1)
HOURS_A_ROUND = 6
MARK = "rollup5"
LOCK_SPACE = 0x59495A52
"""First half of the advisory lock's key, so that it meets no others."""

# "Late" is what the ledger of dirty days calls so: those who come later than that are rolled up
# anew by the day they dirtied.
_BUCKETS = """
    SELECT date_bin('5 minutes', recorded_at, 'epoch') AS bucket_at, truck_id,
           least(count(*), 32767) AS reports,
           least(count(*) FILTER (WHERE received_at - recorded_at > %(late)s), 32767) AS late,
           (array_agg(latitude_e7 ORDER BY recorded_at DESC, seq DESC))[1] AS latitude_e7,
           (array_agg(longitude_e7 ORDER BY recorded_at DESC, seq DESC))[1] AS longitude_e7,
           min(odometer_10m) AS first_odometer_10m, max(odometer_10m) AS last_odometer_10m,
           (array_agg(soc_hundredths ORDER BY recorded_at, seq))[1] AS first_soc_hundredths,
           (array_agg(soc_hundredths ORDER BY recorded_at DESC, seq DESC))[1]
               AS last_soc_hundredths,
           min(soc_hundredths) AS min_soc_hundredths, max(soc_hundredths) AS max_soc_hundredths,
           round(avg(speed_tenths)) AS mean_speed_tenths, max(speed_tenths) AS max_speed_tenths,
           max(pack_temperature_tenths) AS max_pack_temperature_tenths
      FROM telematics_truckreport
     WHERE recorded_at >= %(start)s AND recorded_at < %(end)s
       AND recorded_at <= received_at + %(ahead)s {which}
     GROUP BY 1, 2
"""
_COLUMNS = (
    "bucket_at", "truck_id", "reports", "late", "latitude_e7", "longitude_e7",
    "first_odometer_10m", "last_odometer_10m", "first_soc_hundredths", "last_soc_hundredths",
    "min_soc_hundredths", "max_soc_hundredths", "mean_speed_tenths", "max_speed_tenths",
    "max_pack_temperature_tenths",
)  # fmt: skip
KEEP = f"""
    INSERT INTO telematics_rollup5 ({", ".join(_COLUMNS)}) {{buckets}}
    ON CONFLICT (truck_id, bucket_at) DO UPDATE
       SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[2:])}
"""  # noqa: S608  names of columns
READ = """
    SELECT bucket_at, reports, late, min_soc_hundredths / 100::float8,
           last_soc_hundredths / 100::float8, mean_speed_tenths / 10::float8,
           max_speed_tenths / 10::float8, max_pack_temperature_tenths / 10::float8
      FROM ({rows}) bucket ORDER BY bucket_at
"""
_KEPT = """
    SELECT * FROM telematics_rollup5
     WHERE truck_id = %(truck)s AND bucket_at >= %(start)s AND bucket_at < %(end)s
"""
_ONE_TRUCK = "AND truck_id = %(truck)s"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Five minutes of a truck, from `at` on."""

    at: datetime
    reports: int
    late: int
    min_soc_percent: float
    last_soc_percent: float
    mean_speed_kmh: float
    max_speed_kmh: float
    max_pack_temperature_c: float | None


def roll_up(*, now: datetime) -> datetime | None:
    """Roll up what is settled since the last time; return up to when, None if there is nothing.

    One process at a time; a backlog is worked off an hour of history a transaction, six a call.
    """
    settled = _floor(now - LATE_AFTER - COMMITTED_WITHIN)
    at = None
    for _ in range(HOURS_A_ROUND):
        before, at = at, _roll_up_some(settled)
        if at is None or at == before or at >= settled:
            break
    return at


def roll_up_truck(truck_id: int, *, start: datetime, end: datetime) -> None:
    """Roll up one truck's time anew, as far as it was before."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [LOCK_SPACE])
        mark = DerivedUpTo.objects.filter(name=MARK).first()
        if mark is not None and start < mark.at:
            values = _values(_floor(start), min(end, mark.at), truck_id)
            cursor.execute(KEEP.format(buckets=_BUCKETS.format(which=_ONE_TRUCK)), values)


def buckets_of(truck_id: int, *, start: datetime, end: datetime) -> list[Bucket]:
    """Return a truck's time in fives of minutes: rolled up, and from reports where not yet."""
    mark = DerivedUpTo.objects.filter(name=MARK).first()
    settled = min(end, max(start, mark.at)) if mark else start
    rows = _read(_KEPT, _values(start, settled, truck_id))
    if settled < end:
        rows += _read(_BUCKETS.format(which=_ONE_TRUCK), _values(settled, end, truck_id))
    return [Bucket(*row) for row in rows]


def _read(rows: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(READ.format(rows=rows), values)
        return list(cursor.fetchall())


def _roll_up_some(settled: datetime) -> datetime | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK_SPACE])
        mark = DerivedUpTo.objects.filter(name=MARK).first() or _first_mark()
        if mark is None or mark.at >= settled:
            return mark.at if mark else None
        start, mark.at = mark.at, min(settled, mark.at + AT_ONCE)
        cursor.execute(KEEP.format(buckets=_BUCKETS.format(which="")), _values(start, mark.at))
        mark.save()
        return mark.at


def _first_mark() -> DerivedUpTo | None:
    first = TruckReport.objects.order_by("recorded_at").values_list("recorded_at", flat=True)[:1]
    return DerivedUpTo(name=MARK, at=_floor(first[0])) if first else None


def _floor(instant: datetime) -> datetime:
    bucket_s = BUCKET.total_seconds()
    return datetime.fromtimestamp(instant.timestamp() // bucket_s * bucket_s, UTC)


def _values(start: datetime, end: datetime, truck_id: int | None = None) -> dict[str, Any]:
    return {
        "start": start,
        "end": end,
        "truck": truck_id,
        "late": LATE_AFTER,
        "ahead": AHEAD_AT_MOST,
    }
