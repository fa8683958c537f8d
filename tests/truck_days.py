"""Trucks whose planted tracks are reported as units report them, and the work that is then due."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from fleet.models import Job, Truck
from telematics.ingest.decode import Report
from telematics.ingest.keep import Keeper
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.models import TruckDay, TruckDrive, TruckStop
from telematics.services.days import due
from telematics.services.days.rollups import roll_up
from telematics.services.days.track import Fix
from telematics.services.lines import own_connection

RETENTION = timedelta(days=90)
DERIVED = {
    model: [
        f.name for f in model._meta.fields if f.name not in {"id", "truck", "late", "computed_at"}
    ]
    for model in (TruckDay, TruckDrive, TruckStop)
}


def instant(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def report_of(fix: Fix) -> Report:
    return Report(
        recorded_at=instant(fix.at_s),
        seq=fix.seq,
        boot_id=f"boot-{fix.boot_no}",
        latitude_deg=fix.latitude_deg,
        longitude_deg=fix.longitude_deg,
        speed_kmh=fix.speed_kmh,
        soc_percent=fix.soc_percent,
        odometer_km=fix.odometer_km,
        pack_codes=None if fix.pack_set is None else [f"pack-{fix.pack_set}"],
    )


def say(truck: Truck, fixes: Iterable[Fix], *, now: datetime) -> None:
    """Post reports in one request that arrives at `now`."""
    reports: list[Any] = [report_of(fix) for fix in fixes]
    keeper = Keeper(own_connection(), RuleBook(), RETENTION)
    keeper.keep([Submission(truck.pk, "wgs84", reports, now)])


def do_what_is_due(now: datetime) -> int:
    """Do what the schedule would have done by now; return how many days were promised."""
    roll_up(now=now)
    while due.promise_ended_day() is not None:
        pass
    due.promise_dirty_days()
    promised = 0
    for job in Job.objects.filter(name=due.SETTLE_TASK, state=Job.State.PENDING):
        due.settle(**job.payload, now=now, retention=RETENTION)
        promised += len(job.payload["due"])
        job.delete()
    return promised


def derived(truck: Truck) -> dict[str, list[Any]]:
    """Return all that is derived of a truck, but for what tells of the arrival."""
    rows = {
        model.__name__: list(
            model._default_manager.filter(truck=truck).order_by(names[1], "day").values_list(*names)
        )
        for model, names in DERIVED.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bucket_at, reports, latitude_e7, first_odometer_10m, last_odometer_10m,"
            " first_soc_hundredths, last_soc_hundredths, min_soc_hundredths, max_soc_hundredths,"
            " mean_speed_tenths, max_speed_tenths FROM telematics_rollup5 WHERE truck_id = %s"
            " ORDER BY bucket_at",
            [truck.pk],
        )
        return {**rows, "buckets": cursor.fetchall()}
