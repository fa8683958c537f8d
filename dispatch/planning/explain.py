"""Why a truck swaps where it does: every way by a station, taken or refused, with its numbers."""

from dataclasses import dataclass
from typing import Literal

from dispatch.planning.job import Job
from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.problem import Detour, SwapProblem
from dispatch.planning.schedule import ANY_COST_S, Placement, Schedule
from dispatch.planning.timeline import Itinerary

_MOST_WAYS = 500

OptionCode = Literal[
    "chosen", "costlier", "no_packs", "lane_busy", "out_of_reach", "route_breaks", "late"
]
"""What binds: out_of_reach: below reserve on arrival at the station; route_breaks: in reach, but
with it no sequence of swaps carries the truck to its last stop; no_packs: no charged set is left
before the horizon; lane_busy: packs there are, but no lane; late: it arrives after the horizon;
costlier: possible beside all others, at `cost_s`, more than what was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One detour of a truck against the plan.

    Times are seconds after `as_of`. `start_s`, `wait_s` and `cost_s` are of the earliest swap
    there that leaves all other trucks as planned, None where there is none. `detour_s` is
    driving and swapping beyond the road; `ready_packs` those charged and not yet promised when
    the truck arrives.
    """

    after: int
    station: str
    code: OptionCode
    arrival_s: int
    arrival_wh: int
    detour_s: int
    ready_packs: int
    start_s: int | None = None
    wait_s: int | None = None
    cost_s: int | None = None


def options(problem: SwapProblem, plan: SwapPlan, truck_id: str) -> tuple[Option, ...]:
    """Compare every detour of a truck with the plan, all other trucks as planned.

    Raises
    ------
    KeyError
        If the problem has no such truck.
    """
    truck = next((truck for truck in problem.trucks if truck.id == truck_id), None)
    if truck is None:
        raise KeyError(truck_id)
    schedule = Schedule(problem)
    follow(schedule, plan, leave_out=truck_id)
    job = next((job for job in schedule.jobs if job.truck.id == truck_id), None)
    if job is None:
        return ()
    chosen = [swap for swap in plan.swaps if swap.truck == truck_id]
    chosen.sort(key=lambda swap: swap.after)
    return tuple(_option(schedule, job, detour, chosen) for detour in truck.detours)


def follow(schedule: Schedule, plan: SwapPlan, *, leave_out: str = "") -> None:
    """Enter a plan in the books of a fresh schedule, but for one truck."""
    swaps: dict[str, list[Swap]] = {}
    for swap in plan.swaps:
        swaps.setdefault(swap.truck, []).append(swap)
    for job in schedule.jobs:
        if job.index in schedule.placements:
            if job.truck.id == leave_out:
                schedule.take_out(job)
            continue
        if job.truck.id == leave_out or job.truck.id not in swaps:
            continue
        mine = sorted(swaps[job.truck.id], key=lambda swap: swap.after)
        way = _itinerary(job, mine)
        if way is not None:
            spots = [(swap.start_s, _lane(schedule, swap)) for swap in mine]
            schedule.put(job, schedule.placed_at(job, way, spots))


def _option(schedule: Schedule, job: Job, detour: Detour, chosen: list[Swap]) -> Option:
    way, found = _cheapest_by(schedule, job, detour)
    mine = _itinerary(job, chosen) if chosen else None
    is_chosen = any((swap.after, swap.station) == (detour.after, detour.station) for swap in chosen)
    if mine is not None and is_chosen:
        spots = [(swap.start_s, _lane(schedule, swap)) for swap in chosen]
        way, found = mine, schedule.placed_at(job, mine, spots)
    arrival_s, arrival_wh, start_s = _arrival(schedule, job, detour, way, found)
    code: OptionCode = "chosen" if is_chosen else "costlier"
    if found is None:
        code = _refusal(schedule, job, way, arrival_wh)
    swap_s = schedule.region.least_swap_s[job.truck.pack_type].get(detour.station, 0)
    stock = schedule.books[detour.station].stock(job.truck.pack_type)
    return Option(
        after=detour.after,
        station=detour.station,
        code=code,
        arrival_s=arrival_s,
        arrival_wh=arrival_wh,
        detour_s=detour.to_s + swap_s + detour.from_s - job.truck.legs[detour.after].travel_s,
        ready_packs=max(0, stock.ready_packs(arrival_s)),
        start_s=start_s,
        wait_s=None if start_s is None else start_s - arrival_s,
        cost_s=None if found is None else found.cost_s,
    )


def _cheapest_by(
    schedule: Schedule, job: Job, detour: Detour
) -> tuple[Itinerary | None, Placement | None]:
    """Give the cheapest itinerary by a detour that fits, else the first, else nothing."""
    ways, _ = job.timeline.itineraries(most=_MOST_WAYS)
    ways = tuple(way for way in ways if any(visit.detour is detour for visit in way.visits))
    found: Placement | None = None
    for way in ways:
        below_s = ANY_COST_S if found is None else found.cost_s
        found = schedule.fit(job, way, below_s=below_s) or found
    if found is not None:
        return found.itinerary, found
    return (ways[0] if ways else None), None


def _arrival(
    schedule: Schedule,
    job: Job,
    detour: Detour,
    way: Itinerary | None,
    found: Placement | None,
) -> tuple[int, int, int | None]:
    """Give arrival, energy then, and start; without waiting on the way if nothing fits."""
    if way is None:
        truck = job.truck
        used_wh = sum(leg.energy_wh for leg in truck.legs[: detour.after]) + detour.to_wh
        arrival_s = job.timeline.leave_s[detour.after] + detour.to_s
        return arrival_s, truck.energy_wh - used_wh, None
    end_s = 0
    for number, visit in enumerate(way.visits):
        arrival_s = end_s + visit.lead_s
        start_s = None if found is None else found.starts_s[number]
        if visit.detour is detour:
            return arrival_s, visit.arrival_wh, start_s
        swap_s = schedule.region.least_swap_s[job.truck.pack_type][visit.detour.station]
        end_s = (arrival_s if start_s is None else start_s) + swap_s
    raise ValueError(f"{job.truck.id} does not pass {detour.station} on this way")


def _refusal(schedule: Schedule, job: Job, way: Itinerary | None, arrival_wh: int) -> OptionCode:
    """Name what binds at the first swap on the way that cannot be had."""
    if way is None:
        return "out_of_reach" if arrival_wh < job.truck.reserve_wh else "route_breaks"
    horizon_s, kind = schedule.region.horizon_s, job.truck.pack_type
    end_s = 0
    for visit in way.visits:
        arrival_s = end_s + visit.lead_s
        book = schedule.books[visit.detour.station]
        spot = schedule.spot(job.truck, visit, arrival_s)
        if spot is not None:
            end_s = spot[0] + book.lanes[spot[1]].swap_s
            continue
        if arrival_s >= horizon_s:
            return "late"
        lane = book.first_lane(arrival_s, kind)
        if lane is None or book.lanes[lane].earliest_s(arrival_s) >= horizon_s:
            return "lane_busy"
        return "no_packs"
    return "no_packs"


def _itinerary(job: Job, swaps: list[Swap]) -> Itinerary | None:
    """Find the itinerary that a truck's swaps follow."""
    wanted = [(swap.after, swap.station) for swap in swaps]
    for ways in (job.itineraries, job.timeline.itineraries(most=_MOST_WAYS)[0]):
        for way in ways:
            if [(visit.detour.after, visit.detour.station) for visit in way.visits] == wanted:
                return way
    return None


def _lane(schedule: Schedule, swap: Swap) -> int:
    lanes = schedule.books[swap.station].station.lanes
    return [lane.id for lane in lanes].index(swap.lane)
