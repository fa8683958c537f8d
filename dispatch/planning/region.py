"""What is the same for all trucks of a region, worked out once a problem."""

from dataclasses import dataclass

from dispatch.planning.problem import SwapProblem
from dispatch.planning.steps import in_force


@dataclass(frozen=True, slots=True)
class PackRange:
    """What packs of one type hold when charged: the least and the most of any in the problem."""

    low_wh: int
    high_wh: int


class Region:
    """Stations by id, quickest lanes and what packs hold, for arithmetic on trucks."""

    def __init__(self, problem: SwapProblem) -> None:
        self.params = problem.params
        self.horizon_s = problem.horizon_s
        self.charge_w = {station.id: station.charge_w for station in problem.stations}
        self.pack_ranges = _pack_ranges(problem)
        self.full_wh = {kind.id: kind.full_wh for kind in problem.pack_types}
        self.least_swap_s = {
            kind.id: _least_swap_s(problem, kind.id) for kind in problem.pack_types
        }
        self._prices = {station.id: station.price_cny_milli_per_kwh for station in problem.stations}

    def energy_cost_s(self, station: str, start_s: int, charged_wh: int) -> int:
        """Weigh the energy for a returned set at the price when its swap starts."""
        if not self.params.s_per_cny:
            return 0
        prices = self._prices[station]
        price = in_force(prices, start_s)
        return self.params.s_per_cny * price * charged_wh // 1_000_000


def charge_s(full_wh: int, energy_wh: int, charge_w: int) -> int:
    """Seconds to charge a pack from what it holds to full."""
    return max(0, -((energy_wh - full_wh) * 3600 // charge_w))


def _pack_ranges(problem: SwapProblem) -> dict[str, PackRange]:
    seen = {kind.id: {kind.full_wh} for kind in problem.pack_types}
    for station in problem.stations:
        for pack in station.packs:
            if pack.full_wh is not None:
                seen[pack.type].add(pack.full_wh)
    for truck in problem.trucks:
        seen[truck.pack_type].update(pack.full_wh for pack in truck.packs)
    return {kind: PackRange(min(values), max(values)) for kind, values in seen.items()}


def _least_swap_s(problem: SwapProblem, pack_type: str) -> dict[str, int]:
    """Give the quickest lane's swap time of each station that can swap this type."""
    quickest: dict[str, int] = {}
    for station in problem.stations:
        times = [
            lane.swap_s for lane in station.lanes if lane.types is None or pack_type in lane.types
        ]
        if times:
            quickest[station.id] = min(times)
    return quickest
