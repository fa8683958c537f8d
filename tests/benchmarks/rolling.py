"""Planning again and again: what moves, what it costs, and how quick one truck is answered.

``python -m tests.benchmarks.rolling [--time-limit-s 10] [--seeds 2] [INSTANCE ...]``. For each
instance and seed: the standing plan is planned again as it is, five minutes later, and after a
change of 5 % (late trucks, new trucks, a closed lane); its cost without the cost of change is set
against a plan from scratch of the same seconds. Then trucks of the instance are taken out of the
standing plan and answered one by one. The last line is JSON.
"""

import argparse
import json
from dataclasses import replace
from random import Random
from time import perf_counter
from typing import Any

from dispatch.planning.check import check_plan, plan_cost_s
from dispatch.planning.exchange import read_problem
from dispatch.planning.one_truck import swap_one_truck
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.solve import plan_swaps
from tests.benchmarks.yardsticks import instance_file
from tests.perturbation import five_percent, later, moved, promised, without_promises

CHANGE_S = 300
LATER_S = 300
ONE_TRUCKS = 200
COLUMNS = (
    ("instance", 20), ("seed", 4), ("promises", 8), ("again", 5), ("later", 5), ("unaffected", 10),
    ("moved", 5), ("moved_pct", 9), ("cost", 8), ("scratch", 8), ("against_pct", 11), ("bad", 3),
)  # fmt: skip


def main() -> None:
    """Print one row an instance and seed, then the latencies of one truck, then all as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instances", nargs="*", default=["shuttle-1000x60-s1"])
    parser.add_argument("--time-limit-s", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    params = PlannerParams(time_limit_s=options.time_limit_s, workers=options.workers)
    rows, answers = [], []
    print("  ".join(f"{name:>{width}}" for name, width in COLUMNS))
    for name in options.instances:
        path = instance_file(name)
        if path is None:
            print(f"{name:>20}  is not there")
            continue
        problem = read_problem(path)
        for seed in range(options.seeds):
            row, standing = _row(name, problem, seed, params)
            rows.append(row)
            print("  ".join(f"{row[key]:>{width}}" for key, width in COLUMNS), flush=True)
            if seed == 0:
                answers.append(_one_truck(name, problem, standing))
    for answer in answers:
        print(answer)
    print(json.dumps({"change_s": CHANGE_S, "rows": rows, "one_truck": answers}))


def _row(
    name: str, problem: SwapProblem, seed: int, params: PlannerParams
) -> tuple[dict[str, Any], SwapPlan]:
    change = five_percent(problem, seed)
    standing = plan_swaps(change.before, params)
    same = promised(change.before, standing, change_s=CHANGE_S)
    again = plan_swaps(same, params)
    bad = len(check_plan(same, again))
    shifted = 0
    if len({swap.truck for swap in standing.swaps}) == len(standing.swaps):
        world = later(change.before, standing, LATER_S, change_s=CHANGE_S)
        after = plan_swaps(world, params)
        shifted, bad = len(moved(world, after)), bad + len(check_plan(world, after))
    world = change.after(standing, change_s=CHANGE_S)
    plan = plan_swaps(world, params)
    bare = without_promises(world)
    scratch = plan_swaps(bare, params)
    bad += len(check_plan(world, plan)) + len(check_plan(bare, scratch))
    affected = change.affected(standing)
    unaffected = sum(bool(truck.holds) and truck.id not in affected for truck in world.trucks)
    shaken = len(moved(world, plan) - affected)
    cost_s = plan_cost_s(bare, plan)
    return {
        "instance": name,
        "seed": seed,
        "promises": len(standing.swaps),
        "again": len(set(again.swaps) ^ set(standing.swaps)),
        "later": shifted,
        "unaffected": unaffected,
        "moved": shaken,
        "moved_pct": round(100 * shaken / max(1, unaffected), 2),
        "cost": cost_s,
        "scratch": scratch.cost_s,
        "against_pct": round(100 * (cost_s / scratch.cost_s - 1), 2),
        "bad": bad,
    }, standing


def _one_truck(name: str, problem: SwapProblem, standing: SwapPlan) -> dict[str, Any]:
    """Answer trucks one by one against the plan without them; promises count as accepted."""
    givers = {pack.rsplit("/", 2)[0] for swap in standing.swaps for pack in swap.packs}
    swapped = sorted({swap.truck for swap in standing.swaps} - givers)
    chosen = Random(0).sample(swapped, min(ONE_TRUCKS, len(swapped)))  # noqa: S311 - not secret
    fixed = promised(problem, standing, change_s=CHANGE_S, fixed=True)
    figures: dict[str, Any] = {"instance": name, "asked": len(chosen)}
    for label, world, may_move in (("fixed", fixed, False), ("movable", problem, True)):
        seconds, served, bad = [], 0, 0
        for truck in chosen:
            stands = replace(standing, swaps=tuple(s for s in standing.swaps if s.truck != truck))
            begun_s = perf_counter()
            found = swap_one_truck(world, stands, truck, may_move=may_move)
            seconds.append(perf_counter() - begun_s)
            served += bool(found.swaps)
            away = {swap.truck for swap in found.moved}
            kept = [swap for swap in stands.swaps if swap.truck not in away]
            joint = replace(stands, swaps=(*kept, *found.moved, *found.swaps))
            codes = {fault.code for fault in check_plan(problem, joint)}
            bad += bool(codes - {"cost", "bound", "unlisted", "listed"})
        seconds.sort()
        figures[label] = {
            "p50_ms": round(1000 * seconds[len(seconds) // 2], 1),
            "p95_ms": round(1000 * seconds[int(0.95 * len(seconds))], 1),
            "max_ms": round(1000 * seconds[-1], 1),
            "served": served,
            "bad": bad,
        }
    return figures


if __name__ == "__main__":
    main()
