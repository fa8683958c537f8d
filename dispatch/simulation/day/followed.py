"""A day that was planned beforehand, followed swap by swap in the same world as all others."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dispatch.simulation.day.bound import DayBound
from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.graph import Graph
from dispatch.simulation.day.known import KnownDay
from dispatch.simulation.day.params import MINUTE_S
from dispatch.simulation.day.sites import Site
from dispatch.simulation.day.taken import Swaps
from dispatch.simulation.day.view import Decision, Promise, Seeker, View


class Followed:
    """Promises each truck what was found for it, once its need is told."""

    def __init__(self, swaps: dict[int, list[Promise]]) -> None:
        self._swaps = swaps

    def decide(self, view: View) -> list[Decision]:
        """Promise seekers their next swap; comers keep their times."""
        found = ((seeker, self._next(seeker)) for seeker in view.seekers)
        return [
            Decision(seeker.truck.number, swap.node, swap.site, swap.start_s)
            for seeker, swap in found
            if swap is not None and swap != seeker.promise
        ]

    def _next(self, seeker: Seeker) -> Promise | None:
        """Return the first planned swap at or behind the truck's next node."""
        choice, at_s = seeker.choices[0], seeker.truck.work.at_s
        here = int(np.searchsorted(at_s, at_s[choice.node] - choice.offset_s))
        planned = self._swaps.get(seeker.truck.number, [])
        return next((swap for swap in planned if swap.node >= here), None)


@dataclass(frozen=True, slots=True)
class Limits:
    """Steps for the prices, and for the search that they guide."""

    bound_steps: int
    known_steps: int


def known_policy(
    sites: tuple[Site, ...],
    trucks: tuple[DayTruck, ...],
    *,
    limits: Limits,
    progress: Callable[[float], None] | None = None,
) -> Followed:
    """Find a good day with everything known, and follow it."""
    bound = DayBound(sites, trucks)
    prices = bound.find(steps=limits.bound_steps, progress=_half(progress, begins=0.0)).prices
    search = KnownDay(bound, prices)
    found = search.find(steps=limits.known_steps, progress=_half(progress, begins=0.5))
    return Followed({trucks[k].number: _promises(bound.graph, found[k]) for k in found})


def _half(
    progress: Callable[[float], None] | None, *, begins: float
) -> Callable[[float], None] | None:
    return None if progress is None else lambda share: progress(begins + share / 2)


def _promises(graph: Graph, swaps: Swaps) -> list[Promise]:
    return [
        Promise(int(graph.node[row]), int(graph.site[row]), start * MINUTE_S)
        for row, start in swaps
    ]
