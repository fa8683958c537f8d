"""One device that sends as quickly as it is answered, beside a fleet."""

from statistics import median
from typing import Any

from tests.benchmarks.overload.bench import Bench

CONNECTIONS = 32


def run_noisy(bench: Bench) -> dict[str, Any]:
    """Measure the others with the noisy device and without, in turn."""
    round_s = bench.options.round_s
    quiet_ms: list[float] = []
    noisy_ms: list[float] = []
    ratios, said = [], []
    for i in range(bench.options.rounds):
        for is_noisy in (i % 2 == 0, i % 2 == 1):
            others = bench.start_others(seconds=round_s)
            if is_noisy:
                key = bench.spared[30 + i % 30]
                noise = bench.units.start([key], units=CONNECTIONS, seconds=round_s)
                said.append(bench.count(noise.result()))
            p99_ms = bench.count(others.result())["p99_ms"]
            (noisy_ms if is_noisy else quiet_ms).append(p99_ms)
        ratios.append(noisy_ms[-1] / quiet_ms[-1])
        print(f"  others' p99 {quiet_ms[-1]:.1f} ms, with noise {noisy_ms[-1]:.1f} ms", flush=True)
    figures = {
        "quiet_p99_ms": quiet_ms,
        "noisy_p99_ms": noisy_ms,
        "medians": median(noisy_ms) / median(quiet_ms),
        "median_ratio": median(ratios),
        "noise": [{k: one[k] for k in ("sent", "ok", "throttled", "busy")} for one in said],
    }
    print(
        f"one noisy device: p99 of the others x {figures['medians']:.2f} (medians of "
        f"{len(ratios)} rounds), it sent {said[-1]['sent'] / round_s:,.0f}/s, "
        f"{said[-1]['ok']} taken",
        flush=True,
    )
    return figures
