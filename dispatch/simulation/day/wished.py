"""A truck's cheapest day in what others leave free, by the same steps as those of the bound."""

from dataclasses import dataclass
from math import inf

import numpy as np

from dispatch.planning.prices import Prices
from dispatch.simulation.day.bound import LAST_MIN, WAITS_MIN, sums
from dispatch.simulation.day.graph import Floats, Graph, Ints
from dispatch.simulation.day.taken import LENGTH, Swaps, Taken, place

_LATE = np.arange(WAITS_MIN)


@dataclass(frozen=True, slots=True)
class _Key:
    """The rows of a key; `then` is where the costs of what follows begin, `toll` by wait."""

    first: int
    cost: Floats
    toll: Floats
    start: Ints
    until: Ints
    out: Ints
    back: Ints
    then: Ints


class TruckDay:
    """All ways of a truck through its day."""

    def __init__(self, graph: Graph, root: int, tolls: Floats) -> None:
        self._graph = graph
        found, waiting = {root}, [root]
        while waiting:
            key = waiting.pop()
            rows = slice(int(graph.key_first[key]), int(graph.key_first[key + 1]))
            new = {int(each) for each in graph.next_key[rows] if each >= 0} - found
            found |= new
            waiting += new
        order = sorted(found)  # keys of later legs come first
        places = {key: index for index, key in enumerate(order)}
        self._keys = [self._key(key, places, len(order), tolls) for key in order]
        self._sets = int(graph.positions[self._keys[-1].first])
        self._values = np.full((len(order) + 1, 2 * WAITS_MIN), inf)
        self._values[-1] = 0.0
        self._costs = [key.cost for key in self._keys]

    def _key(self, key: int, places: dict[int, int], end: int, tolls: Floats) -> _Key:
        graph = self._graph
        some = slice(int(graph.key_first[key]), int(graph.key_first[key + 1]))
        site, pool, start = graph.site[some], graph.pool[some], graph.start_min[some]
        then = np.array([places.get(int(each), end) for each in graph.next_key[some]], np.int64)
        return _Key(
            some.start,
            graph.cost[some, None] + _LATE,
            tolls[some],
            place(site, start),
            place(site, start + graph.swap_min[some]),
            place(pool, start),
            place(pool, start + graph.out_min[some]),
            then[:, None] * (2 * WAITS_MIN)
            + np.minimum(_LATE + graph.shift[some, None], 2 * WAITS_MIN - 1),
        )

    def cheapest(self, taken: Taken | None, *, has_tolls: bool) -> tuple[float, Swaps] | None:
        """Return the cheapest swaps beside those taken, and the minutes they cost without tolls.

        With tolls, the sum of minutes and tolls is least. None: there is no way.
        """
        values, flat = self._values, self._values.reshape(-1)
        for index, key in enumerate(self._keys):
            if not len(key.start):
                continue
            cost = key.cost + flat[key.then]
            if has_tolls:
                cost += key.toll
            if taken is not None:
                packs = taken.packs[self._sets]
                cost[taken.lanes[key.until] != taken.lanes[key.start]] = inf
                cost[packs[key.back] != packs[key.out]] = inf
            self._costs[index] = cost
            soonest = np.minimum.accumulate(cost.min(axis=0)[::-1])[::-1]
            values[index, :WAITS_MIN] = soonest - _LATE
        if values[len(self._keys) - 1, 0] == inf:
            return None
        return self._followed()

    def _followed(self) -> tuple[float, Swaps]:
        graph, index, late, spent = self._graph, len(self._keys) - 1, 0, 0.0
        swaps: Swaps = []
        while index < len(self._keys):
            key = self._keys[index]
            place_of, more = divmod(int(np.argmin(self._costs[index][:, late:])), WAITS_MIN - late)
            row = key.first + place_of
            spent += float(graph.cost[row]) + more
            late += more
            swaps.append((row, min(int(graph.start_min[row]) + late, LAST_MIN)))
            index = int(key.then[place_of, 0]) // (2 * WAITS_MIN)
            late += int(graph.shift[row])
        return spent, swaps


def tolls_of(graph: Graph, prices: Prices) -> Floats:
    """Return what each row pays at prices, by how long it waits."""
    lanes, packs = (
        np.pad(sums(each), ((0, 0), (0, LENGTH))) for each in (prices.lanes, prices.stock)
    )
    start = np.minimum(graph.start_min[:, None] + _LATE, LAST_MIN)
    until = np.minimum(start + graph.swap_min[:, None], LAST_MIN)
    back = np.minimum(start + graph.out_min[:, None], LAST_MIN)
    site, pool = graph.site[:, None], graph.pool[:, None]
    toll: Floats = lanes[site, until] - lanes[site, start]
    toll += graph.positions[:, None] * (packs[pool, back] - packs[pool, start])
    return toll
