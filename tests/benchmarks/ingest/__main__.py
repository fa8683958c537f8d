"""Reports at the limit of the machine (`make bench-ingest`).

``python -m tests.benchmarks.ingest [--rounds 5] [--seconds 4] [--trucks 10000]``. In each round
every contestant is loaded in turn, all of them real servers on one durable PostgreSQL (fsync on):

* the service as it is deployed, 2 workers, single reports and 20 a request, 200 connections;
* the same service at half the rate it just took, by the clock (open loop);
* an idiomatic view of Django REST framework (`baseline/`), granian WSGI 2 x 8 threads, 64
  connections: more only queue;
* text COPY of the same rows into the same table, one connection;
* a bare granian hello, 2 workers;
* a commit of one row after the other: what the disk asks of everybody.

Ratios are taken within a round; figures are medians over the rounds with their range. Every
report is a new one. In the end the history holds as many rows as were answered 2xx, or the exit
status is 1. The last line is JSON.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.ingest.copying import kept
from tests.benchmarks.ingest.cpu import machine
from tests.benchmarks.ingest.goals import rows, spread, table
from tests.benchmarks.ingest.load import need_wrk
from tests.benchmarks.ingest.rounds import MANY, Course, Measured
from tests.benchmarks.ingest.stand import open_stand

VAR = Path(__file__).parents[3] / "var"
NAMES = {
    "single": "ours, single",
    "many": "ours, 20 a request",
    "half": "ours, half load, by the clock",
    "drf_single": "DRF, single",
    "drf_many": "DRF, 20 a request",
    "hello": "bare granian hello",
    "commit": "a bare commit of one row, one connection",
}


def main() -> None:
    """Measure, print the tables, and say whether any report was lost."""
    options = _options()
    need_wrk()
    VAR.mkdir(exist_ok=True)
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(dir=VAR, prefix="bench-ingest-") as place:
        Path(place).chmod(0o755)
        with open_stand(Path(place), trucks=options.trucks) as stand:
            course = Course(stand, load_s=options.seconds)
            _warm(course)
            done, copies = _rounds(course, options.rounds)
            in_history = kept(stand.address("ours"))
            answered, faults = course.answered, course.faults
    figures = _figures(done, copies)
    _print(done, copies, figures)
    same = "as many" if in_history == answered else "NOT as many"
    print(f"\n{answered:,} reports answered 2xx, {in_history:,} in the history: {same}.")
    print("\n".join(faults))
    total = {
        "machine": machine(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "goals": rows(figures),
        "contestants": {name: [_flat(one) for one in found] for name, found in done.items()},
        "copy_rows_per_s": copies,
        "answered": answered,
        "in_history": in_history,
        "faults": faults,
    }
    print(json.dumps(total))
    sys.exit(in_history != answered)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of each contestant in each round")
    parser.add_argument("--trucks", type=int, default=10_000)
    return parser.parse_args()


def _warm(course: Course) -> None:
    """Let every truck have reported once, and every server have its connections."""
    for at_once in (1, MANY):
        course.run_ours(at_once)
        course.run_baseline(at_once)


def _rounds(course: Course, count: int) -> tuple[dict[str, list[Measured]], dict[str, list[float]]]:
    """Run the rounds, each beginning with another contestant."""
    done: dict[str, list[Measured]] = {name: [] for name in NAMES}
    copies: dict[str, list[float]] = {"small": [], "wide": []}

    def run_single() -> None:
        done["single"].append(course.run_ours(1))
        taken = median(one.load.per_second for one in done["single"])
        done["half"].append(course.run_paced(taken / 2))

    def run_many() -> None:
        ours, small, wide = course.run_many_and_copies(len(copies["small"]) + 1)
        done["many"].append(ours)
        copies["small"].append(small)
        copies["wide"].append(wide)

    steps = (
        run_single,
        lambda: done["drf_single"].append(course.run_baseline(1)),
        run_many,
        lambda: done["drf_many"].append(course.run_baseline(MANY)),
        lambda: done["hello"].append(course.run_hello()),
        lambda: done["commit"].append(course.run_commits()),
    )
    for n in range(count):
        for i in range(len(steps)):
            steps[(n + i) % len(steps)]()
        print(f"round {n + 1}: {_brief(done, copies)}", flush=True)
    return done, copies


def _brief(done: dict[str, list[Measured]], copies: dict[str, list[float]]) -> str:
    said = [f"{name} {found[-1].reports_per_s:,.0f}" for name, found in done.items()]
    said += [f"{name} copy {found[-1]:,.0f}" for name, found in copies.items()]
    return ", ".join(said) + " a second"


def _figures(
    done: dict[str, list[Measured]], copies: dict[str, list[float]]
) -> dict[str, list[float]]:
    rate = {name: [one.reports_per_s for one in found] for name, found in done.items()}

    def ratio(over: list[float], under: list[float]) -> list[float]:
        return [a / b for a, b in zip(over, under, strict=True)]

    return {
        "single_by_drf": ratio(rate["single"], rate["drf_single"]),
        "many_by_drf": ratio(rate["many"], rate["drf_many"]),
        "many_by_copy": ratio(rate["many"], copies["small"]),
        "many_by_wide_copy": ratio(rate["many"], copies["wide"]),
        "single_by_hello": ratio(rate["single"], rate["hello"]),
        "single_per_s": rate["single"],
        "p99_ms": [one.load.p99_ms for one in done["single"]],
        "half_p99_ms": [one.load.p99_ms for one in done["half"]],
    }


def _print(
    done: dict[str, list[Measured]],
    copies: dict[str, list[float]],
    figures: dict[str, list[float]],
) -> None:
    print(f"\n{table(figures)}\n")
    heads = ["contestant", "reports/s", "p50 ms", "p99 ms", "web, CPU µs a report"]
    heads += ["PostgreSQL, CPU µs a report", "others, cores"]
    print(f"| {' | '.join(heads)} |")
    print(f"{'|---' * len(heads)}|")
    for name, found in done.items():
        cells = [
            spread([one.reports_per_s for one in found]),
            spread([one.load.p50_ms for one in found]),
            spread([one.load.p99_ms for one in found]),
            spread([one.web_us for one in found]),
            spread([one.database_us for one in found]),
            spread([one.others_cores for one in found]),
        ]
        print(f"| {NAMES[name]} | {' | '.join(cells)} |")
    for name, copied in copies.items():
        print(f"| text COPY of {name} rows, 1 connection | {spread(copied)} | | | | | |")


def _flat(one: Measured) -> dict[str, Any]:
    return {
        "reports_per_s": one.reports_per_s,
        "p50_ms": one.load.p50_ms,
        "p99_ms": one.load.p99_ms,
        "web_us": one.web_us,
        "database_us": one.database_us,
        "others_cores": one.others_cores,
        "refused": one.load.refused,
        "broken": one.load.broken,
    }


if __name__ == "__main__":
    main()
