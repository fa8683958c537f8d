"""Planners on the known instances, as a table and a last line of JSON (`make bench-plan`).

``python -m tests.benchmarks.plan [--time-limit-s S] [--workers 2] [--seed 0] [INSTANCE ...]``. An
instance is a known name or a file; each known one has the time limits that are asked of the
planner. Every planner runs by its command, in a process of its own. Costs are worked out again
by `check_plan`; `bad` counts the rules that our plan breaks, and a bound above any plan's cost.

gap = (cost - fine bound) / (fine bound - unserved_s x trucks without any way), and own gap the same
with our own bound; fine bounds were found offline, where there is none gap is own gap.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from dispatch.planning.check import check_plan, plan_cost_s
from dispatch.planning.exchange import read_problem
from dispatch.planning.problem import SwapProblem
from tests.benchmarks.children import Planned, model_seconds, planned
from tests.benchmarks.yardsticks import Yardstick, instance_file, wanted

COLUMNS = (
    ("instance", 20), ("limit_s", 7), ("nearest", 9), ("greedy", 9), ("ours", 9), ("bound", 9),
    ("fine", 8), ("gap", 6), ("own_gap", 7), ("asked", 12), ("met", 4), ("unserved", 8),
    ("wall_s", 7), ("peak_mb", 7), ("import_s", 8), ("build_s", 7), ("bad", 3),
)  # fmt: skip
BASELINES = ("nearest", "greedy")


def main() -> None:
    """Print one row an instance and time limit, then all rows as one line of JSON."""
    options = _parser().parse_args()
    print("  ".join(f"{name:>{width}}" for name, width in COLUMNS))
    rows: list[dict[str, Any]] = []
    missing: list[str] = []
    bases: dict[str, dict[str, Any]] = {}
    for stick in wanted(options.instances, time_limit_s=options.time_limit_s):
        path = instance_file(stick.instance)
        if path is None:
            missing.append(stick.instance)
            print(f"{stick.instance:>20}  is not there")
            continue
        problem = read_problem(path)
        if stick.instance not in bases:
            bases[stick.instance] = _base(problem, path)
        row = _row(stick, problem, path, bases[stick.instance], options)
        rows.append(row)
        print("  ".join(f"{_text(row[name]):>{width}}" for name, width in COLUMNS), flush=True)
    total = {"workers": options.workers, "seed": options.seed, "rows": rows, "missing": missing}
    print(json.dumps(total))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instances", nargs="*")
    parser.add_argument("--time-limit-s", type=float)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _base(problem: SwapProblem, path: Path) -> dict[str, Any]:
    """Give what is the same under every time limit: baselines, import, model."""
    plans = {
        name: planned(path, planner=name, time_limit_s=1, workers=1, seed=0).plan
        for name in BASELINES
    }
    costs = {name: plan_cost_s(problem, plan) for name, plan in plans.items()}
    lost = sum(entry.reason == "unreachable" for entry in plans["greedy"].unserved)
    return {**costs, **model_seconds(path), "lost_s": lost * problem.params.unserved_s}


def _row(
    stick: Yardstick,
    problem: SwapProblem,
    path: Path,
    base: dict[str, Any],
    options: argparse.Namespace,
) -> dict[str, Any]:
    limit_s = stick.time_limit_s
    ours: Planned = planned(
        path, planner="search", time_limit_s=limit_s, workers=options.workers, seed=options.seed
    )
    plan = ours.plan
    cost_s = plan_cost_s(problem, plan)
    gaps = {
        "gap": _percent(cost_s, stick.fine_s or plan.bound_s, base["lost_s"]),
        "own gap": _percent(cost_s, plan.bound_s, base["lost_s"]),
    }
    asked = stick.most_percent
    too_high = plan.bound_s > min(cost_s, *(base[name] for name in BASELINES))
    return {
        "instance": stick.instance.rpartition("/")[2].removesuffix(".json.gz"),
        "limit_s": limit_s,
        **{name: base[name] for name in (*BASELINES, "import_s", "read_s", "build_s")},
        "ours": cost_s,
        "bound": plan.bound_s,
        "fine": stick.fine_s,
        "gap": gaps["gap"],
        "own_gap": gaps["own gap"],
        "asked": None if asked is None else f"{stick.measure} {asked:g}",
        "met": None if asked is None else gaps[stick.measure] <= asked,
        "unserved": len(plan.unserved),
        "wall_s": round(ours.wall_s, 2),
        "peak_mb": round(ours.peak_mb),
        "bad": len(check_plan(problem, plan)) + too_high,
    }


def _percent(cost_s: int, bound_s: int, lost_s: int) -> float:
    return round(100 * (cost_s - bound_s) / max(1, bound_s - lost_s), 2)


def _text(value: object) -> str:
    words = {None: "-", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


if __name__ == "__main__":
    main()
