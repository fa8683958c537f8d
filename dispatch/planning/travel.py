"""How far and how long trucks drive: the provider's interface and the one that needs no map.

Everything asks through `TravelProvider`. Providers with a map (Valhalla, OSRM, with a cache and
with the great circle to fall back on) are in `dispatch.services.roads`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.planning.roads import haul_travel_s

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]
type BoolArray = NDArray[np.bool_]

EARTH_RADIUS_M = 6_371_008.8
CIRCUITY = 1.393
"""Road over crow-fly distance: median of pairs more than 5 km apart, measured on the public graph
of Chinese expressways (104,682 km)."""


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A position in WGS-84."""

    latitude_deg: float
    longitude_deg: float

    def __post_init__(self) -> None:
        if not (-90.0 <= self.latitude_deg <= 90.0 and -180.0 <= self.longitude_deg <= 180.0):
            raise ValueError(f"no place on earth: {self.latitude_deg}, {self.longitude_deg}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TruckProfile:
    """What of a truck matters to a road engine; the sizes are those of a 49 t tractor-trailer.

    `axle_load_kg` is the heaviest axle's, None if nobody knows it.
    """

    is_loaded: bool = True
    speed_factor: float = 1.0
    mass_kg: int = 49_000
    height_m: float = 4.0
    width_m: float = 2.55
    length_m: float = 17.1
    axle_load_kg: int | None = None


TRACTOR_LOADED = TruckProfile()
TRACTOR_EMPTY = TruckProfile(is_loaded=False, mass_kg=18_000)
DUMPER_LOADED = TruckProfile(speed_factor=0.92, mass_kg=31_000, height_m=3.6, length_m=10.5)
"""A rigid tipper; eight per cent slower than a tractor (assumed; no source found)."""
DUMPER_EMPTY = TruckProfile(
    is_loaded=False, speed_factor=0.92, mass_kg=15_500, height_m=3.6, length_m=10.5
)


@dataclass(frozen=True, slots=True)
class Travel:
    """Metres and whole seconds of drives, in one shape.

    `is_reachable` is false where a map knows that this truck may not get there; the figures are
    then those of the great circle. None: nothing of the kind is known.
    """

    distance_m: IntArray
    travel_s: IntArray
    is_reachable: BoolArray | None = None


class TravelProvider(Protocol):
    """Whoever knows roads."""

    def travel(self, origins: ArrayLike, destinations: ArrayLike, *, truck: TruckProfile) -> Travel:
        """Drives from each origin to each destination.

        Parameters
        ----------
        origins, destinations
            Shapes (n, 2) and (m, 2): latitude and longitude in WGS-84 degrees.

        Returns
        -------
        Travel
            Shape (n, m).
        """

    def travel_pairs(
        self, origins: ArrayLike, destinations: ArrayLike, *, truck: TruckProfile
    ) -> Travel:
        """Drives from the k-th origin to the k-th destination.

        Parameters
        ----------
        origins, destinations
            Both of shape (n, 2).

        Returns
        -------
        Travel
            Shape (n,).
        """


def positions(points: list[GeoPoint] | tuple[GeoPoint, ...]) -> FloatArray:
    """Points as an array of shape (n, 2), as providers take them."""
    rows = [(point.latitude_deg, point.longitude_deg) for point in points]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def as_positions(points: ArrayLike) -> FloatArray:
    """Positions as an array of shape (n, 2); refuses what is no place on earth."""
    array = np.asarray(points, dtype=np.float64)
    if array.size == 0:
        array = array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError("positions are rows of latitude and longitude")
    if not np.all((np.abs(array) <= (90.0, 180.0)).all(axis=1)):
        raise ValueError("a position is not on earth: latitude first, then longitude")
    return array


def great_circle_m(origins: ArrayLike, destinations: ArrayLike) -> FloatArray:
    """Crow-fly metres by the haversine formula; the last axis is latitude and longitude."""
    start = np.radians(np.asarray(origins, dtype=np.float64))
    end = np.radians(np.asarray(destinations, dtype=np.float64))
    half = np.sin((end - start) / 2.0) ** 2
    chord = half[..., 0] + np.cos(start[..., 0]) * np.cos(end[..., 0]) * half[..., 1]
    metres: FloatArray = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return metres


def nearest_indices(origins: ArrayLike, destinations: ArrayLike, *, count: int) -> IntArray:
    """Which destinations are nearest by the crow, nearest first.

    Road engines are slow on dense matrices; ask them about these only.

    Parameters
    ----------
    origins, destinations
        Shapes (n, 2) and (m, 2).

    Returns
    -------
    IntArray
        Shape (n, min(count, m)): indices into `destinations`; equal distances in index order.
    """
    if count < 0:
        raise ValueError("count must not be negative")
    starts, ends = as_positions(origins), as_positions(destinations)
    metres = great_circle_m(starts[:, None, :], ends[None, :, :])
    order: IntArray = np.argsort(metres, axis=1, kind="stable")[:, :count].astype(np.int64)
    return order


@dataclass(frozen=True, slots=True)
class GreatCircleTravel:
    """Travel without a map: crow-fly distance x circuity, speeds by kind of road and load."""

    circuity: float = CIRCUITY

    def travel(self, origins: ArrayLike, destinations: ArrayLike, *, truck: TruckProfile) -> Travel:
        """Drives from each origin to each destination; see `TravelProvider`."""
        starts, ends = as_positions(origins), as_positions(destinations)
        return self._drives(great_circle_m(starts[:, None, :], ends[None, :, :]), truck)

    def travel_pairs(
        self, origins: ArrayLike, destinations: ArrayLike, *, truck: TruckProfile
    ) -> Travel:
        """Drives from the k-th origin to the k-th destination; see `TravelProvider`."""
        starts, ends = as_positions(origins), as_positions(destinations)
        if starts.shape != ends.shape:
            raise ValueError("pairs need as many destinations as origins")
        return self._drives(great_circle_m(starts, ends), truck)

    def _drives(self, crow_m: FloatArray, truck: TruckProfile) -> Travel:
        distance_m = np.rint(crow_m * self.circuity)
        seconds = haul_travel_s(distance_m, is_loaded=truck.is_loaded) / truck.speed_factor
        return Travel(distance_m.astype(np.int64), np.ceil(seconds).astype(np.int64))
