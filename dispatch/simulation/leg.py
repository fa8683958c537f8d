"""One drive of a truck: where it is on the way, how fast, and what each metre costs."""

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, radians, sin, sqrt

import numpy as np

from dispatch.planning.energy import VehicleParams, leg_energies_wh
from dispatch.planning.roads import (
    EMPTY_SPEED_FACTOR,
    REGIONAL_NEXT_M,
    SPEED_KMH,
    URBAN_FIRST_M,
    RoadClass,
    haul_travel_s,
)
from dispatch.planning.travel import CIRCUITY, EARTH_RADIUS_M
from dispatch.simulation.roster import Position

_CLASSES = tuple(RoadClass)


def road_m(start: Position, end: Position) -> float:
    """Metres of road between two positions: crow-fly x circuity."""
    lat1, lon1, lat2, lon2 = map(radians, (*start, *end))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2.0 * EARTH_RADIUS_M * asin(sqrt(min(1.0, half))) * CIRCUITY


def road_s(start: Position, end: Position, *, is_loaded: bool) -> float:
    """Seconds the planner's own model gives this drive."""
    return float(haul_travel_s(road_m(start, end), is_loaded=is_loaded))


def heading_deg(start: Position, end: Position) -> float:
    """Course from one position to another, clockwise from north."""
    east = (end[1] - start[1]) * cos(radians(start[0]))
    return degrees(atan2(east, end[0] - start[0])) % 360.0


@dataclass(slots=True, kw_only=True)
class Leg:
    """A drive to `goal`, a place or a station by its code; it ends at `path_m`.

    `speeds_ms` and `wh_per_m` are by road class, in the order of `RoadClass`.
    """

    goal: str
    start: Position
    end: Position
    path_m: float
    speeds_ms: list[float]
    wh_per_m: list[float]
    driven_m: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the truck has arrived."""
        return self.driven_m >= self.path_m

    @property
    def position(self) -> Position:
        """Where the truck is, on the straight line between start and end."""
        done = min(1.0, self.driven_m / self.path_m) if self.path_m > 0 else 1.0
        return (
            self.start[0] + (self.end[0] - self.start[0]) * done,
            self.start[1] + (self.end[1] - self.start[1]) * done,
        )

    def road_class(self) -> int:
        """Index of the kind of road under the wheels; yards and town at both ends."""
        near_m = min(self.driven_m, self.path_m - self.driven_m)
        if near_m < URBAN_FIRST_M / 2:
            return _CLASSES.index(RoadClass.URBAN)
        if near_m < (URBAN_FIRST_M + REGIONAL_NEXT_M) / 2:
            return _CLASSES.index(RoadClass.REGIONAL)
        return _CLASSES.index(RoadClass.LONG_HAUL)

    def advance(self, dt_s: float) -> tuple[float, float]:
        """Drive on for `dt_s`; return the metres driven and the energy spent, in Wh."""
        road = self.road_class()
        metres = min(self.speeds_ms[road] * dt_s, self.path_m - self.driven_m)
        self.driven_m += metres
        return metres, metres * self.wh_per_m[road]

    def needs_wh(self) -> float:
        """Energy for a drive of this length from its start to its end."""
        urban = min(self.path_m, URBAN_FIRST_M)
        regional = min(self.path_m - urban, REGIONAL_NEXT_M)
        metres = {
            RoadClass.URBAN: urban,
            RoadClass.REGIONAL: regional,
            RoadClass.LONG_HAUL: self.path_m - urban - regional,
        }
        return sum(metres[road] * wh for road, wh in zip(_CLASSES, self.wh_per_m, strict=True))


def plan_leg(
    vehicle: VehicleParams,
    *,
    goal: str,
    start: Position,
    end: Position,
    mass_kg: float,
    is_loaded: bool,
    temperature_c: float,
    pace: float = 1.0,
    thirst: float = 1.0,
) -> Leg:
    """Set out on a drive; `pace` and `thirst` multiply the model's speed and consumption."""
    factor = pace * (1.0 if is_loaded else EMPTY_SPEED_FACTOR)
    speeds_kmh = [SPEED_KMH[road] * factor for road in _CLASSES]
    wh_per_km = [
        float(
            leg_energies_wh(
                vehicle,
                mass_kg=mass_kg,
                distance_m=np.float64(1_000.0),
                speed_kmh=speed,
                temperature_c=temperature_c,
                road_class=road,
            )
        )
        for road, speed in zip(_CLASSES, speeds_kmh, strict=True)
    ]
    return Leg(
        goal=goal,
        start=start,
        end=end,
        path_m=max(1.0, road_m(start, end)),
        speeds_ms=[speed / 3.6 for speed in speeds_kmh],
        wh_per_m=[wh * thirst / 1_000.0 for wh in wh_per_km],
    )
