"""A truck on its way: from node to node, off to a station, and back."""

from dispatch.simulation.day.bodies import Move, Stage, TruckBody
from dispatch.simulation.day.line import Way
from dispatch.simulation.day.view import Choice, Promise
from dispatch.simulation.day.work import Outlook, Work

LATER_FOR_S = 60
"""A truck stays on its road if turning off later costs no more than this: it can still be sent
elsewhere."""
MOST_CHOICES = 12


def note_outlook(truck: TruckBody, now_s: int) -> None:
    """At a node, from the energy there really is: which node is the last to turn off."""
    if truck.point is None:
        return
    outlook = truck.truck.work.outlook(truck.point, truck.energy_wh)
    truck.last = len(truck.truck.work.points) if outlook is None else outlook.last
    if outlook is None and truck.told_s is not None and truck.promise is None:
        truck.told_s = None
    if truck.last <= truck.point and truck.told_s is None:
        truck.told_s = now_s


def turning(truck: TruckBody) -> Promise | None:
    """Say whether a truck turns off at the node it is at, as promised or because it must."""
    here = truck.point
    if here is None:
        return None
    promise = truck.promise
    if promise is not None and promise.node == here:
        return promise
    if truck.last > here:
        return None
    ways = truck.truck.work.points[here].ways
    if promise is not None and any(way.site == promise.site for way in ways):
        return Promise(here, promise.site, promise.start_s)
    nearest = min(ways, key=lambda way: (way.to_wh, way.site))
    return Promise(here, nearest.site, None)


def before_shift(truck: TruckBody) -> Move:
    """Stand at the first node until the shift begins; the need may be told before."""
    work, begins_s = truck.truck.work, truck.truck.begins_s
    stays_s = min(begins_s, work.notice_s + work.decide_every_s)
    return Move(begins_s - stays_s, stays_s, stays_s, 0, 0.0)


def to_next(truck: TruckBody, now_s: int) -> Move:
    """Set out for the next node, or for the end of the shift."""
    work, luck, here = truck.truck.work, truck.luck, truck.point
    if here is None:
        raise ValueError("a truck behind its last node goes nowhere")
    point = work.points[here]
    is_last = here + 1 == len(work.points)
    until_s = work.whole_s if is_last else work.points[here + 1].at_s
    until_wh = work.whole_wh if is_last else work.points[here + 1].at_wh
    is_end_of_leg = is_last or work.points[here + 1].leg != point.leg
    stay_s = work.dwell_s if is_end_of_leg and not is_last else 0
    drive_s = until_s - point.at_s - stay_s
    truck.point = None if is_last else here + 1
    return Move(
        now_s,
        drive_s + stay_s,
        round(drive_s * luck.pace[point.leg] + stay_s * luck.dwell[point.leg]),
        until_wh - point.at_wh,
        (until_wh - point.at_wh) * luck.thirst[point.leg],
    )


def to_station(truck: TruckBody, site: int, now_s: int) -> tuple[Move, int]:
    """Turn off at the node the truck is at; gives the move and its true length."""
    leg, way = _leg_and_way(truck, truck.point, site)
    true_s = round(way.to_s * truck.luck.to_pace[leg][site])
    true_wh = way.to_wh * truck.luck.thirst[leg]
    return Move(now_s, way.to_s, true_s, way.to_wh, true_wh), true_s


def back_to_road(truck: TruckBody, now_s: int) -> tuple[Move, float]:
    """Go on from the station to the end of the leg; gives the move and the true detour."""
    work, luck, site = truck.truck.work, truck.luck, truck.site
    leg, way = _leg_and_way(truck, truck.turned_at, site)
    true_s = round(way.from_s * luck.from_pace[leg][site])
    node = work.points[truck.turned_at]
    first = work.points[work.first_of_leg[leg]]
    rest_s = work.haul(leg).travel_s - (node.at_s - first.at_s)
    detour_s = truck.to_true_s + true_s - rest_s * luck.pace[leg]
    here, _ = work.after(truck.turned_at, way)
    stay_s = 0 if here is None else work.dwell_s
    truck.point = here
    move = Move(
        now_s,
        way.from_s + stay_s,
        true_s + round(stay_s * luck.dwell[leg]),
        way.from_wh,
        way.from_wh * luck.thirst[leg],
    )
    return move, detour_s


def _leg_and_way(truck: TruckBody, node: int | None, site: int) -> tuple[int, Way]:
    if node is None:
        raise ValueError("no way leads off behind the last node")
    point = truck.truck.work.points[node]
    return point.leg, next(way for way in point.ways if way.site == site)


def forget_swap(truck: TruckBody) -> None:
    """Clear all that was about the swap that is over."""
    truck.promise, truck.start_s, truck.told_s, truck.opens_s = None, None, None, None
    truck.banned, truck.choices, truck.site, truck.last = set(), (), -1, -1


def look_ahead(truck: TruckBody, now_s: int) -> None:
    """On setting out: when the next need is told, and which ways there are then."""
    truck.choices, truck.opens_s = (), None
    if truck.point is None or truck.move is None or truck.stage is not Stage.ROAD:
        return
    work, here = truck.truck.work, truck.point
    energy_wh = truck.energy_wh - truck.move.expected_wh
    outlook = work.outlook(here, energy_wh)
    if outlook is None or outlook.last < 0:
        truck.last = -1
        return
    truck.last = outlook.last
    at_last_s = now_s + truck.move.expected_s + int(work.at_s[outlook.last] - work.at_s[here])
    truck.opens_s = min(truck.told_s or at_last_s, at_last_s - work.notice_s - work.decide_every_s)
    truck.choices = ways_ahead(work, here, energy_wh, outlook)


def ways_ahead(work: Work, here: int, energy_wh: float, outlook: Outlook) -> tuple[Choice, ...]:
    """Return the ways worth a look for a truck that comes to a node with some energy."""
    reachable = work.choices(here, energy_wh, outlook)
    return _undominated(
        [
            Choice(
                node=node,
                site=way.site,
                offset_s=int(work.at_s[node] - work.at_s[here]),
                used_wh=int(work.at_wh[node] - work.at_wh[here]),
                to_s=way.to_s,
                to_wh=way.to_wh,
                price_s=work.price_s[node, way.site],
            )
            for node, way in reachable
        ],
        [work.points[node].leg for node, _ in reachable],
    )


def _undominated(choices: list[Choice], legs: list[int]) -> tuple[Choice, ...]:
    """Keep one node for each leg and station: the last that costs hardly more than the best."""
    groups: dict[tuple[int, int], list[Choice]] = {}
    for choice, leg in zip(choices, legs, strict=True):
        groups.setdefault((leg, choice.site), []).append(choice)
    kept = []
    for group in groups.values():
        least_s = min(choice.price_s for choice in group) + LATER_FOR_S
        kept.append(max((c for c in group if c.price_s <= least_s), key=lambda c: c.node))
    kept.sort(key=lambda choice: (choice.price_s, choice.node, choice.site))
    return tuple(kept[:MOST_CHOICES])
