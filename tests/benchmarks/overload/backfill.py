"""A week of one truck, sent at once, beside a fleet."""

from statistics import median
from typing import Any

from tests.benchmarks.overload.bench import Bench
from tests.benchmarks.overload.windows import disturb

REPORTS = 60_480  # seven days, one in ten seconds
A_REQUEST = 1000
WEEK_S = 7 * 86_400
STEP_S = 10
MOST_S = 120


def run_backfill(bench: Bench) -> dict[str, Any]:
    """Measure the drain, and the others with it and without, in turn."""
    said = []

    def send_week(i: int) -> None:
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
        said.append(bench.count(week))
        print(f"  a week in {week['seconds']:.1f} s", flush=True)

    found = disturb(bench, send_week)
    drains_s = [one["seconds"] for one in said]
    refused = sum(one["throttled"] + one["busy"] for one in said)
    print(
        f"a week of one truck in {median(drains_s):.1f} s (most {max(drains_s):.1f}), "
        f"{refused} requests told to wait: {found}",
        flush=True,
    )
    return {**found.figures(), "drain_s": drains_s, "told_to_wait": refused}
