"""Who gets the pack, the lane, the truck: the database decides, whatever the code checked."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.models import PackHold, SwapAssignment
from dispatch.services.promises.write import Promise, PromiseRefusedError, write_promise
from fleet.models import Lane, Pack, SwapStation, Truck
from fleet.services.packs import Custody
from fleet.services.quarantine import quarantine_pack
from tests.builders import NOW
from tests.scenes import Scene

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 8


def promise(
    truck: Truck, station: SwapStation, pack: Pack, lane: Lane | None = None, minutes: int = 20
) -> Promise:
    lane = lane or station.lanes.get(number=1)
    start = NOW + timedelta(minutes=minutes)
    return Promise(
        region_id=truck.region_id,
        truck_id=truck.pk,
        driver_id=None,
        trip_id=None,
        station=station,
        lane=lane,
        starts_at=start,
        eta=start,
        window=DateTimeTZRange(start, start + timedelta(minutes=8)),
        probability=0.9,
        road_class="regional",
        packs_ready_at=None,
        detour_s=600,
        least_detour_s=600,
        leave_by_at=start - timedelta(minutes=10),
        distance_m=9000,
        soc_on_arrival_percent=20,
        packs=((pack.pk, None),),
    )


def race(promises: list[Promise]) -> list[str]:
    """Write all promises at the same moment; return what became of each, sorted."""
    outcomes: list[str] = []
    start = threading.Barrier(len(promises))

    def write(one: Promise) -> None:
        start.wait()
        try:
            write_promise(one, now=NOW)
            outcomes.append("won")
        except PromiseRefusedError as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=[one]) for one in promises]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def same_pack(scene: Scene) -> list[Promise]:
    """One pack, as many lanes and trucks as racers."""
    station = scene.add_station(lanes=RACERS)
    pack = Pack.objects.filter(slot__station=station).first()
    assert pack is not None
    lanes = list(station.lanes.all())
    return [promise(scene.add_truck(trips=0), station, pack, lane) for lane in lanes]


def same_lane(scene: Scene) -> list[Promise]:
    """One lane at overlapping times, as many packs and trucks as racers."""
    station = scene.add_station(packs=RACERS)
    packs = list(Pack.objects.filter(slot__station=station))
    return [
        promise(scene.add_truck(trips=0), station, pack, minutes=20 + k // 4)
        for k, pack in enumerate(packs)
    ]


def same_truck(scene: Scene) -> list[Promise]:
    """One truck, as many stations, packs and times as racers: no two of them overlap."""
    truck = scene.add_truck(trips=0)
    stations = [scene.add_station(packs=1) for _ in range(RACERS)]
    return [
        promise(truck, s, Pack.objects.get(slot__station=s), minutes=20 + 10 * k)
        for k, s in enumerate(stations)
    ]


CASES = [
    (same_pack, "pack_taken", "dispatch_packhold", "dispatch_pack_is_promised_once_at_a_time"),
    (
        same_lane,
        "lane_taken",
        "dispatch_swapassignment",
        "dispatch_lane_takes_one_truck_at_a_time",
    ),
    (same_truck, "truck_taken", "", ""),  # kept by the truck's row lock
]


@pytest.mark.parametrize(("case", "code", "table", "name"), CASES)
def test_exactly_one_racer_wins(
    case: Callable[[Scene], list[Promise]], code: str, table: str, name: str
) -> None:
    assert race(case(Scene())) == [code] * (RACERS - 1) + ["won"]
    assert SwapAssignment.objects.count() == PackHold.objects.count() == 1


@pytest.mark.parametrize(("case", "code", "table", "name"), CASES[:2])
def test_without_its_constraint_several_win(
    case: Callable[[Scene], list[Promise]], code: str, table: str, name: str
) -> None:
    """The tests above are red without the constraint: nothing else keeps the promise."""
    with without(table, name):
        assert race(case(Scene())).count("won") > 1


@contextmanager
def without(table: str, name: str) -> Iterator[None]:
    """Drop a constraint for the block, then empty the table and put it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        )
        definition = cursor.fetchone()[0]
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            cursor.execute("DELETE FROM dispatch_packhold")
            cursor.execute("DELETE FROM dispatch_swapassignment")
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def test_a_pack_that_left_meanwhile_is_not_promised() -> None:
    scene = Scene()
    station = scene.add_station()
    pack = Pack.objects.filter(slot__station=station).first()
    assert pack is not None
    quarantine_pack(pack.pk, custody=Custody(at=NOW, reason="smells"))
    with pytest.raises(PromiseRefusedError) as refusal:
        write_promise(promise(scene.add_truck(trips=0), station, pack), now=NOW)
    assert refusal.value.code == "pack_gone"
    assert not SwapAssignment.objects.exists()
