"""What orderly charging saves against charging on return, and at what wait.

``python -m tests.benchmarks.charging [--seeds 5] [--days 3]``: station-days of each kind under
Tangshan's winter tariff, the same trucks for both policies.
"""

import argparse
from time import perf_counter

from tests.station_days import Tally, arrivals_s, run_days

CASES = ((7, 40, 7), (7, 70, 7), (10, 60, 6), (10, 100, 10), (14, 100, 8))
ROW = "{:>6} {:>6} {:>9} {:>12} {:>12} {:>8} {:>11} {:>11} {:>10}"


def main() -> None:
    """Print one row a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--days", type=int, default=3)
    options = parser.parse_args()
    head = ("packs", "swaps", "chargers", "return CNY", "orderly CNY", "saved %", "wait before")
    print(ROW.format(*head, "wait after", "ms a plan"))
    for packs, swaps, chargers in CASES:
        sums = {False: Tally(), True: Tally()}
        seconds = 0.0
        for seed in range(options.seeds):
            times = arrivals_s(seed, swaps_a_day=swaps, days=options.days)
            for is_orderly, total in sums.items():
                begun_s = perf_counter()
                tally = run_days(
                    times,
                    packs=packs,
                    swaps_a_day=swaps,
                    limit_w=chargers * 250_000,
                    is_orderly=is_orderly,
                    days=options.days,
                    seed=seed,
                )
                seconds += (perf_counter() - begun_s) if is_orderly else 0
                for name in ("cost_cny", "wait_s", "swaps", "plans"):
                    setattr(total, name, getattr(total, name) + getattr(tally, name))
        print(_row((packs, swaps, chargers), sums[False], sums[True], seconds), flush=True)


def _row(case: tuple[int, int, int], before: Tally, after: Tally, seconds: float) -> str:
    return ROW.format(
        *case,
        f"{before.cost_cny:.0f}",
        f"{after.cost_cny:.0f}",
        f"{100 * (1 - after.cost_cny / before.cost_cny):.1f}",
        f"{before.wait_s / max(1, before.swaps):.1f} s",
        f"{after.wait_s / max(1, after.swaps):.1f} s",
        f"{1000 * seconds / max(1, after.plans):.2f}",
    )


if __name__ == "__main__":
    main()
