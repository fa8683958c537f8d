"""A planned world some time later, or changed a little: for planners that plan again and again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.problem import Detour, Hold, Leg, Pack, Station, SwapProblem, Truck

KEPT_WITHIN_S = 120


def promised(
    problem: SwapProblem, plan: SwapPlan, *, change_s: int, fixed: bool = False
) -> SwapProblem:
    """Turn every swap of a plan into a promise to its truck."""
    holds: dict[str, list[Hold]] = {}
    for swap in plan.swaps:
        hold = Hold(
            after=swap.after,
            station=swap.station,
            lane=swap.lane,
            start_s=swap.start_s,
            packs=swap.packs,
            fixed=fixed,
        )
        holds.setdefault(swap.truck, []).append(hold)
    trucks = [replace(truck, holds=tuple(holds.get(truck.id, ()))) for truck in problem.trucks]
    params = replace(problem.params, change_s=change_s)
    return replace(problem, params=params, trucks=tuple(trucks))


def without_promises(problem: SwapProblem) -> SwapProblem:
    """Forget what is promised, and what changing it costs."""
    trucks = tuple(replace(truck, holds=()) for truck in problem.trucks)
    return replace(problem, params=replace(problem.params, change_s=0), trucks=trucks)


def moved(problem: SwapProblem, plan: SwapPlan) -> set[str]:
    """Give the trucks with a promise that a plan does not keep, by the words of the format."""
    swaps = {(swap.truck, swap.after, swap.station): swap.start_s for swap in plan.swaps}
    return {
        truck.id
        for truck in problem.trucks
        for hold in truck.holds
        if abs(swaps.get((truck.id, hold.after, hold.station), 1 << 40) - hold.start_s)
        > KEPT_WITHIN_S
    }


@dataclass(frozen=True)
class Change:
    """A world before and after: `before` is to be planned, `after` follows from its plan."""

    before: SwapProblem
    late: dict[str, int]
    closed: dict[str, tuple[int, int]]
    new: tuple[Truck, ...]

    def after(self, plan: SwapPlan, *, change_s: int) -> SwapProblem:
        """Make trucks late, close lanes and add trucks to the planned and promised world."""
        problem = promised(self.before, plan, change_s=change_s)
        trucks = [
            replace(truck, ready_s=truck.ready_s + self.late.get(truck.id, 0))
            for truck in problem.trucks
        ]
        stations = [self._closed(station) for station in problem.stations]
        return replace(problem, trucks=(*trucks, *self.new), stations=tuple(stations))

    def affected(self, plan: SwapPlan) -> set[str]:
        """Give the trucks whose promise the change itself touches."""
        return {truck.id for truck in self.new} | set(self.late) | set(self._shut_out(plan))

    def _shut_out(self, plan: SwapPlan) -> Iterable[str]:
        for swap in plan.swaps:
            if swap.lane in self.closed:
                begin, end = self.closed[swap.lane]
                if begin - 600 < swap.start_s < end:
                    yield swap.truck

    def _closed(self, station: Station) -> Station:
        lanes = [
            replace(lane, closed=(*lane.closed, self.closed[lane.id]))
            if lane.id in self.closed
            else lane
            for lane in station.lanes
        ]
        return replace(station, lanes=tuple(lanes))


def five_percent(problem: SwapProblem, seed: int) -> Change:
    """Of the trucks 2.5 % are late by 5 to 20 minutes and 2.5 % new; one lane closes an hour."""
    random = Random(seed)  # noqa: S311 - not for secrets
    count = max(1, len(problem.trucks) // 40)
    chosen = random.sample(range(len(problem.trucks)), 2 * count)
    new = {problem.trucks[index].id for index in chosen[:count]}
    late = {problem.trucks[index].id: random.randrange(300, 1200) for index in chosen[count:]}
    lane = random.choice([lane.id for station in problem.stations for lane in station.lanes])
    begin = random.randrange(600, 3600)
    return Change(
        before=replace(
            problem, trucks=tuple(truck for truck in problem.trucks if truck.id not in new)
        ),
        late=late,
        closed={lane: (begin, begin + 3600)},
        new=tuple(truck for truck in problem.trucks if truck.id in new),
    )


def later(problem: SwapProblem, plan: SwapPlan, seconds: int, *, change_s: int) -> SwapProblem:
    """Let time pass as foreseen: trucks drive, swaps that begin happen, packs charge.

    The problem's trucks have one swap each at most; whoever is swapped leaves the problem.
    """
    swaps = {swap.truck: swap for swap in plan.swaps}
    if len(swaps) < len(plan.swaps):
        raise ValueError("a truck with two swaps cannot be followed")
    world = promised(problem, plan, change_s=change_s)
    begun = {name: swap for name, swap in swaps.items() if swap.start_s < seconds}
    trucks = [
        moved_on
        for truck in world.trucks
        if truck.id not in begun
        and (moved_on := _driven(truck, swaps.get(truck.id), seconds)) is not None
    ]
    names = _new_names(problem, trucks, swaps, begun)
    stations = tuple(_stood(world, station, begun, seconds) for station in world.stations)
    return replace(
        world, stations=stations, trucks=tuple(_renamed(truck, names) for truck in trucks)
    )


def _new_names(
    problem: SwapProblem, trucks: list[Truck], swaps: dict[str, Swap], begun: dict[str, Swap]
) -> dict[str, str]:
    """Say what returned packs are called now: those in slots by their own name."""
    after = {truck.id: hold.after for truck in trucks for hold in truck.holds}
    names: dict[str, str] = {}
    for truck in problem.trucks:
        swap = swaps.get(truck.id)
        for position in range(truck.pack_positions if swap else 0):
            was = f"{truck.id}/{swap.after if swap else 0}/{position}"
            now = f"{truck.id}/{after.get(truck.id, 0)}/{position}"
            names[was] = f"{truck.id}-{position}" if truck.id in begun else now
    return names


def _renamed(truck: Truck, names: dict[str, str]) -> Truck:
    holds = [
        replace(hold, packs=tuple(names.get(pack, pack) for pack in hold.packs))
        for hold in truck.holds
    ]
    return replace(truck, holds=tuple(holds))


def _stood(problem: SwapProblem, station: Station, begun: dict[str, Swap], seconds: int) -> Station:
    here = [swap for swap in begun.values() if swap.station == station.id]
    gone = {pack for swap in here for pack in swap.packs}
    swap_s = {lane.id: lane.swap_s for lane in station.lanes}
    packs = [
        replace(pack, ready_s=max(0, pack.ready_s - seconds))
        for pack in station.packs
        if pack.id not in gone
    ]
    trucks = {truck.id: truck for truck in problem.trucks}
    full_wh = {kind.id: kind.full_wh for kind in problem.pack_types}
    for swap in here:
        truck = trucks[swap.truck]
        end_s = swap.start_s + swap_s[swap.lane]
        missing_wh = full_wh[truck.pack_type] - _arrival_wh(truck, swap) // truck.pack_positions
        ready_s = end_s - (-missing_wh * 3600 // station.charge_w) - seconds
        for position in range(truck.pack_positions):
            name = f"{truck.id}-{position}"
            back = Pack(id=name, type=truck.pack_type, ready_s=max(0, ready_s))
            if f"{truck.id}/{swap.after}/{position}" not in gone:
                packs.append(back)
    lanes = []
    for lane in station.lanes:
        spans = [(begin - seconds, end - seconds) for begin, end in lane.closed]
        spans += [
            (0, swap.start_s + lane.swap_s - seconds) for swap in here if swap.lane == lane.id
        ]
        closed = tuple((max(0, begin), end) for begin, end in spans if end > 0)
        lanes.append(replace(lane, closed=closed))
    return replace(station, packs=tuple(packs), lanes=tuple(lanes))


def _arrival_wh(truck: Truck, swap: Swap) -> int:
    detour = _detour(truck, swap)
    road_wh = sum(leg.energy_wh for leg in truck.legs[: swap.after])
    return truck.energy_wh - road_wh - detour.to_wh


def _detour(truck: Truck, swap: Swap) -> Detour:
    return next(
        detour
        for detour in truck.detours
        if (detour.after, detour.station) == (swap.after, swap.station)
    )


def _driven(truck: Truck, swap: Swap | None, seconds: int) -> Truck | None:
    """Give the truck where it is by then; None if its way is over."""
    left_s = seconds
    truck = _earlier(truck, seconds)
    while True:
        stays_s = min(left_s, truck.ready_s)
        truck, left_s = replace(truck, ready_s=truck.ready_s - stays_s), left_s - stays_s
        if not left_s:
            return truck
        hold = truck.holds[0] if truck.holds else None
        if hold is not None and hold.after == 0:
            return _toward(truck, hold, left_s)
        leg = truck.legs[0]
        if left_s < leg.travel_s:
            rest = 1 - left_s / leg.travel_s
            used_wh = leg.energy_wh - int(leg.energy_wh * rest)
            short = Leg(travel_s=leg.travel_s - left_s, energy_wh=leg.energy_wh - used_wh)
            energy_wh = truck.energy_wh - used_wh
            return replace(truck, energy_wh=energy_wh, legs=(short, *truck.legs[1:]))
        left_s -= leg.travel_s
        if len(truck.legs) == 1:
            return None
        truck = _past_first_stop(truck)


def _earlier(truck: Truck, seconds: int) -> Truck:
    """Count all times from the later moment on."""
    stops = [
        replace(stop, due_s=None if stop.due_s is None else stop.due_s - seconds)
        for stop in truck.stops
    ]
    holds = [replace(hold, start_s=hold.start_s - seconds) for hold in truck.holds]
    return replace(truck, stops=tuple(stops), holds=tuple(holds))


def _toward(truck: Truck, hold: Hold, driven_s: int) -> Truck:
    """Bring a truck nearer to its promised station; other ways stay as long as they were."""
    detours = []
    energy_wh = truck.energy_wh
    for detour in truck.detours:
        if (detour.after, detour.station) != (0, hold.station):
            detours.append(detour)
            continue
        way_s = min(driven_s, detour.to_s)
        used_wh = detour.to_wh * way_s // max(1, detour.to_s)
        energy_wh -= used_wh
        nearer = replace(detour, to_s=detour.to_s - way_s, to_wh=detour.to_wh - used_wh)
        detours.append(nearer)
    return replace(truck, energy_wh=energy_wh, detours=tuple(detours))


def _past_first_stop(truck: Truck) -> Truck:
    detours = [replace(detour, after=detour.after - 1) for detour in truck.detours if detour.after]
    return replace(
        truck,
        energy_wh=truck.energy_wh - truck.legs[0].energy_wh,
        ready_s=truck.stops[1].dwell_s,
        stops=truck.stops[1:],
        legs=truck.legs[1:],
        detours=tuple(detours),
        holds=tuple(replace(hold, after=hold.after - 1) for hold in truck.holds),
    )
