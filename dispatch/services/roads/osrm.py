"""An OSRM server, whose data was extracted with a truck's profile: one size of truck a server.

References
----------
OSRM HTTP API, table service.
"""

import time
from typing import Any

import numpy as np

from dispatch.planning.travel import FloatArray, TruckProfile
from dispatch.services.roads.engine import (
    SNAP_MAX_M,
    Drives,
    EngineRefusedError,
    Finding,
    RoadEngineError,
)
from dispatch.services.roads.http import HttpEngineDoor

VERSION_HOLDS_S = 60.0


class OsrmEngine:
    """OSRM over HTTP.

    Its server ignores the word for the profile in a request, so the truck is written there: a
    proxy before several servers may choose by it.
    """

    name = "osrm"
    most_places = 100  # what a server takes as it comes (--max-table-size)

    def __init__(self, url: str) -> None:
        self._door = HttpEngineDoor(url)
        self._version, self._known_until_s = "", 0.0

    def version(self, *, until_s: float) -> str:
        """Return the `--data_version` its data was extracted with; `unversioned` without one."""
        if time.monotonic() > self._known_until_s:
            status, said = self._door.ask("/nearest/v1/truck/0,0", until_s=until_s)
            if not isinstance(said, dict) or status not in {200, 400}:
                raise RoadEngineError(f"answered {status}")
            self._version = str(said.get("data_version") or "unversioned")
            self._known_until_s = time.monotonic() + VERSION_HOLDS_S
        return self._version

    def close(self) -> None:
        """Close its connections."""
        self._door.close()

    def drives(
        self, origins: FloatArray, destinations: FloatArray, *, truck: TruckProfile, until_s: float
    ) -> Drives:
        """Return the drives from each origin to each destination; see `RoadEngine`."""
        path = table_path(origins, destinations, truck)
        status, said = self._door.ask(path, until_s=until_s)
        if status == 400 and isinstance(said, dict):
            words = f"{said.get('code')}: {said.get('message')}"
            raise EngineRefusedError(f"refused: {words}"[:200])
        if status != 200:
            raise RoadEngineError(f"answered {status}")
        try:
            return _drives(said, len(origins), len(destinations))
        except (TypeError, KeyError, ValueError) as error:
            raise RoadEngineError("answered nonsense") from error


def table_path(origins: FloatArray, destinations: FloatArray, truck: TruckProfile) -> str:
    """Return the request: longitude first, as OSRM has it."""
    points = np.vstack([origins, destinations]).tolist()
    places = ";".join(f"{longitude:.6f},{latitude:.6f}" for latitude, longitude in points)
    sources = ";".join(str(k) for k in range(len(origins)))
    targets = ";".join(str(k) for k in range(len(origins), len(points)))
    word = f"truck-h{truck.height_m:g}-w{truck.mass_kg / 1000:g}-l{truck.length_m:g}"
    return (
        f"/table/v1/{word}/{places}?sources={sources}&destinations={targets}"
        "&annotations=duration,distance"
    )


def _drives(said: Any, rows: int, columns: int) -> Drives:
    drives = Drives.none(rows, columns, Finding.OFF_MAP)
    metres = np.array(said["distances"], dtype=np.float64).reshape(rows, columns)
    seconds = np.array(said["durations"], dtype=np.float64).reshape(rows, columns)
    known = np.isfinite(metres) & np.isfinite(seconds)
    snapped = [
        np.array([float(place["distance"]) for place in said[side]]) <= SNAP_MAX_M
        for side in ("sources", "destinations")
    ]
    on_map = np.outer(*snapped)
    is_way = known & on_map
    drives.distance_m[is_way] = np.rint(metres[is_way])
    drives.travel_s[is_way] = np.ceil(seconds[is_way])
    drives.finding[on_map] = np.where(known[on_map], Finding.WAY, Finding.NO_WAY)
    return drives
