"""How long a round's promises take to write: ``pytest tests/benchmarks/promises.py -s -n0``."""

from datetime import datetime
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.models import SwapAssignment
from dispatch.services.promises.batch import write_promises
from dispatch.services.promises.write import Promise, write_promise
from fleet.models import Pack
from tests.builders import NOW
from tests.integration.dispatch.test_promise_races import promise
from tests.scenes import Scene

TRUCKS = 400
STATIONS = 10
LANES = 3


def one_by_one(promises: list[Promise], now: datetime) -> list[object]:
    return [write_promise(each, now=now) for each in promises]


def together(promises: list[Promise], now: datetime) -> list[object]:
    return list(write_promises(promises, now=now))


@pytest.mark.django_db(transaction=True)
def test_how_long_promises_take() -> None:
    scene = Scene()
    a_station = TRUCKS // STATIONS
    promises = []
    for _ in range(STATIONS):
        station = scene.add_station(packs=a_station, slots=a_station, lanes=LANES)
        packs = list(Pack.objects.filter(slot__station=station).order_by("pk"))
        lanes = list(station.lanes.order_by("pk"))
        for k in range(a_station):
            truck = scene.add_truck(trips=0)
            minutes = 10 + 6 * (k // LANES)
            promises.append(promise(truck, station, packs[k], lanes[k % LANES], minutes=minutes))
    half = TRUCKS // 2
    for name, write, part in (
        ("one by one", one_by_one, promises[:half]),
        ("together", together, promises[half:]),
    ):
        begun_s = perf_counter()
        with CaptureQueriesContext(connection) as queries:
            written = write(part, NOW)
        seconds = perf_counter() - begun_s
        assert all(isinstance(each, SwapAssignment) for each in written)
        each_ms, statements = 1000 * seconds / len(part), len(queries) / len(part)
        print(f"\n{name}: {len(part)} promises in {seconds:.2f} s,", end=" ")
        print(f"{each_ms:.1f} ms and {statements:.1f} statements each")
