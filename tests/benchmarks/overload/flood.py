"""Three times what is taken, for minutes, by units that wait when they are refused, or do not."""

import threading
from statistics import median
from typing import Any

from tests.benchmarks.overload.bench import Bench

FLOOD_UNITS = 8000
ALARMS = 20
NORMAL_TIMES = 2.0  # p99 of a second is normal again when it is at most so many times the usual
AFTER_S = 30
SAME_S = 15  # as many units as in the flood, each asking again when it is answered


def run_flood(bench: Bench) -> dict[str, Any]:
    """Flood, watch, and see how long it takes to be as before."""
    usual = bench.start_others(seconds=10)
    usual_ms = bench.count(usual.result())["p99_ms"]
    before_mib = bench.web_mib()
    flood_s = bench.options.flood_s
    rate = bench.options.times * bench.capacity_s
    by_same_units = bench.full_load(seconds=SAME_S, units=FLOOD_UNITS)["ok_s"]
    flood = bench.units.start(
        bench.fleet,
        units=FLOOD_UNITS,
        rate=rate,
        seconds=flood_s,
        every=True,
        skip=True,
        **{bench.options.manners: True},
    )
    alarms = bench.units.start(
        bench.spared[:ALARMS], units=ALARMS, rate=ALARMS, seconds=flood_s, alarm_level=1
    )
    series_mib = _watch(bench, flood.process)
    flooded, rang = bench.count(flood.result()), bench.count(alarms.result())
    after = bench.start_others(seconds=AFTER_S)
    bench.count(after.result())
    after_mib = bench.web_mib()
    taken_after = bench.full_load(seconds=5)["ok_s"]
    normal_s = _normal_after_s(after.seconds, usual_ms)
    quarter = max(len(series_mib) // 4, 1)
    good_s = flooded["reports_s"] + rang["ok_s"]
    figures = {
        "manners": bench.options.manners,
        "due_s": rate,
        "sent_s": flooded["sent"] / flooded["seconds"],
        "good_s": good_s,
        "goodput": good_s / bench.capacity_s,
        "capacity_after_s": taken_after,
        "goodput_by_mean": 2 * good_s / (bench.capacity_s + taken_after),
        "taken_of_same_units_s": by_same_units,
        "goodput_by_same_units": good_s / by_same_units,
        "accepted_p99_ms": flooded["p99_ms"],
        "refused_p99_ms": flooded["refused_p99_ms"],
        "refused": {k: flooded[k] for k in ("busy", "throttled", "other", "broken")},
        "alarms": {k: rang[k] for k in ("sent", "ok", "busy", "throttled", "p99_ms")},
        "usual_p99_ms": usual_ms,
        "normal_after_s": normal_s,
        "web_mib": {
            "before": before_mib,
            "peak": max(series_mib),
            "median_of_quarters": [
                median(series_mib[i * quarter : (i + 1) * quarter]) for i in range(4)
            ],
            "after": after_mib,
        },
        "generator_cpu_s": flooded["cpu_s"],
    }
    _print(figures)
    return figures


def _print(figures: dict[str, Any]) -> None:
    alarms, mib = figures["alarms"], figures["web_mib"]
    print(
        f"flood of {figures['due_s']:,.0f} reports a second, {figures['manners']} units: "
        f"{figures['sent_s']:,.0f} requests, {figures['good_s']:,.0f} reports good, "
        f"{figures['goodput']:.0%} of what was taken before, "
        f"{figures['goodput_by_mean']:.0%} of before and after, "
        f"{figures['goodput_by_same_units']:.0%} of what as many units bring that only wait\n"
        f"  p99 of the good {figures['accepted_p99_ms']:.0f} ms, of refusals "
        f"{figures['refused_p99_ms']:.0f} ms; alarms {alarms['ok']} of {alarms['sent']}, "
        f"p99 {alarms['p99_ms']:.0f} ms\n"
        f"  normal after {figures['normal_after_s']} s; web {mib['before']:.0f} MiB, by quarters "
        f"{', '.join(f'{one:.0f}' for one in mib['median_of_quarters'])}, after {mib['after']:.0f}",
        flush=True,
    )


def _watch(bench: Bench, process: Any) -> list[float]:
    series, pause = [], threading.Event()
    while process.poll() is None and not pause.wait(1):
        series.append(bench.web_mib())
    return series or [0.0]


def _normal_after_s(seconds: list[dict[str, Any]], usual_ms: float) -> int | None:
    """Return the first second from which on p99 stays normal for three; None if it never does."""
    is_normal = [one["p99_ms"] <= max(NORMAL_TIMES * usual_ms, 30) for one in seconds]
    for i in range(len(is_normal) - 2):
        if all(is_normal[i : i + 3]):
            return i
    return None
