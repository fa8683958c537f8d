"""What a choice costs later: its truck at its next swaps, and those who are not in the plan yet.

Without this a way is priced as if its truck were alone for the rest of its shift, and a pack that
is handed out as if nobody else would come for it before it is charged again. Here both are priced
at what lanes and packs are likely to be worth (`likely.py`): the truck's next swaps by dynamic
programming over the nodes and stations of its shift and the minutes it may wait, others by a toll
on what the swap keeps from them.

References
----------
K. T. Talluri, G. J. van Ryzin, "An analysis of bid-price controls for network revenue
management", Management Science 44 (1998): capacity sold at the dual prices of what is expected.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.graph import Floats, Ints
from dispatch.simulation.day.likely import NEVER_MIN, Likely, Tolls
from dispatch.simulation.day.line import Way
from dispatch.simulation.day.params import MINUTE_S
from dispatch.simulation.day.view import Choice, Seeker, View

if TYPE_CHECKING:
    from dispatch.simulation.day.work import Work

BEGINS_MIN, WHOLE_MIN = 90, 180
"""What is taken from others within the first hour and a half the plan sees itself, for those who
come then are in it (`foreseen.py`); behind three hours nobody is. Between the two the toll rises.
"""
_MINUTES: Ints = np.arange(NEVER_MIN + 1)


class Worth:
    """Prices the ways of seekers at what lanes and packs are likely to be worth."""

    def __init__(self, likely: Likely) -> None:
        self._likely, self._tolls = likely, Tolls(likely)
        self._rest: dict[tuple[Work, int, int], Floats | None] = {}

    def weigh(self, view: View) -> View:
        """Return the view with what each choice costs its truck later, and others."""
        likely = self._likely.after(view.now_s // MINUTE_S, BEGINS_MIN, WHOLE_MIN)
        tolls = Tolls(likely)
        seekers, untold = (
            tuple(self._weighed(view.now_s, seeker, tolls) for seeker in some)
            for some in (view.seekers, view.untold)
        )
        return replace(view, seekers=seekers, untold=untold)

    def _weighed(self, now_s: int, seeker: Seeker, tolls: Tolls) -> Seeker:
        choices = tuple(
            replace(choice, price_s=self._price_s(now_s, seeker, choice, tolls))
            for choice in seeker.choices
        )
        return replace(seeker, choices=choices)

    def _price_s(self, now_s: int, seeker: Seeker, choice: Choice, tolls: Tolls) -> float:
        truck, work = seeker.truck, seeker.truck.work
        way = next(way for way in work.points[choice.node].ways if way.site == choice.site)
        start_min = (now_s + seeker.ready_s + choice.offset_s + choice.to_s) // MINUTE_S
        left_wh = seeker.energy_wh - choice.used_wh - choice.to_wh
        toll_min = tolls.of(
            choice.site,
            truck.pack_type,
            positions=truck.kind.pack_positions,
            missing_wh=work.full_wh - left_wh,
            start_min=np.array([start_min]),
        )[0]
        later_min = self._later_min(truck, choice.node, way, np.array([start_min]))[0]
        here_s = way.extra_s + self._likely.sites[choice.site].swap_s
        return here_s + float(toll_min + later_min) * MINUTE_S

    def _later_min(self, truck: DayTruck, node: int, way: Way, start_min: Ints) -> Floats:
        """Price everything after a way, for each minute in which its swap may start."""
        after, energy_wh = truck.work.after(node, way)
        rest = None if after is None else self.rest_min(truck, after, energy_wh)
        if rest is None:
            return np.zeros(len(start_min))
        swap_s = self._likely.sites[way.site].swap_s
        takes_min = (swap_s + way.from_s + truck.work.dwell_s) // MINUTE_S
        return rest[np.minimum(start_min + takes_min, NEVER_MIN)]

    def rest_min(self, truck: DayTruck, here: int, energy_wh: int) -> Floats | None:
        """Price the rest of a shift, by the minute in which the truck is at a node.

        Minutes of detours, waits, swaps and tolls; None: no swap is due any more.
        """
        work = truck.work
        key = (work, here, energy_wh)
        if key in self._rest:
            return self._rest[key]
        outlook = work.outlook(here, energy_wh)
        least: Floats | None = None
        for node, way in work.choices(here, energy_wh, outlook) if outlook else ():
            used_wh = int(work.at_wh[node] - work.at_wh[here]) + way.to_wh
            start: Floats = self._later_min(truck, node, way, _MINUTES) + self._tolls.of(
                way.site,
                truck.pack_type,
                positions=truck.kind.pack_positions,
                missing_wh=work.full_wh - energy_wh + used_wh,
                start_min=_MINUTES,
            )
            # Waiting at the station for a cheaper minute costs a minute for each.
            soonest: Floats = np.minimum.accumulate((start + _MINUTES)[::-1])[::-1] - _MINUTES
            drive_min = (int(work.at_s[node] - work.at_s[here]) + way.to_s) // MINUTE_S
            cost: Floats = soonest[np.minimum(_MINUTES + drive_min, NEVER_MIN)]
            cost += (way.extra_s + self._likely.sites[way.site].swap_s) / MINUTE_S
            least = cost if least is None else np.minimum(least, cost)
        self._rest[key] = least
        return least
