"""The relaxed problem on a grid of start slots: trucks buy lane time and packs at prices.

Valid for continuous starts. Time is cut into slots of `slot_s`, at most the shortest swap:

* each lane starts at most one swap in any run of slots that is no longer than its swap;
* a pack that becomes ready within a slot counts from the slot's begin, and a set that is taken
  within a slot counts at its end, so stock is rounded in favour of the plan;
* a swap in a slot is taken to start as soon as the slot and the truck's arrival allow.

Every feasible plan keeps these rules, so for any prices of zero or more on lanes and stock, what
the trucks would pay at least, each for itself, less what lanes and packs are worth, is a lower
bound on the cost of every plan (Lagrangian relaxation).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.job import Job
from dispatch.planning.problem import Lane
from dispatch.planning.schedule import Schedule
from dispatch.planning.tolls import Tolls

type Floats = NDArray[np.float64]
type Whole = NDArray[np.int64]

_NEVER = 1e12


@dataclass(frozen=True, slots=True)
class Prices:
    """What a start costs in each window of a station's lanes, and a pack in each stock and slot."""

    lanes: Floats
    stock: Floats

    def stepped(self, usage: "Prices", length: float) -> "Prices":
        """Raise the prices of what is overused and lower the others, not below zero."""
        return Prices(
            np.maximum(0.0, self.lanes + length * usage.lanes),
            np.maximum(0.0, self.stock + length * usage.stock),
        )

    def blended(self, other: "Prices", share: float) -> "Prices":
        """Mix in a share of another."""
        return Prices(
            (1 - share) * self.lanes + share * other.lanes,
            (1 - share) * self.stock + share * other.stock,
        )

    def pressing_on(self, prices: "Prices") -> "Prices":
        """Leave out what would push a price of zero below zero."""
        return Prices(
            np.where((prices.lanes <= 0) & (self.lanes < 0), 0.0, self.lanes),
            np.where((prices.stock <= 0) & (self.stock < 0), 0.0, self.stock),
        )

    @property
    def square(self) -> float:
        """Length, squared."""
        return float((self.lanes**2).sum() + (self.stock**2).sum())


@dataclass(frozen=True, slots=True)
class _Layer:
    """The n-th visits of all itineraries that have one (the longest itineraries come first)."""

    station: Whole
    pool: Whole
    packs: Floats
    charge: Whole
    shift: Whole
    cost: Floats


class Relaxation:
    """All trucks' itineraries over a grid; dear to build, cheap to evaluate at new prices."""

    def __init__(self, schedule: Schedule, *, slot_s: int) -> None:
        self.slot_s = slot_s
        self.slots = -(-schedule.region.horizon_s // slot_s)
        self._schedule = schedule
        self._stations = list(schedule.books)
        self._pools = sorted(
            {
                (visit.detour.station, job.truck.pack_type)
                for job in schedule.jobs
                for itinerary in job.relaxed
                for visit in itinerary.visits
            }
        )
        self._lanes_open, self._window = self._lane_capacity()
        self._stock_ready = self._stock()
        rows = [(job, number) for job in schedule.jobs for number in range(len(job.relaxed))]
        rows.sort(key=lambda row: -len(row[0].relaxed[row[1]].visits))
        self._lengths = np.array([len(job.relaxed[number].visits) for job, number in rows], int)
        self._layers = self._make_layers(rows)
        place = {job.index: position for position, job in enumerate(schedule.jobs)}
        owner = np.array([place[job.index] for job, _ in rows], int)
        self._by_owner = np.argsort(owner, kind="stable")
        self._owners, self._first = np.unique(owner[self._by_owner], return_index=True)
        self._floor = np.array([_alone_s(job) for job in schedule.jobs], float)

    def no_prices(self) -> Prices:
        """Give prices of zero."""
        return Prices(
            np.zeros((len(self._stations), self.slots)), np.zeros((len(self._pools), self.slots))
        )

    def finer(self, prices: Prices, coarse: "Relaxation") -> Prices:
        """Carry prices over from a coarser grid."""
        made = self.no_prices()
        for slot in range(coarse.slots):
            begin = min(self.slots - 1, slot * coarse.slot_s // self.slot_s)
            end = min(self.slots - 1, ((slot + 1) * coarse.slot_s - 1) // self.slot_s)
            made.lanes[:, begin] += prices.lanes[:, slot]
            made.stock[:, end] += prices.stock[:, slot]
        return made

    def evaluate(self, prices: Prices) -> tuple[float, Prices]:
        """Give the lower bound at these prices, and by how much each resource is overused."""
        values = self._values(prices)
        ends = np.empty(len(self._lengths))
        for depth, value in enumerate(values):
            done = self._lengths[: len(value)] == depth + 1
            ends[: len(value)][done] = value[done].min(axis=1)
        ordered = ends[self._by_owner]
        least = self._floor.copy()
        cheapest = np.minimum.reduceat(ordered, self._first) if len(ordered) else ordered
        buys = cheapest < least[self._owners]
        least[self._owners] = np.minimum(least[self._owners], cheapest)
        bound = (
            float(least.sum())
            - float((prices.lanes * self._lanes_open).sum())
            - float((prices.stock * self._stock_ready).sum())
            + self._schedule.constant_s
        )
        return bound, self._usage(values, self._chosen(ordered, cheapest, buys))

    def _chosen(self, ordered: Floats, cheapest: Floats, buys: NDArray[np.bool_]) -> Whole:
        """Give the row of the cheapest itinerary of each truck that buys one."""
        counts = np.diff(np.append(self._first, len(ordered)))
        is_cheapest = ordered == np.repeat(cheapest, counts)
        ranks = np.where(is_cheapest, np.arange(len(ordered)), len(ordered))
        best = np.minimum.reduceat(ranks, self._first) if len(ordered) else ranks
        return self._by_owner[best[buys]]

    def _values(self, prices: Prices) -> list[Floats]:
        """Cheapest way to each visit at each slot, prices included, one matrix a layer."""
        slots = self.slots
        grid = np.arange(slots)
        lanes, held = self._start_prices(prices)
        values: list[Floats] = []
        for depth, layer in enumerate(self._layers):
            given_back = np.minimum(grid + layer.charge[:, None], 2 * slots)
            taken = held[layer.pool, :slots] - held[layer.pool[:, None], given_back]
            value = layer.cost + lanes[layer.station] + layer.packs[:, None] * taken
            if depth:
                before = np.minimum.accumulate(values[-1][: len(value)], axis=1)
                source = grid - layer.shift[:, None]
                reached = np.take_along_axis(before, np.maximum(source, 0), axis=1)
                value += np.where(source >= 0, reached, _NEVER)
            values.append(value)
        return values

    def tolls(self, prices: Prices) -> Tolls:
        """Give the prices as what a swap at a station and time should pay."""
        lanes, held = self._start_prices(prices)
        return Tolls(
            self.slot_s,
            dict(zip(self._stations, lanes.tolist(), strict=True)),
            dict(zip(self._pools, held[:, : self.slots + 1].tolist(), strict=True)),
        )

    def _start_prices(self, prices: Prices) -> tuple[Floats, Floats]:
        """Price a start in each slot, and a pack held from each slot on."""
        slots = self.slots
        grid = np.arange(slots)
        lane_sums = np.zeros((len(self._stations), slots + 1))
        np.cumsum(prices.lanes, axis=1, out=lane_sums[:, 1:])
        lanes = np.empty((len(self._stations), slots))
        for station, window in enumerate(self._window):
            first = np.maximum(grid - window + 1, 0)
            lanes[station] = lane_sums[station, grid + 1] - lane_sums[station, first]
        held = np.zeros((len(self._pools), 2 * slots + 1))
        held[:, :slots] = prices.stock[:, ::-1].cumsum(axis=1)[:, ::-1]
        return lanes, held

    def _usage(self, values: list[Floats], rows: Whole) -> Prices:
        """Lane starts and packs that the chosen itineraries use, less what there is."""
        lanes = np.zeros((len(self._stations), self.slots + 1))
        stock = np.zeros((len(self._pools), 2 * self.slots + 1))
        limit = np.full(len(rows), self.slots - 1)
        for depth in range(len(values) - 1, -1, -1):
            here = self._lengths[rows] > depth
            chosen = rows[here]
            if not len(chosen):
                continue
            layer = self._layers[depth]
            ways = values[depth][chosen]
            allowed = np.arange(self.slots) <= limit[here][:, None]
            slot = np.where(allowed, ways, 2 * _NEVER).argmin(axis=1)
            limit[here] = slot - layer.shift[chosen]
            np.add.at(lanes, (layer.station[chosen], slot), 1)
            window_end = np.minimum(slot + layer.charge[chosen], 2 * self.slots)
            np.add.at(stock, (layer.pool[chosen], slot), layer.packs[chosen])
            np.add.at(stock, (layer.pool[chosen], window_end), -layer.packs[chosen])
        starts = np.zeros((len(self._stations), self.slots))
        sums = lanes[:, : self.slots].cumsum(axis=1)
        for station, window in enumerate(self._window):
            last = np.minimum(np.arange(self.slots) + window - 1, self.slots - 1)
            starts[station] = sums[station, last] - np.append(0.0, sums[station, :-1])
        return Prices(
            starts - self._lanes_open, stock[:, : self.slots].cumsum(axis=1) - self._stock_ready
        )

    def _lane_capacity(self) -> tuple[Floats, list[int]]:
        """Lanes that can start a swap in each window of slots, and the windows' length."""
        capacity = np.zeros((len(self._stations), self.slots))
        windows: list[int] = []
        for index, book in enumerate(self._schedule.books.values()):
            lanes = book.station.lanes
            window = max(1, min((lane.swap_s for lane in lanes), default=1) // self.slot_s)
            windows.append(window)
            for lane in lanes:
                is_open = _open_slots(lane, self.slots, self.slot_s)
                for slot in range(self.slots):
                    capacity[index, slot] += is_open[slot : slot + window].any()
        return capacity, windows

    def _stock(self) -> Floats:
        ready = np.zeros((len(self._pools), self.slots))
        for index, (station, kind) in enumerate(self._pools):
            for pack in self._schedule.books[station].station.packs:
                slot = max(0, pack.ready_s) // self.slot_s
                if pack.type == kind and slot < self.slots:
                    ready[index, slot:] += 1
        return ready

    def _make_layers(self, rows: list[tuple[Job, int]]) -> list[_Layer]:
        depth = 0
        layers: list[_Layer] = []
        while rows and len(rows[0][0].relaxed[rows[0][1]].visits) > depth:
            having = [row for row in rows if len(row[0].relaxed[row[1]].visits) > depth]
            layers.append(self._make_layer(having, depth))
            depth += 1
        return layers

    def _make_layer(self, rows: list[tuple[Job, int]], depth: int) -> _Layer:
        stations = {name: index for index, name in enumerate(self._stations)}
        pools = {pool: index for index, pool in enumerate(self._pools)}
        count = len(rows)
        station, pool, charge, shift = (np.zeros(count, int) for _ in range(4))
        packs = np.zeros(count)
        cost = np.empty((count, self.slots))
        begins_s = np.arange(self.slots, dtype=float) * self.slot_s
        for row, (job, number) in enumerate(rows):
            itinerary = job.relaxed[number]
            visit = itinerary.visits[depth]
            quickest_s = self._schedule.region.least_swap_s[job.truck.pack_type]
            name = visit.detour.station
            station[row], pool[row] = stations[name], pools[name, job.truck.pack_type]
            packs[row] = job.truck.pack_positions
            charge[row] = (quickest_s[name] + visit.charge_s) // self.slot_s
            if depth:
                before = itinerary.visits[depth - 1].detour.station
                shift[row] = (quickest_s[before] + visit.lead_s) // self.slot_s
            earliest_s = _earliest_s(job, number, depth, quickest_s)
            ends_s = np.maximum(begins_s, earliest_s) + quickest_s[name]
            cost[row] = self._visit_cost(job, number, depth, ends_s)
            cost[row, : int(earliest_s // self.slot_s)] = _NEVER
        return _Layer(station, pool, packs, charge, shift, cost)

    def _visit_cost(self, job: Job, number: int, depth: int, ends_s: Floats) -> Floats:
        """Cost the lateness after a visit by the end of its swap; delay is with the last."""
        itinerary = job.relaxed[number]
        weight = self._schedule.problem.params.late_weight
        cost = np.zeros(len(ends_s))
        for late_from_s in itinerary.visits[depth].late_from_s:
            cost += weight * np.maximum(0.0, ends_s - late_from_s)
        if depth == len(itinerary.visits) - 1:
            kept = sum(visit.kept is not None for visit in itinerary.visits)
            changes_s = self._schedule.problem.params.change_s * max(0, job.loose_holds - kept)
            cost += ends_s + itinerary.tail_s - weight * itinerary.late_before_s + changes_s
        return cost * (job.truck.weight_percent / 100) - (
            0.0 if job.truck.weight_percent == 100 else 1.0
        )


def _alone_s(job: Job) -> float:
    """Cost a truck that uses none of the itineraries on the grid."""
    if job.rest_s is None:
        return float(job.unserved_s)
    return float(min(job.unserved_s, job.weighted_s(job.rest_s)))


def _earliest_s(job: Job, number: int, depth: int, quickest_s: dict[str, int]) -> int:
    """Find the first start of a visit if the truck waits nowhere."""
    at_s = start_s = 0
    for visit in job.relaxed[number].visits[: depth + 1]:
        at_s += visit.lead_s
        if visit.pinned is not None:
            at_s = max(at_s, visit.pinned.start_s)
        start_s = at_s
        at_s += quickest_s[visit.detour.station]
    return start_s


def _open_slots(lane: Lane, slots: int, slot_s: int) -> NDArray[np.bool_]:
    """Whether a swap can start somewhere in each slot."""
    is_open = np.ones(slots, dtype=bool)
    for begin_s, end_s in lane.closed:
        # No swap starts after begin - swap and before end: slots wholly within that are shut.
        first = -(-(begin_s - lane.swap_s + 1) // slot_s)
        last = end_s // slot_s
        is_open[max(0, first) : max(0, last)] = False
    return is_open
