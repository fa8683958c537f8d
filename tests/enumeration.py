"""The best plan of a tiny problem, by trying everything: all choices and all orders of swaps.

Starts as early as possible in a given order of swaps are as good as any, since costs only grow
with time; so the orders are the exact discretisation. Packs of a type must be alike.
"""

from dataclasses import dataclass
from itertools import permutations, product
from math import prod

from dispatch.planning.problem import Detour, SwapProblem, Truck


@dataclass(frozen=True, slots=True)
class _Need:
    """One truck's choice of detours."""

    truck: Truck
    detours: tuple[Detour, ...]


def least_cost_s(problem: SwapProblem) -> int:
    """Give the least cost of any plan of a problem without promises, weights and energy prices."""
    trucks = [truck for truck in problem.trucks if not _holds(truck, (), problem)]
    choices = [[None, *_choices(truck, problem)] for truck in trucks]
    best_s = problem.params.unserved_s * len(trucks)
    for picked in product(*choices):
        needs = [need for need in picked if need is not None]
        unserved_s = problem.params.unserved_s * (len(trucks) - len(needs))
        swaps = [
            (index, number)
            for index, need in enumerate(needs)
            for number in range(len(need.detours))
        ]
        for order in permutations(swaps):
            cost_s = _cost_s(problem, needs, order) if _is_in_turn(order) else None
            if cost_s is not None:
                best_s = min(best_s, unserved_s + cost_s)
    return best_s


def is_tiny(problem: SwapProblem) -> bool:
    """Whether everything can be tried in a moment: six swaps at most, a few hundred choices."""
    choices = [
        _choices(truck, problem) for truck in problem.trucks if not _holds(truck, (), problem)
    ]
    swaps = sum(max((len(need.detours) for need in needs), default=0) for needs in choices)
    return swaps <= 6 and prod(len(needs) + 1 for needs in choices) <= 200


def _choices(truck: Truck, problem: SwapProblem) -> list[_Need]:
    found = []
    by_stop: dict[int, list[Detour | None]] = {}
    for detour in truck.detours:
        by_stop.setdefault(detour.after, [None]).append(detour)
    for picked in product(*(by_stop[stop] for stop in sorted(by_stop))):
        detours = tuple(detour for detour in picked if detour is not None)
        if detours and _holds(truck, detours, problem):
            found.append(_Need(truck, detours))
    return found


def _holds(truck: Truck, detours: tuple[Detour, ...], problem: SwapProblem) -> bool:
    full_wh = next(kind.full_wh for kind in problem.pack_types if kind.id == truck.pack_type)
    energy_wh = truck.energy_wh
    by_stop = {detour.after: detour for detour in detours}
    for stop, leg in enumerate(truck.legs):
        if stop in by_stop:
            if energy_wh - by_stop[stop].to_wh < truck.reserve_wh:
                return False
            energy_wh = full_wh * truck.pack_positions - by_stop[stop].from_wh
        else:
            energy_wh -= leg.energy_wh
        if energy_wh < truck.reserve_wh:
            return False
    return True


def _cost_s(
    problem: SwapProblem, needs: list[_Need], order: tuple[tuple[int, int], ...]
) -> int | None:
    """Cost if swaps get lanes and packs in this order, each as early as it can."""
    starts: dict[tuple[int, int], int] = {}
    lanes = {station.id: [0] * len(station.lanes) for station in problem.stations}
    packs = {
        station.id: sorted((pack.ready_s, pack.type) for pack in station.packs)
        for station in problem.stations
    }
    stations = {station.id: station for station in problem.stations}
    for index, number in order:
        need = needs[index]
        station = stations[need.detours[number].station]
        arrival_s, energy_wh = _drive(problem, need, number, starts.get((index, number - 1)))
        mine = [entry for entry in packs[station.id] if entry[1] == need.truck.pack_type]
        taken = mine[: need.truck.pack_positions]
        if len(taken) < need.truck.pack_positions:
            return None
        ready_s = taken[-1][0]
        free = lanes[station.id]
        options = [
            (_open_from(max(arrival_s, ready_s, free[lane]), problem, station.id, lane), lane)
            for lane in range(len(free))
        ]
        start_s, lane = min(options)
        if start_s >= problem.horizon_s:
            return None
        end_s = free[lane] = start_s + station.lanes[lane].swap_s
        full_wh = next(k.full_wh for k in problem.pack_types if k.id == need.truck.pack_type)
        missing_wh = full_wh - energy_wh // need.truck.pack_positions
        back_s = end_s + -(-max(0, missing_wh) * 3600 // station.charge_w)
        for entry in taken:
            packs[station.id].remove(entry)
            packs[station.id].append((back_s, need.truck.pack_type))
        packs[station.id].sort()
        starts[index, number] = start_s
    total_s = 0
    for index, need in enumerate(needs):
        starts_s = [starts[index, number] for number in range(len(need.detours))]
        at_s, late_s = _walk(need.truck, need.detours, starts_s)
        road_s, road_late_s = _walk(need.truck, (), [])
        total_s += at_s - road_s + problem.params.late_weight * (late_s - road_late_s)
    return total_s


def _is_in_turn(order: tuple[tuple[int, int], ...]) -> bool:
    """Whether each truck's swaps are in the order of its route."""
    seen: dict[int, int] = {}
    for index, number in order:
        if number != seen.get(index, -1) + 1:
            return False
        seen[index] = number
    return True


def _open_from(at_s: int, problem: SwapProblem, station_id: str, lane: int) -> int:
    station = next(station for station in problem.stations if station.id == station_id)
    for begin, end in sorted(station.lanes[lane].closed):
        if at_s < end and begin < at_s + station.lanes[lane].swap_s:
            at_s = end
    return at_s


SWAP_S = 300


def _drive(
    problem: SwapProblem, need: _Need, number: int, before_start_s: int | None
) -> tuple[int, int]:
    """Arrival at a station, and the energy then."""
    truck, detour = need.truck, need.detours[number]
    full_wh = next(kind.full_wh for kind in problem.pack_types if kind.id == truck.pack_type)
    if number == 0:
        stop, at_s, energy_wh = 0, truck.ready_s, truck.energy_wh
    else:
        before = need.detours[number - 1]
        stop = before.after + 1
        at_s = (before_start_s or 0) + SWAP_S + before.from_s + truck.stops[stop].dwell_s
        energy_wh = full_wh * truck.pack_positions - before.from_wh
    while stop < detour.after:
        at_s += truck.legs[stop].travel_s + truck.stops[stop + 1].dwell_s
        energy_wh -= truck.legs[stop].energy_wh
        stop += 1
    return at_s + detour.to_s, energy_wh - detour.to_wh


def _walk(truck: Truck, detours: tuple[Detour, ...], starts_s: list[int]) -> tuple[int, int]:
    """Arrival at the last stop, and lateness over all stops."""
    swaps = zip(detours, starts_s, strict=True)
    by_stop = {detour.after: (detour, start_s) for detour, start_s in swaps}
    at_s, late_s = truck.ready_s, 0
    for stop, leg in enumerate(truck.legs):
        if stop in by_stop:
            detour, start_s = by_stop[stop]
            at_s = start_s + SWAP_S + detour.from_s
        else:
            at_s += leg.travel_s
        due_s = truck.stops[stop + 1].due_s
        late_s += max(0, at_s - due_s) if due_s is not None else 0
        at_s += truck.stops[stop + 1].dwell_s
    return at_s - truck.stops[-1].dwell_s, late_s
