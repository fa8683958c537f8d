"""What a plan means for each truck: minutes lost, waits and charging, worked out from its swaps."""

from dataclasses import dataclass, field

from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.problem import Detour, Station, SwapProblem, Truck


@dataclass(slots=True)
class TruckFigures:
    """One truck in one plan, in whole seconds, watt-hours and thousandths of CNY.

    `delay_s` is how much later it comes to its last stop than without swaps, `late_s` how much
    later than due it then comes to its stops, `wait_s` its waiting at stations; `cost_s` is what
    the plan counts for it, weighed, without the price of changed promises and of energy. `paid` is
    what the packs it leaves are charged for, `end_wh` what it has on board at its last stop, and
    `price` the price of energy at its last swap, per kWh.
    """

    swaps: int = 0
    delay_s: int = 0
    late_s: int = 0
    wait_s: int = 0
    cost_s: int = 0
    paid: int = 0
    end_wh: int = 0
    price: int = 0
    is_left_out: bool = False


def plan_figures(problem: SwapProblem, plan: SwapPlan) -> dict[str, TruckFigures]:
    """Give the figures of every truck of a problem in a plan that breaks no rule.

    Their `cost_s` together are the plan's cost where changes and energy have no price.
    """
    stations = {station.id: station for station in problem.stations}
    drives = {truck.id: _Drive(truck, problem) for truck in problem.trucks}
    packs_wh = _packs_wh(problem)
    for swap in sorted(plan.swaps, key=lambda swap: swap.start_s):
        drives[swap.truck].swap(swap, stations[swap.station], packs_wh)
    left = {entry.truck for entry in plan.unserved}
    return {
        truck.id: drives[truck.id].figures(is_left_out=truck.id in left) for truck in problem.trucks
    }


def more_milli_cny(before: TruckFigures, after: TruckFigures) -> int:
    """Give what a truck's charging costs more, in thousandths of CNY.

    What is left on board at the last stop is worth the price at the last swap before, so that
    nothing is called cheap for buying less; a truck without a swap in either plan counts nothing.
    """
    if not before.swaps or not after.swaps:
        return 0
    worth = before.price * (after.end_wh - before.end_wh) // 1000
    return after.paid - before.paid - worth


def _packs_wh(problem: SwapProblem) -> dict[str, int]:
    kinds_wh = {kind.id: kind.full_wh for kind in problem.pack_types}
    return {
        pack.id: pack.full_wh or kinds_wh[pack.type]
        for station in problem.stations
        for pack in station.packs
    }


@dataclass(slots=True)
class _Drive:
    """A truck on its way through a plan, and what it has met so far."""

    truck: Truck
    problem: SwapProblem
    stop: int = 0
    at_s: int = 0
    energy_wh: int = 0
    late_s: int = 0
    carried_wh: list[int] = field(default_factory=list)
    met: TruckFigures = field(default_factory=TruckFigures)

    def __post_init__(self) -> None:
        truck = self.truck
        self.carried_wh = [pack.full_wh for pack in truck.packs]
        if not self.carried_wh:
            kind = next(kind for kind in self.problem.pack_types if kind.id == truck.pack_type)
            self.carried_wh = [kind.full_wh] * truck.pack_positions
        self.energy_wh = truck.energy_wh
        self._arrive(0, truck.ready_s)

    def swap(self, swap: Swap, station: Station, packs_wh: dict[str, int]) -> None:
        truck = self.truck
        way = _way(truck, swap)
        self._drive_to(swap.after)
        self.met.wait_s += max(0, swap.start_s - self._leaves_s() - way.to_s)
        self.met.swaps += 1
        each_wh = (self.energy_wh - way.to_wh) // truck.pack_positions
        self.met.price = _price(station, swap.start_s)
        charged_wh = sum(max(0, full_wh - each_wh) for full_wh in self.carried_wh)
        self.met.paid += self.met.price * charged_wh // 1000
        for position, full_wh in enumerate(self.carried_wh):
            packs_wh[f"{truck.id}/{swap.after}/{position}"] = full_wh
        self.carried_wh = [packs_wh[pack] for pack in swap.packs]
        self.energy_wh = sum(self.carried_wh) - way.from_wh
        lane_s = next(lane.swap_s for lane in station.lanes if lane.id == swap.lane)
        self._arrive(swap.after + 1, swap.start_s + lane_s + way.from_s)

    def figures(self, *, is_left_out: bool) -> TruckFigures:
        """Drive on to the last stop and compare with the road without swaps."""
        truck, params, met = self.truck, self.problem.params, self.met
        self._drive_to(len(truck.legs))
        road = _Drive(truck, self.problem)
        road._drive_to(len(truck.legs))
        met.end_wh, met.is_left_out = self.energy_wh, is_left_out
        met.delay_s, met.late_s = self.at_s - road.at_s, self.late_s - road.late_s
        cost_s = met.delay_s + params.late_weight * met.late_s
        cost_s = params.unserved_s if is_left_out else cost_s
        met.cost_s = cost_s * truck.weight_percent // 100
        return met

    def _arrive(self, stop: int, at_s: int) -> None:
        self.stop, self.at_s = stop, at_s
        due_s = self.truck.stops[stop].due_s
        self.late_s += 0 if due_s is None else max(0, at_s - due_s)

    def _leaves_s(self) -> int:
        return self.at_s + (self.truck.stops[self.stop].dwell_s if self.stop else 0)

    def _drive_to(self, stop: int) -> None:
        while self.stop < stop:
            leg = self.truck.legs[self.stop]
            self.energy_wh -= leg.energy_wh
            self._arrive(self.stop + 1, self._leaves_s() + leg.travel_s)


def _way(truck: Truck, swap: Swap) -> Detour:
    key = (swap.after, swap.station)
    return next(way for way in truck.detours if (way.after, way.station) == key)


def _price(station: Station, at_s: int) -> int:
    steps = station.price_cny_milli_per_kwh
    return next((price for from_s, price in reversed(steps) if from_s <= at_s), 0)
