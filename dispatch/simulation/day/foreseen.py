"""Who will want a swap within the next hours, by the day's orders and what is seen on the road.

The planner is told of a need an hour ahead; a pack that is handed out charges for longer than
that. Who knows the orders knows more: the trucks on the road by their charge, and those whose
shift has not begun by a charge that is drawn for them (`likely.py`). They are put into the plan
beside the others, hold lanes and packs there, and are promised nothing before they are told.
"""

from dataclasses import replace

from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.road import ways_ahead
from dispatch.simulation.day.view import Seeker, View
from dispatch.simulation.day.worth import Worth

AHEAD_S = 7_200
"""Trucks are in the plan so long before they are told."""


class Foresight:
    """What the orders of the day say beyond what all policies see.

    `drawn` are the day's trucks with charges drawn for them; `worth` weighs what ways cost later.
    """

    def __init__(self, drawn: tuple[DayTruck, ...], worth: Worth) -> None:
        self._worth = worth
        self._drawn = [found for truck in drawn if (found := _when_it_begins(truck)) is not None]

    def see(self, view: View) -> View:
        """Return the view with those who will be told within two hours, and all ways weighed."""
        untold = (*view.untold, *self._to_begin(view.now_s))
        soon = tuple(seeker for seeker in untold if told_in_s(seeker) <= AHEAD_S)
        return self._worth.weigh(replace(view, untold=soon))

    def _to_begin(self, now_s: int) -> list[Seeker]:
        """Return the trucks that nobody sees yet, with the charge drawn for them."""
        return [
            replace(seeker, ready_s=seeker.ready_s - now_s)
            for seeker in self._drawn
            if seeker.ready_s - _notice_s(seeker) > now_s
        ]


def told_in_s(seeker: Seeker) -> int:
    """Return in how many seconds a need is told, as it looks now."""
    at_s, way = seeker.truck.work.at_s, seeker.choices[0]
    to_last_s = way.offset_s + int(at_s[seeker.last] - at_s[way.node])
    return seeker.ready_s + to_last_s - _notice_s(seeker)


def _notice_s(seeker: Seeker) -> int:
    return seeker.truck.work.notice_s + seeker.truck.work.decide_every_s


def _when_it_begins(truck: DayTruck) -> Seeker | None:
    """Show a truck as at the beginning of its shift, in seconds of the day; None: no swap is due.

    Its number is below zero: the truck itself may be in the view too, once it is seen.
    """
    outlook = truck.work.outlook(0, truck.energy_wh)
    if outlook is None or outlook.last < 0:
        return None
    return Seeker(
        truck=replace(truck, number=-truck.number),
        ready_s=truck.begins_s,
        energy_wh=truck.energy_wh,
        last=outlook.last,
        choices=ways_ahead(truck.work, 0, truck.energy_wh, outlook),
        promise=None,
    )
