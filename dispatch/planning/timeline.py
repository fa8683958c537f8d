"""A truck's way in time and energy: what it needs, which swaps can save it, what they cost.

An itinerary is a sequence of detours that keeps a truck above its reserve to its last stop.
Waiting is only at stations, so the itinerary's cost depends on the ends of its swaps alone.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from operator import attrgetter

from dispatch.planning.problem import Detour, Hold, Truck
from dispatch.planning.region import Region, charge_s

_MOST_EXPANSIONS = 3000


@dataclass(frozen=True, slots=True)
class Visit:
    """One swap of an itinerary, before its start is chosen.

    `lead_s` runs from `ready_s` (first visit: it is the arrival itself) or from the end of the
    swap before until the arrival at the station. A stop before the next visit is late by what
    the end of this swap exceeds its entry of `late_from_s`.
    """

    detour: Detour
    lead_s: int
    arrival_wh: int
    charge_s: int
    charged_wh: int
    late_from_s: tuple[int, ...]
    pinned: Hold | None = None
    kept: Hold | None = None


@dataclass(frozen=True, slots=True)
class Itinerary:
    """Swaps that carry a truck to its last stop; delay is the last swap's end plus `tail_s`.

    `least_s` is its cost if it need wait nowhere: no start costs less.
    """

    visits: tuple[Visit, ...]
    tail_s: int
    late_before_s: int
    returns_to_a_station: bool
    least_s: int = 0


@dataclass(frozen=True, slots=True)
class _Partial:
    """A sequence of detours so far: the energy at the stop after the last of them.

    `start_s` and `end_s` are of the last swap if the truck waits nowhere.
    """

    picked: tuple[int, ...]
    arrivals_wh: tuple[int, ...]
    stop: int
    energy_wh: int
    start_s: int = 0
    end_s: int = 0


class Timeline:
    """Arithmetic of one truck: arrivals without swaps, need, itineraries and their cost."""

    def __init__(self, region: Region, truck: Truck, pinned: tuple[Hold, ...] = ()) -> None:
        self.truck = truck
        self._horizon_s = region.horizon_s
        self._late_weight = region.params.late_weight
        self._range = region.pack_ranges[truck.pack_type]
        self._charge_w = region.charge_w
        self._least_swap_s = region.least_swap_s[truck.pack_type]
        self.arrive_s, self.leave_s = _times(truck)
        self.needs_swap = _breaks_reserve(truck)
        self.packs_vary = self._range.low_wh < self._range.high_wh
        self.pinned = {(hold.after, hold.station): hold for hold in pinned}
        self._kept = {
            (hold.after, hold.station): hold for hold in truck.holds if hold not in pinned
        }

    def itineraries(
        self, *, most: int, optimistic: bool = False, at_any_time: bool = False
    ) -> tuple[tuple[Itinerary, ...], int | None]:
        """Give at most `most` itineraries, in order of their cost without any waiting.

        Those left out for being too many cost the second value or more (None: there are none).
        With `optimistic`, packs are taken to hold the most any of their type holds (for bounds);
        otherwise the least (so that each itinerary holds whichever packs are handed out). Those
        of which a swap cannot begin before the horizon count only `at_any_time`.
        """
        found: list[Itinerary] = []
        order = count()
        start = _Partial((), (), 0, self.truck.energy_wh)
        heap = [(0, next(order), start, False)]
        full_wh = self._range.high_wh if optimistic else self._range.low_wh
        for _ in range(_MOST_EXPANSIONS):
            if not heap or len(found) >= most:
                break
            delay_s, _, partial, complete = heapq.heappop(heap)
            if complete:
                found.append(self._itinerary(partial, optimistic=optimistic))
                continue
            for overhead_s, longer, is_last in self._longer(partial, full_wh):
                if longer.start_s >= self._horizon_s and not at_any_time:
                    continue
                entry = (delay_s + overhead_s, next(order), longer)
                heapq.heappush(heap, (*entry, is_last))
                if is_last and self.most_gain_s:
                    # Beyond its need a truck swaps only if the way by a station is shorter.
                    heapq.heappush(heap, (*entry[:1], next(order), longer, False))
        rest_s = heap[0][0] - self.most_gain_s if heap else None
        return tuple(sorted(found, key=attrgetter("least_s"))), rest_s

    def last_minute(self) -> Itinerary | None:
        """Do as drivers do: on to the last stop with a station in reach, then to the nearest.

        None if that does not carry the truck to its last stop.
        """
        partial = _Partial((), (), 0, self.truck.energy_wh)
        full_wh = self._range.low_wh
        while True:
            choices = list(self._longer(partial, full_wh))
            if not choices:
                return None
            last = max(longer.stop for _, longer, _ in choices)
            _, partial, complete = min(
                (choice for choice in choices if choice[1].stop == last),
                key=lambda choice: self.truck.detours[choice[1].picked[-1]].to_s,
            )
            if complete:
                return self._itinerary(partial)

    def cost_s(self, itinerary: Itinerary, ends_s: list[int]) -> int:
        """Delay plus weighted lateness, before the truck's weight and any cost of change."""
        late_s = -itinerary.late_before_s
        for visit, end_s in zip(itinerary.visits, ends_s, strict=True):
            for threshold_s in visit.late_from_s:
                if end_s > threshold_s:
                    late_s += end_s - threshold_s
        return ends_s[-1] + itinerary.tail_s + self._late_weight * late_s

    def _longer(self, partial: _Partial, full_wh: int) -> Iterator[tuple[int, _Partial, bool]]:
        """Each next detour within reach, with its least delay and whether the route then holds."""
        truck = self.truck
        after_swap_wh = full_wh * truck.pack_positions
        for index, arrival_wh in self.within_reach(partial.stop, partial.energy_wh):
            detour = truck.detours[index]
            swap_s = self._least_swap_s.get(detour.station)
            if swap_s is None or not self._keeps_pins(partial, detour):
                continue
            left_wh = after_swap_wh - detour.from_wh
            if left_wh < truck.reserve_wh:
                continue
            overhead_s = detour.to_s + swap_s + detour.from_s - truck.legs[detour.after].travel_s
            longer = _Partial(
                (*partial.picked, index),
                (*partial.arrivals_wh, arrival_wh),
                detour.after + 1,
                left_wh,
                start_s := self._soonest_s(partial, detour),
                start_s + swap_s,
            )
            is_last = self.reaches_end(longer.stop, longer.energy_wh) and not self._pins_from(
                longer.stop
            )
            yield overhead_s, longer, is_last

    def _soonest_s(self, partial: _Partial, detour: Detour) -> int:
        """Give the start of a swap if the truck waits nowhere but for a pinned one."""
        before = self.truck.detours[partial.picked[-1]] if partial.picked else None
        pin = self.pinned.get((detour.after, detour.station))
        arrival_s = partial.end_s + self.lead_s(before, detour)
        return arrival_s if pin is None else max(arrival_s, pin.start_s)

    def within_reach(self, stop: int, energy_wh: int) -> Iterator[tuple[int, int]]:
        """Give each detour in reach from a stop, by its index, with the energy on arrival."""
        truck = self.truck
        by_stop = self._detours_by_stop
        for number in range(stop, len(truck.legs)):
            for index in by_stop.get(number, ()):
                arrival_wh = energy_wh - truck.detours[index].to_wh
                if arrival_wh >= truck.reserve_wh:
                    yield index, arrival_wh
            energy_wh -= truck.legs[number].energy_wh
            if energy_wh < truck.reserve_wh:
                return

    @cached_property
    def _detours_by_stop(self) -> dict[int, list[int]]:
        by_stop: dict[int, list[int]] = {}
        for index, detour in enumerate(self.truck.detours):
            by_stop.setdefault(detour.after, []).append(index)
        return by_stop

    def reaches_end(self, stop: int, energy_wh: int) -> bool:
        """Whether the rest of the route from a stop holds without a swap."""
        for leg in self.truck.legs[stop:]:
            energy_wh -= leg.energy_wh
            if energy_wh < self.truck.reserve_wh:
                return False
        return True

    def _pins_from(self, stop: int) -> bool:
        return any(after >= stop for after, _ in self.pinned)

    def _keeps_pins(self, partial: _Partial, detour: Detour) -> bool:
        """No pinned swap is passed over, and at its stop only its own station will do."""
        for after, station in self.pinned:
            if partial.stop <= after < detour.after:
                return False
            if after == detour.after and station != detour.station:
                return False
        return True

    def _itinerary(self, partial: _Partial, *, optimistic: bool = False) -> Itinerary:
        truck = self.truck
        visits: list[Visit] = []
        for number, index in enumerate(partial.picked):
            detour = truck.detours[index]
            before = truck.detours[partial.picked[number - 1]] if number else None
            after_next = (
                truck.detours[partial.picked[number + 1]].after
                if number + 1 < len(partial.picked)
                else len(truck.legs)
            )
            key = (detour.after, detour.station)
            visits.append(
                Visit(
                    detour,
                    self.lead_s(before, detour),
                    partial.arrivals_wh[number],
                    *self.charge(
                        number, detour, partial.arrivals_wh[number], optimistic=optimistic
                    ),
                    self.late_from_s(detour, after_next),
                    self.pinned.get(key),
                    self._kept.get(key),
                )
            )
        last, first = visits[-1].detour, visits[0].detour
        tail_s = last.from_s - self.arrive_s[last.after + 1]
        late_before_s = self.late_without_s(first.after + 1)
        returns = len({visit.detour.station for visit in visits}) < len(visits)
        itinerary = Itinerary(tuple(visits), tail_s, late_before_s, returns)
        return replace(itinerary, least_s=self.cost_s(itinerary, self._earliest_ends_s(visits)))

    def _earliest_ends_s(self, visits: list[Visit]) -> list[int]:
        ends_s: list[int] = []
        for visit in visits:
            arrival_s = visit.lead_s + (ends_s[-1] if ends_s else 0)
            start_s = visit.pinned.start_s if visit.pinned else arrival_s
            ends_s.append(start_s + self._least_swap_s[visit.detour.station])
        return ends_s

    @cached_property
    def most_gain_s(self) -> int:
        """Count the most that detours shorter than the road could save, lateness included."""
        gains_s: dict[int, int] = {}
        for detour in self.truck.detours:
            swap_s = self._least_swap_s.get(detour.station, 0)
            gain_s = self.truck.legs[detour.after].travel_s - detour.to_s - swap_s - detour.from_s
            gains_s[detour.after] = max(gains_s.get(detour.after, 0), gain_s)
        saved_s = sum(gains_s.values())
        return saved_s + (self._late_weight * self.late_without_s(0) if saved_s else 0)

    def swap_s(self, detour: Detour) -> int | None:
        """Give the least a swap takes there; None if no lane there can swap this truck."""
        return self._least_swap_s.get(detour.station)

    def after_swap_wh(self, *, optimistic: bool) -> int:
        """Give what the truck holds after a swap: at most if optimistic, else at least."""
        full_wh = self._range.high_wh if optimistic else self._range.low_wh
        return full_wh * self.truck.pack_positions

    def itinerary(self, picked: tuple[int, ...]) -> Itinerary | None:
        """Give the itinerary of some detours, by their indices; None if the route breaks on it."""
        partial = _Partial((), (), 0, self.truck.energy_wh)
        holds = False
        for index in picked:
            choices = [
                (longer, is_last)
                for _, longer, is_last in self._longer(partial, self._range.low_wh)
                if longer.picked[-1] == index
            ]
            if not choices:
                return None
            partial, holds = choices[0]
        return self._itinerary(partial) if holds else None

    def lead_s(self, before: Detour | None, detour: Detour) -> int:
        """Time from the end of the swap before (None: the arrival itself) to a station."""
        leave_s = self.leave_s[detour.after] + detour.to_s
        if before is None:
            return leave_s
        return before.from_s + leave_s - self.arrive_s[before.after + 1]

    def late_from_s(self, detour: Detour, last_stop: int) -> tuple[int, ...]:
        """Give the ends of the swap after which each stop up to `last_stop` is late."""
        first = detour.after + 1
        return tuple(
            due_s - detour.from_s - (self.arrive_s[stop] - self.arrive_s[first])
            for stop in range(first, last_stop + 1)
            if (due_s := self.truck.stops[stop].due_s) is not None
        )

    def late_without_s(self, first: int) -> int:
        """Lateness of all stops from `first` on if the truck never swaps."""
        return sum(
            max(0, self.arrive_s[stop] - due_s)
            for stop in range(first, len(self.truck.stops))
            if (due_s := self.truck.stops[stop].due_s) is not None
        )

    def charge(
        self, number: int, detour: Detour, arrival_wh: int, *, optimistic: bool
    ) -> tuple[int, int]:
        """Give the longest a returned pack can charge (the least: optimistic), and their energy."""
        positions = self.truck.pack_positions
        full_wh = [self._range.low_wh if optimistic else self._range.high_wh] * positions
        if number == 0 and self.truck.packs:
            full_wh = [pack.full_wh for pack in self.truck.packs]
        each_wh = arrival_wh // positions
        chosen_wh = min(full_wh) if optimistic else max(full_wh)
        longest_s = charge_s(chosen_wh, each_wh, self._charge_w[detour.station])
        return longest_s, sum(max(0, full - each_wh) for full in full_wh)


def _times(truck: Truck) -> tuple[list[int], list[int]]:
    """Arrivals at and departures from each stop without swaps."""
    arrive_s = [truck.ready_s]
    leave_s = [truck.ready_s]
    for leg, stop in zip(truck.legs, truck.stops[1:], strict=True):
        arrive_s.append(leave_s[-1] + leg.travel_s)
        leave_s.append(arrive_s[-1] + stop.dwell_s)
    return arrive_s, leave_s


def _breaks_reserve(truck: Truck) -> bool:
    energy_wh = truck.energy_wh
    for leg in truck.legs:
        energy_wh -= leg.energy_wh
        if energy_wh < truck.reserve_wh:
            return True
    return False
