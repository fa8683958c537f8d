"""The route ahead of each truck: stops, the drives between them, and ways by stations."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from dispatch.models import Trip
from dispatch.planning.learning import UNLEARNT, Learnt
from dispatch.planning.travel import GeoPoint, TravelProvider, TruckProfile, great_circle_m
from dispatch.snapshot.energies import NOTHING, EnergyNeed, energies_of
from fleet.models import Place, SwapStation, Truck, TruckModel
from telematics.models import TruckState

HORIZON = timedelta(hours=6)
"""A swap is planned if it starts within this."""
LEAVES_WITHIN = timedelta(hours=3)
"""A trip is looked at if the truck can leave for it within this; the rest of the horizon is for
driving it and for its swaps: a truck is only helped if its whole way holds."""
LOADED_FROM = 1.3
"""A truck heavier than this times its curb mass drives as a loaded one."""
AT_THE_PLACE_M = 1000.0


@dataclass(slots=True)
class StopAhead:
    """A place the truck will be at: after how long a stay it goes on, and when it is due there."""

    point: GeoPoint
    dwell_s: int = 0
    due_at: datetime | None = None


@dataclass(slots=True)
class LegAhead:
    """The drive to the next stop; the trip it is part of, and its mass."""

    mass_kg: float
    trip_id: int | None = None


@dataclass(slots=True)
class RouteAhead:
    """A truck with its way ahead; legs lead from each stop to the next.

    `ready_s` is how long it stays where it is, being unloaded; `known` what its drives taught.
    """

    truck: Truck
    state: TruckState
    stops: list[StopAhead]
    legs: list[LegAhead] = field(default_factory=list)
    ready_s: int = 0
    known: Learnt = UNLEARNT

    @property
    def temperature_c(self) -> float:
        """The air outside, or a mild day if nobody measured it."""
        return 20.0 if (t := self.state.ambient_temperature_c) is None else t


@dataclass(frozen=True, slots=True)
class Drive:
    """One drive somebody may have to make: from, to, in which truck, how heavy."""

    start: GeoPoint
    end: GeoPoint
    model: TruckModel
    mass_kg: float
    temperature_c: float
    known: Learnt = UNLEARNT

    @property
    def is_loaded(self) -> bool:
        """Whether it drives as a loaded truck."""
        return self.mass_kg > LOADED_FROM * self.model.curb_mass_kg


@dataclass(frozen=True, slots=True)
class Driven:
    """What a drive takes; whether the truck may drive there at all.

    `energy_wh` is what nine such drives of ten stay below, `need` how it comes about.
    """

    distance_m: int
    travel_s: int
    energy_wh: int
    is_reachable: bool = True
    need: EnergyNeed = NOTHING


def route_ahead(
    truck: Truck, state: TruckState, trips: list[Trip], *, travel: TravelProvider, now: datetime
) -> RouteAhead:
    """Return the truck's stops from where it is to the last one within the horizon.

    `trips` are those underway and planned, in order; a gap between two is an empty drive. A trip
    that may leave only later lengthens the stay before it.
    """
    here = GeoPoint(state.latitude_deg, state.longitude_deg)
    route = RouteAhead(truck, state, [StopAhead(here)])
    leaves_at = now
    for trip in trips:
        if trip.arrived_at is not None:
            unloaded_at = trip.arrived_at + timedelta(seconds=trip.dwell_s)
            leaves_at = max(leaves_at, unloaded_at)
            route.ready_s = int((leaves_at - now).total_seconds())
            continue
        leaves_at += _go_to_load(route, trip, leaves_at, travel)
        if leaves_at > now + LEAVES_WITHIN and route.legs:
            break
        mass_kg = mass_on_trip_kg(truck, state, trip)
        leaves_at += _go(route, point_of(trip.destination), LegAhead(mass_kg, trip.pk), travel)
        route.stops[-1].dwell_s = trip.dwell_s
        route.stops[-1].due_at = trip.due_at
        leaves_at += timedelta(seconds=trip.dwell_s)
    return route


def mass_on_trip_kg(truck: Truck, state: TruckState, trip: Trip) -> float:
    """Return what the truck weighs on a trip: as it says itself, or with the trip's load."""
    if trip.state == Trip.State.UNDERWAY and state.gross_mass_kg:
        return state.gross_mass_kg
    return float(truck.model.curb_mass_kg + trip.load_kg)


def _go_to_load(
    route: RouteAhead, trip: Trip, leaves_at: datetime, travel: TravelProvider
) -> timedelta:
    """Drive empty to where a planned trip begins and wait there until it may leave."""
    if trip.state != Trip.State.PLANNED:
        return timedelta()
    origin = point_of(trip.origin)
    wait = max(timedelta(), trip.ready_at - leaves_at)
    if _apart_m(route.stops[-1].point, origin) < AT_THE_PLACE_M:
        if len(route.stops) > 1:
            route.stops[-1].dwell_s += int(wait.total_seconds())
            return wait
        if not wait:
            return wait
    way = _go(route, origin, LegAhead(float(route.truck.model.curb_mass_kg), trip.pk), travel)
    wait = max(timedelta(), wait - way)
    route.stops[-1].dwell_s = int(wait.total_seconds())
    return way + wait


def _go(route: RouteAhead, point: GeoPoint, leg: LegAhead, travel: TravelProvider) -> timedelta:
    """Add a stop; return how long the drive there takes."""
    last = route.stops[-1].point
    route.legs.append(leg)
    route.stops.append(StopAhead(point))
    drive = Drive(last, point, route.truck.model, leg.mass_kg, route.temperature_c)
    way = travel.travel_pairs([_pair(last)], [_pair(point)], truck=profile_of(drive))
    return timedelta(seconds=int(way.travel_s[0]))


def _pair(point: GeoPoint) -> tuple[float, float]:
    return point.latitude_deg, point.longitude_deg


def _apart_m(one: GeoPoint, other: GeoPoint) -> float:
    return float(great_circle_m([_pair(one)], [_pair(other)])[0])


def point_of(place: Place | SwapStation) -> GeoPoint:
    """Return where a place or a station's gate is."""
    return GeoPoint(place.latitude_deg, place.longitude_deg)


def stations_on_the_way(
    route: RouteAhead, points: NDArray[np.float64], *, count: int
) -> list[list[int]]:
    """Return, for each leg, the indices of the stations that lengthen it least, by the crow.

    Parameters
    ----------
    points
        Positions of the stations this truck may be swapped at; shape (m, 2).
    """
    stops = np.array([(s.point.latitude_deg, s.point.longitude_deg) for s in route.stops])
    to_m = great_circle_m(stops[:, None, :], points[None, :, :])
    by_way_m = to_m[:-1] + to_m[1:]
    order = np.argsort(by_way_m, axis=1, kind="stable")[:, :count]
    return [[int(index) for index in row] for row in order]


def drive_all(drives: list[Drive], *, travel: TravelProvider) -> list[Driven]:
    """Work out many drives at once, in groups of equal trucks; in the order given."""
    groups: dict[tuple[int, bool], list[int]] = {}
    for index, drive in enumerate(drives):
        groups.setdefault((drive.model.pk, drive.is_loaded), []).append(index)
    done: dict[int, Driven] = {}
    for indices in groups.values():
        group = [drives[index] for index in indices]
        done.update(zip(indices, _drive_group(group, travel), strict=True))
    return [done[index] for index in range(len(drives))]


def _drive_group(group: list[Drive], travel: TravelProvider) -> list[Driven]:
    starts = np.array([(d.start.latitude_deg, d.start.longitude_deg) for d in group])
    ends = np.array([(d.end.latitude_deg, d.end.longitude_deg) for d in group])
    way = travel.travel_pairs(starts, ends, truck=profile_of(group[0]))
    reachable = np.ones(len(group), bool) if way.is_reachable is None else way.is_reachable
    rows = zip(way.distance_m, way.travel_s, reachable, energies_of(group, way), strict=True)
    return [Driven(int(metres), int(s), n.p90_wh, bool(can), n) for metres, s, can, n in rows]


def profile_of(drive: Drive) -> TruckProfile:
    """Return the truck as road engines see it: loaded as heavy as it may be, or empty.

    So that the ways of all trucks of a model are known together.
    """
    model = drive.model
    loaded = {"mass_kg": model.gross_mass_kg, "axle_load_kg": model.axle_load_kg}
    return TruckProfile(
        is_loaded=drive.is_loaded,
        height_m=model.height_m,
        width_m=model.width_m,
        length_m=model.length_m,
        **(loaded if drive.is_loaded else {"mass_kg": model.curb_mass_kg}),
    )
