"""What is read and done at fifty million reports: each a call of the product's own code."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from fleet.models import Truck, User
from telematics.models import DerivedUpTo, TruckDay, TruckReport, TruckState
from telematics.selectors.partitions import REPORTS, partition_days
from telematics.services.days.calendar import bounds_of
from telematics.services.days.rollups import MARK, buckets_of, roll_up, roll_up_truck
from telematics.services.days.settle import settle_days
from telematics.services.partitions import keep_partitions
from telematics.services.rebuild import rebuild_a_key
from tests import builders
from tests.benchmarks.storage_load import LAST_DAY, Size

A_DAY = timedelta(days=1)
MANAGER = "manager-of-the-benchmark"
FIRST_VIN = "LSFAM11A000000001"


@dataclass(frozen=True, slots=True)
class Fleet:
    """The trucks of the benchmark, and the one that is looked at."""

    size: Size
    first_truck: int
    last_day: date
    plate: str
    client: Client

    @property
    def truck_id(self) -> int:
        """Return a truck that is on the road on the day before the last."""
        numbers = range(self.first_truck, self.first_truck + self.size.trucks)
        day = self.last_day - A_DAY
        return next(number for number in numbers if self.size.is_on_the_road(number, day))

    @property
    def noon(self) -> datetime:
        """Return noon (UTC) of the day before the last."""
        return datetime(*(self.last_day - A_DAY).timetuple()[:3], 12, tzinfo=UTC)


def make_fleet(size: Size) -> int:
    """Make all trucks, of one carrier, with live states; return the first."""
    carrier = builders.make_operator()
    one = builders.make_truck(carrier)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fleet_truck (vin, plate, model_id, region_id, reserve_percent, is_active)"
            " SELECT 'LSFAM11A' || lpad(n::text, 9, '0'), '冀C' || lpad(n::text, 5, '0') || 'D',"
            " %s, %s, 15, true FROM generate_series(1, %s) n ORDER BY n RETURNING id",
            [one.model_id, one.region_id, size.trucks],
        )
        first = min(row[0] for row in cursor.fetchall())
        cursor.execute(
            "INSERT INTO fleet_trucktenure (truck_id, role, operator_id, during)"
            " SELECT id, 'carrier', %s, tstzrange('2026-01-01', NULL) FROM fleet_truck"
            " WHERE id >= %s",
            [carrier.pk, first],
        )
        _make_states(cursor, first, size.trucks)
        cursor.execute("ANALYZE")
    builders.make_user(carrier, username=MANAGER)
    return int(first)


def fleet_of(size: Size) -> Fleet:
    """Return the fleet as its manager sees it at the end of the last day."""
    settings.CLOCK_RATE, settings.CLOCK_WALL_S = 1e-9, 0.0
    settings.CLOCK_AT_S = datetime(*LAST_DAY.timetuple()[:3], 23, 59, tzinfo=UTC).timestamp()
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(username=MANAGER))
    first = Truck.objects.get(vin=FIRST_VIN).pk
    fleet = Fleet(size, first, LAST_DAY, "", client)
    plate = Truck.objects.get(pk=fleet.truck_id).plate
    return Fleet(size, first, LAST_DAY, plate, client)


def _make_states(cursor: Any, first: int, trucks: int) -> None:
    values = {
        "truck_id": "n", "recorded_at": "now()", "received_at": "now()", "seq": "1",
        "boot_id": "'b'", "source_datum": "'wgs84'", "pack_codes": "ARRAY['A', 'B']",
        "alarm_level": "0", "marks": "0", "breaches": "0",
    }  # fmt: skip
    names = [str(field.column) for field in TruckState._meta.concrete_fields]
    chosen = ", ".join(values.get(name, "39.5") for name in names)
    cursor.execute(
        f"INSERT INTO telematics_truckstate ({', '.join(names)})"
        f" SELECT {chosen} FROM generate_series({first}, {first + trucks - 1}) n"
    )


def vacuum() -> None:
    """Do what autovacuum would have done."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {REPORTS}")


def sizes() -> dict[str, Any]:
    """Return bytes a report: all, heap, key, and how full the key's pages are."""
    heap = index = rows = 0
    with connection.cursor() as cursor:
        for day in partition_days():
            name = f"{REPORTS}_d{day:%Y%m%d}"
            cursor.execute(
                f"SELECT pg_relation_size('{name}'), pg_indexes_size('{name}'), count(*)"
                f" FROM {name}"
            )
            row = cursor.fetchone()
            heap, index, rows = heap + row[0], index + row[1], rows + row[2]
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pgstattuple")
        key = f"{REPORTS}_d{partition_days()[-1]:%Y%m%d}_pkey"
        cursor.execute(f"SELECT avg_leaf_density FROM pgstatindex('{key}')")
        density = cursor.fetchone()[0]
    return {
        "rows": rows,
        "days": len(partition_days()),
        "bytes_a_report": round((heap + index) / rows, 1),
        "heap_bytes": round(heap / rows, 1),
        "key_bytes": round(index / rows, 1),
        "key_density_percent": density,
    }


def _key_bytes(day: date) -> float:
    name = f"{REPORTS}_d{day:%Y%m%d}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_indexes_size('{name}')::float / count(*) FROM {name}")
        return round(float(cursor.fetchone()[0]), 1)


def reads(fleet: Fleet) -> dict[str, Callable[[], Any]]:
    """Return what is read, by its name."""
    start = fleet.noon - A_DAY / 2

    def day_of_a_truck() -> Any:
        rows = TruckReport.objects.filter(
            truck_id=fleet.truck_id, recorded_at__gte=start, recorded_at__lt=start + A_DAY
        )
        found = list(rows.order_by("recorded_at", "seq").values_list())
        assert len(found) == 2880, len(found)
        return found

    def whole_rows() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM {REPORTS} WHERE truck_id = %s AND recorded_at >= %s"
                " AND recorded_at < %s ORDER BY recorded_at, seq",
                [fleet.truck_id, start, start + A_DAY],
            )
            assert len(cursor.fetchall()) == 2880

    def day_in_sql() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT count(*), sum(soc_hundredths), max(latitude_e7) FROM {REPORTS}"
                " WHERE truck_id = %s AND recorded_at >= %s AND recorded_at < %s",
                [fleet.truck_id, start, start + A_DAY],
            )
            cursor.fetchall()

    def latest_states() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM telematics_truckstate")
            assert len(cursor.fetchall()) >= fleet.size.trucks

    return {
        "day_of_a_truck_ms": whole_rows,
        "day_of_a_truck_by_orm_ms": day_of_a_truck,
        "day_of_a_truck_in_the_server_ms": day_in_sql,
        "latest_states_ms": latest_states,
    }


def pages(fleet: Fleet) -> dict[str, Callable[[], Any]]:
    """Return pages of the admin, by their name."""
    day = (fleet.noon - A_DAY / 2).date()

    def page(address: str, **asked: str) -> Callable[[], Any]:
        def look() -> None:
            assert fleet.client.get(address, asked).status_code == 200

        return look

    return {
        "trucks": page(reverse("admin:fleet_truck_changelist")),
        "trucks_now": page(reverse("admin:dispatch_livetruck_changelist")),
        "truck_days": page(reverse("admin:telematics_truckday_changelist")),
        "day_of_a_truck": page(
            reverse("admin:telematics_truck_day"), truck=fleet.plate, day=day.isoformat()
        ),
    }


def once(fleet: Fleet) -> dict[str, float]:
    """Do what changes rows, and return how long each took, ms."""
    day = fleet.noon.date()
    start, end = bounds_of(day)
    now = end + A_DAY * 2
    DerivedUpTo.objects.update_or_create(name=MARK, defaults={"at": fleet.noon})
    figures = {}

    def timed(name: str, call: Callable[[], Any]) -> None:
        began = time.perf_counter()
        call()
        figures[name] = round(1000 * (time.perf_counter() - began), 1)

    five_later = fleet.noon + timedelta(minutes=17)
    timed("roll_up_first_ms", lambda: roll_up(now=five_later))
    timed("roll_up_ms", lambda: roll_up(now=five_later + timedelta(minutes=5)))
    timed("roll_up_an_hour_ms", lambda: roll_up(now=five_later + timedelta(minutes=65)))
    truck = fleet.truck_id
    for name in ("settle_first_ms", "settle_day_ms"):
        timed(
            name,
            lambda: settle_days(
                truck, start=start, end=end, newest=day, now=now, retention=timedelta(days=90)
            ),
        )
    row = TruckDay.objects.get(truck=truck, day=day)
    assert row.drives
    assert row.swaps
    timed("roll_up_truck_day_ms", lambda: roll_up_truck(truck, start=start, end=end))
    timed("picture_ms", lambda: buckets_of(truck, start=start, end=end))
    rebuild_a_key(now=now)  # of the oldest day, which is only a part
    timed("rebuild_a_key_ms", lambda: rebuild_a_key(now=now))
    figures["key_bytes_rebuilt"] = _key_bytes(partition_days()[1])
    figures["bytes_at_rest"] = round(figures["key_bytes_rebuilt"] + sizes()["heap_bytes"], 1)
    figures["drop_day_ms"] = _drop_a_day(fleet)
    return figures


def _drop_a_day(fleet: Fleet) -> float:
    """Return how long upkeep takes to drop a whole day; the oldest one is only a part."""
    now = datetime(*(fleet.last_day + 30 * A_DAY).timetuple()[:3], 1, tzinfo=UTC)
    part, whole, *_ = partition_days()

    def drop_up_to(last: date) -> tuple[date, ...]:
        retention = now - datetime(*(last + A_DAY).timetuple()[:3], tzinfo=UTC)
        return keep_partitions(now=now, retention=retention).dropped

    drop_up_to(part)  # and make the days around `now`
    began = time.perf_counter()
    assert drop_up_to(whole) == (whole,)
    return round(1000 * (time.perf_counter() - began), 1)
