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
from dispatch.planning.travel import FloatArray, Travel, TruckProfile, nearest_indices
from dispatch.services.roads.choose import close_engine, roads_of_round
from dispatch.services.roads.maps import build_map, read_map
from fleet.clock import now
from tests.roads import osrm_server, valhalla_server

STEP_DEG = 250.0 / 111_195.0
ROW = "{:<14} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}  {}"
HEAD = ("engine", "cold s", "warm s", "moved s", "error %", "P95 %", "drives", "mark")
FAR_TOO_LONG_S = 600.0


def measure(options: argparse.Namespace) -> None:
    """Print a row for each engine."""
    random = np.random.default_rng(options.seed)
    box = (options.south_west, options.north_east)
    trucks = random.uniform(*box, (options.trucks, 2))
    stations = random.uniform(*box, (options.stations, 2))
    angle = random.uniform(0.0, 2.0 * np.pi, options.trucks)
    moved = trucks + STEP_DEG * np.column_stack([np.sin(angle), np.cos(angle)])
    print(ROW.format(*HEAD))
    rows = {}
    with tempfile.TemporaryDirectory(prefix="yizhan-roads-") as place:
        for engine in ("valhalla", "valhalla_http", "osrm"):
            with _engine(engine, Path(place), options):
                rows[engine] = _row(trucks, moved, stations)
            print(ROW.format(engine, *rows[engine].values()), flush=True)
    numbers = {"trucks": options.trucks, "stations": options.stations, "nearest": options.nearest}
    print(json.dumps({**numbers, **rows}))
    connection.close()


@contextmanager
def _engine(engine: str, place: Path, options: argparse.Namespace) -> Iterator[None]:
    directory = place / engine
    directory.mkdir()
    build_map(options.extract, place / "map", say=lambda _: None)
    road_map = read_map(place / "map")
    assert road_map is not None
    chosen = {"TRAVEL_MAP_DIR": place / "map", "TRAVEL_STATIONS": options.nearest}
    with override_settings(TRAVEL_PROVIDER=engine, **chosen):
        if engine == "osrm":
            server = osrm_server(directory, extract=options.extract)
            with server as url, override_settings(TRAVEL_URL=url):
                yield
        elif engine == "valhalla_http":
            server = valhalla_server(road_map.tiles, directory)
            with server as url, override_settings(TRAVEL_URL=url):
                yield
        else:
            yield
    close_engine()


def _row(trucks: FloatArray, moved: FloatArray, stations: FloatArray) -> dict[str, float | str]:
    RoadLeg.objects.all().delete()
    cold_s, _, _ = _ask(trucks, stations, FAR_TOO_LONG_S)
    warm_s, _, mark = _ask(trucks, stations, settings.TRAVEL_TIMEOUT_S)
    drives = RoadLeg.objects.count()
    moved_s, from_cells, _ = _ask(moved, stations, FAR_TOO_LONG_S)
    RoadLeg.objects.all().delete()
    _, anew, _ = _ask(moved, stations, FAR_TOO_LONG_S)
    near = nearest_indices(moved, stations, count=settings.TRAVEL_STATIONS)
    rows = np.arange(len(moved))[:, None]
    wanted = anew.distance_m[rows, near]
    error = np.abs(from_cells.distance_m[rows, near] - wanted) / np.maximum(wanted, 1)
    return {
        "cold_s": round(cold_s, 3),
        "warm_s": round(warm_s, 3),
        "moved_s": round(moved_s, 3),
        "error_percent": round(100.0 * float(error.mean()), 2),
        "error_p95_percent": round(100.0 * float(np.quantile(error, 0.95)), 2),
        "drives": drives,
        "mark": mark,
    }


def _ask(trucks: FloatArray, stations: FloatArray, timeout_s: float) -> tuple[float, Travel, str]:
    begun_s = time.perf_counter()
    with override_settings(TRAVEL_TIMEOUT_S=timeout_s), roads_of_round(now=now()) as travel:
        found = travel.travel(trucks, stations, truck=TruckProfile())
    return time.perf_counter() - begun_s, found, travel.mark
