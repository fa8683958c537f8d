"""Valhalla's matrix and locate, for trucks of any size, whoever carries the question to it.

References
----------
Valhalla 3.9, "Time-Distance Matrix service", "Locate service" and the truck costing options.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from dispatch.planning.travel import FloatArray, TruckProfile
from dispatch.services.roads.engine import (
    SNAP_MAX_M,
    TOP_SPEED_KMH,
    Drives,
    EngineRefusedError,
    Finding,
    RoadEngineError,
)

BESIDE_M = 5.0
"""Roads this much farther than the nearest one are still taken as being at the gate."""


class ValhallaDoor(Protocol):
    """Carries a question to a Valhalla."""

    def version(self, *, until_s: float) -> str:
        """Return which map it has."""

    def ask(self, action: str, body: dict[str, Any], *, until_s: float) -> Any:
        """Return the JSON it answers."""

    def close(self) -> None:
        """Let go of it."""


class ValhallaEngine:
    """Valhalla behind a door; sizes and masses go along with every request."""

    most_places = 48  # a server as it comes takes 2,500 pairs; smaller requests end in time

    def __init__(self, name: str, door: ValhallaDoor) -> None:
        self.name, self._door = name, door

    def version(self, *, until_s: float) -> str:
        """Return which map it has; see `RoadEngine`."""
        return self._door.version(until_s=until_s)

    def close(self) -> None:
        """Let go of the door."""
        self._door.close()

    def drives(
        self, origins: FloatArray, destinations: FloatArray, *, truck: TruckProfile, until_s: float
    ) -> Drives:
        """Return the drives from each origin to each destination; see `RoadEngine`.

        Valhalla lets a route begin or end on a road that is forbidden to the truck. A truck may
        stand on one, but none is sent to one.
        """
        found = self._located(np.vstack([origins, destinations]), truck=truck, until_s=until_s)
        starts, ends = found[: len(origins)], found[len(origins) :]
        drives = Drives.none(len(origins), len(destinations), Finding.OFF_MAP)
        rows = [k for k, place in enumerate(starts) if place != Finding.OFF_MAP]
        columns = [k for k, place in enumerate(ends) if place == Finding.WAY]
        for k, place in enumerate(ends):
            if place == Finding.NO_WAY:
                drives.finding[rows, k] = Finding.NO_WAY
        if not (rows and columns):
            return drives
        answer = self._door.ask(
            "sources_to_targets",
            {
                "sources": _locations(origins[rows]),
                "targets": _locations(destinations[columns]),
                "verbose": False,
                "units": "kilometers",
                **costing(truck),
            },
            until_s=until_s,
        )
        _fill(drives, np.ix_(rows, columns), answer)
        return drives

    def _located(self, points: FloatArray, *, truck: TruckProfile, until_s: float) -> list[Finding]:
        """Return whether each point is on the map, and whether the truck may be there."""
        body = {"locations": _locations(points), "verbose": True, **costing(truck)}
        answer = self._door.ask("locate", body, until_s=until_s)
        if not isinstance(answer, list) or len(answer) != len(points):
            raise RoadEngineError("answered nonsense")
        try:
            return [_place(place, truck) for place in answer]
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            raise RoadEngineError("answered nonsense") from error


def costing(truck: TruckProfile) -> dict[str, Any]:
    """Return the truck in Valhalla's words: metres, tonnes, km/h."""
    options = {
        "height": truck.height_m,
        "width": truck.width_m,
        "length": truck.length_m,
        "weight": truck.mass_kg / 1_000.0,
        "top_speed": TOP_SPEED_KMH,
    }
    if truck.axle_load_kg is not None:
        options["axle_load"] = truck.axle_load_kg / 1_000.0
    return {"costing": "truck", "costing_options": {"truck": options}}


def _locations(points: FloatArray) -> list[dict[str, float]]:
    return [{"lat": latitude, "lon": longitude} for latitude, longitude in points.tolist()]


def _place(place: dict[str, Any], truck: TruckProfile) -> Finding:
    edges = place["edges"] or []
    nearest_m = min((float(edge["distance"]) for edge in edges), default=SNAP_MAX_M + 1.0)
    if nearest_m > SNAP_MAX_M:
        return Finding.OFF_MAP
    beside = [edge for edge in edges if edge["distance"] <= nearest_m + BESIDE_M]
    shut = all(is_forbidden(edge["access_restrictions"], truck) for edge in beside)
    return Finding.NO_WAY if shut else Finding.WAY


def is_forbidden(restrictions: Sequence[dict[str, Any]], truck: TruckProfile) -> bool:
    """Return whether a road's signs keep this truck out."""
    limits = {
        "max_height": truck.height_m,
        "max_width": truck.width_m,
        "max_length": truck.length_m,
        "max_weight": truck.mass_kg / 1_000.0,
        "max_axle_load": (truck.axle_load_kg or 0) / 1_000.0,
    }
    return any(
        sign["type"] in limits
        and sign.get("truck", True)
        and not sign.get("except_destination", False)
        and limits[sign["type"]] > float(sign["value"])
        for sign in restrictions
    )


def _fill(drives: Drives, where: Any, answer: Any) -> None:
    try:
        matrix = answer["sources_to_targets"]
        kilometres = np.array(matrix["distances"], dtype=np.float64)
        seconds = np.array(matrix["durations"], dtype=np.float64)
        known = np.isfinite(kilometres) & np.isfinite(seconds)
        drives.distance_m[where] = np.rint(np.where(known, kilometres, 0.0) * 1_000.0)
        drives.travel_s[where] = np.ceil(np.where(known, seconds, 0.0))
        drives.finding[where] = np.where(known, Finding.WAY, Finding.NO_WAY)
    except (TypeError, KeyError, ValueError) as error:
        raise RoadEngineError("answered nonsense") from error


def refusal(said: str) -> EngineRefusedError:
    """Return what Valhalla's sentence means."""
    is_no_way = "unconnected" in said or "No path" in said
    return EngineRefusedError(f"refused: {said}"[:200], is_no_way=is_no_way)
