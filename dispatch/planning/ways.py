"""All ways of a truck through the stations, as a graph: swaps are nodes, drives between are arcs.

A swap makes a truck forget what it had on board, so what it can do next depends on the last
swap alone. The graph is therefore small (detours x detours) where the sequences of swaps are
too many to list. Bounds and insertions are found on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.planning.problem import Detour
from dispatch.planning.timeline import Timeline

START = -1


@dataclass(slots=True)
class SwapNode:
    """A swap a truck may make, by the `index` of its detour.

    `earliest_s` is its first possible start. `tail_s` is the delay at the last stop less the
    swap's end, if the route then holds (None: it does not); each later stop is late by what the
    end exceeds its entry in `late_from_s`. Arcs into a node are in `arcs`, none of them first.
    """

    index: int
    detour: Detour
    swap_s: int
    earliest_s: int
    level: int
    tail_s: int | None
    late_from_s: tuple[int, ...]
    arcs: list["DriveArc"]


@dataclass(frozen=True, slots=True)
class DriveArc:
    """A drive from one swap to the next (`tail` is its node, or START).

    `lead_s` runs from the end of the swap before, or is the arrival itself; `earliest_s` is the
    first start of the swap it leads to. `charge_s` is the least the set given back will charge,
    `charged_wh` the least energy for that.
    """

    tail: int
    lead_s: int
    earliest_s: int
    charge_s: int
    charged_wh: int
    late_from_s: tuple[int, ...]
    late_before_s: int = 0


def ways_of(timeline: Timeline, *, optimistic: bool) -> list[SwapNode]:
    """Give the swaps that lie on any way from the truck's start to its last stop.

    In order of their stops, each with the drives that lead to it; empty if there is no way.
    With `optimistic`, packs are taken to hold the most any of their type holds (for bounds).
    """
    return _Ways(timeline, optimistic=optimistic).nodes()


class _Ways:
    def __init__(self, timeline: Timeline, *, optimistic: bool) -> None:
        self._timeline = timeline
        self._optimistic = optimistic
        self._detours = timeline.truck.detours
        self._fixed = [key for key, hold in timeline.pinned.items() if hold.fixed]
        self._stops = sorted(range(len(self._detours)), key=lambda d: self._detours[d].after)
        self._onward: dict[int, list[tuple[int, int]]] = {}
        self._ends: set[int] = set()

    def nodes(self) -> list[SwapNode]:
        for index in reversed(self._stops):
            self._look_onward(index)
        truck = self._timeline.truck
        starts = [
            (index, arrival_wh)
            for index, arrival_wh in self._next_swaps(0, truck.energy_wh)
            if index in self._onward
        ]
        made: list[SwapNode] = []
        numbers: dict[int, int] = {}
        arcs: dict[int, list[tuple[int, int]]] = {}
        for index, arrival_wh in starts:
            arcs.setdefault(index, []).append((START, arrival_wh))
        for index in self._stops:
            if index not in arcs:
                continue
            numbers[index] = len(made)
            made.append(self._node(index, arcs[index], numbers, made))
            for following, arrival_wh in self._onward[index]:
                arcs.setdefault(following, []).append((index, arrival_wh))
        return made

    def _look_onward(self, index: int) -> None:
        """Note what can follow a swap, if it can be part of any way at all."""
        timeline, detour = self._timeline, self._detours[index]
        left_wh = timeline.after_swap_wh(optimistic=self._optimistic) - detour.from_wh
        if timeline.swap_s(detour) is None or left_wh < timeline.truck.reserve_wh:
            return
        stop = detour.after + 1
        ends = timeline.reaches_end(stop, left_wh) and not any(
            after >= stop for after, _ in self._fixed
        )
        onward: list[tuple[int, int]] = []
        if not ends or timeline.most_gain_s:
            onward = [
                entry for entry in self._next_swaps(stop, left_wh) if entry[0] in self._onward
            ]
        if ends:
            self._ends.add(index)
        if ends or onward:
            self._onward[index] = onward

    def _next_swaps(self, stop: int, energy_wh: int) -> Iterator[tuple[int, int]]:
        for index, arrival_wh in self._timeline.within_reach(stop, energy_wh):
            if self._keeps_pins(stop, self._detours[index]):
                yield index, arrival_wh

    def _keeps_pins(self, stop: int, detour: Detour) -> bool:
        for after, station in self._fixed:
            if stop <= after < detour.after:
                return False
            if after == detour.after and station != detour.station:
                return False
        return True

    def _node(
        self,
        index: int,
        entries: list[tuple[int, int]],
        numbers: dict[int, int],
        made: list[SwapNode],
    ) -> SwapNode:
        timeline, detour = self._timeline, self._detours[index]
        arcs = [self._arc(index, before, wh, numbers, made) for before, wh in entries]
        swap_s = timeline.swap_s(detour)
        assert swap_s is not None  # noqa: S101 - it is in `_onward`
        ends = index in self._ends
        return SwapNode(
            index,
            detour,
            swap_s,
            min(arc.earliest_s for arc in arcs),
            max(0 if arc.tail == START else made[arc.tail].level + 1 for arc in arcs),
            detour.from_s - timeline.arrive_s[detour.after + 1] if ends else None,
            timeline.late_from_s(detour, len(timeline.truck.legs)) if ends else (),
            arcs,
        )

    def _arc(
        self,
        index: int,
        before: int,
        arrival_wh: int,
        numbers: dict[int, int],
        made: list[SwapNode],
    ) -> DriveArc:
        timeline, detour = self._timeline, self._detours[index]
        is_first = before == START
        charge_s, charged_wh = timeline.charge(
            0 if is_first else 1, detour, arrival_wh, optimistic=self._optimistic
        )
        pin = timeline.pinned.get((detour.after, detour.station))
        pin_s = pin.start_s if pin is not None and pin.fixed else 0
        if is_first:
            lead_s = timeline.lead_s(None, detour)
            late_before_s = timeline.late_without_s(detour.after + 1)
            return DriveArc(
                START, lead_s, max(lead_s, pin_s), charge_s, charged_wh, (), late_before_s
            )
        source, tail = self._detours[before], made[numbers[before]]
        lead_s = timeline.lead_s(source, detour)
        return DriveArc(
            numbers[before],
            lead_s,
            max(tail.earliest_s + tail.swap_s + lead_s, pin_s),
            charge_s,
            charged_wh,
            timeline.late_from_s(source, detour.after),
        )
