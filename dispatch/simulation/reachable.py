"""Whether a truck can go to and fro between two places for ever, given where it may swap."""

from collections.abc import Sequence

import numpy as np

from dispatch.planning.energy import TRUCK_40T, haul_energies_wh
from dispatch.simulation.leg import road_m
from dispatch.simulation.roster import Position

USABLE_SHARE = 0.76
"""Of the capacity: handed out at 95 %, never below 15 %, and a little for bad days."""
MARGIN = 1.15
COLD_C = 0.0


def is_workable(
    *,
    origin: Position,
    destination: Position,
    stations: Sequence[Position],
    capacity_wh: float,
    empty_kg: float,
    loaded_kg: float,
) -> bool:
    """Whether every way from swap to swap on the round trip fits into the packs.

    A truck may swap on the way out, and before or after each end; it goes out loaded and comes
    back empty.
    """
    if not stations:
        return False
    usable_wh = capacity_wh * USABLE_SHARE / MARGIN
    to_origin = _energy_wh(origin, stations, empty_kg)
    from_origin = _energy_wh(origin, stations, loaded_kg)
    to_destination = _energy_wh(destination, stations, loaded_kg)
    from_destination = _energy_wh(destination, stations, empty_kg)
    way_wh = float(_energy_wh(origin, [destination], loaded_kg)[0])
    if to_origin.min() + way_wh + from_destination.min() <= usable_wh:
        return True
    in_between = (to_origin.min() + from_origin <= usable_wh) & (
        to_destination + from_destination.min() <= usable_wh
    )
    return bool(in_between.any())


def _energy_wh(
    place: Position, stations: Sequence[Position], mass_kg: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    metres = np.array([road_m(place, station) for station in stations])
    return np.asarray(
        haul_energies_wh(TRUCK_40T, mass_kg=mass_kg, distance_m=metres, temperature_c=COLD_C)
    )
