"""Promises that name what is not there or contradict each other: said so, each with its reason."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dispatch.planning.plan import HoldFault, HoldFaultCode, Swap, SwapPlan
from dispatch.planning.problem import Detour, Hold, Lane, Station, SwapProblem, Truck

type _Fault = tuple[HoldFaultCode, str]


def with_hold_faults(problem: SwapProblem, plan: SwapPlan) -> SwapPlan:
    """Add to a plan what is wrong with the problem's promises.

    Of every promise, whether it names a station, lane, way or pack that is not there; of one that
    is fixed and not kept, what stands against it. A truck that is unserved for such a promise
    says the same.
    """
    if not any(truck.holds for truck in problem.trucks):
        return plan
    faults = tuple(_Look(problem, plan).faults())
    reasons = {fault.truck: fault.detail for fault in reversed(faults)}
    unserved = tuple(
        replace(entry, detail=reasons[entry.truck])
        if entry.reason == "hold_impossible" and entry.truck in reasons
        else entry
        for entry in plan.unserved
    )
    return replace(plan, hold_faults=faults, unserved=unserved)


class _Look:
    """What the promises of a problem may name, and what the plan made of them."""

    def __init__(self, problem: SwapProblem, plan: SwapPlan) -> None:
        self._problem = problem
        self._stations = {station.id: station for station in problem.stations}
        self._slots = {
            pack.id: (station.id, pack) for station in problem.stations for pack in station.packs
        }
        self._swaps: dict[str, list[Swap]] = {}
        for swap in plan.swaps:
            self._swaps.setdefault(swap.truck, []).append(swap)
        self._on_lane: dict[tuple[str, str], list[Swap]] = {}
        for swap in plan.swaps:
            self._on_lane.setdefault((swap.station, swap.lane), []).append(swap)
        holds = [(truck, hold) for truck in problem.trucks for hold in truck.holds]
        self._returned = {
            f"{truck.id}/{hold.after}/{position}": (truck, hold)
            for truck, hold in holds
            for position in range(truck.pack_positions)
        }
        self._named: dict[str, list[tuple[Truck, Hold]]] = {}
        for truck, hold in holds:
            for pack in hold.packs if hold.fixed else ():
                self._named.setdefault(pack, []).append((truck, hold))

    def faults(self) -> Iterator[HoldFault]:
        """Give the first fault of each promise that has one."""
        for truck in self._problem.trucks:
            for hold in truck.holds:
                found = self._names_nothing(truck, hold)
                if found is None and hold.fixed and not self._is_kept(truck, hold):
                    found = self._what_binds(truck, hold)
                if found is not None:
                    yield HoldFault(
                        truck=truck.id,
                        after=hold.after,
                        station=hold.station,
                        code=found[0],
                        detail=found[1],
                    )

    def _names_nothing(self, truck: Truck, hold: Hold) -> _Fault | None:
        station = self._stations.get(hold.station)
        if station is None:
            return "unknown_station", f"There is no station {hold.station}."
        if _way(truck, hold) is None:
            return "no_way", f"No way leads by {hold.station} after stop {hold.after}."
        if all(lane.id != hold.lane for lane in station.lanes):
            return "unknown_lane", f"{hold.station} has no lane {hold.lane}."
        if not len(hold.packs) == len(set(hold.packs)) == truck.pack_positions:
            named = ", ".join(hold.packs) or "none"
            return "pack_count", f"{truck.pack_positions} different packs are needed, not {named}."
        for pack in hold.packs:
            fault = self._pack_fault(truck, hold, pack)
            if fault is not None:
                return fault
        return None

    def _pack_fault(self, truck: Truck, hold: Hold, pack: str) -> _Fault | None:
        if pack in self._slots:
            station, slot = self._slots[pack]
            if station != hold.station:
                return "pack_elsewhere", f"{pack} is at {station}, not at {hold.station}."
            is_fit = slot.type == truck.pack_type
        elif pack in self._returned:
            giver, given = self._returned[pack]
            if given.station != hold.station:
                return "pack_elsewhere", f"{pack} comes to {given.station}, not to {hold.station}."
            is_fit = giver.pack_type == truck.pack_type
        else:
            return "unknown_pack", f"There is no pack {pack}, and no promise brings it."
        return None if is_fit else ("pack_type", f"{pack} does not fit {truck.id}.")

    def _is_kept(self, truck: Truck, hold: Hold) -> bool:
        return any(
            (swap.after, swap.station, swap.start_s) == (hold.after, hold.station, hold.start_s)
            for swap in self._swaps.get(truck.id, ())
        )

    def _what_binds(self, truck: Truck, hold: Hold) -> _Fault:
        for other in truck.holds:
            if other is not hold and other.fixed and other.after == hold.after:
                return "second_promise", f"Two swaps are promised after stop {hold.after}."
        for pack in hold.packs:
            for rival, claim in self._named[pack]:
                if claim is not hold:
                    return "pack_twice", f"{pack} is promised to {rival.id} too."
        return (
            self._road_binds(truck, hold)
            or self._lanes_bind(truck, hold)
            or self._packs_bind(hold)
            or ("route_breaks", "With it the rest of the way cannot be driven.")
        )

    def _road_binds(self, truck: Truck, hold: Hold) -> _Fault | None:
        if hold.start_s >= self._problem.horizon_s:
            return "after_horizon", f"It starts at {hold.start_s} s, not before the horizon."
        detour = _way(truck, hold)
        arrival_s, energy_wh = truck.ready_s, truck.energy_wh
        for number, leg in enumerate(truck.legs[: hold.after]):
            arrival_s += leg.travel_s + truck.stops[number + 1].dwell_s
            energy_wh -= leg.energy_wh
        arrival_s += detour.to_s if detour else 0
        energy_wh -= detour.to_wh if detour else 0
        if arrival_s > hold.start_s:
            return "too_late", f"The truck arrives at {arrival_s} s, after {hold.start_s} s."
        is_swapped_before = any(other.after < hold.after for other in truck.holds)
        if energy_wh < truck.reserve_wh and not is_swapped_before:
            return "below_reserve", f"The truck would arrive with {energy_wh} Wh."
        return None

    def _lanes_bind(self, truck: Truck, hold: Hold) -> _Fault | None:
        station = self._stations[hold.station]
        open_lanes = [
            lane
            for lane in station.lanes
            if (lane.types is None or truck.pack_type in lane.types)
            and not any(a < hold.start_s + lane.swap_s and b > hold.start_s for a, b in lane.closed)
        ]
        if not open_lanes:
            return "lane_closed", f"No lane of {hold.station} that can swap it is open then."
        rivals = [self._rival(station, lane, hold.start_s) for lane in open_lanes]
        if all(rivals):
            return "lane_taken", f"{rivals[0]} is on the lane at that time."
        return None

    def _rival(self, station: Station, lane: Lane, start_s: int) -> str:
        """Name a truck that stands on a lane when a swap would be there; empty if none does."""
        for swap in self._on_lane.get((station.id, lane.id), ()):
            if abs(swap.start_s - start_s) < lane.swap_s:
                return swap.truck
        return ""

    def _packs_bind(self, hold: Hold) -> _Fault | None:
        for pack in hold.packs:
            if pack in self._slots:
                ready_s = self._slots[pack][1].ready_s
                if ready_s > hold.start_s:
                    return "pack_not_ready", f"{pack} is charged at {ready_s} s only."
            else:
                giver = self._returned[pack][0]
                return "pack_not_ready", f"{pack} is not brought in time by {giver.id}."
        return None


def _way(truck: Truck, hold: Hold) -> Detour | None:
    ways: Iterable[Detour] = truck.detours
    return next((w for w in ways if (w.after, w.station) == (hold.after, hold.station)), None)
