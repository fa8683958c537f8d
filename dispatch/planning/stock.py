"""How soon packs in slots are likely to be wanted, and how long trucks wait if they are not full.

Trucks that come without a promise are taken as a Poisson process whose rate steps with the hours;
the k-th of them is there by a time with the probability that k or more have come.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv

type Floats = NDArray[np.float64]

KEPT = 0.95
"""With this probability a charged pack is there for each truck that comes (safety stock)."""

_MINUTE_S = 60


@dataclass(frozen=True, slots=True)
class Demand:
    """Packs expected to be wanted an hour, `per_hour[i]` from `edges_s[i]` to `edges_s[i + 1]`.

    Seconds count from the moment planned for; nothing is expected after the last edge.
    """

    edges_s: tuple[int, ...]
    per_hour: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.edges_s) != len(self.per_hour) + 1 or list(self.edges_s) != sorted(
            self.edges_s
        ):
            raise ValueError("rates hold between edges in order of time")
        if any(rate < 0 for rate in self.per_hour):
            raise ValueError("a rate is not negative")

    def expected(self, at_s: Floats) -> Floats:
        """Return how many packs are expected to be wanted by a time, any shape of seconds."""
        steps = np.diff(self.edges_s) * np.array(self.per_hour) / 3600
        counts: Floats = np.interp(at_s, self.edges_s, np.concatenate(([0.0], np.cumsum(steps))))
        return counts

    def time_of(self, expected: float) -> int | None:
        """Return the second by which so many are expected, or None if they never are."""
        edges = np.array(self.edges_s, np.float64)
        counts = self.expected(edges)
        later = int(np.searchsorted(counts, expected))
        if later >= len(edges):
            return None
        if later == 0:
            return int(edges[0])
        share = (expected - counts[later - 1]) / (counts[later] - counts[later - 1])
        return int(edges[later - 1] + share * (edges[later] - edges[later - 1]))


def wanted_by_s(
    demand: Demand, *, ready: int, charging: int, kept: float = KEPT
) -> list[int | None]:
    """Return by when each of the packs on charge must be full, the first one first.

    Parameters
    ----------
    demand
        What is expected without a promise.
    ready
        Charged packs that nobody is promised.
    charging
        Packs on charge that nobody is promised.
    kept
        With this probability no truck finds less than it wants: the next pack must be full when
        one more truck than there are packs may have come with a probability of 1 - kept.

    Returns
    -------
    list
        Seconds, rising; None for a pack that will not be wanted in the time looked at.
    """
    expected = gammaincinv(np.arange(ready + 1, ready + charging + 1), 1 - kept)
    return [demand.time_of(float(count)) for count in expected]


def expected_wait_s(demand: Demand, ready_s: Sequence[int]) -> float:
    """Return how long trucks without a promise are expected to wait for packs, summed, seconds.

    The k-th truck takes the k-th pack to be full, at `ready_s[k - 1]`: its expected wait is the
    integral over time before that of the probability that it is there already. Packs those trucks
    bring are not counted, so the wait is that of the packs in the slots now.
    """
    total_s = 0.0
    for number, full_s in enumerate(sorted(ready_s), start=1):
        if full_s > 0:
            at_s = np.arange(0, full_s, _MINUTE_S, dtype=np.float64)
            steps_s = np.minimum(_MINUTE_S, full_s - at_s)
            total_s += float(gammainc(number, demand.expected(at_s)) @ steps_s)
    return total_s
