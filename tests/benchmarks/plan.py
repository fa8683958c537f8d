"""Planners on the known instances: cost, bounds, seconds, violations (`make bench-plan`).

``python -m tests.benchmarks.plan [--time-limit-s 10] [--planner search] [INSTANCE ...]``. Larger
instances are read from `../shared/data/planning`; those that are absent are left out. Gap is
(cost - fine bound) / (fine bound - unserved_s x trucks without any option), where the fine bound
is that of a relaxation on a finer grid, found offline, or our own where none is known.
"""

import argparse
from pathlib import Path
from time import perf_counter

from dispatch.planning.baseline import greedy, nearest
from dispatch.planning.check import check_plan
from dispatch.planning.exchange import read_problem
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.solve import plan_swaps

OWN = Path(__file__).parents[1] / "data" / "planning"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "planning"
PLANNERS = {"nearest": nearest, "greedy": greedy, "search": plan_swaps}
FINE_BOUND_S = {
    "shuttle-100x8-s1": 76_524,
    "shuttle-300x20-s1": 209_659,
    "short-300x20-s1": 347_871,
    "shuttle-1000x60-s1": 711_605,
    "short-1000x60-s1": 976_599,
    "shuttle-3000x150-s1": None,
    "corridor-60x8-s1": None,
    "corridor-200x12-s1": None,
}
ROW = "{:<20} {:<8} {:>10} {:>10} {:>10} {:>7} {:>7} {:>8} {:>6} {:>4}"


def main() -> None:
    """Print one row an instance and planner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instances", nargs="*", default=list(FINE_BOUND_S))
    parser.add_argument("--planner", choices=PLANNERS, action="append")
    parser.add_argument("--time-limit-s", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    params = PlannerParams(time_limit_s=options.time_limit_s, workers=options.workers)
    head = ("instance", "planner", "cost_s", "bound_s", "fine_s", "gap %", "own %", "unserved")
    print(ROW.format(*head, "s", "bad"))
    for name in options.instances:
        path = next((p for p in (OWN, SHARED) if (p / f"{name}.json.gz").exists()), None)
        if path is None:
            print(f"{name:<20} is not there")
            continue
        problem = read_problem(path / f"{name}.json.gz")
        for planner in options.planner or PLANNERS:
            begun_s = perf_counter()
            plan = PLANNERS[planner](problem, params, seed=options.seed)
            _print_row(name, planner, problem, plan, perf_counter() - begun_s)


def _print_row(
    name: str, planner: str, problem: SwapProblem, plan: SwapPlan, seconds: float
) -> None:
    lost_s = problem.params.unserved_s * sum(
        entry.reason == "unreachable" for entry in plan.unserved
    )
    fine_s = FINE_BOUND_S.get(name)
    yardstick_s = fine_s or plan.bound_s
    row = ROW.format(
        name,
        planner,
        plan.cost_s,
        plan.bound_s,
        fine_s or "-",
        f"{100 * (plan.cost_s - yardstick_s) / max(1, yardstick_s - lost_s):.2f}",
        f"{100 * (plan.cost_s - plan.bound_s) / max(1, plan.bound_s - lost_s):.2f}",
        len(plan.unserved),
        f"{seconds:.2f}",
        len(check_plan(problem, plan)),
    )
    print(row, flush=True)


if __name__ == "__main__":
    main()
