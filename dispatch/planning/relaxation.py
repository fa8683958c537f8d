"""The relaxed problem on a grid of start slots: trucks buy lane time and packs at prices.

Valid for continuous starts. Time is cut into slots of `slot_s`, at most the shortest swap:

* each lane starts at most one swap in any run of slots that is no longer than its swap;
* a pack that becomes ready within a slot counts from the slot's begin, and a set that is taken
  within a slot counts at its end, so stock is rounded in favour of the plan;
* a swap in a slot is taken to start as soon as the slot and the truck's arrival allow.

Every feasible plan keeps these rules, so for any prices of zero or more on lanes and stock, what
the trucks would pay at least, each for itself, less what lanes and packs are worth, is a lower
bound on the cost of every plan (Lagrangian relaxation). What a truck would pay at least is a
shortest path through its swaps and slots: a swap makes it forget what it had on board, so no
sequence of swaps need be listed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dispatch.planning.grid import Grid
from dispatch.planning.network import Fleet, Network, Whole
from dispatch.planning.prices import Floats, Prices
from dispatch.planning.schedule import Schedule

_CELLS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class _Piece:
    """Arcs that are evaluated at once, with their heads.

    `longer` are places (row, slot) of swaps that keep their set a slot longer, with the slot and
    pool at which it is then missing as an index; `barred` are places before the soonest slot.
    """

    arcs: slice
    heads: slice
    first: Whole
    longer: tuple[Whole, Whole]
    missing: Whole
    barred: tuple[Whole, Whole]


@dataclass(frozen=True, slots=True)
class _Level:
    """Nodes at the same depth, and the departures from them."""

    pieces: list[_Piece]
    departures: slice


class Relaxation:
    """All trucks' ways over a grid; dear to build, cheap to evaluate at new prices."""

    def __init__(self, schedule: Schedule, *, slot_s: int, fleet: Fleet | None = None) -> None:
        self.fleet = fleet or Fleet.of(schedule)
        self.grid = Grid(schedule.problem, self.fleet.pools, slot_s=slot_s)
        self.network = Network(schedule, self.fleet, self.grid)
        self._constant_s = schedule.constant_s
        self._unserved = np.array([job.unserved_s for job in self.fleet.jobs], float)
        arcs = self.network.arcs
        self._pad = int(arcs.shift.max(initial=0))
        self._most_charge = int(arcs.charge.max(initial=0)) + 1
        slots = self.grid.slots
        departures = self.network.departures
        self._left = np.full((len(departures.tail), self._pad + slots), np.inf)
        self._left[0, self._pad :] = 0.0
        self._values = np.empty((len(self.network.nodes.owner), slots))
        self._from = arcs.departure * (self._pad + slots) + self._pad - arcs.shift
        heads = np.repeat(np.arange(len(arcs.first) - 1), np.diff(arcs.first))
        self._head = heads
        nodes = self.network.nodes
        self._back = nodes.pool[heads] * (slots + self._most_charge) + arcs.charge
        self._packs = nodes.packs[heads][:, None]
        self._levels = self._make_levels()

    def evaluate(self, prices: Prices) -> tuple[float, Prices]:
        """Give the lower bound at these prices, and by how much each resource is overused."""
        held = self._find_values(prices)
        ends = self._values + self.network.nodes.ending
        slot = ends.argmin(axis=1) if ends.size else np.zeros(0, int)
        cost = ends[np.arange(len(ends)), slot]
        least = self._unserved.copy()
        owner = self.network.nodes.owner
        np.minimum.at(least, owner, cost)
        bound = float(least.sum()) - self.grid.worth(prices) + self._constant_s
        buys = cost < self._unserved[owner]
        is_best = buys & (cost == least[owner])
        last = np.flatnonzero(is_best)
        _, first = np.unique(owner[last], return_index=True)
        last = last[first]
        return bound, self._usage(held, last, slot[last])

    def _find_values(self, prices: Prices) -> Floats:
        slots, nodes, arcs = self.grid.slots, self.network.nodes, self.network.arcs
        departures, tariff = self.network.departures, self.network.tariff
        lanes, stock = self.grid.start_prices(prices)
        held = np.zeros((len(stock), slots + self._most_charge))
        held[:, :slots] = stock
        flat_held = held.reshape(-1)
        given_back = sliding_window_view(flat_held, slots) if held.size else held
        left = sliding_window_view(self._left.reshape(-1), slots)
        for level in self._levels:
            for piece in level.pieces:
                way = given_back[self._back[piece.arcs]]
                way *= -self._packs[piece.arcs]
                way += left[self._from[piece.arcs]]
                way += arcs.cost[piece.arcs, None]
                if tariff is not None:
                    at = nodes.station[self._head[piece.arcs]]
                    way += arcs.charged[piece.arcs, None] * tariff[at]
                kept = flat_held[piece.missing] - flat_held[piece.missing + 1]
                way[piece.longer] += self._packs[piece.arcs][piece.longer[0], 0] * kept
                way[piece.barred] = np.inf
                heads = piece.heads
                if len(piece.first) < len(way):
                    way = np.minimum.reduceat(way, piece.first, axis=0)
                way += lanes[nodes.station[heads]]
                way += nodes.packs[heads, None] * stock[nodes.pool[heads]]
                self._values[heads] = way
                for index in range(heads.start, heads.stop):
                    if index in nodes.fixed:
                        self._values[index] += nodes.fixed[index]
            some = level.departures
            if some.stop > some.start:
                value = self._values[departures.tail[some]]
                for index in range(some.start, some.stop):
                    if index in departures.late:
                        value[index - some.start] += departures.late[index]
                np.minimum.accumulate(value, axis=1, out=self._left[some, self._pad :])
        return held

    def _usage(self, held: Floats, node: Whole, slot: Whole) -> Prices:
        """Walk the chosen ways back from their last swaps; give what they use beyond capacity."""
        slots, nodes, arcs = self.grid.slots, self.network.nodes, self.network.arcs
        tail = self.network.departures.tail
        starts = np.zeros((len(self.grid.stations), slots))
        taken = np.zeros((len(self.grid.pools), slots + self._most_charge))
        flat_held, flat_left = held.reshape(-1), self._left.reshape(-1)
        while len(node):
            count = arcs.first[node + 1] - arcs.first[node]
            begin = np.cumsum(count) - count
            arc = np.arange(count.sum()) - np.repeat(begin - arcs.first[node], count)
            at = np.repeat(slot, count)
            way = flat_left[self._from[arc] + at] + arcs.cost[arc]
            out = arcs.longer[arc] * (at == arcs.soonest[arc])
            way -= self._packs[arc, 0] * flat_held[self._back[arc] + at + out]
            if self.network.tariff is not None:
                where = np.repeat(nodes.station[node], count)
                way += arcs.charged[arc] * self.network.tariff[where, at]
            way[at < arcs.soonest[arc]] = np.inf
            least = np.minimum.reduceat(way, begin)
            rank = np.where(way == np.repeat(least, count), arc, len(arcs.shift))
            arc = np.minimum.reduceat(rank, begin)
            packs = nodes.packs[node]
            out = arcs.charge[arc] + arcs.longer[arc] * (slot == arcs.soonest[arc])
            np.add.at(starts, (nodes.station[node], slot), 1)
            np.add.at(taken, (nodes.pool[node], slot), packs)
            np.add.at(taken, (nodes.pool[node], slot + out), -packs)
            goes_on = arcs.departure[arc] > 0
            arc, slot = arc[goes_on], slot[goes_on]
            node = tail[arcs.departure[arc]]
            slot = self._left_at(arcs.departure[arc], slot - arcs.shift[arc])
        return self.grid.overuse(starts, taken[:, :slots])

    def _left_at(self, departure: Whole, limit: Whole) -> Whole:
        """Give the slot, up to a limit, in which a departure is cheapest."""
        left = self._left[departure, self._pad + limit]
        found = np.empty(len(departure), int)
        for row, (index, last) in enumerate(zip(departure, limit, strict=True)):
            # Up to here the least is that of the limit; where it first appears, it starts.
            values = self._left[index, self._pad : self._pad + last + 1]
            found[row] = np.searchsorted(-values, -left[row])
        return found

    def _make_levels(self) -> list[_Level]:
        level, arcs = self.network.level, self.network.arcs
        tail = self.network.departures.tail
        most = max(1, _CELLS_AT_ONCE // self.grid.slots)
        made: list[_Level] = []
        begin = 0
        departure = 1
        for number in range(int(level.max(initial=-1)) + 1):
            end = int(np.searchsorted(level, number, side="right"))
            pieces = []
            while begin < end:
                stop = int(np.searchsorted(arcs.first, arcs.first[begin] + most, side="right")) - 1
                stop = min(end, max(begin + 1, stop))
                pieces.append(self._piece(begin, stop))
                begin = stop
            after = departure
            while after < len(tail) and tail[after] < end:
                after += 1
            made.append(_Level(pieces, slice(departure, after)))
            departure = after
        return made

    def _piece(self, begin: int, end: int) -> _Piece:
        arcs, slots = self.network.arcs, self.grid.slots
        some = slice(int(arcs.first[begin]), int(arcs.first[end]))
        soonest = arcs.soonest[some]
        longer = np.flatnonzero((arcs.longer[some] > 0) & (soonest < slots))
        barred = np.flatnonzero(soonest > 0)
        return _Piece(
            some,
            slice(begin, end),
            arcs.first[begin:end] - arcs.first[begin],
            (longer, soonest[longer]),
            self._back[some][longer] + soonest[longer],
            (barred, np.minimum(soonest[barred], slots) - 1),
        )
