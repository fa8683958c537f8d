"""The parts a truck's consumption is made of, so that each can be learnt by itself.

Notes
-----
On a flat road the energy of a drive is a sum: rolling of the bare truck, rolling of its load, air,
auxiliaries, stop-and-go by kind of road, and what cold adds. `Part` names them; the data sheet's
truck takes one of each and no cold, which is `dispatch.planning.energy` to the watt-hour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.planning.energy import (
    GRAVITY_MS2,
    STOP_AND_GO_WH_PER_KM,
    VehicleParams,
    air_density_kg_m3,
    auxiliary_power_w,
    rolling_factor,
)
from dispatch.planning.roads import SPEED_KMH, RoadClass

type FloatArray = NDArray[np.float64]

SPEED_RANGE_KMH = (15.0, 90.0)
COLD_BELOW_C = 15.0
_COLD_STEP_C = 10.0


class Part(IntEnum):
    """Where the energy goes; the index of its column."""

    CURB = 0
    LOAD = 1
    AIR = 2
    AUXILIARIES = 3
    URBAN = 4
    REGIONAL = 5
    LONG_HAUL = 6
    COLD = 7


PARTS = len(Part)
STOP_AND_GO = {
    RoadClass.URBAN: Part.URBAN,
    RoadClass.REGIONAL: Part.REGIONAL,
    RoadClass.LONG_HAUL: Part.LONG_HAUL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """What a truck carries through which air: masses and the temperature outside.

    `load_sd_kg` says how well the load is known. Masses may be arrays that broadcast with the
    drives; the temperature is one for all.
    """

    curb_kg: float | FloatArray
    load_kg: float | FloatArray = 0.0
    load_sd_kg: float = 0.0
    temperature_c: float = 20.0

    @classmethod
    def with_unknown_load(
        cls, *, curb_kg: float, gross_kg: float, temperature_c: float = 20.0
    ) -> Burden:
        """Return a truck whose load nobody tells: anything up to what it may weigh (uniform)."""
        payload_kg = gross_kg - curb_kg
        return cls(
            curb_kg=curb_kg,
            load_kg=payload_kg / 2.0,
            load_sd_kg=payload_kg / sqrt(12.0),
            temperature_c=temperature_c,
        )


def road_parts_wh(
    vehicle: VehicleParams,
    burden: Burden,
    *,
    road_class: RoadClass,
    distance_m: ArrayLike,
    travel_s: ArrayLike,
) -> FloatArray:
    """Return the parts of drives on one kind of road, halts included.

    Parameters
    ----------
    distance_m, travel_s
        Shapes that broadcast together; the speed between is held to 15-90 km/h.

    Returns
    -------
    FloatArray
        Wh; the broadcast shape with an axis of `PARTS` added.
    """
    metres, seconds = np.broadcast_arrays(
        np.asarray(distance_m, dtype=np.float64), np.asarray(travel_s, dtype=np.float64)
    )
    speed_kmh = np.clip(3.6 * metres / np.maximum(seconds, 1e-9), *SPEED_RANGE_KMH)
    temperature_c, efficiency = burden.temperature_c, vehicle.drive_efficiency
    rolling_n = GRAVITY_MS2 * vehicle.rolling_resistance * rolling_factor(temperature_c)
    air_n = 0.5 * air_density_kg_m3(temperature_c) * vehicle.drag_coefficient
    air_n = air_n * vehicle.frontal_area_m2 * (speed_kmh / 3.6) ** 2
    constant, per_tonne = STOP_AND_GO_WH_PER_KM[road_class]
    tonnes = (burden.curb_kg + burden.load_kg) / 1_000.0
    parts: FloatArray = np.zeros((*metres.shape, PARTS))
    parts[..., Part.CURB] = burden.curb_kg * rolling_n * metres / efficiency / 3_600.0
    parts[..., Part.LOAD] = burden.load_kg * rolling_n * metres / efficiency / 3_600.0
    parts[..., Part.AIR] = air_n * metres / efficiency / 3_600.0
    parts[..., STOP_AND_GO[road_class]] = metres / 1_000.0 * (constant + per_tonne * tonnes)
    cold = max(0.0, COLD_BELOW_C - temperature_c) / _COLD_STEP_C
    parts[..., Part.COLD] = cold * parts.sum(axis=-1)
    power_w = auxiliary_power_w(vehicle, temperature_c)
    parts[..., Part.AUXILIARIES] = power_w * metres / 1_000.0 / speed_kmh
    return parts


def mixed_roads(distance_m: ArrayLike, travel_s: ArrayLike) -> dict[RoadClass, tuple[Any, Any]]:
    """Tell from a drive's mean speed which kinds of road it was made of.

    Between the mean speeds of two kinds it is a mixture of both, each at its own speed; slower
    than a town or faster than an expressway it is all of that kind, at the drive's speed. Cutting
    a drive into short pieces instead takes the cruising of a mission for a faster road and
    overstates the VECTO long haul by 8-16 %.

    Returns
    -------
    dict[RoadClass, tuple[FloatArray, FloatArray]]
        Metres and seconds on each kind of road, in the broadcast shape; they add up.
    """
    metres, seconds = np.broadcast_arrays(
        np.asarray(distance_m, dtype=np.float64), np.asarray(travel_s, dtype=np.float64)
    )
    pace = 3.6 * metres / np.maximum(seconds, 1e-9)
    slowness = 1.0 / np.maximum(pace, 1e-9)
    urban, regional, fast = (1.0 / SPEED_KMH[kind] for kind in RoadClass)
    town = np.clip((slowness - regional) / (urban - regional), 0.0, 1.0)
    open_road = np.clip((regional - slowness) / (regional - fast), 0.0, 1.0)
    shares = (town, 1.0 - town - open_road, open_road)
    mixture = {}
    for kind, share in zip(RoadClass, shares, strict=True):
        own_s = share * metres * 3.6 / SPEED_KMH[kind]
        mixture[kind] = (share * metres, np.where(share >= 1.0, seconds, own_s))
    return mixture


def drive_parts_wh(
    vehicle: VehicleParams, burden: Burden, *, distance_m: ArrayLike, travel_s: ArrayLike
) -> FloatArray:
    """Return the parts of drives known by length and duration only.

    Shapes as in `road_parts_wh`. Legs planned and drives measured go through this one function,
    so what is learnt from the second holds for the first.
    """
    total: FloatArray = np.zeros(PARTS)
    for road_class, (metres, seconds) in mixed_roads(distance_m, travel_s).items():
        total = total + road_parts_wh(
            vehicle, burden, road_class=road_class, distance_m=metres, travel_s=seconds
        )
    return total


def load_sd_wh(
    vehicle: VehicleParams, burden: Burden, *, distance_m: ArrayLike, travel_s: ArrayLike
) -> FloatArray:
    """Return the standard deviation that not knowing the load gives the energy of drives."""
    if not burden.load_sd_kg:
        return np.zeros(np.broadcast_shapes(np.shape(distance_m), np.shape(travel_s)))
    heavier = replace(burden, load_kg=burden.load_kg + burden.load_sd_kg)
    more = [
        drive_parts_wh(vehicle, each, distance_m=distance_m, travel_s=travel_s)
        for each in (burden, heavier)
    ]
    own: FloatArray = (more[1] - more[0])[..., : Part.COLD].sum(axis=-1)
    return own
