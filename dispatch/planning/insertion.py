"""Put a truck with many ways into the books where it costs least, over all its ways at once.

A truck that swaps several times has more sequences of swaps than can be tried. But where it can
swap next depends only on where it swapped last and when that ended, so the best way is found stop
by stop: at each swap, those ends are kept that no other beats in time and in cost (labels). A set
given back early on the way is taken to be on charge only for others; :meth:`Schedule.fit`
looks at the way found once more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from dispatch.planning.job import Job
from dispatch.planning.timeline import Itinerary
from dispatch.planning.ways import START, DriveArc, SwapNode, ways_of

if TYPE_CHECKING:
    from dispatch.planning.books import StationBook
    from dispatch.planning.schedule import Schedule

_MOST_LABELS = 4


@dataclass(frozen=True, slots=True)
class _Label:
    """A way up to the end of a swap: what it costs beyond delay, with tolls and without."""

    end_s: int
    cost_s: float
    rank_s: float
    node: int
    before: "_Label | None"


@dataclass(frozen=True, slots=True)
class _Ways:
    """A truck's swaps, and the least delay from the end of each, less that end."""

    nodes: list[SwapNode]
    after_s: list[float]


class Insertion:
    """Finds ways through the books of a schedule; the ways of each truck are worked out once."""

    def __init__(self, schedule: "Schedule") -> None:
        self._schedule = schedule
        self._ways: dict[int, _Ways] = {}
        self._itineraries: dict[tuple[int, tuple[int, ...]], Itinerary] = {}
        self._last: dict[int, Itinerary] = {}

    def last_way(self, job: Job) -> Itinerary:
        """Give the way found last for a truck, or its cheapest if it need not wait."""
        return self._last.get(job.index) or job.itineraries[0]

    def way(
        self,
        job: Job,
        *,
        below_s: float,
        within_s: float,
        blink: Callable[[], bool] | None = None,
    ) -> Itinerary | None:
        """Find the way that costs least, tolls included, if all other trucks stay as they are.

        None if there is none below `below_s` with tolls and `within_s` without. A drive is
        overlooked whenever `blink` says so.
        """
        ways = self._ways.get(job.index)
        if ways is None:
            ways = self._ways[job.index] = _ways(job)
        last = _Walk(self._schedule, job, ways, below_s, within_s, blink).last()
        if last is None:
            return None
        picked: list[int] = []
        label: _Label | None = last
        while label is not None:
            picked.append(ways.nodes[label.node].index)
            label = label.before
        key = (job.index, tuple(reversed(picked)))
        way = self._itineraries.get(key) or job.timeline.itinerary(key[1])
        if way is not None:
            self._itineraries[key] = self._last[job.index] = way
        return way


class _Walk:
    """One search, node by node in the order of stops."""

    def __init__(
        self,
        schedule: "Schedule",
        job: Job,
        ways: _Ways,
        below_s: float,
        within_s: float,
        blink: Callable[[], bool] | None,
    ) -> None:
        self._schedule = schedule
        self._tolls = schedule.tolls
        self._ways = ways
        self._kind, self._packs = job.truck.pack_type, job.truck.pack_positions
        self._weight = job.truck.weight_percent / 100
        self._late_weight = self._weight * schedule.problem.params.late_weight
        self._below_s, self._within_s = below_s, within_s
        self._horizon_s = schedule.region.horizon_s
        self._blink = blink
        self._labels: list[list[_Label]] = []

    def last(self) -> _Label | None:
        """Give the label of the last swap of the best way."""
        best: _Label | None = None
        start = _Label(0, 0.0, 0.0, START, None)
        for number, node in enumerate(self._ways.nodes):
            found: list[_Label] = []
            self._labels.append(found)
            book = self._schedule.books[node.detour.station]
            for arc in node.arcs:
                if self._blink is not None and self._blink():
                    continue
                for label in (start,) if arc.tail == START else self._labels[arc.tail]:
                    self._swap(number, book, arc, label)
            if node.tail_s is None:
                continue
            for label in found:
                cost_s = label.cost_s + self._weight * (label.end_s + node.tail_s)
                cost_s += self._late_s(node.late_from_s, label.end_s)
                rank_s = cost_s + label.rank_s - label.cost_s
                if cost_s < self._within_s and rank_s < self._below_s:
                    self._below_s, best = rank_s, label
        return best

    def _swap(self, number: int, book: "StationBook", arc: DriveArc, label: _Label) -> None:
        """Swap as soon as there is a lane and a set, and note it if that may pay."""
        node = self._ways.nodes[number]
        cost_s = label.cost_s + self._late_s(arc.late_from_s, label.end_s)
        cost_s -= self._late_weight * arc.late_before_s
        rank_s = cost_s + label.rank_s - label.cost_s
        arrival_s = label.end_s + arc.lead_s
        spare_s = min(self._within_s - cost_s, self._below_s - rank_s)
        last_s = spare_s / self._weight if self._weight else inf
        last_s -= node.swap_s + self._ways.after_s[number]
        if arrival_s >= min(self._horizon_s, last_s):
            return
        before_s = int(min(self._horizon_s, last_s + 1))
        spot = book.earliest(arrival_s, before_s, self._kind, self._packs, arc.charge_s)
        if spot is None:
            return
        start_s, lane = spot
        end_s = start_s + book.lanes[lane].swap_s
        station = node.detour.station
        paid_s = self._weight * self._schedule.region.energy_cost_s(
            station, start_s, arc.charged_wh
        )
        toll_s = 0.0
        if self._tolls is not None:
            toll_s = self._tolls.toll_s(
                station, self._kind, self._packs, start_s, end_s + arc.charge_s
            )
        self._keep(number, _Label(end_s, cost_s + paid_s, rank_s + paid_s + toll_s, number, label))

    def _keep(self, number: int, made: _Label) -> None:
        """Keep a label unless another ends no later and costs no more."""
        before = made.before
        if before is not None and before.node == START:
            made = _Label(made.end_s, made.cost_s, made.rank_s, number, None)
        labels = self._labels[number]
        for label in labels:
            if label.end_s <= made.end_s and label.rank_s <= made.rank_s:
                return
        labels[:] = [
            label for label in labels if label.end_s < made.end_s or label.rank_s < made.rank_s
        ]
        if len(labels) < _MOST_LABELS:
            labels.append(made)

    def _late_s(self, late_from_s: tuple[int, ...], end_s: int) -> float:
        late_s = 0
        for threshold_s in late_from_s:
            if end_s > threshold_s:
                late_s += end_s - threshold_s
        return self._late_weight * late_s


def _ways(job: Job) -> _Ways:
    nodes = ways_of(job.timeline, optimistic=False)
    after_s = [inf if node.tail_s is None else float(node.tail_s) for node in nodes]
    for number in range(len(nodes) - 1, -1, -1):
        node = nodes[number]
        for arc in node.arcs:
            if arc.tail != START:
                later_s = arc.lead_s + node.swap_s + after_s[number]
                after_s[arc.tail] = min(after_s[arc.tail], later_s)
    return _Ways(nodes, after_s)
