"""The planner: greedy first, then search for better with a bound beside it."""

from math import inf
from random import Random
from time import monotonic

from dispatch.planning.assemble import assemble_plan
from dispatch.planning.baseline import fill_greedily
from dispatch.planning.bounding import BoundProcess
from dispatch.planning.holds import with_hold_faults
from dispatch.planning.job import Job
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.schedule import Schedule
from dispatch.planning.search import Search
from dispatch.planning.warm import WarmStart, start_warm

_FEW_JOBS = 25
_SHORT_S = 2.0
_BOUND_SHARE = 0.2
_TOLL_SHARE = 0.15
_MANY_JOBS = 150
_LAST_BOUND_S = 0.4
_TOLL_STEPS = 60
_STEPS_A_BOUND_STEP = 50


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
    bound_s = _improve(schedule, params, until_s, seed, warm)
    if warm.is_worth_keeping(schedule):
        warm.restore(schedule)
    plan = assemble_plan(schedule, bound_s=bound_s, seconds=monotonic() - started_s)
    return with_hold_faults(problem, plan)


def _improve(
    schedule: Schedule, params: PlannerParams, until_s: float, seed: int, warm: WarmStart
) -> int:
    """Search until the time is over or nothing is left to gain; gives the bound."""
    least_s = schedule.least_cost_s
    left_s = until_s - monotonic()
    if schedule.cost_s <= least_s:
        return least_s
    if params.work_limit is not None:
        return _improve_by_steps(schedule, params.work_limit, seed, warm)
    if left_s <= 0:
        return least_s
    if left_s >= _SHORT_S and not warm.kept and _is_scarce(schedule):
        _build_with_tolls(schedule, monotonic() + _TOLL_SHARE * left_s)
    search = Search(schedule, random=Random(seed))  # noqa: S311 - not for secrets
    if len(search.jobs) <= _FEW_JOBS or left_s < _SHORT_S:
        search.run(until_s=until_s - _BOUND_SHARE * left_s, bound_s=lambda: least_s)
        last_s = min(until_s, monotonic() + _LAST_BOUND_S)
        return least_s if schedule.cost_s <= least_s else _bound_here(schedule, last_s)
    if params.workers == 1:
        bound_s = _bound_here(schedule, monotonic() + _BOUND_SHARE * left_s)
        search.run(until_s=until_s, bound_s=lambda: bound_s)
        return bound_s
    return _search_beside_bound(schedule, search, until_s)


def _improve_by_steps(schedule: Schedule, most_steps: int, seed: int, warm: WarmStart) -> int:
    """Search a number of steps, then take some for the bound; no clock is looked at."""
    if most_steps and not warm.kept and _is_scarce(schedule):
        _build_with_tolls(schedule, inf, most_steps=_TOLL_STEPS)
    least_s = schedule.least_cost_s
    search = Search(schedule, random=Random(seed))  # noqa: S311 - not for secrets
    search.run(until_s=inf, bound_s=lambda: least_s, most_steps=most_steps)
    return _bound_here(schedule, inf, most_steps=most_steps // _STEPS_A_BOUND_STEP)


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
    try:
        search.run(until_s=until_s, bound_s=lambda: max(least_s, beside.best_s()))
    finally:
        bound_s = max(least_s, beside.stop())
    return bound_s


def _is_scarce(schedule: Schedule) -> bool:
    """Whether greedy left out trucks of a large region that have a way to be served."""
    left_out = sum(
        bool(job.itineraries) and job.index not in schedule.placements for job in schedule.jobs
    )
    return left_out > 0 and len(schedule.jobs) > _MANY_JOBS


def _build_with_tolls(schedule: Schedule, until_s: float, most_steps: float = inf) -> None:
    """Build greedily again, with each way charged for what it takes from others; keep the better.

    Where packs are scarce this starts the search much lower than greedy alone.
    """
    from dispatch.planning.bound import find_tolls  # noqa: PLC0415 - numpy, late

    before, before_s = dict(schedule.placements), schedule.cost_s
    free = [job for job in schedule.jobs if not job.timeline.pinned]
    try:
        schedule.tolls = find_tolls(
            schedule, upper_s=before_s, until_s=until_s, most_steps=most_steps
        )
    except MemoryError:  # the plan can do without
        return
    _clear(schedule, free)
    fill_greedily(schedule)
    schedule.tolls = None
    if schedule.cost_s > before_s:
        _clear(schedule, free)
        for job in free:
            if job.index in before:
                schedule.put(job, before[job.index])


def _clear(schedule: Schedule, jobs: list[Job]) -> None:
    for job in jobs:
        if job.index in schedule.placements:
            schedule.take_out(job)


def _bound_here(schedule: Schedule, until_s: float, most_steps: float = inf) -> int:
    # Loaded late: numpy would cost small problems more time than their search.
    from dispatch.planning.bound import raise_bound  # noqa: PLC0415

    try:
        return raise_bound(
            schedule,
            upper_s=schedule.cost_s,
            until_s=until_s,
            report=lambda _: None,
            most_steps=most_steps,
        )
    except MemoryError:  # the plan can do without
        return schedule.least_cost_s
