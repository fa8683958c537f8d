"""Rounds of a region in which carriers are alike, but for one that chance or place does down.

Every quarter of an hour each carrier sends as many trucks, as charged and as far on, into the
same few stations; the planner gives each a swap, and the ledger keeps what each lost.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from statistics import mean, pstdev

from dispatch.planning import problem as planning
from dispatch.planning.fairness import balance_min, weight_percent
from dispatch.planning.plan import SwapPlan

SWAP_S = 300
ROUND_H = 0.25

type Planner = Callable[[planning.SwapProblem], SwapPlan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriers:
    """How many there are, and what sets the last one apart: nothing a carrier chose."""

    count: int = 4
    trucks: int = 3
    stations: int = 3
    further_s: int = 0
    is_named_last: bool = True


@dataclass(slots=True)
class Ledger:
    """What each carrier lost beyond the share of all, by round."""

    entries: dict[int, list[tuple[float, int]]] = field(default_factory=dict)
    waits_min: dict[int, list[float]] = field(default_factory=dict)

    def weight(self, carrier: int, *, at: int, members: int, bound_percent: int) -> int:
        """Return what a truck of a carrier weighs now."""
        rows = [(excess, (at - then) * ROUND_H) for excess, then in self.entries.get(carrier, [])]
        owed = balance_min(rows, members=members)
        return weight_percent(owed, bound_percent=bound_percent)

    def note(self, losses: dict[int, list[float]], *, at: int) -> None:
        """Enter a round's losses."""
        share = mean(loss for rows in losses.values() for loss in rows)
        for carrier, rows in losses.items():
            self.entries.setdefault(carrier, []).append((sum(rows) - share * len(rows), at))
            self.waits_min.setdefault(carrier, []).extend(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """The mean minutes lost by carrier, how far they lie apart, and what the fleet lost in all."""

    means_min: tuple[float, ...]
    spread_min: float
    cost_s: int


def live(
    carriers: Carriers, *, planner: Planner, rounds: int, seed: int, bound_percent: int
) -> Fairness:
    """Live through rounds with a planner; cost is that of the plans, every truck weighing 100."""
    chance, ledger, cost_s = Random(seed), Ledger(), 0  # noqa: S311  a world, not a secret
    for at in range(rounds):
        problem = _problem(carriers, chance)
        weights = [
            ledger.weight(c, at=at, members=carriers.trucks, bound_percent=bound_percent)
            for c in range(carriers.count)
        ]
        weighed = replace(
            problem,
            trucks=tuple(
                replace(truck, weight_percent=weights[_carrier(truck.id)])
                for truck in problem.trucks
            ),
        )
        losses, lost_s = _losses(problem, planner(weighed))
        ledger.note(losses, at=at)
        cost_s += lost_s
    means = tuple(mean(ledger.waits_min[c]) for c in range(carriers.count))
    return Fairness(means_min=means, spread_min=pstdev(means), cost_s=cost_s)


def _carrier(plate: str) -> int:
    return int(plate.split("-")[0][1:])


def _problem(carriers: Carriers, chance: Random) -> planning.SwapProblem:
    trucks = []
    for place in range(carriers.trucks):
        ways = [chance.randint(300, 1200) for _ in range(carriers.stations)]
        for carrier in range(carriers.count):  # alike: the same ways, but for a minute of chance
            is_last = carrier == carriers.count - 1
            more_s = chance.randint(0, 60) + (carriers.further_s if is_last else 0)
            trucks.append(_truck(f"C{carrier}-{place}", [way + more_s for way in ways]))
    if not carriers.is_named_last:
        chance.shuffle(trucks)
    return planning.SwapProblem(
        as_of="2026-11-21T08:00:00+08:00",
        horizon_s=4 * 3600,
        params=planning.CostParams(),
        pack_types=(planning.PackType(id="LFP", full_wh=268_000),),
        stations=tuple(_station(f"S{number}") for number in range(carriers.stations)),
        trucks=tuple(trucks),
    )


def _station(name: str) -> planning.Station:
    packs = tuple(
        planning.Pack(id=f"{name}P{k}", type="LFP", ready_s=max(0, 300 * (k - 3))) for k in range(8)
    )
    lane = planning.Lane(id=f"{name}-L1", swap_s=SWAP_S)
    return planning.Station(id=name, lanes=(lane,), charge_w=250_000, packs=packs)


def _truck(plate: str, ways_s: list[int]) -> planning.Truck:
    detours = tuple(
        planning.Detour(
            after=0, station=f"S{k}", to_s=way_s, to_wh=1_000, from_s=3000, from_wh=1_000
        )
        for k, way_s in enumerate(ways_s)
    )
    return planning.Truck(
        id=plate,
        pack_type="LFP",
        energy_wh=80_000,
        reserve_wh=50_000,
        stops=(planning.Stop(), planning.Stop()),
        legs=(planning.Leg(travel_s=3600, energy_wh=70_000),),
        detours=detours,
    )


def _losses(problem: planning.SwapProblem, plan: SwapPlan) -> tuple[dict[int, list[float]], int]:
    """Return minutes lost to others by carrier, and seconds of delay in all."""
    trucks = {truck.id: truck for truck in problem.trucks}
    losses: dict[int, list[float]] = {}
    cost_s = 0
    for swap in plan.swaps:
        truck = trucks[swap.truck]
        ways = {d.station: d.to_s + d.from_s for d in truck.detours}
        to_s = next(d.to_s for d in truck.detours if d.station == swap.station)
        waited_s = swap.start_s - to_s
        lost_s = waited_s + ways[swap.station] - min(ways.values())
        losses.setdefault(_carrier(swap.truck), []).append(lost_s / 60)
        cost_s += waited_s + ways[swap.station] + SWAP_S - truck.legs[0].travel_s
    cost_s += problem.params.unserved_s * len(plan.unserved)
    return losses, cost_s
