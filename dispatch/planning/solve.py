"""The planner: greedy first, then search for better with a bound beside it."""

from math import inf
from random import Random
from time import monotonic
from typing import TYPE_CHECKING

from dispatch.planning.assemble import assemble_plan
from dispatch.planning.bounding import BoundProcess
from dispatch.planning.guide import Guide
from dispatch.planning.holds import with_hold_faults
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.schedule import Schedule
from dispatch.planning.search import Search
from dispatch.planning.warm import start_warm

if TYPE_CHECKING:
    from dispatch.planning.tolls import Tolls

_FEW_JOBS = 25
_SHORT_S = 2.0
_BOUND_SHARE = 0.2
_LAST_BOUND_S = 0.4
_BUILDS = 4
_MOST_PRICE_STEPS = 200
_STEPS_A_PRICE_STEP = 50


def plan_swaps(problem: SwapProblem, params: PlannerParams, *, seed: int = 0) -> SwapPlan:
    """Choose which truck swaps where, when and with which packs, so that the fleet loses least.

    Minimises delay plus weighted lateness of the trucks in need, with `unserved_s` for each that
    is left without a swap, under every rule of the exchange format: lanes, charged packs and
    their return, reserves, horizon, promises.

    Parameters
    ----------
    problem
        An instant of a region; see :class:`SwapProblem`.
    params
        `time_limit_s` bounds the search; with 2 or more workers the bound is found beside it by
        a process of its own, with 1 before it. With `work_limit` the same plan comes every time.
    seed
        Equal problem, seed and `work_limit` give an equal plan. Without that limit they do with
        one worker, if the search ended before its time limit.

    Returns
    -------
    SwapPlan
        Feasible whatever happens, and never worse than `greedy`: `check_plan` finds no fault in
        it. `cost_s - bound_s` is how far from the best it can be, in seconds.

    Notes
    -----
    docs/explanation/planner.md. No I/O but for the process of the bound, no clock but the
    stop-watch of the time limit.
    """
    started_s = monotonic()
    until_s = started_s + params.time_limit_s
    schedule = Schedule(problem)
    warm = start_warm(schedule)
    bound_s = _improve(schedule, params, until_s, seed)
    if warm.is_worth_keeping(schedule):
        warm.restore(schedule)
    plan = assemble_plan(schedule, bound_s=bound_s, seconds=monotonic() - started_s)
    return with_hold_faults(problem, plan)


def _improve(schedule: Schedule, params: PlannerParams, until_s: float, seed: int) -> int:
    """Search until the time is over or nothing is left to gain; gives the bound."""
    least_s = schedule.least_cost_s
    left_s = until_s - monotonic()
    if schedule.cost_s <= least_s:
        return least_s
    if params.work_limit is not None:
        return _improve_by_steps(schedule, params.work_limit, seed)
    if left_s <= 0:
        return least_s
    search = Search(schedule, random=Random(seed))  # noqa: S311 - not for secrets
    if len(search.jobs) <= _FEW_JOBS:
        search.run(
            until_s=until_s - _BOUND_SHARE * left_s,
            bound_s=lambda: least_s,
            is_paced_by_clock=False,
        )
        last_s = min(until_s, monotonic() + _LAST_BOUND_S)
        return least_s if schedule.cost_s <= least_s else _bound_here(schedule, last_s)[0]
    if params.workers == 1 or left_s < _SHORT_S:
        bound_s = least_s
        # Building the relaxed problem takes about as long as building the schedule did.
        if left_s > _BUILDS * (params.time_limit_s - left_s):
            bound_s, guide = _bound_here(schedule, monotonic() + _BOUND_SHARE * left_s)
            search.follow(guide)
        search.run(until_s=until_s, bound_s=lambda: bound_s)
        return bound_s
    return _search_beside_bound(schedule, search, until_s)


def _improve_by_steps(schedule: Schedule, most_steps: int, seed: int) -> int:
    """Take some steps for the bound, then search a number of steps; no clock is looked at."""
    price_steps = min(_MOST_PRICE_STEPS, most_steps // _STEPS_A_PRICE_STEP)
    search = Search(schedule, random=Random(seed))  # noqa: S311 - not for secrets
    bound_s, guide = _bound_here(schedule, inf, most_steps=price_steps)
    search.follow(guide)
    search.run(until_s=inf, bound_s=lambda: bound_s, most_steps=most_steps)
    return bound_s


def _search_beside_bound(schedule: Schedule, search: Search, until_s: float) -> int:
    """Search here while a process of its own raises the bound; gives the bound."""
    least_s = schedule.least_cost_s
    try:
        beside = BoundProcess(
            schedule.problem, upper_s=schedule.cost_s, seconds=until_s - monotonic()
        )
    except OSError:  # no further process is allowed here: a plan without a good bound
        search.run(until_s=until_s, bound_s=lambda: least_s)
        return least_s

    def news() -> Guide | None:
        tolls = beside.take_tolls()
        return None if tolls is None else Guide(schedule, tolls)

    try:
        search.run(until_s=until_s, bound_s=lambda: max(least_s, beside.best_s()), news=news)
    finally:
        bound_s = max(least_s, beside.stop())
    return bound_s


def _bound_here(
    schedule: Schedule, until_s: float, most_steps: float = inf
) -> tuple[int, Guide | None]:
    """Raise the bound in this process; gives it, and a guide of the prices found on the way."""
    # Loaded late: numpy would cost small problems more time than their search.
    from dispatch.planning.bound import raise_bound  # noqa: PLC0415  see above

    found: list[Tolls] = []
    try:
        bound_s = raise_bound(
            schedule,
            upper_s=schedule.cost_s,
            until_s=until_s,
            report=lambda _: None,
            share=found.append,
            most_steps=most_steps,
        )
    except MemoryError:  # the plan can do without
        bound_s = schedule.least_cost_s
    return bound_s, Guide(schedule, found[-1]) if found else None
