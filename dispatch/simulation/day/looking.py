"""From the world to what a policy may see of it."""

from typing import TYPE_CHECKING

from dispatch.simulation.day.bodies import SiteBody, Stage, TruckBody
from dispatch.simulation.day.view import Comer, Seeker, SiteNow, View

if TYPE_CHECKING:
    from dispatch.simulation.day.world import Day


def look(day: "Day", now_s: int) -> View:
    """Show the stations, the trucks whose need is told by now, and those on their way to a swap."""
    seekers, comers, untold = [], [], []
    for truck in day.trucks.values():
        if truck.stage is Stage.ROAD:
            if truck.opens_s is None or not truck.choices:
                continue
            if truck.opens_s <= now_s:
                truck.told_s = now_s if truck.told_s is None else truck.told_s
                seekers.append(_seeker(truck, now_s))
            else:
                untold.append(_seeker(truck, now_s))
        elif truck.stage in {Stage.TURNED, Stage.GATE}:
            comers.append(_comer(truck, now_s))
    return View(
        now_s,
        tuple(_site(station, now_s) for station in day.stations),
        tuple(seekers),
        tuple(comers),
        tuple(untold),
    )


def _seeker(truck: TruckBody, now_s: int) -> Seeker:
    move = truck.move
    ready_s = 0 if move is None else move.left_s(now_s)
    used_wh = 0 if move is None else move.expected_wh
    allowed = tuple(choice for choice in truck.choices if choice.site not in truck.banned)
    return Seeker(
        truck=truck.truck,
        ready_s=ready_s,
        energy_wh=int(truck.energy_wh) - used_wh,
        last=truck.last,
        choices=allowed or truck.choices,
        promise=truck.promise,
    )


def _comer(truck: TruckBody, now_s: int) -> Comer:
    move = truck.move
    return Comer(
        truck=truck.truck,
        site=truck.site,
        eta_s=0 if move is None else move.left_s(now_s),
        energy_wh=int(truck.energy_wh),
        to_wh=0 if move is None else move.expected_wh,
        start_s=truck.start_s,
        is_waiting=truck.stage is Stage.GATE,
    )


def _site(body: SiteBody, now_s: int) -> SiteNow:
    lanes = range(len(body.busy_until_s))
    return SiteNow(
        site=body.site,
        lanes_free_s=tuple(body.lane_free_s(lane, now_s) - now_s for lane in lanes),
        ready_s={
            kind: tuple(sorted(max(0, at_s - now_s) for at_s in packs))
            for kind, packs in body.ready_s.items()
        },
    )
