"""One day under one policy, as a task that any process can do, and what is kept of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from dispatch.planning.baseline import greedy
from dispatch.planning.params import PlannerParams
from dispatch.planning.solve import plan_swaps
from dispatch.simulation.day.bound import DayBound
from dispatch.simulation.day.fleet import DayTruck, day_trucks
from dispatch.simulation.day.followed import Limits, known_policy
from dispatch.simulation.day.foreseen import Foresight
from dispatch.simulation.day.hungarian import Hungarian
from dispatch.simulation.day.likely import likely_prices
from dispatch.simulation.day.params import AS_EXPECTED, LOADS, DayParams
from dispatch.simulation.day.planned import Planned
from dispatch.simulation.day.policy import Nearest, Policy
from dispatch.simulation.day.sites import Site, day_sites
from dispatch.simulation.day.sizing import sized
from dispatch.simulation.day.spent import energy_cny
from dispatch.simulation.day.tally import Tally
from dispatch.simulation.day.world import Day
from dispatch.simulation.day.worth import Worth

POLICIES = ("nearest", "greedy", "hungarian", "planner")
FORESIGHT = "foresight"
"""The planner, when the orders of the whole day are known at its beginning."""
BOUND = "bound"
KNOWN = "known"
"""The best day found with everything known from its beginning: between the bound and any policy."""
CHANGE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTask:
    """What to run: a load of the day by name, chance by seed, and who decides."""

    policy: str
    load: str = "moderate"
    seed: int = 1
    trucks: int = 1_000
    stations: int = 23
    hours: int = 24
    notice_min: int = 60
    is_as_expected: bool = False
    work_limit: int = 600
    bound_steps: int = 600
    known_steps: int = 8_000
    draws: int = 2
    draw_steps: int = 60

    @property
    def params(self) -> DayParams:
        """The day's parameters; `noise` or none."""
        shift_h, peak_share = LOADS[self.load]
        params = DayParams(
            seed=self.seed,
            trucks=self.trucks,
            stations=self.stations,
            hours=self.hours,
            shift_h=shift_h,
            peak_share=peak_share,
            notice_s=self.notice_min * 60,
        )
        return replace(params, chances=AS_EXPECTED) if self.is_as_expected else params


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """What is kept of a day; means are minutes a swap, `lost_min` is of all trucks together.

    Of a bound only `lost_min` is known.
    """

    task: DayTask
    lost_min: float
    swaps: int = 0
    swapping_min: float = 0.0
    detour_min: float = 0.0
    wait_min: float = 0.0
    unplanned: int = 0
    unfinished: int = 0
    stranded: int = 0
    refused: int = 0
    changed: int = 0
    energy_cny: float = 0.0
    plan_mean_s: float = 0.0
    plan_max_s: float = 0.0
    fingerprint: str = ""
    waits_min: tuple[float, ...] = ()
    lines: tuple[tuple[int, int, int], ...] = ()

    @property
    def detour_and_wait_min(self) -> float:
        """Mean detour and wait of a swap."""
        return self.detour_min + self.wait_min


def build(params: DayParams) -> tuple[tuple[Site, ...], tuple[DayTruck, ...]]:
    """Build stations (for the moderate load, whatever the load is) and draw the fleet."""
    shift_h, peak_share = LOADS["moderate"]
    bare = day_sites(params)
    usual = replace(params, shift_h=shift_h, peak_share=peak_share, notice_s=DayParams().notice_s)
    sites = sized(bare, day_trucks(usual, bare))
    return sites, day_trucks(params, sites)


def policy_of(task: DayTask, sites: tuple[Site, ...] = ()) -> Policy:
    """Return who decides; who has foresight looks at the stations beforehand."""
    if task.policy == "nearest":
        return Nearest()
    if task.policy == "greedy":
        return Planned(greedy, PlannerParams(), keeps=True)
    if task.policy == "hungarian":
        return Hungarian()
    if task.policy in {"planner", FORESIGHT}:
        limit = PlannerParams(workers=1, work_limit=task.work_limit)
        foresight = _foresight(task, sites) if task.policy == FORESIGHT else None
        return Planned(plan_swaps, limit, keeps=False, change_s=CHANGE_S, foresight=foresight)
    raise ValueError(f"no policy {task.policy!r}; there are {', '.join((*POLICIES, FORESIGHT))}")


def _foresight(task: DayTask, sites: tuple[Site, ...]) -> Foresight:
    """Learn from the day's orders who comes, and what lanes and packs are likely to be worth."""
    likely = likely_prices(task.params, sites, draws=task.draws, steps=task.draw_steps)
    return Foresight(day_trucks(replace(task.params, charges=1), sites), Worth(likely))


def run_task(task: DayTask, progress: Callable[[float], None] | None = None) -> DayResult:
    """Do a task; `progress` is told its share done."""
    params = task.params
    sites, trucks = build(params)
    if task.policy == BOUND:
        found = DayBound(sites, trucks).find(steps=task.bound_steps, progress=progress)
        return DayResult(task=task, lost_min=found.lost_min)
    if task.policy == KNOWN:
        limits = Limits(task.bound_steps, task.known_steps)
        known = known_policy(sites, trucks, limits=limits, progress=progress)
        return _result(task, Day(params, sites, trucks, known).run(), sites)
    return _result(task, Day(params, sites, trucks, policy_of(task, sites)).run(progress), sites)


def _result(task: DayTask, tally: Tally, sites: tuple[Site, ...]) -> DayResult:
    swaps = max(1, len(tally.swaps))
    return DayResult(
        task=task,
        lost_min=sum(tally.lost_s.values()) / 60.0,
        swaps=len(tally.swaps),
        swapping_min=sum(sites[row.site].swap_s for row in tally.swaps) / 60.0,
        detour_min=sum(row.detour_s for row in tally.swaps) / 60.0 / swaps,
        wait_min=sum(row.wait_s for row in tally.swaps) / 60.0 / swaps,
        unplanned=tally.unplanned,
        unfinished=tally.unfinished,
        stranded=tally.stranded,
        refused=tally.refused,
        changed=tally.changed,
        energy_cny=energy_cny(tally.swaps),
        plan_mean_s=sum(tally.planning_s) / max(1, len(tally.planning_s)),
        plan_max_s=max(tally.planning_s, default=0.0),
        fingerprint=tally.fingerprint(),
        waits_min=tuple(row.wait_s / 60.0 for row in tally.swaps),
        lines=tuple(tally.lines),
    )
