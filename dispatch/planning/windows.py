"""The window a promise names: the narrowest in which the swap begins as surely as is asked.

Notes
-----
A swap begins when the start it was given, the truck and the packs have come, and then as much
later as the lane keeps trucks waiting. Truck and packs are taken as independent, so that the
chance that both are there by `t` is a product, and 0 before the start that was given: the lane
is another's until then. The lane's delay is added to that by convolution. Late is likelier than
early, hence the window is not symmetric about the ETA, and slack between arrival and start makes
it narrow.
"""

from dataclasses import dataclass

import numpy as np

from dispatch.planning.spreads import FloatArray, Spread

KEPT = 0.9
"""The share of windows that must be kept."""
STEP_S = 10
LEAST_S = 180
"""No window is narrower: a driver reads minutes."""
MOST_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """What must come together for a swap, in seconds after one instant.

    `way_s` and `charging_s` are what is still to be driven and charged at `now_s`: the errors of
    arrival and readiness grow with them. `packs_s` is None if all packs are charged.
    """

    start_s: float
    arrival_s: float
    way_s: float
    packs_s: float | None = None
    charging_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreads:
    """What is known of drives of this kind, of this station's lane and chargers, of drivers."""

    drive: Spread
    lane: Spread
    charge: Spread
    came: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When the swap begins, in seconds after the same instant, and how likely."""

    from_s: int
    to_s: int
    probability: float

    @property
    def length_s(self) -> int:
        """Return how long the window is."""
        return self.to_s - self.from_s


def narrowest_window(approach: Approach, spreads: Spreads, *, kept: float = KEPT) -> Window:
    """Return the narrowest window in which the swap begins with probability `kept`.

    If no window of `MOST_S` does, or too many trucks never come, it is the one of that length
    that is kept most often, and its probability says so.
    """
    times_s = np.arange(approach.start_s, approach.start_s + 2 * MOST_S + STEP_S, STEP_S)
    begun = begun_by(times_s, approach, spreads)
    before = np.concatenate([[0.0], begun[:-1]])  # begun at the first instant is within
    ends = np.searchsorted(begun, before + kept - 1e-9)
    most = np.arange(len(times_s)) + MOST_S // STEP_S
    ends = np.minimum(np.minimum(ends, most), len(times_s) - 1)
    ends = np.maximum(ends, np.arange(len(times_s)) + LEAST_S // STEP_S)
    ends = np.minimum(ends, len(times_s) - 1)
    probability = begun[ends] - before
    length = ends - np.arange(len(times_s))
    is_kept = probability >= kept - 1e-9
    if is_kept.any():
        order = np.lexsort((np.arange(len(times_s)), length, ~is_kept))
        first = int(order[0])
    else:
        first = int(np.argmax(probability))
    return Window(
        from_s=int(times_s[first]),
        to_s=int(times_s[ends[first]]),
        probability=round(float(probability[first]), 3),
    )


def probability_by(to_s: float, approach: Approach, spreads: Spreads) -> float:
    """Return how likely the swap has begun by an instant: what is left of a promise underway."""
    if to_s < approach.start_s:
        return 0.0
    begun = begun_by(np.array([float(to_s)]), approach, spreads)
    return round(float(begun[0]), 3)


def begun_by(times_s: FloatArray, approach: Approach, spreads: Spreads) -> FloatArray:
    """Return the chance that the swap has begun by each time; in the shape of `times_s`, (n,)."""
    # How late the lane is does not depend on how far ahead it is asked: its scale is the floor.
    delays_s = spreads.lane.errors_s(0.0)
    at_the_gate_s = np.asarray(times_s)[:, None] - delays_s[None, :]
    arrivals_s = approach.arrival_s + spreads.drive.errors_s(approach.way_s)
    are_there = _come_by(at_the_gate_s, arrivals_s) * (at_the_gate_s >= approach.start_s)
    if approach.packs_s is not None:
        packs_s = approach.packs_s + spreads.charge.errors_s(approach.charging_s)
        are_there = are_there * _come_by(at_the_gate_s, packs_s)
    chance: FloatArray = spreads.came * are_there.mean(axis=1)
    return chance


def _come_by(times_s: FloatArray, points_s: FloatArray) -> FloatArray:
    """Return the share of equally likely instants, in order, that lie at or before each time.

    Between two of them it is interpolated; ties count in full.
    """
    count = len(points_s)
    shares = (np.arange(count) + 0.5) / count
    return np.asarray(np.interp(times_s, points_s, shares, left=0.0, right=1.0))
