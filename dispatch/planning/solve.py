"""The planner."""

from random import Random
from time import monotonic

from dispatch.planning.assemble import assemble_plan
from dispatch.planning.baseline import fill_greedily
from dispatch.planning.bound import least_cost_s
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.schedule import Schedule
from dispatch.planning.search import Search


def plan_swaps(problem: SwapProblem, params: PlannerParams, *, seed: int = 0) -> SwapPlan:
    """Choose which truck swaps where, when and with which packs."""
    started_s = monotonic()
    schedule = Schedule(problem)
    fill_greedily(schedule)
    bound_s = least_cost_s(schedule)
    search = Search(schedule, random=Random(seed), bound_s=bound_s)  # noqa: S311 - no secret
    search.run(until_s=started_s + params.time_limit_s)
    return assemble_plan(schedule, bound_s=bound_s, seconds=monotonic() - started_s)
