"""The ways of all trucks as arrays, level by level: what the relaxed problem is evaluated on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.grid import Grid
from dispatch.planning.job import Job
from dispatch.planning.prices import Floats
from dispatch.planning.schedule import KEPT_WITHIN_S, Schedule
from dispatch.planning.ways import START, SwapNode, ways_of

type Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fleet:
    """Each truck with its swap nodes, in the order in which the arrays hold them."""

    jobs: list[Job]
    nodes: list[tuple[int, SwapNode]]
    """Owner (position in `jobs`) and node, in order of level."""
    numbers: dict[tuple[int, int], int]
    """(owner, number in the truck's own list) to the place in `nodes`."""

    @classmethod
    def of(cls, schedule: Schedule) -> "Fleet":
        """Find the ways of all trucks."""
        found = [
            (node.level, owner, number, node)
            for owner, job in enumerate(schedule.jobs)
            for number, node in enumerate(ways_of(job.timeline, optimistic=True))
        ]
        found.sort(key=lambda entry: entry[:3])
        numbers = {(owner, number): index for index, (_, owner, number, _) in enumerate(found)}
        return cls(schedule.jobs, [(owner, node) for _, owner, _, node in found], numbers)

    @property
    def pools(self) -> list[tuple[str, str]]:
        """Stations and types of all packs that can be used."""
        return sorted(
            {(node.detour.station, self.jobs[owner].truck.pack_type) for owner, node in self.nodes}
        )


@dataclass(frozen=True, slots=True)
class Nodes:
    """Swap nodes by number: whose they are, where, with how many packs, and what ending costs.

    `ending[node, slot]` is the cost of the truck if that swap is its last (infinite: it cannot
    be); `fixed` has rows to add to a node's values, for promises.
    """

    owner: Whole
    station: Whole
    pool: Whole
    packs: Floats
    ending: Floats
    fixed: dict[int, Floats]


@dataclass(frozen=True, slots=True)
class Departures:
    """What leaves a swap: its node and the lateness of the stops up to the next one, by slot."""

    tail: Whole
    late: dict[int, Floats]


@dataclass(frozen=True, slots=True)
class Arcs:
    """Drives in order of their heads: `first[head]` is a node's first, and there is one more.

    `soonest` is the first slot in which the swap can start after the drive; `longer` (0 or 1) is
    by how many slots the set is out for longer than `charge` if it starts in that slot.
    """

    departure: Whole
    shift: Whole
    charge: Whole
    soonest: Whole
    longer: Whole
    cost: Floats
    charged: Floats
    first: Whole


class Network:
    """Arrays of a fleet on a grid."""

    def __init__(self, schedule: Schedule, fleet: Fleet, grid: Grid) -> None:
        self._schedule = schedule
        self._fleet = fleet
        self._grid = grid
        self._params = schedule.problem.params
        self._begins_s = np.arange(grid.slots, dtype=float) * grid.slot_s
        self.nodes = self._make_nodes()
        self.departures, self.arcs = self._make_arcs()
        self.tariff = self._make_tariff()
        self.level = np.array([node.level for _, node in fleet.nodes], int)

    def _make_nodes(self) -> Nodes:
        entries = self._fleet.nodes
        stations = {name: index for index, name in enumerate(self._grid.stations)}
        pools = {pool: index for index, pool in enumerate(self._grid.pools)}
        jobs = self._fleet.jobs
        ending = np.full((len(entries), self._grid.slots), np.inf)
        fixed: dict[int, Floats] = {}
        for index, (owner, node) in enumerate(entries):
            if node.tail_s is not None:
                ending[index] = self._ending(jobs[owner], node)
            row = self._promised(jobs[owner], node)
            if row is not None:
                fixed[index] = row
        trucks = [jobs[owner].truck for owner, _ in entries]
        names = [node.detour.station for _, node in entries]
        return Nodes(
            np.array([owner for owner, _ in entries], int),
            np.array([stations[name] for name in names], int),
            np.array([pools[n, t.pack_type] for n, t in zip(names, trucks, strict=True)], int),
            np.array([truck.pack_positions for truck in trucks], float),
            ending,
            fixed,
        )

    def _ends_s(self, node: SwapNode) -> Floats:
        ends_s: Floats = np.maximum(self._begins_s, node.earliest_s) + node.swap_s
        return ends_s

    def _ending(self, job: Job, node: SwapNode) -> Floats:
        """Delay, lateness and changes by the slot of the last swap, rounded down."""
        weight: float = job.truck.weight_percent / 100
        ends_s = self._ends_s(node)
        loose = sum(not hold.fixed for hold in job.truck.holds)
        cost = ends_s + ((node.tail_s or 0) + self._params.change_s * loose)
        cost += self._late(node.late_from_s, ends_s)
        cost *= weight
        cost -= 0.0 if job.truck.weight_percent == 100 else 1.0
        return cost

    def _late(self, late_from_s: tuple[int, ...], ends_s: Floats) -> Floats:
        late_s = np.zeros_like(ends_s)
        for threshold_s in late_from_s:
            late_s += np.maximum(0.0, ends_s - threshold_s)
        late_s *= self._params.late_weight
        return late_s

    def _promised(self, job: Job, node: SwapNode) -> Floats | None:
        """Bar a fixed promise's swap from other slots; spare a loose one's the cost of change."""
        slot_s = self._grid.slot_s
        row = np.zeros(self._grid.slots)
        for hold in job.truck.holds:
            if (hold.after, hold.station) != (node.detour.after, node.detour.station):
                continue
            if hold.fixed and hold in job.timeline.pinned.values():
                away = np.full(self._grid.slots, np.inf)
                if 0 <= hold.start_s < self._schedule.region.horizon_s:
                    away[hold.start_s // slot_s] = 0.0
                row += away
            elif not hold.fixed:
                first = max(0, hold.start_s - KEPT_WITHIN_S) // slot_s
                last = (hold.start_s + KEPT_WITHIN_S) // slot_s
                spared_s = self._params.change_s * job.truck.weight_percent / 100
                row[first : max(0, last + 1)] -= spared_s
        return row if row.any() else None

    def _make_arcs(self) -> tuple[Departures, Arcs]:
        numbers, slot_s = self._fleet.numbers, self._grid.slot_s
        departures = self._departures()
        rows: list[tuple[int, int, int, int, int, float, float]] = []
        first: list[int] = []
        for owner, node in self._fleet.nodes:
            weight = self._fleet.jobs[owner].truck.weight_percent / 100
            first.append(len(rows))
            for arc in node.arcs:
                departure = lead_s = 0
                if arc.tail != START:
                    tail = numbers[owner, arc.tail]
                    lead_s = self._fleet.nodes[tail][1].swap_s
                    departure = departures[tail, arc.late_from_s]
                shift = min((lead_s + arc.lead_s) // slot_s, self._grid.slots)
                out_s = node.swap_s + arc.charge_s
                charge, soonest = out_s // slot_s, arc.earliest_s // slot_s
                if arc.earliest_s >= self._schedule.region.horizon_s:
                    soonest = self._grid.slots
                longer = (arc.earliest_s + out_s) // slot_s - arc.earliest_s // slot_s - charge
                cost = -weight * self._params.late_weight * arc.late_before_s
                cost -= weight if self._params.s_per_cny else 0.0  # energy is rounded down
                charged = weight * arc.charged_wh
                rows.append((departure, shift, charge, soonest, longer, cost, charged))
        first.append(len(rows))
        columns = list(zip(*rows, strict=True)) or [()] * 7
        return self._make_departures(departures), Arcs(
            np.array(columns[0], int),
            np.array(columns[1], int),
            np.minimum(np.array(columns[2], int), self._grid.slots),
            np.array(columns[3], int),
            np.array(columns[4], int),
            np.array(columns[5], float),
            np.array(columns[6], float),
            np.array(first, int),
        )

    def _make_tariff(self) -> Floats | None:
        """Cost of a watt-hour in each slot of each station at its cheapest, in seconds."""
        if not self._params.s_per_cny:
            return None
        made = np.empty((len(self._grid.stations), self._grid.slots))
        for index, station in enumerate(self._schedule.problem.stations):
            steps = [(-1, 0), *station.price_cny_milli_per_kwh]
            for slot in range(self._grid.slots):
                begin_s = slot * self._grid.slot_s
                end_s = begin_s + self._grid.slot_s
                now = [price for from_s, price in steps if from_s <= begin_s][-1:]
                soon = [price for from_s, price in steps if begin_s < from_s < end_s]
                made[index, slot] = min(now + soon)
        return made * self._params.s_per_cny / 1_000_000

    def _departures(self) -> dict[tuple[int, tuple[int, ...]], int]:
        """Give a number to what leaves a node, in order of nodes; 0 is the start of all."""
        found = {
            (self._fleet.numbers[owner, arc.tail], arc.late_from_s)
            for owner, node in self._fleet.nodes
            for arc in node.arcs
            if arc.tail != START
        }
        return {key: index for index, key in enumerate(sorted(found), start=1)}

    def _make_departures(self, numbers: dict[tuple[int, tuple[int, ...]], int]) -> Departures:
        late: dict[int, Floats] = {}
        for (tail, late_from_s), index in numbers.items():
            owner, node = self._fleet.nodes[tail]
            if late_from_s:
                weight = self._fleet.jobs[owner].truck.weight_percent / 100
                late[index] = weight * self._late(late_from_s, self._ends_s(node))
        return Departures(np.array([START, *(tail for tail, _ in numbers)], int), late)
