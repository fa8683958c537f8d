"""Check a plan against every rule, and work its cost out again.

Shares no code with the planners, on purpose: it walks through the plan as the world would, swap
by swap in order of time, and believes nothing the plan says about itself.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.problem import Detour, Hold, Lane, Station, SwapProblem, Truck

_KEPT_WITHIN_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A broken rule: a stable code, the truck, station or pack concerned, and a sentence."""

    code: str
    subject: str
    detail: str


def check_plan(problem: SwapProblem, plan: SwapPlan) -> tuple[Violation, ...]:
    """Find every rule that a plan breaks, its own cost and bound included; none if it is sound."""
    walk = _Walk(problem, plan)
    found = walk.run()
    if not found and plan.cost_s != walk.cost_s():
        found.append(_broken("cost", "plan", f"says {plan.cost_s}, is {walk.cost_s()}"))
    if plan.bound_s > plan.cost_s:
        found.append(_broken("bound", "plan", f"bound {plan.bound_s} above cost {plan.cost_s}"))
    return tuple(found)


def plan_cost_s(problem: SwapProblem, plan: SwapPlan) -> int:
    """Work out the cost of a plan without violations, from its swaps alone."""
    walk = _Walk(problem, plan)
    walk.run()
    return walk.cost_s()


@dataclass(slots=True)
class _Slot:
    """A pack in a slot: where, when it is charged, what it then holds, whether it has gone."""

    station: str
    type: str
    ready_s: int
    full_wh: int
    is_gone: bool = False


@dataclass(slots=True)
class _Trip:
    """A truck on its way: the stop it is at, and what it has met so far."""

    truck: Truck
    stop: int = 0
    at_s: int = 0
    energy_wh: int = 0
    packs_wh: list[int] = field(default_factory=list)
    late_s: int = 0
    energy_cost_s: int = 0
    is_low: bool = False

    def arrive(self, stop: int, at_s: int, energy_wh: int) -> None:
        """Arrive at a stop of the route."""
        self.stop, self.at_s, self.energy_wh = stop, at_s, energy_wh
        due_s = self.truck.stops[stop].due_s
        if due_s is not None and at_s > due_s:
            self.late_s += at_s - due_s
        self.is_low = self.is_low or energy_wh < self.truck.reserve_wh

    def leaves_s(self) -> int:
        """When it leaves the stop it is at; at stop 0 that is when it is ready."""
        return self.at_s + (self.truck.stops[self.stop].dwell_s if self.stop else 0)

    def drive_to(self, stop: int) -> None:
        """Follow the road, leg by leg."""
        while self.stop < stop:
            leg = self.truck.legs[self.stop]
            arrival_s = self.leaves_s() + leg.travel_s
            self.arrive(self.stop + 1, arrival_s, self.energy_wh - leg.energy_wh)


class _Walk:
    """One walk through a plan."""

    def __init__(self, problem: SwapProblem, plan: SwapPlan) -> None:
        self.problem, self.plan = problem, plan
        self.found: list[Violation] = []
        self.trucks = {truck.id: truck for truck in problem.trucks}
        self.stations = {station.id: station for station in problem.stations}
        kinds_wh = {kind.id: kind.full_wh for kind in problem.pack_types}
        self.kinds_wh = kinds_wh
        self.slots = {
            pack.id: _Slot(station.id, pack.type, pack.ready_s, pack.full_wh or kinds_wh[pack.type])
            for station in problem.stations
            for pack in station.packs
        }
        self.swaps: dict[str, list[Swap]] = {}
        self.listed = Counter(entry.truck for entry in plan.unserved)
        self.trips = {truck.id: self._trip(truck) for truck in problem.trucks}

    def run(self) -> list[Violation]:
        """Walk through all swaps in order of time, then look at lanes, service and promises."""
        for swap in sorted(self.plan.swaps, key=lambda swap: swap.start_s):
            self._swap(swap)
        for truck in self.problem.trucks:
            self._finish(truck)
        self._check_lanes()
        for hold_truck in self.problem.trucks:
            self._check_fixed_holds(hold_truck)
        return self.found

    def cost_s(self) -> int:
        """Cost as defined: delay, weighted lateness, unserved trucks, changes, energy."""
        return sum(self._truck_cost_s(truck) for truck in self.problem.trucks)

    def _say(self, code: str, subject: str, detail: str) -> None:
        self.found.append(_broken(code, subject, detail))

    def _trip(self, truck: Truck) -> _Trip:
        packs_wh = [pack.full_wh for pack in truck.packs]
        if not packs_wh:
            packs_wh = [self.kinds_wh[truck.pack_type]] * truck.pack_positions
        trip = _Trip(truck, 0, truck.ready_s, truck.energy_wh, packs_wh)
        due_s = truck.stops[0].due_s
        if due_s is not None and truck.ready_s > due_s:
            trip.late_s = truck.ready_s - due_s
        return trip

    def _swap(self, swap: Swap) -> None:
        truck, station = self.trucks.get(swap.truck), self.stations.get(swap.station)
        if truck is None or station is None:
            name = swap.truck if truck is None else swap.station
            self._say("unknown", name, "the plan names a truck or station the problem has not")
            return
        detour = _detour(truck, swap)
        lane = next((lane for lane in station.lanes if lane.id == swap.lane), None)
        if detour is None or lane is None:
            self._say(
                "unknown_detour" if detour is None else "unknown_lane",
                swap.truck,
                f"no way or lane {swap.lane} at {swap.station} after stop {swap.after}",
            )
            return
        trip = self.trips[truck.id]
        if swap.after < trip.stop:
            self._say("order", truck.id, f"swap after stop {swap.after} is out of order")
            return
        self.swaps.setdefault(truck.id, []).append(swap)
        self._check_lane_fits(swap, lane, truck)
        self._drive_in(swap, detour, trip)
        handed_wh = self._hand_out(swap, truck)
        self._take_back(swap, station, lane, trip)
        trip.packs_wh = handed_wh
        back_s = swap.start_s + lane.swap_s + detour.from_s
        trip.arrive(swap.after + 1, back_s, sum(handed_wh) - detour.from_wh)

    def _drive_in(self, swap: Swap, detour: Detour, trip: _Trip) -> None:
        trip.drive_to(swap.after)
        arrival_s = trip.leaves_s() + detour.to_s
        trip.energy_wh -= detour.to_wh
        if swap.start_s < arrival_s:
            self._say("early", swap.truck, f"starts at {swap.start_s}, arrives at {arrival_s}")
        if swap.start_s >= self.problem.horizon_s:
            self._say("horizon", swap.truck, f"starts at {swap.start_s}, not before the horizon")
        trip.is_low = trip.is_low or trip.energy_wh < trip.truck.reserve_wh

    def _check_lane_fits(self, swap: Swap, lane: Lane, truck: Truck) -> None:
        if lane.types is not None and truck.pack_type not in lane.types:
            self._say("lane_type", swap.truck, f"lane {lane.id} cannot swap {truck.pack_type}")
        for begin, end in lane.closed:
            if swap.start_s < end and begin < swap.start_s + lane.swap_s:
                self._say("lane_closed", swap.truck, f"lane {lane.id} is closed {begin}-{end}")

    def _hand_out(self, swap: Swap, truck: Truck) -> list[int]:
        """Take each pack from its slot; gives what each holds."""
        if len(swap.packs) != truck.pack_positions or len(set(swap.packs)) != len(swap.packs):
            self._say("pack_count", truck.id, f"{swap.packs} for {truck.pack_positions} positions")
        handed_wh: list[int] = []
        for pack in swap.packs:
            slot = self.slots.get(pack)
            if slot is None or slot.station != swap.station:
                self._say("pack_absent", pack, f"is not at {swap.station}")
                continue
            if slot.is_gone:
                self._say("pack_twice", pack, f"is handed out again, to {truck.id}")
            if slot.type != truck.pack_type:
                self._say("pack_type", pack, f"does not fit {truck.id}")
            if slot.ready_s > swap.start_s:
                self._say("pack_late", pack, f"ready at {slot.ready_s}, after {swap.start_s}")
            slot.is_gone = True
            handed_wh.append(slot.full_wh)
        return handed_wh

    def _take_back(self, swap: Swap, station: Station, lane: Lane, trip: _Trip) -> None:
        truck = trip.truck
        each_wh = trip.energy_wh // truck.pack_positions
        end_s = swap.start_s + lane.swap_s
        charged_wh = 0
        for position, full_wh in enumerate(trip.packs_wh):
            missing_wh = max(0, full_wh - each_wh)
            charged_wh += missing_wh
            whole_s, rest = divmod(missing_wh * 3600, station.charge_w)
            ready_s = end_s + whole_s + (1 if rest else 0)
            pack = f"{truck.id}/{swap.after}/{position}"
            self.slots[pack] = _Slot(station.id, truck.pack_type, ready_s, full_wh)
        price = 0
        for from_s, step in station.price_cny_milli_per_kwh:
            if from_s <= swap.start_s:
                price = step
        trip.energy_cost_s += self.problem.params.s_per_cny * price * charged_wh // 1_000_000

    def _finish(self, truck: Truck) -> None:
        """Drive on to the last stop, and see that need and service fit together."""
        trip = self.trips[truck.id]
        trip.drive_to(len(truck.legs))
        is_listed = self.listed[truck.id]
        is_swapped = truck.id in self.swaps
        in_need = _needs_swap(truck)
        if is_swapped and trip.is_low:
            self._say("energy", truck.id, "falls below its reserve")
        if is_swapped and is_listed:
            self._say("both", truck.id, "is served and listed as unserved")
        if in_need and not is_swapped and not is_listed:
            self._say("unlisted", truck.id, "needs a swap and is neither served nor listed")
        if is_listed > 1 or (is_listed and not in_need):
            self._say("listed", truck.id, "is listed as unserved without need, or twice")
        if is_swapped and not in_need and not any(hold.fixed for hold in truck.holds):
            self._say("not_in_need", truck.id, "is swapped without need")

    def _check_lanes(self) -> None:
        by_lane: dict[tuple[str, str], list[Swap]] = {}
        for swap in self.plan.swaps:
            by_lane.setdefault((swap.station, swap.lane), []).append(swap)
        for (station_id, lane_id), swaps in by_lane.items():
            station = self.stations.get(station_id)
            lanes = station.lanes if station is not None else ()
            swap_s = next((lane.swap_s for lane in lanes if lane.id == lane_id), 0)
            swaps.sort(key=lambda swap: swap.start_s)
            for before, after in pairwise(swaps):
                if after.start_s < before.start_s + swap_s:
                    self._say("lane_overlap", lane_id, f"{before.truck} and {after.truck}")

    def _check_fixed_holds(self, truck: Truck) -> None:
        for hold in truck.holds:
            if not hold.fixed or self._is_lost(truck, hold):
                continue
            is_kept = any(
                swap.after == hold.after
                and swap.station == hold.station
                and swap.start_s == hold.start_s
                and set(swap.packs) == set(hold.packs)
                for swap in self.swaps.get(truck.id, ())
            )
            if not is_kept:
                self._say("fixed_hold", truck.id, f"the promise at {hold.station} is not kept")

    def _is_lost(self, truck: Truck, hold: Hold) -> bool:
        """Whether no plan could keep a promise, or none beside another fixed one that is kept."""
        if hold.station not in self.stations or self._is_contradicted(truck, hold):
            return True
        road = self._trip(truck)
        detour = next(
            (
                detour
                for detour in truck.detours
                if detour.after == hold.after and detour.station == hold.station
            ),
            None,
        )
        if detour is None or hold.start_s >= self.problem.horizon_s:
            return True
        road.drive_to(hold.after)
        is_first = all(other.after >= hold.after for other in truck.holds)
        if is_first and (road.is_low or road.energy_wh - detour.to_wh < truck.reserve_wh):
            return True
        packs = [self.slots.get(pack) for pack in hold.packs]
        return road.leaves_s() + detour.to_s > hold.start_s or any(
            slot is None
            or (slot.station, slot.type) != (hold.station, truck.pack_type)
            or slot.ready_s > hold.start_s
            for slot in packs
        )

    def _is_contradicted(self, truck: Truck, hold: Hold) -> bool:
        """Whether lane, packs or stop are wrong, or another fixed promise has them."""
        if not len(hold.packs) == len(set(hold.packs)) == truck.pack_positions:
            return True
        rivals = [
            (other, claim)
            for other in self.problem.trucks
            for claim in other.holds
            if claim.fixed and claim is not hold and claim.station == hold.station
        ]
        for other, claim in rivals:
            is_same_stop = other is truck and claim.after == hold.after
            if is_same_stop or set(claim.packs) & set(hold.packs):
                return True
        if any(c.fixed and c is not hold and c.after == hold.after for c in truck.holds):
            return True
        lanes = [
            lane
            for lane in self.stations[hold.station].lanes
            if (lane.types is None or truck.pack_type in lane.types)
            and not any(a < hold.start_s + lane.swap_s and b > hold.start_s for a, b in lane.closed)
        ]
        near = sum(
            any(abs(claim.start_s - hold.start_s) < lane.swap_s for lane in lanes)
            for _, claim in rivals
        )
        return near >= len(lanes)

    def _truck_cost_s(self, truck: Truck) -> int:
        params = self.problem.params
        swaps = self.swaps.get(truck.id, [])
        total_s = params.change_s * sum(
            not hold.fixed and not _is_promise_kept(hold, swaps) for hold in truck.holds
        )
        if swaps:
            road, trip = self._trip(truck), self.trips[truck.id]
            road.drive_to(len(truck.legs))
            total_s += trip.at_s - road.at_s
            total_s += params.late_weight * (trip.late_s - road.late_s)
            total_s += trip.energy_cost_s
        elif _needs_swap(truck):
            total_s += params.unserved_s
        return total_s * truck.weight_percent // 100


def _broken(code: str, subject: str, detail: str) -> Violation:
    return Violation(code=code, subject=subject, detail=detail)


def _detour(truck: Truck, swap: Swap) -> Detour | None:
    for detour in truck.detours:
        if detour.after == swap.after and detour.station == swap.station:
            return detour
    return None


def _needs_swap(truck: Truck) -> bool:
    used_wh = most_wh = 0
    for number, leg in enumerate(truck.legs):
        used_wh += leg.energy_wh
        most_wh = used_wh if number == 0 else max(most_wh, used_wh)
    return bool(truck.legs) and truck.energy_wh - most_wh < truck.reserve_wh


def _is_promise_kept(hold: Hold, swaps: Iterable[Swap]) -> bool:
    return any(
        swap.after == hold.after
        and swap.station == hold.station
        and abs(swap.start_s - hold.start_s) <= _KEPT_WITHIN_S
        for swap in swaps
    )
