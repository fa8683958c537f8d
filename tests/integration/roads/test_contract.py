"""What every engine must do, asked of real ones on a real map."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from dispatch.planning.travel import FloatArray, TruckProfile, great_circle_m
from dispatch.services.roads.engine import Drives, Finding, RoadEngine
from dispatch.services.roads.osrm import OsrmEngine
from dispatch.services.roads.valhalla import ValhallaEngine
from dispatch.services.roads.valhalla_embedded import EmbeddedValhalla
from dispatch.services.roads.valhalla_http import ValhallaServer
from tests.roads import EAST, HIGH, IN_THE_TUNNEL, LOW, SCHAAN, TANGSHAN, VADUZ, WEST

WAY, NO_WAY, OFF_MAP = Finding.WAY, Finding.NO_WAY, Finding.OFF_MAP


@pytest.fixture(params=["embedded", "valhalla", "osrm"])
def engine(request: pytest.FixtureRequest) -> Iterator[RoadEngine]:
    made: RoadEngine
    if request.param == "embedded":
        made = ValhallaEngine(
            "valhalla", EmbeddedValhalla(request.getfixturevalue("map_directory"))
        )
    elif request.param == "valhalla":
        made = ValhallaEngine(
            "valhalla_http", ValhallaServer(request.getfixturevalue("valhalla_url"))
        )
    else:
        made = OsrmEngine(request.getfixturevalue("osrm_url"))
    yield made
    made.close()


def points(*places: tuple[float, float]) -> FloatArray:
    return np.array(places)


def ask(
    engine: RoadEngine, origins: FloatArray, ends: FloatArray, truck: TruckProfile = HIGH
) -> Drives:
    return engine.drives(origins, ends, truck=truck, until_s=time.monotonic() + 20.0)


def test_a_high_truck_goes_around_the_tunnel(engine: RoadEngine) -> None:
    drives = ask(engine, points(WEST), points(EAST))
    assert drives.finding.tolist() == [[WAY]]
    assert drives.distance_m[0, 0] == pytest.approx(4_732, abs=2)
    assert 400 < drives.travel_s[0, 0] < 800


def test_each_row_is_an_origin_and_each_way_its_own(engine: RoadEngine) -> None:
    origins, ends = points(WEST, VADUZ), points(EAST, SCHAAN, VADUZ)
    drives = ask(engine, origins, ends)
    assert drives.distance_m.shape == drives.travel_s.shape == drives.finding.shape == (2, 3)
    assert (drives.finding == WAY).all()
    crow_m = great_circle_m(origins[:, None], ends)
    assert (drives.distance_m >= crow_m - 300).all()  # gates lie beside the road
    assert drives.distance_m[1, 2] < 50
    for i, j in np.ndindex(2, 3):
        alone = ask(engine, origins[[i]], ends[[j]])
        assert alone.distance_m[0, 0] == pytest.approx(drives.distance_m[i, j], rel=0.02, abs=2)


def test_what_is_not_on_the_map_does_not_spoil_the_others(engine: RoadEngine) -> None:
    drives = ask(engine, points(WEST, TANGSHAN), points(EAST, TANGSHAN))
    assert drives.finding.tolist() == [[WAY, OFF_MAP], [OFF_MAP, OFF_MAP]]
    assert drives.distance_m[0, 0] == pytest.approx(4_732, abs=2)


def test_a_map_has_a_version_that_stays(engine: RoadEngine) -> None:
    until_s = time.monotonic() + 20.0
    assert engine.version(until_s=until_s) == engine.version(until_s=until_s) != ""


@pytest.fixture(params=["embedded", "valhalla"])
def valhalla(request: pytest.FixtureRequest) -> Iterator[RoadEngine]:
    door = (
        EmbeddedValhalla(request.getfixturevalue("map_directory"))
        if request.param == "embedded"
        else ValhallaServer(request.getfixturevalue("valhalla_url"))
    )
    yield ValhallaEngine(request.param, door)
    door.close()


def test_a_low_truck_goes_through_the_tunnel(valhalla: RoadEngine) -> None:
    low = ask(valhalla, points(WEST), points(EAST), LOW)
    assert low.distance_m[0, 0] == pytest.approx(3_401, abs=2)


def test_no_truck_is_sent_to_a_road_it_may_not_use(valhalla: RoadEngine) -> None:
    to_the_tunnel = points(IN_THE_TUNNEL, EAST)
    assert ask(valhalla, points(WEST), to_the_tunnel, LOW).finding.tolist() == [[WAY, WAY]]
    assert ask(valhalla, points(WEST), to_the_tunnel).finding.tolist() == [[NO_WAY, WAY]]
    away = ask(valhalla, points(IN_THE_TUNNEL), points(EAST))
    assert away.finding.tolist() == [[WAY]], "a truck that stands there may leave"


def test_an_osrm_for_high_trucks_has_no_tunnel_to_go_to(osrm_url: str) -> None:
    engine = OsrmEngine(osrm_url)
    drives = ask(engine, points(WEST), points(IN_THE_TUNNEL))
    low = ask(engine, points(WEST), points(EAST), LOW)
    engine.close()
    assert drives.finding[0, 0] == WAY  # to the road beside it
    assert low.distance_m[0, 0] == pytest.approx(4_732, abs=2), "one size of truck a server"
    assert engine.name == "osrm"
