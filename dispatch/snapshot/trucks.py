"""Trucks as the planner sees them: energy on board, the way ahead, and ways by stations."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

import numpy as np
from django.conf import settings
from django.db.models import Q

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment, Trip
from dispatch.planning.learning import UNLEARNT
from dispatch.planning.spreads import class_of_way
from dispatch.planning.travel import TravelProvider
from dispatch.selectors.consumption import learnt_of
from dispatch.snapshot.asked import AskedTravel, drives_ahead
from dispatch.snapshot.energies import together
from dispatch.snapshot.routes import (
    LEAVES_WITHIN,
    Drive,
    Driven,
    LegAhead,
    RouteAhead,
    StopAhead,
    drive_all,
    point_of,
    route_ahead,
    stations_on_the_way,
)
from dispatch.snapshot.stations import full_wh
from dispatch.snapshot.steered import NOBODY, Steered
from fleet.models import Pack, Region, Shift, SwapStation
from telematics.models import TruckState

STALE_AFTER = timedelta(minutes=10)
LOW_ABOVE_RESERVE_PERCENT = 10.0


@dataclass(frozen=True, slots=True)
class WayToStation:
    """A detour: leaving the route after stop `after`, to a station and on to the next stop.

    `arrive_s` is from the moment of the snapshot, `distance_m` from where the truck is now, and
    `arrival_wh` what is on board at the gate in nine cases of ten, `arrival_sd_wh` how far that
    spreads; all without swaps before.
    """

    after: int
    station_id: int
    to: Driven
    back: Driven
    arrive_s: int
    distance_m: int
    arrival_wh: int
    arrival_sd_wh: int = 0

    @property
    def road_class(self) -> str:
        """Return the class of roads whose spread its arrival has."""
        return class_of_way(self.distance_m, stops=self.after)


@dataclass(slots=True)
class TruckAhead:
    """A truck on shift with everything that is known of the hours before it."""

    route: RouteAhead
    driver_id: int | None
    packs: list[Pack]
    legs: list[Driven] = field(default_factory=list)
    ways: dict[tuple[int, int], WayToStation] = field(default_factory=dict)
    is_idle: bool = False

    @property
    def capacity_wh(self) -> int:
        """Return what the packs on the truck would hold if charged to the brim."""
        model = self.route.truck.model
        own = sum(pack.type.capacity_wh * pack.soh_percent / 100 for pack in self.packs)
        missing = model.pack_positions - len(self.packs)
        return int(own + missing * model.pack_type.capacity_wh)

    @property
    def energy_wh(self) -> int:
        """Return what is on board."""
        return int(self.capacity_wh * self.route.state.soc_percent / 100)

    @property
    def reserve_wh(self) -> int:
        """Return what is never planned away."""
        return ceil(self.capacity_wh * self.route.truck.reserve_percent / 100)

    @property
    def needed_wh(self) -> int:
        """Return what the legs ahead take."""
        return 0 if self.is_idle else sum(leg.energy_wh for leg in self.legs)

    def needs_swap_in_s(self) -> int | None:
        """Return when the energy left meets the reserve; None if it never does on this route."""
        left, at_s = self.energy_wh - self.reserve_wh, float(self.route.ready_s)
        for leg, stop in zip(self.legs, self.route.stops[1:], strict=True):
            if leg.energy_wh > left:
                share = max(0.0, left / leg.energy_wh) if leg.energy_wh else 0.0
                return int(at_s + share * leg.travel_s)
            left -= leg.energy_wh
            at_s += leg.travel_s + stop.dwell_s
        return None

    def used_within_wh(self, within_s: float) -> int:
        """Return what the drives of the next so many seconds take."""
        used_wh, at_s = 0.0, float(self.route.ready_s)
        for leg, stop in zip(self.legs, self.route.stops[1:], strict=True):
            share = (within_s - at_s) / leg.travel_s if leg.travel_s else float(at_s <= within_s)
            used_wh += min(1.0, max(0.0, share)) * leg.energy_wh
            at_s += leg.travel_s + stop.dwell_s
        return 0 if self.is_idle else ceil(used_wh)

    def meets_reserve_in_s(self, *, sds: float) -> int | None:
        """Return when the reserve is met if the drives take `sds` spreads more than expected.

        -1.28, 0 and 1.28 give the latest tenth, the middle and the earliest tenth of the
        moments; None: never on this route. All drives ahead share what is unsure of the truck.
        """
        left, at_s = float(self.energy_wh - self.reserve_wh), float(self.route.ready_s)
        before_wh = 0.0
        for count, (leg, stop) in enumerate(zip(self.legs, self.route.stops[1:], strict=True), 1):
            so_far = together(each.need for each in self.legs[:count])
            after_wh = max(before_wh, so_far.mean_wh + sds * so_far.sd_wh)
            if self.is_idle or after_wh > left:
                step_wh = after_wh - before_wh
                share = max(0.0, left - before_wh) / step_wh if step_wh > 0 else 0.0
                return int(at_s + min(share, 1.0) * leg.travel_s)
            before_wh = after_wh
            at_s += leg.travel_s + stop.dwell_s
        return None


@dataclass(slots=True)
class ShiftRows:
    """The trucks on shift of a region, read together."""

    trucks: dict[int, TruckAhead] = field(default_factory=dict)
    stale: dict[int, str] = field(default_factory=dict)


def read_trucks(
    region: Region, *, travel: TravelProvider, now: datetime, only: int | None = None
) -> ShiftRows:
    """Read the trucks on shift (`only` one, if given) with live state, packs and trips ahead."""
    shifts = Shift.objects.filter(
        ended_at__isnull=True, truck__region=region, truck__is_active=True
    ).select_related("truck__model__pack_type")
    if only is not None:
        shifts = shifts.filter(truck=only)
    drivers = {shift.truck_id: shift for shift in shifts.order_by("truck__plate")}
    states = {row.truck_id: row for row in TruckState.objects.filter(truck__in=list(drivers))}
    trips = _trips(list(drivers), now=now)
    packs = defaultdict(list)
    for pack in Pack.objects.filter(truck__in=list(drivers)).select_related("type"):
        packs[pack.truck_id].append(pack)
    swapped_at = _swapped_at(list(drivers), now=now)
    found = ShiftRows()
    fresh: dict[int, TruckState] = {}
    for pk, shift in drivers.items():
        state = states.get(pk)
        since = max(now - STALE_AFTER, swapped_at.get(pk, now - STALE_AFTER))
        if state is None or state.recorded_at < since:
            found.stale[pk] = shift.truck.plate
        else:
            fresh[pk] = state
    ahead = [d for pk in fresh for d in drives_ahead(drivers[pk].truck, fresh[pk], trips[pk])]
    asked, known = AskedTravel(travel, ahead), learnt_of(fresh)
    for pk, state in fresh.items():
        route = route_ahead(drivers[pk].truck, state, trips[pk], travel=asked, now=now)
        route.known = known.get(pk, UNLEARNT)
        carried = sorted(packs[pk], key=lambda pack: pack.position or 0)
        found.trucks[pk] = TruckAhead(route, drivers[pk].driver_id, carried)
    return found


def _swapped_at(trucks: list[int], *, now: datetime) -> dict[int, datetime]:
    """Return when trucks were last swapped: what they said before is of packs they gave away."""
    done = SwapAssignment.objects.filter(
        truck__in=trucks, state="done", ended_at__gt=now - STALE_AFTER
    )
    rows = done.order_by("ended_at").values_list("truck_id", "ended_at")
    return {truck_id: at for truck_id, at in rows if at is not None}


def _trips(trucks: list[int], *, now: datetime) -> dict[int, list[Trip]]:
    rows = Trip.objects.filter(truck__in=trucks).filter(
        Q(state=Trip.State.UNDERWAY) | Q(state=Trip.State.PLANNED, ready_at__lt=now + LEAVES_WITHIN)
    )
    found: dict[int, list[Trip]] = defaultdict(list)
    for trip in rows.select_related("origin", "destination").order_by("-state", "ready_at", "pk"):
        found[trip.truck_id or 0].append(trip)
    return found


def add_stop_to_swap(ahead: TruckAhead) -> None:
    """Give a truck without a way ahead, but low on charge, a reason to swap all the same.

    It gets a stop where it is and a leg there that costs one watt-hour more than it has.
    """
    soc, reserve = ahead.route.state.soc_percent, ahead.route.truck.reserve_percent
    if ahead.route.legs or soc > reserve + LOW_ABOVE_RESERVE_PERCENT:
        return
    force_swap(ahead)


def force_swap(ahead: TruckAhead) -> None:
    """Replace the way ahead by a stay where the truck is that it cannot pay for."""
    here = ahead.route.stops[0]
    ahead.route.stops = [here, StopAhead(here.point)]
    ahead.route.legs = [LegAhead(float(ahead.route.truck.model.curb_mass_kg))]
    ahead.is_idle = True


def measure(
    trucks: dict[int, TruckAhead],
    stations: list[SwapStation],
    *,
    banned: dict[int, set[int]],
    travel: TravelProvider,
    steered: Steered = NOBODY,
) -> None:
    """Work out every leg and every way by a station, all in one go.

    A truck that is steered and has no way ahead gets a stop where it is, which needs no swap.
    """
    parked = [trucks[pk] for pk in steered.trucks if pk in trucks and not trucks[pk].route.legs]
    for ahead in parked:
        force_swap(ahead)
    promised = _promised_stations(list(trucks))
    drives: list[Drive] = []
    jobs: list[tuple[TruckAhead, list[tuple[int, SwapStation]]]] = []
    takes = {station.pk: _types_taken(station) for station in stations}
    for pk, ahead in trucks.items():
        able = [
            station
            for station in stations
            if station.pk not in banned.get(pk, ()) and _takes(takes[station.pk], ahead)
        ]
        detours = _detours(
            ahead, able, keep=promised.get(pk, set()) | steered.ways.get(pk, frozenset())
        )
        jobs.append((ahead, detours))
        drives += _drives(ahead, detours)
    driven = iter(drive_all(drives, travel=travel))
    for ahead, detours in jobs:
        ahead.legs = [next(driven) for _ in ahead.route.legs]
        if ahead.is_idle:
            ahead.legs = [Driven(0, 0, ahead.energy_wh + 1)]
        for after, station in detours:
            way = _way(ahead, after, station.pk, next(driven), next(driven))
            is_promised = station.pk in promised.get(pk, ())
            if is_promised or (way.to.is_reachable and way.back.is_reachable):
                ahead.ways[after, station.pk] = way
    for ahead in parked:
        ahead.legs = [Driven(0, 0, 0)]


def _promised_stations(trucks: list[int]) -> dict[int, set[int]]:
    rows = SwapAssignment.objects.filter(truck__in=trucks, state__in=LIVE)
    found: dict[int, set[int]] = defaultdict(set)
    for truck_id, station_id in rows.values_list("truck_id", "station_id"):
        found[truck_id].add(station_id)
    return found


def _types_taken(station: SwapStation) -> set[int] | None:
    """Return the pack types that some lane of the station swaps; None: all."""
    lanes = [{kind.pk for kind in lane.pack_types.all()} for lane in station.lanes.all()]
    return None if any(not types for types in lanes) else set().union(*lanes)


def _takes(types: set[int] | None, ahead: TruckAhead) -> bool:
    return types is None or ahead.route.truck.model.pack_type_id in types


def _detours(
    ahead: TruckAhead, stations: list[SwapStation], *, keep: set[int]
) -> list[tuple[int, SwapStation]]:
    if not stations or not ahead.route.legs:
        return []
    points = np.array([(s.latitude_deg, s.longitude_deg) for s in stations])
    kept = [index for index, station in enumerate(stations) if station.pk in keep]
    return [
        (after, stations[index])
        for after, indices in enumerate(
            stations_on_the_way(ahead.route, points, count=settings.TRAVEL_STATIONS)
        )
        for index in [*indices, *(index for index in kept if index not in indices)]
    ]


def _drives(ahead: TruckAhead, detours: list[tuple[int, SwapStation]]) -> list[Drive]:
    route = ahead.route
    model, air_c, known = route.truck.model, route.temperature_c, route.known
    points = [stop.point for stop in route.stops]
    drives = [
        Drive(points[k], points[k + 1], model, leg.mass_kg, air_c, known)
        for k, leg in enumerate(route.legs)
    ]
    for after, station in detours:
        mass_kg, gate = route.legs[after].mass_kg, point_of(station)
        drives.append(Drive(points[after], gate, model, mass_kg, air_c, known))
        drives.append(Drive(gate, points[after + 1], model, mass_kg, air_c, known))
    return drives


def _way(ahead: TruckAhead, after: int, station_id: int, to: Driven, back: Driven) -> WayToStation:
    before = ahead.legs[:after]
    stays_s = sum(stop.dwell_s for stop in ahead.route.stops[1 : after + 1])
    return WayToStation(
        after=after,
        station_id=station_id,
        to=to,
        back=back,
        arrive_s=ahead.route.ready_s + sum(leg.travel_s for leg in before) + stays_s + to.travel_s,
        distance_m=sum(leg.distance_m for leg in before) + to.distance_m,
        arrival_wh=ahead.energy_wh - sum(leg.energy_wh for leg in before) - to.energy_wh,
        arrival_sd_wh=round(together([*(leg.need for leg in before), to.need]).sd_wh),
    )


def full_set_wh(ahead: TruckAhead) -> tuple[tuple[str, int], ...]:
    """Return code and full energy of the packs on the truck, by position."""
    return tuple((pack.code, full_wh(pack)) for pack in ahead.packs)
