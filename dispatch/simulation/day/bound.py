"""What the day costs at least, however it is planned: everything known from the beginning.

Lanes and charged packs get prices for every minute; each truck then chooses the cheapest day for
itself by dynamic programming over its swaps and the minutes it may wait, and what lanes and packs
are worth is taken off. For any prices this is a lower bound on the time all trucks lose together
to detours, waits and swaps (Lagrangian duality); subgradient steps raise it. The trucks have the
same choices as under every policy: they turn off at the same nodes, from the same notice on.

References
----------
M. Held, P. Wolfe, H. Crowder, "Validation of subgradient optimization", Mathematical Programming
6 (1974).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.graph import SLACK_MIN, Builder, Floats, Graph
from dispatch.simulation.day.params import MINUTE_S
from dispatch.simulation.day.sites import Site, charge_s

WAITS_MIN = 60
"""Waits and detours beyond the least are looked at for so many minutes; what is later is free of
prices, in favour of the bound."""
_LAST_MIN = 2_880
_MEMORY = 0.5
_PATIENCE = 20
_AIM = 1.02
"""Steps are sized as if this much more than the best so far could be reached."""


@dataclass(frozen=True, slots=True)
class Bound:
    """The least time lost by all trucks together, in minutes, and how it was found."""

    lost_min: float
    alone_min: float
    steps: int


@dataclass(slots=True)
class _Prices:
    """Prices of one more lane, and one more pack, in each minute."""

    lanes: Floats
    packs: Floats


class DayBound:
    """Prices on lanes and packs of a whole day."""

    def __init__(self, sites: tuple[Site, ...], trucks: tuple[DayTruck, ...]) -> None:
        kinds = sorted({truck.pack_type for truck in trucks})
        names = [(index, k) for index, site in enumerate(sites) for k in kinds if k in site.packs]
        self._pools = {name: number for number, name in enumerate(names)}
        self.graph: Graph = Builder(sites, self._pools).build(trucks)
        self._lanes = np.array([[float(site.lanes)] for site in sites])
        self._packs = np.array([_charged(sites[index], kind) for index, kind in names])
        stages = self.graph.key_stage
        changes = np.flatnonzero(np.diff(stages)) + 1
        self._stages = list(
            zip([0, *changes.tolist()], [*changes.tolist(), len(stages)], strict=True)
        )

    def find(
        self,
        *,
        steps: int,
        progress: Callable[[float], None] | None = None,
    ) -> Bound:
        """Raise the bound, as far as that many steps do."""
        prices = _Prices(np.zeros((len(self._lanes), _LAST_MIN)), np.zeros_like(self._packs))
        best, best_prices, length, stalled = -np.inf, prices, 1.0, 0
        direction: _Prices | None = None
        for step in range(steps):
            value, over = self._evaluate(prices)
            if value > best + 0.5:
                best, best_prices, stalled = value, prices, 0
            else:
                stalled += 1
            if stalled >= _PATIENCE:
                length, stalled, direction, prices = length * 0.6, 0, None, best_prices
                value, over = self._evaluate(prices)
            if direction is not None:
                over = _Prices(
                    (1 - _MEMORY) * over.lanes + _MEMORY * direction.lanes,
                    (1 - _MEMORY) * over.packs + _MEMORY * direction.packs,
                )
            over = _Prices(
                np.where((prices.lanes > 0) | (over.lanes > 0), over.lanes, 0.0),
                np.where((prices.packs > 0) | (over.packs > 0), over.packs, 0.0),
            )
            direction = over
            square = float((over.lanes**2).sum() + (over.packs**2).sum())
            if square < 1e-9 or length < 0.01:
                break
            move = length * max(1.0, best * _AIM - value) / square
            prices = _Prices(
                np.maximum(0.0, prices.lanes + move * over.lanes),
                np.maximum(0.0, prices.packs + move * over.packs),
            )
            if progress is not None:
                progress((step + 1) / steps)
        alone = float(self.graph.root_least.sum())
        return Bound(max(best, alone), alone, steps)

    def _evaluate(self, prices: _Prices) -> tuple[float, _Prices]:
        """Return the bound at these prices, and by how much lanes and packs are overused."""
        lane_sums = _sums(prices.lanes)
        pack_sums = _sums(prices.packs)
        values, rows = self._values(lane_sums, pack_sums)
        graph = self.graph
        least = np.minimum(values[graph.root, 0], graph.root_least + SLACK_MIN)
        worth = float((prices.lanes * self._lanes).sum() + (prices.packs * self._packs).sum())
        chosen = graph.root[values[graph.root, 0] <= graph.root_least + SLACK_MIN]
        return float(least.sum()) - worth, self._usage(chosen, rows)

    def _values(self, lane_sums: Floats, pack_sums: Floats) -> tuple[Floats, Floats]:
        """Cost of each key by lateness, and of each row by when its swap begins."""
        graph, waits = self.graph, WAITS_MIN
        late = np.arange(waits)
        values = np.zeros((len(graph.key_stage) + 1, waits + 1))
        values[:-1, waits] = graph.key_least
        rows = np.empty((len(graph.site), waits))
        for begin, end in self._stages:
            first, last = int(graph.key_first[begin]), int(graph.key_first[end])
            part = slice(first, last)
            start = np.minimum(graph.start_min[part, None] + late, _LAST_MIN)
            site, pool = graph.site[part, None], graph.pool[part, None]
            until = np.minimum(start + graph.swap_min[part, None], _LAST_MIN)
            back = np.minimum(start + graph.out_min[part, None], _LAST_MIN)
            toll = lane_sums[site, until] - lane_sums[site, start]
            toll += graph.positions[part, None] * (pack_sums[pool, back] - pack_sums[pool, start])
            column = np.minimum(late + graph.shift[part, None], waits)
            toll += values[graph.next_key[part, None], column] + late
            toll += graph.cost[part, None]
            rows[part] = toll
            soonest = np.minimum.accumulate(toll[:, ::-1], axis=1)[:, ::-1] - late
            counts = graph.key_first[begin : end + 1]
            filled = np.flatnonzero(np.diff(counts) > 0)
            best = np.minimum.reduceat(soonest, counts[filled] - first, axis=0)
            # Later than is looked at, everything is free: that may be less.
            beyond = graph.key_least[begin + filled, None] + (waits - late)
            values[begin + filled, :waits] = np.minimum(best, beyond)
        return values, rows

    def _usage(self, roots: np.ndarray[tuple[int], np.dtype[np.int64]], rows: Floats) -> _Prices:
        """Follow the cheapest days and count what they use, less what there is."""
        graph, waits = self.graph, WAITS_MIN
        lanes = np.zeros((len(self._lanes), _LAST_MIN + 1))
        packs = np.zeros((len(self._packs), _LAST_MIN + 1))
        for root in roots.tolist():
            key, late = root, 0
            while key >= 0 and late < waits:
                first, last = int(graph.key_first[key]), int(graph.key_first[key + 1])
                if first == last:
                    break
                found = int(np.argmin(rows[first:last, late:]))
                row, more = first + found // (waits - late), found % (waits - late)
                start = min(int(graph.start_min[row]) + late + more, _LAST_MIN)
                site, pool, taken = graph.site[row], graph.pool[row], graph.positions[row]
                lanes[site, start] += 1
                lanes[site, min(start + int(graph.swap_min[row]), _LAST_MIN)] -= 1
                packs[pool, start] += taken
                packs[pool, min(start + int(graph.out_min[row]), _LAST_MIN)] -= taken
                late = late + more + int(graph.shift[row])
                key = int(graph.next_key[row])
        used_lanes = lanes.cumsum(axis=1)[:, :_LAST_MIN]
        used_packs = packs.cumsum(axis=1)[:, :_LAST_MIN]
        return _Prices(used_lanes - self._lanes, used_packs - self._packs)


def _sums(prices: Floats) -> Floats:
    sums = np.zeros((prices.shape[0], prices.shape[1] + 1))
    np.cumsum(prices, axis=1, out=sums[:, 1:])
    return sums


def _charged(site: Site, kind: str) -> Floats:
    """Packs of a station, from the minute each is charged on."""
    held = site.packs[kind]
    counts = np.zeros(_LAST_MIN)
    for held_wh in held:
        counts[charge_s(max(held) - held_wh, site.charge_w) // MINUTE_S :] += 1
    return counts
