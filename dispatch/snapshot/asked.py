"""Drives asked for all trucks at once, before their routes are built one after another."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from dispatch.models import Trip
from dispatch.planning.travel import (
    GeoPoint,
    Travel,
    TravelProvider,
    TruckProfile,
    as_positions,
)
from dispatch.snapshot.routes import Drive, mass_on_trip_kg, point_of, profile_of
from fleet.models import Truck
from telematics.models import TruckState

type Way = tuple[TruckProfile, tuple[float, ...]]


class AskedTravel:
    """A provider that has the answers to some drives at hand and asks another for the rest.

    Whoever knows roads is asked about a thousand trucks as fast as about ten of them.
    """

    def __init__(self, travel: TravelProvider, drives: Iterable[Drive]) -> None:
        self._travel = travel
        self._known: dict[Way, tuple[int, int]] = {}
        groups: dict[TruckProfile, list[tuple[float, ...]]] = defaultdict(list)
        for drive in drives:
            start, end = drive.start, drive.end
            groups[profile_of(drive)].append(
                (start.latitude_deg, start.longitude_deg, end.latitude_deg, end.longitude_deg)
            )
        for truck, rows in groups.items():
            ways = np.array(rows)
            found = travel.travel_pairs(ways[:, :2], ways[:, 2:], truck=truck)
            for way, metres, seconds in zip(rows, found.distance_m, found.travel_s, strict=True):
                self._known[truck, way] = int(metres), int(seconds)

    def travel(self, origins: ArrayLike, destinations: ArrayLike, *, truck: TruckProfile) -> Travel:
        """Drives from each origin to each destination; see `TravelProvider`."""
        return self._travel.travel(origins, destinations, truck=truck)

    def travel_pairs(
        self, origins: ArrayLike, destinations: ArrayLike, *, truck: TruckProfile
    ) -> Travel:
        """Drives from the k-th origin to the k-th destination; see `TravelProvider`."""
        starts, ends = as_positions(origins), as_positions(destinations)
        ways = [self._known.get((truck, tuple(row))) for row in np.hstack([starts, ends]).tolist()]
        known = [way for way in ways if way is not None]
        if len(known) < len(ways):
            return self._travel.travel_pairs(starts, ends, truck=truck)
        figures = np.array(known, dtype=np.int64).reshape(-1, 2)
        return Travel(figures[:, 0], figures[:, 1])


def drives_ahead(truck: Truck, state: TruckState, trips: list[Trip]) -> list[Drive]:
    """Return every drive the route ahead of a truck may be made of, and a few more."""
    model = truck.model
    drives: list[Drive] = []
    last = GeoPoint(state.latitude_deg, state.longitude_deg)
    for trip in trips:
        if trip.arrived_at is not None:
            continue
        end = point_of(trip.destination)
        mass_kg = mass_on_trip_kg(truck, state, trip)
        drives.append(Drive(last, end, model, mass_kg, 0.0))
        if trip.state == Trip.State.PLANNED:
            origin = point_of(trip.origin)
            drives.append(Drive(last, origin, model, float(model.curb_mass_kg), 0.0))
            drives.append(Drive(origin, end, model, mass_kg, 0.0))
        last = end
    return drives
