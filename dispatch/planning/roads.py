"""Kinds of road a haul is made of, and how fast a heavy truck gets along on them."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

type FloatArray = NDArray[np.float64]


class RoadClass(StrEnum):
    """How a truck moves: between the lamps of a town, on regional roads, on an expressway."""

    URBAN = "urban"
    REGIONAL = "regional"
    LONG_HAUL = "long_haul"


SPEED_KMH = {RoadClass.URBAN: 29.3, RoadClass.REGIONAL: 55.5, RoadClass.LONG_HAUL: 66.9}
"""Mean speeds of a loaded truck, halts included: those of the VECTO missions for 40 t trucks."""

EMPTY_SPEED_FACTOR = 1.05
"""An empty truck gets along a little faster (assumed; no source found)."""

URBAN_FIRST_M = 6_000
REGIONAL_NEXT_M = 44_000
"""A haul begins and ends with yards and town (6 km in all), then up to 44 km of regional road;
only what is longer than 50 km runs on expressways (assumed; of 220 pairs of trucks and mills
around Tangshan 170 were nearer over local roads than over the expressways)."""


def road_split_m(distances_m: ArrayLike) -> dict[RoadClass, FloatArray]:
    """Cut hauls into their kinds of road.

    Parameters
    ----------
    distances_m
        Road distances, any shape.

    Returns
    -------
    dict[RoadClass, FloatArray]
        Metres on each kind of road, each in the shape of `distances_m`; they add up to it.
    """
    distances = np.asarray(distances_m, dtype=np.float64)
    urban = np.minimum(distances, URBAN_FIRST_M)
    regional = np.clip(distances - URBAN_FIRST_M, 0.0, REGIONAL_NEXT_M)
    return {
        RoadClass.URBAN: urban,
        RoadClass.REGIONAL: regional,
        RoadClass.LONG_HAUL: distances - urban - regional,
    }


def haul_travel_s(distances_m: ArrayLike, *, is_loaded: ArrayLike = True) -> FloatArray:
    """Seconds for hauls of given road distance: longer hauls are faster, none gets shorter.

    Parameters
    ----------
    distances_m, is_loaded
        Shapes that broadcast together.
    """
    loaded_s = np.zeros_like(np.asarray(distances_m, dtype=np.float64))
    for road_class, metres in road_split_m(distances_m).items():
        loaded_s = loaded_s + metres * 3.6 / SPEED_KMH[road_class]
    travel_s: FloatArray = np.where(is_loaded, loaded_s, loaded_s / EMPTY_SPEED_FACTOR)
    return travel_s
