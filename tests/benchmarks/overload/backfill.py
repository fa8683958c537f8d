"""A week of one truck, sent at once, beside a fleet."""

from statistics import median
from typing import Any

from tests.benchmarks.overload.bench import Bench

REPORTS = 60_480  # seven days, one in ten seconds
A_REQUEST = 1000
WEEK_S = 7 * 86_400
STEP_S = 10
MOST_S = 120


def run_backfill(bench: Bench) -> dict[str, Any]:
    """Measure the drain, and the others with it and without, in turn, for equal times."""
    drains_s, quiet_ms, filled_ms, refused = [], [], [], 0
    for i in range(bench.options.rounds):
        for fills in (True, False):  # the drain first: it says how long to look
            if fills:
                others = bench.start_others(seconds=MOST_S)
                week = bench.units.run(
                    [bench.spared[60 + i % 40]],
                    units=1,
                    reports=A_REQUEST,
                    total=REPORTS,
                    age_s=WEEK_S,
                    step_s=STEP_S,
                    keeping=True,
                    seconds=MOST_S,
                )
                others.process.terminate()
                bench.count(week)
                drains_s.append(week["seconds"])
                refused += week["throttled"] + week["busy"]
                filled_ms.append(bench.count(others.result())["p99_ms"])
            else:
                others = bench.start_others(seconds=drains_s[-1])
                quiet_ms.append(bench.count(others.result())["p99_ms"])
        print(
            f"  a week in {drains_s[-1]:.1f} s; others' p99 {quiet_ms[-1]:.1f} ms, "
            f"meanwhile {filled_ms[-1]:.1f} ms",
            flush=True,
        )
    figures = {
        "drain_s": drains_s,
        "quiet_p99_ms": quiet_ms,
        "backfill_p99_ms": filled_ms,
        "medians": median(filled_ms) / median(quiet_ms),
        "refused": refused,
    }
    print(
        f"a week of one truck in {median(drains_s):.1f} s (most {max(drains_s):.1f}), p99 of the "
        f"others x {figures['medians']:.2f}",
        flush=True,
    )
    return figures
