"""Which lanes and packs of a day are taken in each minute, and where more would be too many."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dispatch.planning.prices import Prices
from dispatch.simulation.day.bound import LAST_MIN, WAITS_MIN
from dispatch.simulation.day.graph import Floats, Graph, Ints

type Swaps = list[tuple[int, int]]
"""Rows of the graph, each with the minute in which its swap starts."""
LENGTH = LAST_MIN + 1 + WAITS_MIN


class Taken:
    """Counts by minute; `lanes` and `packs[n]` answer for many waits at once.

    An entry of these is how many full minutes there were before; it is looked up at the place of
    a minute, and has those of the waits behind it. Between two equal ones nothing is full: a lane
    is free, or `n` packs are.
    """

    def __init__(self, graph: Graph, there_is: Prices) -> None:
        self._graph = graph
        self._most_lanes, self._most_packs = there_is.lanes, there_is.stock
        self._lanes, self._packs = (
            np.zeros_like(most) for most in (there_is.lanes, there_is.stock)
        )
        self._full_lanes = np.zeros((len(self._lanes), LENGTH))
        self._full_packs = {
            int(sets): np.zeros((len(self._packs), LENGTH)) for sets in np.unique(graph.positions)
        }
        self.lanes: Floats = sliding_window_view(self._full_lanes.reshape(-1), WAITS_MIN)
        self.packs: dict[int, Floats] = {
            sets: sliding_window_view(full.reshape(-1), WAITS_MIN)
            for sets, full in self._full_packs.items()
        }
        for pool in range(len(self._packs)):
            self._note_packs(pool)

    def add(self, swaps: Swaps, count: int = 1) -> None:
        """Take what swaps need; with a count of -1 give it back."""
        graph = self._graph
        for row, start in swaps:
            site, pool = int(graph.site[row]), int(graph.pool[row])
            self._lanes[site, start : start + graph.swap_min[row]] += count
            self._packs[pool, start : start + graph.out_min[row]] += count * graph.positions[row]
            self._full_lanes[site, 1 : LAST_MIN + 1] = np.cumsum(
                self._lanes[site] >= self._most_lanes[site]
            )
            self._full_lanes[site, LAST_MIN + 1 :] = self._full_lanes[site, LAST_MIN]
            self._note_packs(pool)

    def is_too_much(self, swaps: Swaps) -> bool:
        """Whether more is taken than there is where swaps are: two of them may meet."""
        sites = {int(self._graph.site[row]) for row, _ in swaps}
        pools = {int(self._graph.pool[row]) for row, _ in swaps}
        return any((self._lanes[k] > self._most_lanes[k]).any() for k in sites) or any(
            (self._packs[k] > self._most_packs[k]).any() for k in pools
        )

    def _note_packs(self, pool: int) -> None:
        for sets, full in self._full_packs.items():
            full[pool, 1 : LAST_MIN + 1] = np.cumsum(
                self._packs[pool] + sets > self._most_packs[pool]
            )
            full[pool, LAST_MIN + 1 :] = full[pool, LAST_MIN]


def place(row: Ints, minute: Ints) -> Ints:
    """Return where a minute of a station or pool stands in what `Taken` counts."""
    found: Ints = row * LENGTH + np.minimum(minute, LAST_MIN)
    return found
