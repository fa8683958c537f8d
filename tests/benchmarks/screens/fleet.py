"""A fleet of the size the screens must bear: 10,000 trucks, 200 stations, 20,000 packs, a month.

One carrier runs all trucks and one operator all stations: each of their lists is as long as can be.
A builder makes the first row of a table, and the database the others from it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.test import Client

from dispatch.models import DriverNotice, PackHold, PlanRun
from fleet.models import (
    Driver,
    Operator,
    Pack,
    Shift,
    Slot,
    SwapStation,
    Truck,
    TruckTenure,
    User,
)
from telematics.models import Alarm, LaneState, SlotState, TruckState
from tests import builders
from tests.builders import NOW

SLOTS = 60
LIVE = ["offered", "accepted", "en_route", "arrived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many there are of each; half of the packs are on trucks."""

    trucks: int = 10_000
    stations: int = 200
    past_swaps: int = 60_000
    live_swaps: int = 1_600
    alarms: int = 20_000
    plan_runs: int = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Who looks at it, and one row of what is looked at most."""

    superuser: User
    manager: User
    station_operator: User
    truck: Truck
    station: SwapStation


def lay_down(size: Size) -> Fleet:
    """Fill an empty, migrated database as of `NOW`; half a minute for the whole size."""
    region = builders.make_region()
    carrier = builders.make_operator()
    stations_operator = builders.make_operator(Operator.Kind.STATION_OPERATOR)
    truck = _trucks(carrier, region, size)
    station = _stations(stations_operator, region, size)
    _packs(carrier, truck, station, size)
    _swaps(truck, station, size)
    _alarms(truck, size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Fleet(
        superuser=builders.make_user(is_superuser=True),
        manager=builders.make_user(carrier),
        station_operator=builders.make_user(stations_operator, User.Role.STATION_OPERATOR),
        truck=truck,
        station=station,
    )


@contextmanager
def at_that_time() -> Iterator[None]:
    """Let the service's clock stand at `NOW`."""
    kept = settings.CLOCK_RATE, settings.CLOCK_WALL_S, settings.CLOCK_AT_S
    wall_s = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    settings.CLOCK_RATE, settings.CLOCK_WALL_S = 1e-9, wall_s
    settings.CLOCK_AT_S = NOW.timestamp()
    yield
    settings.CLOCK_RATE, settings.CLOCK_WALL_S, settings.CLOCK_AT_S = kept


def client_of(user: User) -> Client:
    """Return a browser of a user, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def clone(template: Model, over: str, **values: str) -> None:
    """Insert a copy of a row for each row of `over`; `values` are SQL, `t` is the row copied."""
    meta = template._meta
    own = [field for field in meta.concrete_fields if not field.primary_key or field.is_relation]
    names = [str(field.column) for field in own]
    chosen = ", ".join(values.get(name, f't."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    pk = meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({columns})'
            f' SELECT {chosen} FROM "{meta.db_table}" t, {over} WHERE t."{pk}" = {template.pk}'
        )
        # Else what was planned for an empty table (the look after each foreign key) stays.
        cursor.execute(f'ANALYZE "{meta.db_table}"')


def _each(column: str, table: str, n: str = "n") -> str:
    """Return SQL of one row's value after another, in order of ids, round and round."""
    # An array is looked into at once; a join to numbered rows is made in nested loops.
    ids = f"ARRAY(SELECT {column} FROM {table} ORDER BY id)"
    return f"({ids})[1 + {n} % cardinality({ids})]"


@contextmanager
def without_history() -> Iterator[None]:
    """Lay down rows of which no history is kept and that nothing checks: ten times as quick."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def _trucks(carrier: Operator, region: Any, size: Size) -> Truck:
    truck = builders.make_truck(carrier, region=region)
    plate = "'冀B' || lpad((10000 + n)::text, 5, '0') || 'F'"
    vin = "'LSFAM11A' || lpad((100000000 + n)::text, 9, '0')"
    clone(truck, f"generate_series(2, {size.trucks}) n", plate=plate, vin=vin)
    others = f"(SELECT id AS other FROM fleet_truck WHERE id > {truck.pk}) o"
    for tenure in TruckTenure.objects.filter(truck=truck):
        clone(tenure, others, truck_id="other")
    state = TruckState.objects.create(
        truck=truck, recorded_at=NOW, received_at=NOW, seq=1, soc_percent=50, speed_kmh=40,
        latitude_deg=39.5, longitude_deg=118.2,
    )  # fmt: skip
    moved = {
        "truck_id": "other",
        "soc_percent": "10 + other % 88",
        "latitude_deg": "39 + other % 997 / 997.0",
        "longitude_deg": "118 + other % 991 / 991.0",
        "recorded_at": "t.recorded_at - other % 50 / 49 * interval '1 hour'",
    }
    clone(state, others, **moved)
    driver = builders.make_driver(carrier)
    clone(driver, f"generate_series(2, {size.trucks}) n", name="'Driver of truck ' || n")
    shift = builders.make_shift(driver, truck)
    pairs = (
        "(SELECT a.id AS a_truck, b.id AS a_driver"
        " FROM (SELECT id, row_number() OVER (ORDER BY id) r FROM fleet_truck) a"
        " JOIN (SELECT id, row_number() OVER (ORDER BY id) r FROM fleet_driver) b USING (r)"
        " WHERE r > 1 AND r % 10 < 7) p"
    )
    clone(shift, pairs, truck_id="a_truck", driver_id="a_driver")
    return truck


def _stations(operator: Operator, region: Any, size: Size) -> SwapStation:
    station = builders.make_station(operator, region, lanes=2, slots=SLOTS)
    where = {"code": "'station-b' || n", "name": "'Station of the road ' || n"}
    where |= {"latitude_deg": "39 + n % 19 / 19.0", "longitude_deg": "118 + n % 23 / 23.0"}
    clone(station, f"generate_series(2, {size.stations}) n", **where)
    others = f"(SELECT id AS other FROM fleet_swapstation WHERE id > {station.pk}) o"
    for part in (*station.lanes.all(), *station.slots.all()):
        clone(part, others, station_id="other")
    lane = station.lanes.first()
    assert lane is not None
    free = LaneState.objects.create(lane=lane, recorded_at=NOW, received_at=NOW, state="free")
    clone(free, f"(SELECT id AS a_lane FROM fleet_lane WHERE id <> {lane.pk}) l", lane_id="a_lane")
    return station


def _packs(carrier: Operator, truck: Truck, station: SwapStation, size: Size) -> None:
    kind = truck.model.pack_type
    code = "'TSTPB01A000000G3B' || lpad(n::text, 7, '0')"
    on_truck = builders.make_pack(kind, owner=carrier, truck=truck)
    over = "(SELECT id AS a_truck, row_number() OVER () n FROM fleet_truck WHERE id <> {}) o"
    clone(on_truck, over.format(truck.pk), truck_id="a_truck", code=code)
    slot = station.slots.order_by("pk").first()
    assert slot is not None
    in_slot = builders.make_pack(kind, owner=carrier, slot=slot)
    chosen = (
        f"(SELECT id AS a_slot, 1000000 + row_number() OVER () n FROM fleet_slot"
        f" WHERE id <> {slot.pk} ORDER BY number LIMIT {size.trucks - 1}) o"
    )
    clone(in_slot, chosen, slot_id="a_slot", code=code)
    reading = SlotState.objects.create(
        slot=slot, recorded_at=NOW, received_at=NOW, pack_code=in_slot.code, soc_percent=80
    )
    held = (
        f"(SELECT slot_id AS a_slot, code AS a_code FROM fleet_pack WHERE slot_id <> {slot.pk}) p"
    )
    charge = "20 + a_slot % 81"
    clone(reading, held, slot_id="a_slot", pack_code="a_code", soc_percent=charge)


def _swaps(truck: Truck, station: SwapStation, size: Size) -> None:
    """Lay down swaps of the last month and those ahead, with what came of them and what is held."""
    run = PlanRun.objects.create(region=truck.region, cause="tick", state="done", started_at=NOW)
    back = {"started_at": "t.started_at - n * interval '10 seconds'", "trucks": "n % 900"}
    clone(run, f"generate_series(1, {size.plan_runs}) n", **back)
    driver = Driver.objects.get(pk=Shift.objects.values_list("driver").get(truck=truck)[0])
    done = builders.make_assignment(
        truck, station, driver, state="done", arrived_at=NOW, swapping_at=NOW, ended_at=NOW,
        plan_run=run,
    )  # fmt: skip
    over = (
        f"(SELECT n, {_each('truck_id', 'fleet_shift')} AS a_truck,"
        f" {_each('driver_id', 'fleet_shift')} AS a_driver, {_each('id', 'fleet_lane')} AS a_lane,"
        f" {_each('station_id', 'fleet_lane')} AS a_station FROM generate_series(1, %d) n) o"
    )
    who = {
        "truck_id": "a_truck",
        "driver_id": "a_driver",
        "lane_id": "a_lane",
        "station_id": "a_station",
        "check_in_code": "lpad((n % 1000000)::text, 6, '0')",
    }
    shift = f"make_interval(secs => n * {30 * 86_400 / size.past_swaps})"
    times = ("eta", "leave_by_at", "offered_at", "offer_expires_at", "arrived_at", "swapping_at")
    then = {name: f't."{name}" - {shift}' for name in (*times, "ended_at")}
    then |= {
        name: f'tstzrange(lower(t."{name}") - {shift}, upper(t."{name}") - {shift})'
        for name in ("window", "occupies")
    }
    then["swapping_at"] += " + n % 11 * interval '1 minute'"
    with without_history():
        clone(done, over.replace("%d", str(size.past_swaps)), **who, **then)
    outcome = builders.make_outcome(done)
    past = (
        '(SELECT id AS a, ended_at AS over_at, "window" AS told, station_id AS place,'
        " truck_id % 10 > 0 AS kept"
        f" FROM dispatch_swapassignment WHERE id <> {done.pk}) a"
    )
    with without_history():
        clone(
            outcome, past, assignment_id="a", ended_at="over_at", window="told",
            station_id="place", is_kept="kept",
        )  # fmt: skip
    _live_swaps(done, who, over.replace("%d", str(size.live_swaps)), size)


def _live_swaps(done: Any, who: dict[str, str], over: str, size: Size) -> None:
    states = ", ".join(f"'{state}'" for state in LIVE)
    ahead = "(n / 400) * interval '20 minutes' + interval '7 days'"
    live = {
        "state": f"(ARRAY[{states}])[1 + n % {len(LIVE)}]",
        "ended_at": "NULL",
        "arrived_at": "NULL",
        "swapping_at": "NULL",
        "offered_at": "t.offered_at - n % 40 * interval '1 minute'",
        "eta": f"t.eta + {ahead} - interval '7 days'",
        "occupies": f"tstzrange(lower(t.occupies) + {ahead}, upper(t.occupies) + {ahead})",
    }
    clone(done, over, **who, **live)
    first = type(done).objects.filter(state="offered").order_by("pk").first()
    offered = DriverNotice.objects.create(
        driver=first.driver, assignment=first, kind="offered", created_at=NOW, sent_at=NOW
    )
    others = (
        "(SELECT id AS a, driver_id AS d FROM dispatch_swapassignment"
        f" WHERE state = 'offered' AND id <> {first.pk}) a"
    )
    clone(offered, others, assignment_id="a", driver_id="d")
    pack = Pack.objects.filter(slot__in=Slot.objects.all()).order_by("pk").first()
    assert pack is not None
    hold = builders.make_hold(first, pack)
    pairs = (
        "(SELECT a.id AS a, p.id AS p FROM (SELECT id, row_number() OVER (ORDER BY id) r"
        f" FROM dispatch_swapassignment WHERE ended_at IS NULL AND id <> {first.pk}) a"
        " JOIN (SELECT id, row_number() OVER (ORDER BY id) r FROM fleet_pack"
        f" WHERE slot_id IS NOT NULL AND id <> {pack.pk}) p USING (r)) o"
    )
    clone(hold, pairs, assignment_id="a", pack_id="p")
    assert PackHold.objects.count() == size.live_swaps


def _alarms(truck: Truck, size: Size) -> None:
    alarm = Alarm.objects.create(
        kind=Alarm.Kind.STRANDED_RISK, level=2, detail="", opened_at=NOW, truck=truck
    )
    over = (
        f"(SELECT n, {_each('id', 'fleet_truck')} AS a_truck"
        f" FROM generate_series(1, {size.alarms}) n) o"
    )
    who = {
        "truck_id": "a_truck",
        "opened_at": "t.opened_at - n * interval '2 minutes'",
        "level": "1 + n % 3",
        "closed_at": "CASE WHEN n > 300 THEN t.opened_at - n * interval '1 minute' END",
    }
    clone(alarm, over, **who)
