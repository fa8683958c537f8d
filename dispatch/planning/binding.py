"""What binds: the one thing that makes a refused way dearer than the chosen one, or impossible."""

from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from dispatch.planning.books import StationBook
from dispatch.planning.forcing import MOST_TRIED, Forced, Forcing
from dispatch.planning.job import Job
from dispatch.planning.problem import Detour
from dispatch.planning.schedule import ANY_COST_S, Placement, Schedule, swaps_of
from dispatch.planning.timeline import Itinerary, Visit

OptionCode = Literal[
    "chosen",
    "no_worse",
    "longer",
    "lateness",
    "lane_busy",
    "no_packs",
    "others_lose",
    "out_of_reach",
    "route_breaks",
    "after_horizon",
    "held",
]
"""What binds.

no_worse: forced, the plan costs no more (the search found none better in its time);
longer: even with the region to itself the truck would lose more by this way, driving and swapping;
lateness: the same, most of it by being late at a stop;
lane_busy: its wait for a lane; no_packs: its wait for charged packs (or, without figures, none
comes free before the horizon);
others_lose: it would be served there at the cost of others, who lose more than it gains;
out_of_reach: below reserve on arrival at the station; route_breaks: in reach, but with it no
sequence of swaps carries the truck to its last stop; after_horizon: it arrives after the horizon;
held: it would break a promise that is fixed.
"""

_NEVER = 1 << 60


@dataclass(frozen=True, slots=True)
class Binding:
    """What binds, where a lane or packs are short, and the trucks that hold them."""

    code: OptionCode
    short_at: str | None = None
    blockers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortage:
    """What a truck waits for at a station: from its arrival until `start_s` (None: for ever)."""

    code: OptionCode
    visit: Visit
    arrival_s: int
    start_s: int | None


def binding(
    forcing: Forcing, job: Job, way: Itinerary, forced: Forced, before: Placement | None
) -> Binding:
    """Name what binds a forced way; `way` is the cheapest of its kind, `before` the plan's."""
    if forced.more_s <= 0:
        return Binding("no_worse")
    before_s = job.unserved_s if before is None else before.cost_s
    alone_s = job.weighted_s(way.least_s) - before_s
    if 2 * alone_s >= forced.more_s:
        delay_s, late_s = _delay_s(forcing.schedule, forced.placement)
        was_delay_s, was_late_s = _delay_s(forcing.schedule, before) if before else (0, 0)
        return Binding("lateness" if late_s - was_late_s > delay_s - was_delay_s else "longer")
    others_s = sum(move.more_s for move in forced.moves if move.job is not job)
    if others_s > 0 and others_s >= forced.more_s - others_s - alone_s:
        return Binding("others_lose")
    placement = forcing.schedule.fit(job, way, below_s=ANY_COST_S)
    if placement is None:
        return impossible(forcing, job, (way,))
    return _short(forcing, job, _longest_wait(forcing.schedule, job, placement))


def impossible(forcing: Forcing, job: Job, ways: tuple[Itinerary, ...]) -> Binding:
    """Name what binds ways that get no place; the horizon only if it is what binds all of them."""
    every = [_impossible(forcing, job, way) for way in ways[:MOST_TRIED]]
    return next((one for one in every if one.code != "after_horizon"), every[0])


def _impossible(forcing: Forcing, job: Job, way: Itinerary) -> Binding:
    """Name what binds a way that gets no place, at the first swap on it that cannot be had."""
    schedule = forcing.schedule
    horizon_s, least_s = schedule.region.horizon_s, schedule.region.least_swap_s
    waits: list[tuple[int, Shortage]] = []
    end_s = alone_s = 0
    for visit in way.visits:
        arrival_s, alone_s = end_s + visit.lead_s, alone_s + visit.lead_s
        if alone_s >= horizon_s:
            return Binding("after_horizon", visit.detour.station)
        spot = schedule.spot(job.truck, visit, arrival_s) if arrival_s < horizon_s else None
        start_s = None if spot is None else spot[0]
        short = _shortage(schedule, job, visit, arrival_s, start_s)
        waits.append(((start_s or horizon_s) - arrival_s, short))
        if spot is None:
            break
        end_s = spot[0] + schedule.books[visit.detour.station].lanes[spot[1]].swap_s
        alone_s += least_s[job.truck.pack_type][visit.detour.station]
    return _short(forcing, job, max(waits, key=lambda wait: wait[0])[1])


def out_of_reach(job: Job, detour: Detour) -> tuple[OptionCode, int, int]:
    """Name why no itinerary passes a detour, with arrival there and energy then, without a swap."""
    truck = job.truck
    left_wh = list(accumulate((-leg.energy_wh for leg in truck.legs), initial=truck.energy_wh))
    low = [wh for wh in left_wh[1 : detour.after + 1] if wh < truck.reserve_wh]
    arrival_wh = left_wh[detour.after] - detour.to_wh
    code: OptionCode = "held" if job.timeline.pinned else "route_breaks"
    if low or arrival_wh < truck.reserve_wh:
        code = "out_of_reach"
    return code, job.timeline.leave_s[detour.after] + detour.to_s, arrival_wh


def _short(forcing: Forcing, job: Job, short: Shortage) -> Binding:
    """Add the trucks that hold the lane or packs a truck waits for, in order of their swaps."""
    schedule, station = forcing.schedule, short.visit.detour.station
    until_s = schedule.region.horizon_s if short.start_s is None else short.start_s
    names = []
    for placement_s, other in forcing.others_at(station, -_NEVER, until_s):
        placement = schedule.placements[other.index]
        for visit, start_s, lane in swaps_of(placement):
            if visit.detour.station != station or start_s != placement_s:
                continue
            end_s = start_s + schedule.books[station].lanes[lane].swap_s
            is_alike = other.truck.pack_type == job.truck.pack_type
            if short.code == "no_packs":
                end_s = end_s + visit.charge_s if is_alike else short.arrival_s
            if end_s > short.arrival_s:
                names.append(other.truck.id)
    return Binding(short.code, station, tuple(names))


def _longest_wait(schedule: Schedule, job: Job, placement: Placement) -> Shortage:
    found: tuple[int, Visit, int, int] | None = None
    end_s = 0
    for visit, start_s, lane in swaps_of(placement):
        arrival_s = end_s + visit.lead_s
        if found is None or start_s - arrival_s > found[0]:
            found = (start_s - arrival_s, visit, arrival_s, start_s)
        end_s = start_s + schedule.books[visit.detour.station].lanes[lane].swap_s
    assert found is not None  # noqa: S101 - a placement has a swap
    return _shortage(schedule, job, *found[1:])


def _shortage(
    schedule: Schedule, job: Job, visit: Visit, arrival_s: int, start_s: int | None
) -> Shortage:
    """Tell lane from stock: what binds is what, if there were no end of it, would let it start."""
    book = schedule.books[visit.detour.station]
    kind, packs = job.truck.pack_type, job.truck.pack_positions
    with_packs_s = _lane_start_s(book, arrival_s, kind)
    with_lanes_s = _stock_start_s(book, arrival_s, kind, packs, visit.charge_s)
    code: OptionCode = "lane_busy" if with_lanes_s < with_packs_s else "no_packs"
    return Shortage(code, visit, arrival_s, start_s)


def _lane_start_s(book: StationBook, arrival_s: int, kind: str) -> int:
    """When a lane is free, were there packs without end."""
    lane = book.first_lane(arrival_s, kind)
    return _NEVER if lane is None else book.lanes[lane].earliest_s(arrival_s)


def _stock_start_s(book: StationBook, arrival_s: int, kind: str, packs: int, charge_s: int) -> int:
    """When a set is charged and stays free until it is back, were there lanes without end."""
    stock = book.stock(kind)
    swap_s = min(lane.swap_s for lane in book.lanes)
    while arrival_s < _NEVER:
        later_s = stock.blocked_until_s(arrival_s, arrival_s + swap_s + charge_s, packs)
        if later_s is None:
            break
        arrival_s = later_s
    return arrival_s


def _delay_s(schedule: Schedule, placement: Placement) -> tuple[int, int]:
    """Split what a placement costs a truck: its delay, and its lateness as weighed."""
    *_, (visit, start_s, lane) = swaps_of(placement)
    end_s = start_s + schedule.books[visit.detour.station].lanes[lane].swap_s
    delay_s = end_s + placement.itinerary.tail_s
    return delay_s, placement.delay_s - delay_s
