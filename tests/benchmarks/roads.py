"""What `tests.benchmarks.travel` measures; imported when the settings can be read."""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection
from django.test import override_settings

from dispatch.models import RoadLeg
from dispatch.planning.travel import (
    FloatArray,
    GreatCircleTravel,
    Travel,
    TruckProfile,
    nearest_indices,
)
from dispatch.services.roads.choose import close_engine, roads_of_round
from dispatch.services.roads.maps import RoadMap, build_map
from dispatch.services.roads.valhalla_embedded import EmbeddedValhalla
from fleet.clock import now
from tests.roads import osrm_server, valhalla_server

type Numbers = dict[str, float | str]
STEP_DEG = 250.0 / 111_195.0
ROW = "{:<14} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7}  {}"
HEAD = ("engine", "cold s", "warm s", "moved s", "kept %", "median", "P95 %", "crow %", "mark")
ALL_THE_TIME_S = 600.0
TRUCK = TruckProfile()


def measure(options: argparse.Namespace) -> None:
    """Print a row for each engine."""
    random = np.random.default_rng(options.seed)
    box = (options.south_west, options.north_east)
    with tempfile.TemporaryDirectory(prefix="yizhan-roads-") as name:
        place = Path(name)
        road_map = build_map(options.extract, place / "map", say=lambda _: None)
        anywhere = random.uniform(*box, (options.trucks + options.stations, 2))
        on_roads = _on_roads(place / "map", anywhere)
        trucks, stations = on_roads[: options.trucks], on_roads[options.trucks :]
        angle = random.uniform(0.0, 2.0 * np.pi, len(trucks))
        step = STEP_DEG * np.column_stack([np.sin(angle), np.cos(angle)])
        moved = _on_roads(place / "map", trucks + step)
        print(ROW.format(*HEAD))
        rows = {}
        for engine in options.engine or ("valhalla", "valhalla_http", "osrm"):
            with (
                override_settings(TRAVEL_PROVIDER=engine, TRAVEL_STATIONS=options.nearest),
                _served(engine, place, road_map, options.extract),
            ):
                rows[engine] = _row(trucks, moved, stations)
            print(ROW.format(engine, *rows[engine].values()), flush=True)
    numbers = {"trucks": options.trucks, "stations": options.stations, "nearest": options.nearest}
    print(json.dumps({**numbers, **rows}))
    connection.close()


def _on_roads(directory: Path, points: FloatArray) -> FloatArray:
    """Move positions onto the nearest road that trucks may use."""
    door = EmbeddedValhalla(directory)
    found = []
    for part in np.array_split(points, max(1, len(points) // 100)):
        places = [{"lat": row[0], "lon": row[1]} for row in part.tolist()]
        body = {"locations": places, "costing": "truck"}
        found += door.ask("locate", body, until_s=time.monotonic() + ALL_THE_TIME_S)
    door.close()
    edges = [place["edges"][0] for place in found if place["edges"]]
    return np.array([(edge["correlated_lat"], edge["correlated_lon"]) for edge in edges])


@contextmanager
def _served(engine: str, place: Path, road_map: RoadMap, extract: Path) -> Iterator[None]:
    directory = place / engine
    directory.mkdir()
    if engine == "valhalla":
        with override_settings(TRAVEL_MAP_DIR=place / "map"):
            yield
    elif engine == "osrm":
        with osrm_server(directory, extract=extract) as url, override_settings(TRAVEL_URL=url):
            yield
    else:
        server = valhalla_server(road_map.tiles, directory)
        with server as url, override_settings(TRAVEL_URL=url):
            yield
    close_engine()


def _row(trucks: FloatArray, moved: FloatArray, stations: FloatArray) -> Numbers:
    """Measure an engine: times, and how far off moved trucks' answers from cells are."""
    RoadLeg.objects.all().delete()
    cold_s, _, _ = _ask(trucks, stations, ALL_THE_TIME_S)
    warm_s, _, mark = _ask(trucks, stations, settings.TRAVEL_TIMEOUT_S)
    before = RoadLeg.objects.count()
    moved_s, from_cells, _ = _ask(moved, stations, ALL_THE_TIME_S)
    learnt = RoadLeg.objects.count() - before
    RoadLeg.objects.all().delete()
    _, anew, _ = _ask(moved, stations, ALL_THE_TIME_S)
    crow = GreatCircleTravel().travel(moved, stations, truck=TRUCK)
    near = nearest_indices(moved, stations, count=settings.TRAVEL_STATIONS)
    where = np.arange(len(moved))[:, None], near
    wanted = np.maximum(anew.distance_m[where], 1)
    error = 100.0 * np.abs(from_cells.distance_m[where] - wanted) / wanted
    crow_error = 100.0 * np.abs(crow.distance_m[where] - wanted) / wanted
    return {
        "cold_s": round(cold_s, 2),
        "warm_s": round(warm_s, 2),
        "moved_s": round(moved_s, 2),
        "from_cells_percent": round(100.0 * (1.0 - learnt / near.size), 1),
        "error_median_percent": round(float(np.median(error)), 2),
        "error_p95_percent": round(float(np.quantile(error, 0.95)), 2),
        "great_circle_error_median_percent": round(float(np.median(crow_error)), 1),
        "mark": mark,
    }


def _ask(trucks: FloatArray, stations: FloatArray, timeout_s: float) -> tuple[float, Travel, str]:
    begun_s = time.perf_counter()
    with override_settings(TRAVEL_TIMEOUT_S=timeout_s), roads_of_round(now=now()) as travel:
        found = travel.travel(trucks, stations, truck=TRUCK)
    return time.perf_counter() - begun_s, found, travel.mark
