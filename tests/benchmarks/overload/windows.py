"""A fleet under way without a pause, disturbed and left alone in turn: its p99 of each second."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from tests.benchmarks.overload.bench import Bench

MOST_S = 1200
WARM_S = 3.0


@dataclass(slots=True)
class Disturbed:
    """p99 in ms of each second left alone, and of each with a disturbance."""

    quiet_ms: list[float] = field(default_factory=list)
    disturbed_ms: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Return by how much the median second is worse."""
        return median(self.disturbed_ms) / median(self.quiet_ms)

    def figures(self) -> dict[str, Any]:
        """Return medians, quartiles and counts."""
        return {
            "ratio": self.ratio,
            **{
                name: {
                    "seconds": len(values),
                    "median_p99_ms": median(values),
                    "quartiles_ms": quantiles(values, n=4)[::2],
                }
                for name, values in (("quiet", self.quiet_ms), ("disturbed", self.disturbed_ms))
            },
        }

    def __str__(self) -> str:
        return (
            f"p99 of the others {median(self.quiet_ms):.1f} ms alone, "
            f"{median(self.disturbed_ms):.1f} ms with it: x {self.ratio:.2f} (medians of "
            f"{len(self.quiet_ms)} and {len(self.disturbed_ms)} seconds)"
        )


def disturb(bench: Bench, disturbance: Callable[[int], None]) -> Disturbed:
    """Let a disturbance come and go as many times as there are rounds, with equal pauses.

    Seconds in which it begins or ends belong to neither.
    """
    others = bench.start_others(seconds=MOST_S)
    began_s = time.monotonic()
    time.sleep(WARM_S)
    windows: list[tuple[bool, float, float]] = []
    for i in range(bench.options.rounds):
        first_s = time.monotonic()
        disturbance(i)
        last_s = time.monotonic()
        windows.append((True, first_s - began_s, last_s - began_s))
        time.sleep(last_s - first_s)
        windows.append((False, last_s - began_s, time.monotonic() - began_s))
    others.process.terminate()
    bench.count(others.result())
    found = Disturbed()
    for is_disturbed, first_s, last_s in windows:
        seconds = others.seconds[int(first_s) + 1 : int(last_s) - 1]
        values = found.disturbed_ms if is_disturbed else found.quiet_ms
        values += [one["p99_ms"] for one in seconds]
    return found
