"""Derive a truck's days anew and keep them: the same history gives the same rows."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

from fleet.models import Truck
from telematics.models import TruckDay, TruckDrive, TruckStop
from telematics.services.days.calendar import A_DAY, day_of
from telematics.services.days.derive import Part
from telematics.services.days.moves import Kind
from telematics.services.days.read import DatedDay, days_resting_on, read_days

LOCK_SPACE = 0x59495A44
"""First half of the advisory locks' keys, so that they meet no others."""


def settle_days(
    truck_id: int,
    *,
    start: datetime,
    end: datetime,
    newest: date,
    now: datetime,
    retention: timedelta,
) -> int:
    """Derive all days up to `newest` that reports of [start, end) have a part in.

    One truck is settled by one process at a time; whoever comes second reads the newer history.
    Days of which reports were dropped already are left as they are.

    Returns
    -------
    int
        Days derived.
    """
    oldest = day_of(now - retention) + A_DAY
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, truck_id])
        first, last = days_resting_on(
            truck_id, start=start, end=end, oldest=oldest, newest=min(newest, day_of(now))
        )
        if first > last:
            return 0
        days = read_days(truck_id, first=first, last=last, now=now)
        _write(truck_id, days, now)
        return len(days)


def day_row(truck_id: int, day: DatedDay, *, capacity_kwh: float, now: datetime) -> TruckDay:
    """Return the row of a day."""
    derived = day.derived
    drives, stops = derived.of(Kind.DRIVE), derived.of(Kind.STOP)
    used_percent = derived.total("used_percent")
    return TruckDay(
        truck_id=truck_id,
        day=day.date,
        reports=derived.complete.reports,
        late=day.late,
        missing=min(derived.complete.missing, 2**31 - 1),
        silent_s=derived.complete.silent_s,
        completeness_percent=derived.complete.percent,
        distance_km=derived.total("distance_km"),
        used_percent=used_percent,
        swapped_percent=derived.total("swapped_percent"),
        charged_percent=derived.total("charged_percent"),
        used_kwh=used_percent / 100 * capacity_kwh,
        swaps=round(derived.total("swaps")),
        drives=len(drives),
        stops=len(stops),
        moving_s=round(sum(part.lasts_s for part in drives)),
        stopped_s=round(sum(part.lasts_s for part in stops)),
        unseen_s=round(derived.unseen_s),
        computed_at=now,
    )


def capacity_kwh_of(truck_id: int) -> float:
    """Return what the packs of a truck hold when full, kWh."""
    truck = Truck.objects.select_related("model__pack_type").get(pk=truck_id)
    return truck.model.pack_positions * truck.model.pack_type.capacity_wh / 1000


def drive_rows(truck_id: int, days: Iterable[DatedDay]) -> list[TruckDrive]:
    """Return the rows of the drives of days."""
    return [
        TruckDrive(
            truck_id=truck_id,
            day=day.date,
            started_at=_instant(part.started_s),
            ended_at=_instant(part.ended_s),
            latitude_deg=part.begin.latitude_deg,
            longitude_deg=part.begin.longitude_deg,
            start_percent=part.begin.soc_percent,
            end_percent=part.end.soc_percent,
            unseen_s=round(part.unseen_s),
            end_latitude_deg=part.end.latitude_deg,
            end_longitude_deg=part.end.longitude_deg,
            distance_km=part.distance_km,
            used_percent=part.used_percent,
        )
        for day, part in _parts(days, Kind.DRIVE)
    ]


def stop_rows(truck_id: int, days: Iterable[DatedDay]) -> list[TruckStop]:
    """Return the rows of the stops of days."""
    return [
        TruckStop(
            truck_id=truck_id,
            day=day.date,
            started_at=_instant(part.started_s),
            ended_at=_instant(part.ended_s),
            latitude_deg=part.begin.latitude_deg,
            longitude_deg=part.begin.longitude_deg,
            start_percent=part.begin.soc_percent,
            end_percent=part.end.soc_percent,
            unseen_s=round(part.unseen_s),
            swaps=part.swaps,
            swapped_percent=part.swapped_percent,
            charged_percent=part.charged_percent,
        )
        for day, part in _parts(days, Kind.STOP)
    ]


def _parts(days: Iterable[DatedDay], kind: Kind) -> list[tuple[DatedDay, Part]]:
    return [(day, part) for day in days for part in day.derived.of(kind)]


def _instant(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def _write(truck_id: int, days: Sequence[DatedDay], now: datetime) -> None:
    dates = [day.date for day in days]
    told = [day for day in days if day.derived.parts or day.derived.complete.percent is not None]
    capacity_kwh = capacity_kwh_of(truck_id)
    for model in (TruckDay, TruckDrive, TruckStop):
        model.objects.filter(truck=truck_id, day__in=dates).delete()
    TruckDay.objects.bulk_create(
        day_row(truck_id, day, capacity_kwh=capacity_kwh, now=now) for day in told
    )
    TruckDrive.objects.bulk_create(drive_rows(truck_id, told))
    TruckStop.objects.bulk_create(stop_rows(truck_id, told))
