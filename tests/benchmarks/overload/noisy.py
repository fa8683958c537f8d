"""One device that sends as quickly as it is answered, beside a fleet."""

from typing import Any

from tests.benchmarks.overload.bench import Bench
from tests.benchmarks.overload.windows import disturb

CONNECTIONS = 32


def run_noisy(bench: Bench) -> dict[str, Any]:
    """Measure the others with the noisy device and without, in turn."""
    said = []

    def make_noise(i: int) -> None:
        key = bench.spared[30 + i % 30]
        noise = bench.units.run([key], units=CONNECTIONS, seconds=bench.options.round_s)
        said.append(bench.count(noise))

    found = disturb(bench, make_noise)
    taken, throttled = (sum(one[name] for one in said) for name in ("ok", "throttled"))
    print(f"one noisy device ({taken} taken, {throttled} throttled): {found}", flush=True)
    return {**found.figures(), "noise_taken": taken, "noise_throttled": throttled}
