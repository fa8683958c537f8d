"""The planner."""

from dispatch.planning.baseline import greedy
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem


def plan_swaps(problem: SwapProblem, params: PlannerParams, *, seed: int = 0) -> SwapPlan:
    """Choose which truck swaps where, when and with which packs."""
    return greedy(problem, params, seed=seed)
