"""Rounds of planning on real roads: what is asked once is known, on that map, for that truck."""

import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from config.servers import free_port
from dispatch.models import RoadBook, RoadLeg
from dispatch.planning.travel import GreatCircleTravel, Travel, TruckProfile
from dispatch.services.roads.book import LEG_HOLDS, UNUSED_FOR, prune_books
from dispatch.services.roads.choose import roads_of_round
from tests.builders import NOW
from tests.roads import EAST, HIGH, IN_THE_TUNNEL, LOW, SCHAAN, TANGSHAN, VADUZ, WEST

pytestmark = pytest.mark.django_db
PLACES = np.array([WEST, VADUZ, SCHAAN])
GATES = np.array([EAST, SCHAAN, VADUZ])


@pytest.fixture(autouse=True)
def _embedded(map_directory: Path, settings: Settings) -> None:
    settings.TRAVEL_PROVIDER, settings.TRAVEL_MAP_DIR = "valhalla", map_directory
    settings.TRAVEL_TIMEOUT_S = 20.0


def drive(start: tuple[float, float], end: tuple[float, float], truck: TruckProfile) -> Travel:
    with roads_of_round(now=NOW) as travel:
        return travel.travel_pairs([start], [end], truck=truck)


def test_each_truck_has_its_own_way() -> None:
    assert drive(WEST, EAST, HIGH).distance_m[0] == pytest.approx(4_732, abs=2)
    assert drive(WEST, EAST, LOW).distance_m[0] == pytest.approx(3_401, abs=2)
    assert drive(WEST, EAST, HIGH).distance_m[0] == pytest.approx(4_732, abs=2)
    assert RoadBook.objects.count() == 2


def test_what_is_known_is_not_asked_again(settings: Settings, osrm_url: str) -> None:
    settings.TRAVEL_PROVIDER, settings.TRAVEL_URL = "osrm", osrm_url
    with roads_of_round(now=NOW) as travel:
        first = travel.travel(PLACES, GATES, truck=HIGH)
    legs = RoadLeg.objects.count()
    assert legs == 7  # nine drives, two of them from a place to itself
    settings.TRAVEL_URL = f"http://127.0.0.1:{free_port()}"  # nobody is there now
    with roads_of_round(now=NOW) as travel:
        again = travel.travel(PLACES, GATES, truck=HIGH)
        assert travel.mark == "osrm"
        travel.travel_pairs([EAST], [WEST], truck=HIGH)
        assert travel.mark == "osrm, 1 of 8 drives by great_circle (unreachable)"
    assert again.distance_m.tolist() == first.distance_m.tolist()
    assert again.travel_s.tolist() == first.travel_s.tolist()
    assert RoadLeg.objects.count() == legs


def test_a_truck_that_moved_a_little_is_answered_from_its_cell() -> None:
    before = drive(VADUZ, WEST, HIGH)
    moved = (VADUZ[0] + 0.0004, VADUZ[1])  # 44 m to the north, in the same cell
    after = drive(moved, WEST, HIGH)
    assert RoadLeg.objects.count() == 1
    assert 0 < abs(int(after.distance_m[0] - before.distance_m[0])) < 120


def test_another_map_is_another_book(settings: Settings) -> None:
    drive(WEST, EAST, HIGH)
    settings.TRAVEL_MAP_VERSION = "a newer one"
    drive(WEST, EAST, HIGH)
    assert sorted(RoadBook.objects.values_list("map_version", flat=True)) == [
        "a newer one",
        "b8b6c7f2122bd46a",
    ]
    assert RoadLeg.objects.count() == 2


def test_a_forbidden_station_is_out_of_reach_and_an_unknown_place_is_not() -> None:
    with roads_of_round(now=NOW) as travel:
        ways = travel.travel_pairs([WEST] * 3, [EAST, IN_THE_TUNNEL, (47.4, 9.9)], truck=HIGH)
        assert ways.is_reachable is not None
        assert ways.is_reachable.tolist() == [True, False, True]
        assert travel.mark == "valhalla, 1 of 3 drives by great_circle (off the map)"
    default = GreatCircleTravel().travel_pairs([WEST], [(47.4, 9.9)], truck=HIGH)
    assert ways.distance_m[2] == default.distance_m[0]


def test_only_the_nearest_are_asked(settings: Settings) -> None:
    settings.TRAVEL_STATIONS = 1
    with roads_of_round(now=NOW) as travel:
        found = travel.travel([WEST], [VADUZ, EAST, SCHAAN, TANGSHAN], truck=HIGH)
    crow = GreatCircleTravel().travel([WEST], [VADUZ, EAST, SCHAAN, TANGSHAN], truck=HIGH)
    assert RoadLeg.objects.count() == 1
    assert (found.distance_m != crow.distance_m).tolist() == [[False, True, False, False]]


def test_heavy_trucks_take_longer() -> None:
    empty = TruckProfile(is_loaded=False, mass_kg=18_000)
    tipper = TruckProfile(speed_factor=0.92)
    times = [int(drive(WEST, EAST, truck).travel_s[0]) for truck in (empty, HIGH, tipper)]
    assert times == sorted(times)
    assert len(set(times)) == 3


def test_a_round_reads_the_book_in_one_query_and_writes_it_in_a_few() -> None:
    starts = np.random.default_rng(3).uniform((47.06, 9.49), (47.20, 9.54), (60, 2))
    for queries in (range(1, 12), range(1, 5)):
        with CaptureQueriesContext(connection) as asked, roads_of_round(now=NOW) as travel:
            travel.travel(starts, GATES, truck=HIGH)
        assert len(asked) in queries, [query["sql"][:80] for query in asked]


def test_a_thousand_trucks_and_sixty_stations_are_known_in_time(
    settings: Settings, osrm_url: str
) -> None:
    settings.TRAVEL_PROVIDER, settings.TRAVEL_URL = "osrm", osrm_url
    settings.TRAVEL_TIMEOUT_S = 120.0
    random = np.random.default_rng(9)
    trucks = random.uniform((47.06, 9.49), (47.22, 9.56), (1000, 2))
    stations = random.uniform((47.06, 9.49), (47.22, 9.56), (60, 2))
    with roads_of_round(now=NOW) as travel:
        cold = travel.travel(trucks, stations, truck=HIGH)
    settings.TRAVEL_URL = f"http://127.0.0.1:{free_port()}"  # nobody is there now
    begun_s = time.monotonic()
    with roads_of_round(now=NOW) as travel:
        warm = travel.travel(trucks, stations, truck=HIGH)
    assert time.monotonic() - begun_s < 5.0
    assert warm.distance_m.shape == (1000, 60)
    assert warm.distance_m.tolist() == cold.distance_m.tolist()
    assert RoadLeg.objects.count() > 6_000


def test_a_round_stops_asking_when_its_time_is_up(settings: Settings) -> None:
    drive(WEST, EAST, HIGH)  # the engine is awake
    settings.TRAVEL_TIMEOUT_S = 0.4
    starts = np.random.default_rng(4).uniform((47.06, 9.49), (47.20, 9.54), (400, 2))
    begun_s = time.monotonic()
    with roads_of_round(now=NOW) as travel:
        travel.travel(starts, starts[:60], truck=HIGH)
        assert time.monotonic() - begun_s < 2.0
    known = RoadLeg.objects.count()
    assert known > 1
    assert travel.mark.startswith("valhalla, ")
    # Between two questions, or amid one.
    assert travel.mark.endswith(("(time was up)", "(timed out)"))
    with roads_of_round(now=NOW) as travel:
        travel.travel(starts, starts[:60], truck=HIGH)
    assert RoadLeg.objects.count() > known, "the next round goes on learning"


def test_old_books_and_old_drives_are_forgotten(settings: Settings) -> None:
    drive(WEST, EAST, HIGH)
    prune_books(now=NOW + UNUSED_FOR - timedelta(hours=1))
    assert RoadLeg.objects.count() == 1
    RoadBook.objects.update(used_at=NOW + LEG_HOLDS)
    prune_books(now=NOW + LEG_HOLDS + timedelta(hours=1))
    assert (RoadBook.objects.count(), RoadLeg.objects.count()) == (1, 0)
    prune_books(now=NOW + LEG_HOLDS + UNUSED_FOR + timedelta(hours=1))
    assert RoadBook.objects.count() == 0
