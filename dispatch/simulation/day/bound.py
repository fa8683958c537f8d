"""What the day costs at least, however it is planned: everything known from the beginning.

Lanes and charged packs get prices for every minute; each truck then chooses the cheapest day for
itself by dynamic programming over its swaps and the minutes it may wait, and what lanes and packs
are worth is taken off. For any prices this is a lower bound on the time all trucks lose together
to detours, waits and swaps (Lagrangian duality); steps price by price raise it. The trucks have
the same choices as under every policy: they turn off at the same nodes, from the same notice on.

References
----------
M. Held, P. Wolfe, H. Crowder, "Validation of subgradient optimization", Mathematical Programming
6 (1974); the steps are those of `dispatch.planning.ascent`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dispatch.planning.ascent import Ascent
from dispatch.planning.prices import Prices
from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.graph import SLACK_MIN, Builder, Floats, Graph, Ints
from dispatch.simulation.day.params import MINUTE_S
from dispatch.simulation.day.sites import Site, charge_s

WAITS_MIN = 120
"""Waits and detours beyond the least are looked at for so many minutes; what is later is free of
prices, in favour of the bound."""
LAST_MIN = 2_880
BLOCKS_MIN = (15, 5, 1)
"""Prices are alike within so many minutes, until steps bring nothing; then within fewer."""
_LENGTH_MIN = 0.3
_SHORTEST_SHARE = 0.08
_LAST_SHORTEST_SHARE = 0.003
_WORTH_IT = 3e-5


@dataclass(frozen=True, slots=True)
class Bound:
    """The least time lost by all trucks together, in minutes, and the prices that prove it.

    `alone_min` is what the trucks would lose if each were alone.
    """

    lost_min: float
    alone_min: float
    steps: int
    prices: Prices


class DayBound:
    """Prices on lanes and packs of a whole day, by minutes."""

    def __init__(self, sites: tuple[Site, ...], trucks: tuple[DayTruck, ...]) -> None:
        kinds = sorted({truck.pack_type for truck in trucks})
        names = [(index, k) for index, site in enumerate(sites) for k in kinds if k in site.packs]
        pools = {name: number for number, name in enumerate(names)}
        self.pools = pools
        self.graph: Graph = Builder(sites, pools).build(trucks)
        self.there_is = Prices(
            np.array([np.full(LAST_MIN, float(site.lanes)) for site in sites]),
            np.array([_charged(sites[index], kind) for index, kind in names]),
        )
        self._walk = _Walk(self.graph)

    def find(self, *, steps: int, progress: Callable[[float], None] | None = None) -> Bound:
        """Raise the bound, by that many steps at most."""
        best, prices, done = -np.inf, self.there_is.nothing(), 0
        for block in BLOCKS_MIN:
            shortest = _LAST_SHORTEST_SHARE if block == BLOCKS_MIN[-1] else _SHORTEST_SHARE
            ascent = Ascent(prices, length=_LENGTH_MIN, worth_it=_WORTH_IT)
            while done < steps and ascent.length_left > shortest:
                value, over = self.evaluate(ascent.prices)
                ascent.step(value, _alike(over, block))
                done += 1
                if progress is not None:
                    progress(done / steps)
            if ascent.best > best:
                best, prices = ascent.best, ascent.best_prices
        return Bound(best, float(self.graph.root_least.sum()), done, prices)

    def evaluate(self, prices: Prices) -> tuple[float, Prices]:
        """Return the bound at these prices, and by how much lanes and packs are overused."""
        graph = self.graph
        cost = self._walk.find_costs(sums(prices.lanes), sums(prices.stock))
        most = graph.root_least + SLACK_MIN
        worth = (prices.lanes * self.there_is.lanes).sum()
        worth += (prices.stock * self.there_is.stock).sum()
        taken = self.there_is.nothing()
        for row, start in self._walk.follow(graph.root[cost <= most]):
            site, pool, packs = graph.site[row], graph.pool[row], graph.positions[row]
            taken.lanes[site, start : start + graph.swap_min[row]] += 1
            taken.stock[pool, start : start + graph.out_min[row]] += packs
        over = Prices(taken.lanes - self.there_is.lanes, taken.stock - self.there_is.stock)
        return float(np.minimum(cost, most).sum() - worth), over


class _Walk:
    """The cheapest day of each truck at given prices, backwards over the keys of all of them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        changes = np.flatnonzero(np.diff(graph.key_stage)) + 1
        self._stages = list(
            zip([0, *changes.tolist()], [*changes.tolist(), len(graph.key_stage)], strict=True)
        )
        self._start: Ints = np.minimum(graph.start_min, LAST_MIN)
        self._until: Ints = np.minimum(graph.start_min + graph.swap_min, LAST_MIN)
        self._back: Ints = np.minimum(graph.start_min + graph.out_min, LAST_MIN)
        # Costs of a key by lateness, and again as long: what is later than is looked at.
        self._values = np.zeros((len(graph.key_stage) + 1, 2 * WAITS_MIN))
        self._values[:-1, WAITS_MIN:] = graph.key_least[:, None]
        self._next: Ints = (graph.next_key % len(self._values)) * self._values.shape[1]
        self._next += np.minimum(graph.shift, WAITS_MIN)
        self._rows = np.empty((len(graph.site), WAITS_MIN))

    def find_costs(self, lane_sums: Floats, pack_sums: Floats) -> Floats:
        """Return what each truck pays at least, given the prices summed over the minutes."""
        graph, waits = self._graph, WAITS_MIN
        late = np.arange(waits)
        lanes, lane_row = _by_waits(lane_sums)
        packs, pack_row = _by_waits(pack_sums)
        later = sliding_window_view(self._values.reshape(-1), waits)
        for begin, end in self._stages:
            first, last = int(graph.key_first[begin]), int(graph.key_first[end])
            some = slice(first, last)
            site, pool = graph.site[some] * lane_row, graph.pool[some] * pack_row
            toll = packs[pool + self._back[some]] - packs[pool + self._start[some]]
            toll *= graph.positions[some, None]
            toll += lanes[site + self._until[some]]
            toll -= lanes[site + self._start[some]]
            toll += later[self._next[some]]
            toll += graph.cost[some, None] + late
            self._rows[some] = toll
            soonest = np.minimum.accumulate(toll[:, ::-1], axis=1)[:, ::-1] - late
            counts = graph.key_first[begin : end + 1]
            filled = np.flatnonzero(np.diff(counts) > 0)
            best = np.minimum.reduceat(soonest, counts[filled] - first, axis=0)
            # Later than is looked at, everything is free: that may be less.
            beyond = graph.key_least[begin + filled, None] + (waits - late)
            self._values[begin + filled, :waits] = np.minimum(best, beyond)
        found: Floats = self._values[graph.root, 0]
        return found

    def follow(self, roots: Ints) -> list[tuple[int, int]]:
        """Return the swaps of the cheapest days, as a row and the minute in which each starts."""
        graph, rows, found = self._graph, self._rows, []
        for root in roots.tolist():
            key, late = root, 0
            while key >= 0 and late < WAITS_MIN:
                first, last = int(graph.key_first[key]), int(graph.key_first[key + 1])
                if first == last:
                    break
                place, more = divmod(int(np.argmin(rows[first:last, late:])), WAITS_MIN - late)
                row = first + place
                late += more
                found.append((row, min(int(graph.start_min[row]) + late, LAST_MIN)))
                late += int(graph.shift[row])
                key = int(graph.next_key[row])
        return found


def sums(prices: Floats) -> Floats:
    """Add prices up over the minutes, from none."""
    added = np.zeros((prices.shape[0], prices.shape[1] + 1))
    np.cumsum(prices, axis=1, out=added[:, 1:])
    return added


def _by_waits(added: Floats) -> tuple[Floats, int]:
    """Give each minute's sum with those of the waits that follow it, and how long a row is."""
    longer = np.pad(added, ((0, 0), (0, WAITS_MIN)), mode="edge")
    return sliding_window_view(longer.reshape(-1), WAITS_MIN), longer.shape[1]


def _alike(over: Prices, block_min: int) -> Prices:
    """Give all minutes of a block the mean of them."""
    if block_min == 1:
        return over
    lanes, stock = (
        np.repeat(each.reshape(len(each), -1, block_min).mean(axis=2), block_min, axis=1)
        for each in (over.lanes, over.stock)
    )
    return Prices(lanes, stock)


def _charged(site: Site, kind: str) -> Floats:
    """Packs of a station, from the minute each is charged on."""
    held = site.packs[kind]
    counts = np.zeros(LAST_MIN)
    for held_wh in held:
        counts[charge_s(max(held) - held_wh, site.charge_w) // MINUTE_S :] += 1
    return counts
