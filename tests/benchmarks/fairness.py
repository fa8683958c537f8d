"""What paying waits back does to equal carriers, and what it costs (`make bench-fairness`).

``python -m tests.benchmarks.fairness [--seeds 3] [--rounds 96]``: for each way of being unlucky,
the mean minutes lost by carrier, their spread (standard deviation) and the cost, with nothing
paid back and with bounds of 5, 10, 20 and 40 %; last, a line of JSON.
"""

import argparse
import json
from statistics import mean

from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.solve import plan_swaps
from tests.fairness_world import Carriers, live

LIMITS = PlannerParams(time_limit_s=0.1, workers=1)
WORLDS = {
    "named last": Carriers(),
    "2 min further from all": Carriers(further_s=120),
    "chance alone": Carriers(is_named_last=False),
}
ROW = "{:<24} {:>8} {:>10} {:>12} {:>9}  {}"


def planner(problem: SwapProblem) -> SwapPlan:
    """Plan as the service does, within a tenth of a second."""
    return plan_swaps(problem, LIMITS)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=96)
    options = parser.parse_args()
    print(
        ROW.format("unlucky", "bound %", "spread m", "of before", "cost %", "first seed, minutes")
    )
    told = {}
    for name, carriers in WORLDS.items():
        before_min = before_s = 0.0
        for bound in (0, 5, 10, 20, 40):
            rows = [
                live(
                    carriers,
                    planner=planner,
                    rounds=options.rounds,
                    seed=seed,
                    bound_percent=bound,
                )
                for seed in range(1, options.seeds + 1)
            ]
            spread_min, cost_s = mean(r.spread_min for r in rows), sum(r.cost_s for r in rows)
            if bound == 0:
                before_min, before_s = spread_min, cost_s
            cost_percent = 100 * (cost_s / before_s - 1)
            share = spread_min / before_min
            means = " ".join(f"{m:.2f}" for m in rows[0].means_min)
            row = (f"{spread_min:.3f}", f"{100 * share:.0f} %", f"{cost_percent:+.2f}", means)
            print(ROW.format(name, bound, *row), flush=True)
            told[f"{name}, {bound} %"] = {"spread_min": spread_min, "cost_percent": cost_percent}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
