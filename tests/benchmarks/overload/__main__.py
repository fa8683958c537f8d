"""More than the machine can take (`make bench-overload`).

``python -m tests.benchmarks.overload [--only flood|noisy|backfill] [--flood-s 180] [--rounds 5]``.
One service as it is deployed (2 web processes, durable PostgreSQL), loaded by `load.c`, which
takes a twentieth of what the service takes for a request.

* flood: three times what it takes, by units that wait as `Retry-After` says (`--manners polite`),
  that also send in one request what came due meanwhile (`keeping`, as our clients do), or that
  never wait (`rude`); good reports by what was taken before and after, memory of the web
  processes, alarms sent meanwhile, and the seconds until latencies are normal again;
* noisy: one device on 32 connections, each always waiting for an answer; p99 of the others at
  half load with and without it, second by second, in turn;
* backfill: a week at ten seconds of one truck, 1,000 reports a request; seconds until the last
  one is kept, and p99 of the others at half load with and without it.

The last line is JSON. Nothing may be lost: what was answered 200 is counted in the history.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.ingest.cpu import machine
from tests.benchmarks.overload.backfill import run_backfill
from tests.benchmarks.overload.bench import Bench, open_bench
from tests.benchmarks.overload.flood import run_flood
from tests.benchmarks.overload.noisy import run_noisy

VAR = Path(__file__).parents[3] / "var"
PHASES = {"flood": run_flood, "noisy": run_noisy, "backfill": run_backfill}


def main() -> None:
    """Measure what was asked for, and say whether anything was lost."""
    options = _options()
    VAR.mkdir(exist_ok=True)
    print(machine(), flush=True)
    figures: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory(dir=VAR, prefix="bench-overload-") as place:
        Path(place).chmod(0o755)
        with open_bench(Path(place), trucks=options.trucks, options=options) as bench:
            figures["capacity_s"] = _capacity(bench)
            for name, run in PHASES.items():
                if options.only in (None, name):
                    figures[name] = run(bench)
            kept = bench.kept()
    figures["acknowledged"], figures["kept"] = bench.acknowledged, kept
    print(f"{bench.acknowledged:,} reports answered 200, {kept:,} in the history")
    print(json.dumps(figures))
    sys.exit(kept < bench.acknowledged)


def _capacity(bench: Bench) -> float:
    # Every truck has a live state, every process its keys, and the day's table is no empty one.
    bench.full_load(seconds=bench.options.filled_s)
    bench.capacity_s = median(bench.full_load(seconds=5)["ok_s"] for _ in range(3))
    print(f"capacity: {bench.capacity_s:,.0f} single reports a second", flush=True)
    return bench.capacity_s


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PHASES)
    parser.add_argument("--trucks", type=int, default=10_000)
    parser.add_argument("--flood-s", type=float, default=180)
    parser.add_argument("--filled-s", type=float, default=60, help="of full load before all")
    parser.add_argument("--round-s", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--manners", choices=("polite", "keeping", "rude"), default="polite")
    parser.add_argument("--load", type=float, default=0.5, help="of the others, of what is taken")
    parser.add_argument("--times", type=float, default=3, help="the flood, of what is taken")
    return parser.parse_args()


if __name__ == "__main__":
    main()
