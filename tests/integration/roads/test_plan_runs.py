"""Plans on real roads: what answered stands on the run and is told to whoever looks."""

import logging
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from config.servers import free_port
from dispatch.models import PlanRun, SwapAssignment, Trip
from dispatch.planning.travel import GreatCircleTravel
from dispatch.services.plans.runs import run_plan
from dispatch.services.roads.choose import roads_of_round
from dispatch.snapshot import Snapshot, take_snapshot
from fleet.models import Place, SwapStation
from tests.builders import NOW, make_user
from tests.integration.dispatch.test_runs import clock
from tests.roads import EAST, HIGH, IN_THE_TUNNEL, VADUZ, WEST
from tests.scenes import Scene

pytestmark = pytest.mark.django_db


def liechtenstein(*stations: tuple[float, float]) -> Scene:
    """A truck that hauls from the west of the tunnel to Vaduz."""
    scene = Scene()
    for station in stations:
        scene.add_station(*station)
    truck = scene.add_truck(soc_percent=19.2, at=WEST, trips=1)
    latitude_deg, longitude_deg = VADUZ
    Place.objects.filter(pk=scene.port.pk).update(
        latitude_deg=latitude_deg, longitude_deg=longitude_deg
    )
    Trip.objects.filter(truck=truck).update(destination=scene.port)
    return scene


def look(scene: Scene) -> Snapshot:
    with roads_of_round(now=NOW) as travel:
        return take_snapshot(scene.region, now=NOW, travel=travel)


def detours(snapshot: Snapshot) -> dict[str, int]:
    [truck] = snapshot.problem.trucks
    return {detour.station: detour.to_s for detour in truck.detours}


def test_a_plan_goes_around_the_tunnel_and_to_no_station_in_it(
    map_directory: Path, settings: Settings
) -> None:
    scene = liechtenstein(EAST, IN_THE_TUNNEL)
    around, inside = scene.stations
    by_crow = take_snapshot(scene.region, now=NOW, travel=GreatCircleTravel())
    assert detours(by_crow).keys() == {around.code, inside.code}

    settings.TRAVEL_PROVIDER, settings.TRAVEL_MAP_DIR = "valhalla", map_directory
    settings.TRAVEL_TIMEOUT_S = 20.0
    by_road = look(scene)
    assert detours(by_road).keys() == {around.code}
    assert detours(by_road)[around.code] > detours(by_crow)[around.code]

    run = run_plan(scene.region.pk, read_clock=clock())
    assert (run.travel, run.error) == ("valhalla", "")
    assert SwapAssignment.objects.get().station == around


def test_a_low_truck_is_offered_the_station_in_the_tunnel(
    map_directory: Path, settings: Settings
) -> None:
    scene = liechtenstein(IN_THE_TUNNEL)
    scene.model.height_m = 3.5
    scene.model.save()
    settings.TRAVEL_PROVIDER, settings.TRAVEL_MAP_DIR = "valhalla", map_directory
    settings.TRAVEL_TIMEOUT_S = 20.0
    assert detours(look(scene)).keys() == {SwapStation.objects.get().code}


def test_a_plan_without_its_engine_is_made_all_the_same(settings: Settings, client: Client) -> None:
    scene = Scene()
    scene.add_station()
    scene.add_truck(soc_percent=30)
    settings.TRAVEL_PROVIDER = "osrm"
    settings.TRAVEL_URL = f"http://127.0.0.1:{free_port()}"
    run = run_plan(scene.region.pk, read_clock=clock())
    assert (run.state, run.written) == ("done", 1)
    assert run.travel == "great_circle (osrm unreachable)"
    assert client.get("/readyz").json()["told"] == {"travel": run.travel}
    client.force_login(make_user(is_superuser=True))
    page = client.get(f"/admin/dispatch/planrun/{run.pk}/change/").content.decode()
    assert run.travel in page


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("", "great_circle, no plan yet"),
        ("valhalla", "valhalla"),
        (
            "valhalla, 12 of 80 drives by great_circle (time was up)",
            "valhalla, partly great_circle (time was up)",
        ),
    ],
)
def test_health_tells_the_roads_but_not_how_many_trucks(
    client: Client, mark: str, said: str
) -> None:
    PlanRun.objects.create(region=Scene().region, cause="test", started_at=NOW, travel=mark)
    assert client.get("/readyz").json()["told"] == {"travel": said}


def test_no_log_line_holds_a_place(
    osrm_url: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TRAVEL_PROVIDER, settings.TRAVEL_URL = "osrm", osrm_url
    with caplog.at_level(logging.INFO), roads_of_round(now=NOW) as travel:
        travel.travel_pairs([WEST], [EAST], truck=HIGH)
        assert travel.mark == "osrm"
    assert "47.11" not in caplog.text
