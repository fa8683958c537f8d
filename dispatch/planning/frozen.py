"""Swaps that stand, as facts of their stations: lanes taken, packs gone, packs that come back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from dispatch.planning.plan import Swap
from dispatch.planning.problem import Detour, Pack, Station, SwapProblem, Truck
from dispatch.planning.region import charge_s


@dataclass(slots=True)
class _Way:
    """Where a truck is after its swaps so far, and what it then has on board."""

    stop: int
    energy_wh: int
    packs_wh: list[int]


@dataclass(slots=True)
class _At:
    """What happens at one station."""

    taken: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    back: list[Pack] = field(default_factory=list)


def freeze_swaps(
    problem: SwapProblem, swaps: Iterable[Swap], *, stations: Collection[str]
) -> tuple[Station, ...]:
    """Give the named stations with the swaps' lane times closed and their packs handed out.

    Packs taken off are there, charged, under the names they have in plans
    (`<truck>/<after>/<i>`), unless another of the swaps hands them out.

    Parameters
    ----------
    problem
        The region; only its names and numbers are looked at, no promise.
    swaps
        Swaps that keep every rule together, in any order; those elsewhere only tell what their
        trucks carry when they come here.
    """
    walk = _Walk(problem, stations)
    for swap in sorted(swaps, key=lambda swap: swap.start_s):
        walk.follow(swap)
    return tuple(walk.frozen(station) for station in problem.stations if station.id in walk.at)


class _Walk:
    """A walk through the swaps in order of their starts."""

    def __init__(self, problem: SwapProblem, stations: Collection[str]) -> None:
        self.at = {name: _At() for name in stations}
        self._trucks = {truck.id: truck for truck in problem.trucks}
        self._kinds_wh = {kind.id: kind.full_wh for kind in problem.pack_types}
        self._stations = {station.id: station for station in problem.stations}
        self._swap_s = {
            (station.id, lane.id): lane.swap_s
            for station in problem.stations
            for lane in station.lanes
        }
        self._full_wh: dict[str, int] = {
            pack.id: pack.full_wh
            for station in problem.stations
            for pack in station.packs
            if pack.full_wh is not None
        }
        self._ways: dict[str, _Way] = {}

    def follow(self, swap: Swap) -> None:
        """Let a truck drive to its swap and give and take packs there."""
        truck, station = self._trucks[swap.truck], self._stations[swap.station]
        way = self._ways.get(truck.id) or self._start(truck)
        detour = _detour(truck, swap)
        road_wh = sum(leg.energy_wh for leg in truck.legs[way.stop : swap.after])
        arrival_wh = way.energy_wh - road_wh - detour.to_wh
        end_s = swap.start_s + self._swap_s[station.id, swap.lane]
        here = self.at.get(station.id)
        each_wh = arrival_wh // truck.pack_positions
        for position, full_wh in enumerate(way.packs_wh):
            name = f"{truck.id}/{swap.after}/{position}"
            self._full_wh[name] = full_wh
            ready_s = end_s + charge_s(full_wh, each_wh, station.charge_w)
            if here is not None:
                pack = Pack(id=name, type=truck.pack_type, ready_s=ready_s, full_wh=full_wh)
                here.back.append(pack)
        if here is not None:
            here.taken.setdefault(swap.lane, []).append((swap.start_s, end_s))
            here.gone.update(swap.packs)
        kind_wh = self._kinds_wh[truck.pack_type]
        packs_wh = [self._full_wh.get(pack, kind_wh) for pack in swap.packs]
        left_wh = sum(packs_wh) - detour.from_wh
        self._ways[truck.id] = _Way(swap.after + 1, left_wh, packs_wh)

    def frozen(self, station: Station) -> Station:
        """Give a station as the swaps leave it for others."""
        here = self.at[station.id]
        lanes = tuple(
            replace(lane, closed=(*lane.closed, *here.taken[lane.id]))
            if lane.id in here.taken
            else lane
            for lane in station.lanes
        )
        packs = tuple(pack for pack in (*station.packs, *here.back) if pack.id not in here.gone)
        return replace(station, lanes=lanes, packs=packs)

    def _start(self, truck: Truck) -> _Way:
        packs_wh = [pack.full_wh for pack in truck.packs]
        kind_wh = self._kinds_wh[truck.pack_type]
        return _Way(0, truck.energy_wh, packs_wh or [kind_wh] * truck.pack_positions)


def _detour(truck: Truck, swap: Swap) -> Detour:
    return next(
        detour
        for detour in truck.detours
        if detour.after == swap.after and detour.station == swap.station
    )
