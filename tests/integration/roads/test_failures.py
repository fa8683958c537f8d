"""An engine that is down, slow or mad costs a round its timeout once, and the round says so."""

import time
from collections.abc import Callable

import numpy as np
import pytest
from pytest_django import Settings

from config.servers import free_port
from dispatch.planning.travel import GreatCircleTravel, Travel, TravelProvider
from dispatch.services.roads.choose import roads_of_round
from tests.builders import NOW
from tests.integration.roads.bad_server import SAYS, bad_server
from tests.roads import HIGH

pytestmark = pytest.mark.django_db
TIMEOUT_S = 0.5
RANDOM = np.random.default_rng(7)
TRUCKS = RANDOM.uniform((39.0, 117.8), (40.0, 119.0), (200, 2))
STATIONS = RANDOM.uniform((39.0, 117.8), (40.0, 119.0), (20, 2))


@pytest.fixture(params=["valhalla_http", "osrm"])
def roads(request: pytest.FixtureRequest, settings: Settings) -> Callable[[str], None]:
    def use(url: str) -> None:
        settings.TRAVEL_PROVIDER, settings.TRAVEL_URL = request.param, url
        settings.TRAVEL_TIMEOUT_S = TIMEOUT_S

    return use


def ask(travel: TravelProvider) -> Travel:
    """Ask as a plan does: many trucks, several times."""
    for k in range(20):
        travel.travel(TRUCKS[k * 10 : k * 10 + 10], STATIONS, truck=HIGH)
    return travel.travel(TRUCKS, STATIONS, truck=HIGH)


def is_great_circle(found: Travel) -> bool:
    default = GreatCircleTravel().travel(TRUCKS, STATIONS, truck=HIGH)
    return bool(
        (found.distance_m == default.distance_m).all()
        and (found.travel_s == default.travel_s).all()
    )


@pytest.mark.parametrize("manner", ["hang", "drip"])
def test_a_slow_engine_costs_its_timeout_once(roads: Callable[[str], None], manner: str) -> None:
    with bad_server(manner) as server:
        roads(server.url)
        begun_s = time.monotonic()
        with roads_of_round(now=NOW) as travel:
            assert is_great_circle(ask(travel))
        assert time.monotonic() - begun_s < TIMEOUT_S + 1.0
        assert server.asked == 1
        assert travel.mark.startswith("great_circle (")
        assert travel.mark.endswith("timed out)")


@pytest.mark.parametrize("manner", list(SAYS))
def test_an_engine_that_answers_nonsense_is_not_believed(
    roads: Callable[[str], None], manner: str
) -> None:
    with bad_server(manner) as server:
        roads(server.url)
        with roads_of_round(now=NOW) as travel:
            assert is_great_circle(ask(travel))
        assert travel.mark.startswith("great_circle (")
        assert server.asked <= 2


def test_an_engine_that_is_not_there(roads: Callable[[str], None]) -> None:
    roads(f"http://127.0.0.1:{free_port()}")
    with roads_of_round(now=NOW) as travel:
        assert is_great_circle(ask(travel))
    assert travel.mark.endswith("unreachable)")


def test_after_a_failure_the_next_rounds_leave_it_alone(roads: Callable[[str], None]) -> None:
    with bad_server("hang") as server:
        roads(server.url)
        for _ in range(5):
            with roads_of_round(now=NOW) as travel:
                ask(travel)
            assert travel.mark.endswith("timed out)")
        assert server.asked == 1
