"""Enter a plan that was made elsewhere in the books of a schedule, as it is."""

from dataclasses import replace
from operator import attrgetter

from dispatch.planning.job import Job
from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.problem import Detour, Hold
from dispatch.planning.region import Region
from dispatch.planning.schedule import Schedule
from dispatch.planning.timeline import Itinerary, Timeline

_MOST_WAYS = 500
_MOST_BY = 6


def follow(schedule: Schedule, plan: SwapPlan) -> None:
    """Put every truck of a plan where the plan has it; promises that are fixed are there already.

    Notes
    -----
    Books reckon with the slowest charge of any pack of a type: where packs differ, a plan may use
    more than they think is there. They then refuse further swaps rather than promise a pack twice.
    """
    swaps: dict[str, list[Swap]] = {}
    for swap in plan.swaps:
        swaps.setdefault(swap.truck, []).append(swap)
    for job in schedule.jobs:
        if job.index in schedule.placements or job.truck.id not in swaps:
            continue
        mine = sorted(swaps[job.truck.id], key=lambda swap: swap.after)
        way = _itinerary(job, mine)
        if way is not None:
            spots = [(swap.start_s, _lane(schedule, swap)) for swap in mine]
            schedule.put(job, schedule.placed_at(job, way, spots))


def ways_of(job: Job) -> tuple[Itinerary, ...]:
    """Give the itineraries of a truck, cheapest first; beyond those planners look at."""
    return job.timeline.itineraries(most=_MOST_WAYS, at_any_time=True)[0]


def ways_by(job: Job, detour: Detour, region: Region) -> tuple[Itinerary, ...]:
    """Look for itineraries by one detour where a truck has too many to look at all."""
    held = Hold(after=detour.after, station=detour.station, lane="", start_s=0, packs=())
    ways, _ = Timeline(region, job.truck, (held,)).itineraries(most=_MOST_BY, at_any_time=True)
    freed = [
        replace(way, visits=tuple(replace(visit, pinned=None) for visit in way.visits))
        for way in ways
    ]
    return tuple(sorted((_timed(job, way, region) for way in freed), key=attrgetter("least_s")))


def _timed(job: Job, way: Itinerary, region: Region) -> Itinerary:
    """Work out again what a way costs if it need wait nowhere."""
    ends_s: list[int] = []
    for visit in way.visits:
        arrival_s = visit.lead_s + (ends_s[-1] if ends_s else 0)
        swap_s = region.least_swap_s[job.truck.pack_type][visit.detour.station]
        ends_s.append(arrival_s + swap_s)
    return replace(way, least_s=job.timeline.cost_s(way, ends_s))


def _itinerary(job: Job, swaps: list[Swap]) -> Itinerary | None:
    """Find the itinerary that a truck's swaps follow."""
    indices = {
        (detour.after, detour.station): index for index, detour in enumerate(job.truck.detours)
    }
    picked = tuple(indices.get((swap.after, swap.station), -1) for swap in swaps)
    return job.timeline.itinerary(picked)


def _lane(schedule: Schedule, swap: Swap) -> int:
    lanes = schedule.books[swap.station].station.lanes
    return [lane.id for lane in lanes].index(swap.lane)
