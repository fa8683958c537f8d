"""A truck's shift: its legs as one row of nodes, what it needs, and what a choice costs later.

`price_s` of a way is what it and everything after it costs a truck that waits nowhere: minutes of
detour and of swaps until the shift is over. Policies that look ahead see it; it needs no other
truck.
"""

from dataclasses import dataclass
from math import inf

import numpy as np

from dispatch.simulation.day.line import Haul, Way
from dispatch.simulation.day.params import DayParams
from dispatch.simulation.day.sites import Site


@dataclass(frozen=True, slots=True)
class Point:
    """A node of the whole shift; `at_s` and `at_wh` count from its beginning, without swaps."""

    leg: int
    number: int
    at_s: int
    at_wh: int
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The nodes between which a truck must turn off: from `first` (told) to `last` (reach)."""

    first: int
    last: int


class Work:
    """The shift of trucks of one kind on one line; legs go out and back in turn."""

    def __init__(
        self,
        hauls: tuple[Haul, Haul],
        legs: int,
        *,
        dwell_s: int,
        full_wh: int,
        reserve_wh: int,
        sites: tuple[Site, ...],
        params: DayParams,
    ) -> None:
        self.hauls, self.legs, self.dwell_s = hauls, legs, dwell_s
        self.full_wh, self.reserve_wh = full_wh, reserve_wh
        self._sites = sites
        self.notice_s, self.decide_every_s = params.notice_s, params.decide_every_s
        self.points: list[Point] = []
        self.first_of_leg: list[int] = []
        at_s = at_wh = 0
        for leg in range(legs):
            haul = hauls[leg % 2]
            self.first_of_leg.append(len(self.points))
            self.points += [
                Point(leg, number, at_s + node.at_s, at_wh + node.at_wh, node.ways)
                for number, node in enumerate(haul.nodes)
            ]
            at_s += haul.travel_s + (dwell_s if leg < legs - 1 else 0)
            at_wh += haul.energy_wh
        self.whole_s, self.whole_wh = at_s, at_wh
        self.at_s = np.array([point.at_s for point in self.points])
        self.at_wh = np.array([point.at_wh for point in self.points])
        self._needs_wh = np.full(len(self.points), inf)
        self.price_s: dict[tuple[int, int], float] = {}
        self._price_all()

    def haul(self, leg: int) -> Haul:
        """Return the leg as a haul."""
        return self.hauls[leg % 2]

    def outlook(self, here: int, energy_wh: float) -> Outlook | None:
        """Say where a truck that is at a node with some energy must swap; None: nowhere.

        `last` is -1 if no station is within reach.
        """
        budget = energy_wh + float(self.at_wh[here]) - self.reserve_wh
        if self.whole_wh <= budget:
            return None
        reach = np.flatnonzero(self._needs_wh[here:] <= budget)
        if not len(reach):
            return Outlook(here, -1)
        last = here + int(reach[-1])
        told = int(np.searchsorted(self.at_s, self.at_s[last] - self.notice_s))
        return Outlook(max(here, told), last)

    def after(self, number: int, way: Way) -> tuple[int | None, int]:
        """Return the node at which the truck is again after a way, and its energy there."""
        leg = self.points[number].leg + 1
        here = self.first_of_leg[leg] if leg < self.legs else None
        return here, self.full_wh - way.from_wh

    def _price_all(self) -> None:
        for number in range(len(self.points) - 1, -1, -1):
            best_wh = inf
            for way in self.points[number].ways:
                later_s = self._later_s(number, way)
                price_s = way.extra_s + self._sites[way.site].swap_s + later_s
                self.price_s[number, way.site] = price_s
                if later_s < inf:
                    best_wh = min(best_wh, way.to_wh)
            self._needs_wh[number] = self.at_wh[number] + best_wh

    def _later_s(self, number: int, way: Way) -> float:
        """Price everything after a way, if the truck waits nowhere."""
        here, energy_wh = self.after(number, way)
        if energy_wh < self.reserve_wh:
            return inf
        if here is None:
            return 0.0
        outlook = self.outlook(here, energy_wh)
        if outlook is None:
            return 0.0
        return min(
            (
                self.price_s[node, choice.site]
                for node, choice in self.choices(here, energy_wh, outlook)
            ),
            default=inf,
        )

    def choices(self, here: int, energy_wh: float, outlook: Outlook) -> list[tuple[int, Way]]:
        """Return every way from the nodes of an outlook that the energy allows."""
        found = []
        for node in range(outlook.first, outlook.last + 1):
            left_wh = energy_wh - (self.at_wh[node] - self.at_wh[here]) - self.reserve_wh
            found += [
                (node, way)
                for way in self.points[node].ways
                if way.to_wh <= left_wh and self.price_s[node, way.site] < inf
            ]
        return found
