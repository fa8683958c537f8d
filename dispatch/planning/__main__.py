"""Plan one problem: ``python -m dispatch.planning PROBLEM.json > PLAN.json``.

Needs no database, no Django and no settings. `-` reads the problem from standard input.
"""

import argparse
import json
import sys

from dispatch.planning.baseline import greedy, nearest
from dispatch.planning.exchange import plan_to_json, read_problem
from dispatch.planning.params import PlannerParams
from dispatch.planning.solve import plan_swaps
from dispatch.planning.values import ProblemError

PLANNERS = {"search": plan_swaps, "greedy": greedy, "nearest": nearest}


def main(arguments: list[str]) -> int:
    """Read a problem, plan it, print the plan; 2 with one sentence if it cannot be read."""
    options = _parser().parse_args(arguments)
    try:
        params = PlannerParams(
            time_limit_s=options.time_limit_s,
            workers=options.workers,
            work_limit=options.work_limit,
        )
        problem = read_problem(options.problem)
    except (ProblemError, ValueError) as error:
        print(f"dispatch.planning: {error}", file=sys.stderr)
        return 2
    plan = PLANNERS[options.planner](problem, params, seed=options.seed)
    json.dump(plan_to_json(plan), sys.stdout, ensure_ascii=False)
    print()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dispatch.planning", description=__doc__)
    parser.add_argument("problem", help="a .json or .json.gz file, or - for standard input")
    parser.add_argument("--time-limit-s", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--work-limit", type=int, help="steps of the search, instead of seconds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--planner", choices=PLANNERS, default="search")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
