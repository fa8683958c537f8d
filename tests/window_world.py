"""A day of promises in a small pure region, where nothing comes quite when it was predicted.

Every five minutes those who need a swap are planned beside the promises that stand, and each is
told a window made from what was measured until then. Drives, charging and swaps then take as long
as chance has it; the lane is given as the gate of the service gives it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random

from dispatch.planning import problem as planning
from dispatch.planning.baseline import greedy
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import Swap
from dispatch.planning.spreads import (
    CHARGE_PRIOR,
    DRIVE_PRIOR,
    LANE_PRIOR,
    Spread,
    came_share,
    measured,
    share_of,
)
from dispatch.planning.windows import Approach, Spreads, Window, narrowest_window

EPOCH_S = 300
SWAP_S = 300
CHARGE_W = 250_000
FULL_WH = 268_000
HORIZON_S = 4 * 3600
EARLY_MAY_DELAY_S = 120
ROADS = {"near": (300, 1200), "regional": (1200, 2700), "far": (2700, 3600)}

type Noise = Callable[[Random], float]
NOISES: dict[str, Noise] = {
    "log-normal 15 %": lambda chance: chance.lognormvariate(0.0, 0.15),
    "normal 15 %": lambda chance: max(0.4, chance.gauss(1.0, 0.15)),
    "within 15 %": lambda chance: chance.uniform(0.85, 1.15),
    "late at times": lambda chance: (
        chance.gauss(1.0, 0.05) + (chance.expovariate(1 / 0.4) if chance.random() < 0.2 else 0.0)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What this world is like, and what the service makes of it."""

    noise: Noise = NOISES["log-normal 15 %"]
    hours: float = 12.0
    stations: int = 8
    trucks_an_epoch: float = 3.0
    swap_spread: float = 0.05
    charge_spread: float = 0.08
    no_show_share: float = 0.02
    sets_out_s: tuple[float, float] = (0.0, 0.0)
    lane_faults_per_h: float = 0.05
    fault_s: tuple[float, float] = (600.0, 1800.0)
    is_early_let_in: bool = True
    kept: float = 0.9
    lane_buffer_s: int = 0
    learns: bool = True
    distort: Callable[[Spread], Spread] = lambda spread: spread


@dataclass(slots=True, kw_only=True)
class Promised:
    """One promise, what was predicted and what happened."""

    station: str
    lane: str
    road: str
    start_s: float
    offered_s: float
    eta_s: float
    packs_s: float | None
    window: Window
    arrives_s: float | None
    ready_s: float
    swap_s: float
    began_s: float | None = None

    @property
    def is_kept(self) -> bool:
        """Say whether the swap had begun when the window was over."""
        return self.began_s is not None and self.began_s <= self.window.to_s

    @property
    def is_within(self) -> bool:
        """Say whether the swap began in the window, not before it either."""
        return self.is_kept and (self.began_s or 0.0) >= self.window.from_s


@dataclass(slots=True)
class Measured:
    """What happened so far, as shares."""

    drives: dict[str, list[float]] = field(default_factory=dict)
    lanes: dict[str, list[float]] = field(default_factory=dict)
    charges: dict[str, list[float]] = field(default_factory=dict)
    came: int = 0
    promised: int = 0

    def note(self, one: Promised) -> None:
        """Learn from a promise that is over."""
        self.promised += 1
        if one.began_s is None or one.arrives_s is None:
            return
        self.came += 1
        late_s = one.arrives_s - one.eta_s
        way_s = one.eta_s - one.offered_s
        self.drives.setdefault(one.road, []).append(share_of(late_s, predicted_s=way_s))
        if one.packs_s is not None:
            late_s, charging_s = one.ready_s - one.packs_s, one.packs_s - one.offered_s
            share = share_of(late_s, predicted_s=charging_s)
            self.charges.setdefault(one.station, []).append(share)
        due_s = max(one.arrives_s, one.start_s, one.ready_s)
        share = share_of(max(0.0, one.began_s - due_s), predicted_s=0.0)
        self.lanes.setdefault(one.station, []).append(share)

    def spreads(self, road: str, station: str, habits: Habits) -> Spreads:
        """Return what the service believes now."""
        if not habits.learns:
            return Spreads(drive=DRIVE_PRIOR, lane=LANE_PRIOR, charge=CHARGE_PRIOR, came=0.98)
        return Spreads(
            drive=habits.distort(_nested(self.drives, road, DRIVE_PRIOR)),
            lane=habits.distort(_nested(self.lanes, station, LANE_PRIOR)),
            charge=habits.distort(_nested(self.charges, station, CHARGE_PRIOR)),
            came=came_share(self.came, self.promised),
        )


def _nested(samples: dict[str, list[float]], key: str, prior: Spread) -> Spread:
    """Shrink a class towards the whole region, and that towards the prior."""
    everywhere = [share for shares in samples.values() for share in shares]
    return measured(samples.get(key, []), prior=measured(everywhere, prior=prior))


class Region:
    """Stations with one lane each, their packs, and the promises that stand."""

    def __init__(self, habits: Habits, *, seed: int) -> None:
        self.habits = habits
        self.chance = Random(seed)  # noqa: S311  a world, not a secret
        self.measured = Measured()
        self.standing: list[Promised] = []
        self.over: list[Promised] = []
        self.now_s = 0.0
        self.trucks = 0
        self.packs: dict[str, dict[str, tuple[float, float]]] = {}
        self.free_s: dict[str, float] = {}
        self.faults: list[tuple[float, str, float]] = []
        for number in range(habits.stations):
            station = f"S{number}"
            self.packs[station] = {
                f"{station}P{k}": (at := self.chance.choice([0.0, 0.0, 1200.0, 2400.0]), at)
                for k in range(6)
            }
            self.free_s[station] = 0.0
            at_s = 0.0
            while (at_s := at_s + self.chance.expovariate(self._faults_per_s())) < 24 * 3600:
                heappush(self.faults, (at_s, station, self.chance.uniform(*habits.fault_s)))

    def _faults_per_s(self) -> float:
        return max(1e-9, self.habits.lane_faults_per_h / 3600)

    def run(self) -> list[Promised]:
        """Live through the day; return the promises that are over, in order of their end."""
        while self.now_s < self.habits.hours * 3600:
            self.plan()
            self.live_until(self.now_s + EPOCH_S)
        return self.over

    def plan(self) -> None:
        """Promise a swap to everybody who needs one since the last plan."""
        mean = self.habits.trucks_an_epoch
        count = sum(self.chance.random() < mean / 10 for _ in range(10))
        trucks = tuple(self._truck() for _ in range(count))
        problem = planning.SwapProblem(
            as_of="2026-11-21T08:00:00+08:00",
            horizon_s=HORIZON_S,
            params=planning.CostParams(),
            pack_types=(planning.PackType(id="LFP", full_wh=FULL_WH),),
            stations=tuple(self._station(station) for station in self.packs),
            trucks=trucks,
        )
        plan = greedy(problem, PlannerParams(time_limit_s=1, workers=1))
        ways = {(t.id, d.station): d.to_s for t in trucks for d in t.detours}
        ready = {pack.id: pack.ready_s for s in problem.stations for pack in s.packs}
        for swap in sorted(plan.swaps, key=lambda swap: swap.start_s):
            if swap.packs[0] in ready:
                way_s, ready_s = ways[swap.truck, swap.station], ready[swap.packs[0]]
                self._promise(swap, way_s=way_s, ready_s=ready_s)

    def _truck(self) -> planning.Truck:
        self.trucks += 1
        near_s = self.chance.uniform(400, 3300)
        chosen = self.chance.sample(sorted(self.packs), 3)
        detours = tuple(
            planning.Detour(
                after=0, station=station, to_s=int(near_s + extra), to_wh=1, from_s=2400, from_wh=1
            )
            for station, extra in zip(chosen, (0, 200, 500), strict=True)
        )
        return planning.Truck(
            id=f"T{self.trucks}",
            pack_type="LFP",
            energy_wh=100_000,
            reserve_wh=50_000,
            stops=(planning.Stop(), planning.Stop()),
            legs=(planning.Leg(travel_s=3600, energy_wh=99_000),),
            detours=detours,
        )

    def _station(self, station: str) -> planning.Station:
        spans = [
            (int(p.start_s - self.now_s), int(p.start_s - self.now_s) + self._slot_s())
            for p in self.standing
            if p.station == station and p.began_s is None
        ]
        spans.append((0, int(self.free_s[station] - self.now_s)))
        closed = _joined([(max(0, a), b) for a, b in spans if b > max(0, a)])
        packs = tuple(
            planning.Pack(id=code, type="LFP", ready_s=max(0, int(told_s - self.now_s)))
            for code, (told_s, _) in self.packs[station].items()
        )
        lane = planning.Lane(id=f"{station}-L1", swap_s=self._slot_s(), closed=closed)
        return planning.Station(id=station, lanes=(lane,), charge_w=CHARGE_W, packs=packs)

    def _slot_s(self) -> int:
        return SWAP_S + self.habits.lane_buffer_s

    def _promise(self, swap: Swap, *, way_s: int, ready_s: int) -> None:
        road = next(name for name, (_, most_s) in ROADS.items() if way_s <= most_s or name == "far")
        spreads = self.measured.spreads(road, swap.station, self.habits)
        approach = Approach(
            start_s=swap.start_s,
            arrival_s=way_s,
            way_s=way_s,
            packs_s=ready_s if ready_s > 0 else None,
            charging_s=ready_s,
        )
        window = narrowest_window(approach, spreads, kept=self.habits.kept)
        _, really_s = self.packs[swap.station].pop(swap.packs[0])
        comes = self.chance.random() >= self.habits.no_show_share
        spread = self.habits.swap_spread
        promised = Promised(
            station=swap.station,
            lane=swap.lane,
            road=road,
            start_s=self.now_s + swap.start_s,
            offered_s=self.now_s,
            eta_s=self.now_s + way_s,
            packs_s=self.now_s + ready_s if ready_s > 0 else None,
            window=Window(
                from_s=int(self.now_s) + window.from_s,
                to_s=int(self.now_s) + window.to_s,
                probability=window.probability,
            ),
            arrives_s=self._arrival_s(way_s) if comes else None,
            ready_s=really_s,
            swap_s=SWAP_S * self.chance.uniform(1 - spread, 1 + spread),
        )
        self.standing.append(promised)
        self._return_pack(promised)

    def _arrival_s(self, way_s: float) -> float:
        sets_out_s = self.chance.uniform(*self.habits.sets_out_s)
        return self.now_s + sets_out_s + way_s * self.habits.noise(self.chance)

    def _return_pack(self, promised: Promised) -> None:
        """Put the truck's own pack on charge; it takes about as long as the planner thinks."""
        charge_s = (FULL_WH - 60_000) * 3600 / CHARGE_W
        told_s = promised.start_s + SWAP_S + charge_s
        spread = self.habits.charge_spread
        really_s = told_s + charge_s * self.chance.gauss(0.0, spread)
        self.packs[promised.station][f"R{len(self.over) + len(self.standing)}"] = (
            told_s,
            really_s,
        )

    def live_until(self, until_s: float) -> None:
        """Let trucks arrive and swaps begin until the next plan."""
        for station in self.packs:
            self._live(station, until_s)
        gone = [p for p in self.standing if p.began_s is None and p.window.to_s + 900 < until_s]
        for one in [p for p in self.standing if p.began_s is not None] + [
            p for p in gone if p.arrives_s is None or p.arrives_s > until_s
        ]:
            self.standing.remove(one)
            self.over.append(one)
            self.measured.note(one)
        self.now_s = until_s

    def _live(self, station: str, until_s: float) -> None:
        while True:
            self._break(station, until_s)
            begun = self._next(station, until_s)
            if begun is None:
                return
            one, at_s = begun
            one.began_s = at_s
            self.free_s[station] = at_s + one.swap_s

    def _break(self, station: str, until_s: float) -> None:
        waiting = []
        while self.faults and self.faults[0][0] < until_s:
            at_s, where, lasts_s = heappop(self.faults)
            if where == station:
                self.free_s[station] = max(self.free_s[station], at_s) + lasts_s
            else:
                waiting.append((at_s, where, lasts_s))
        for fault in waiting:
            heappush(self.faults, fault)

    def _next(self, station: str, until_s: float) -> tuple[Promised, float] | None:
        """Return who is taken into the lane next, and when; None if not before `until_s`."""
        here = [
            p
            for p in self.standing
            if p.station == station and p.began_s is None and p.arrives_s is not None
        ]
        times = [(self._may_begin_s(p, here), p.start_s, id(p), p) for p in here]
        if not times:
            return None
        at_s, _, _, one = min(times)
        return (one, at_s) if at_s < until_s else None

    def _may_begin_s(self, one: Promised, here: list[Promised]) -> float:
        """Return when a truck may enter: at its start, or before if that delays nobody by much."""
        present_s = max(one.arrives_s or 0.0, one.ready_s, self.free_s[one.station])
        if present_s >= one.start_s:
            return present_s
        others = [p.start_s for p in here if p is not one and p.start_s + SWAP_S > present_s]
        delays = any(
            present_s + SWAP_S > start_s + EARLY_MAY_DELAY_S for start_s in sorted(others)[:1]
        )
        if self.habits.is_early_let_in and not delays:
            return present_s
        return one.start_s


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What came of many promises: shares in percent, windows in minutes."""

    promises: int
    kept_percent: float
    within_percent: float
    told_percent: float
    window_min: float
    wait_min: float


def judge(promises: list[Promised]) -> Kept:
    """Sum up what came of promises."""
    count = len(promises)
    waits = [
        (p.began_s - p.arrives_s) / 60
        for p in promises
        if p.began_s is not None and p.arrives_s is not None
    ]
    return Kept(
        promises=count,
        kept_percent=100 * sum(p.is_kept for p in promises) / count,
        within_percent=100 * sum(p.is_within for p in promises) / count,
        told_percent=100 * sum(p.window.probability for p in promises) / count,
        window_min=sum(p.window.length_s for p in promises) / 60 / count,
        wait_min=sum(waits) / max(1, len(waits)),
    )
