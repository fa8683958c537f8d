"""Promises that stand go into the schedule first: whatever can still be kept is.

A truck keeps its promises if it still has a way by their stations and can start within 120 s of
each. They enter the books in order of their starts, so that a truck that comes half a minute late
pushes those behind it by as much and no promise is broken by that.
"""

from collections.abc import Iterable

from dispatch.planning.job import Job
from dispatch.planning.problem import Hold
from dispatch.planning.schedule import KEPT_WITHIN_S, Placement, Schedule
from dispatch.planning.timeline import Itinerary, Visit

_MOST_WAYS = 500


def keep_promises(schedule: Schedule) -> int:
    """Serve every truck as it is promised where that can be kept; gives how many are.

    Trucks that are served already, or have a promise marked fixed, are left as they are. The
    others keep all their promises or none here: what is left is for greedy and the search.
    """
    standing = [
        (min(hold.start_s for hold in job.truck.holds), job)
        for job in schedule.jobs
        if job.truck.holds and not job.timeline.pinned and job.index not in schedule.placements
    ]
    kept = 0
    for _, job in sorted(standing, key=lambda entry: (entry[0], entry[1].index)):
        placement = _as_promised(schedule, job)
        if placement is not None:
            schedule.put(job, placement)
            kept += 1
    return kept


def _as_promised(schedule: Schedule, job: Job) -> Placement | None:
    """Find the cheapest way that keeps all of a truck's promises beside those kept before."""
    for way in _ways(job):
        placement = _placed(schedule, job, way)
        if placement is not None and placement.cost_s < job.unserved_s:
            return placement
    return None


def _ways(job: Job) -> Iterable[Itinerary]:
    """Each itinerary that passes every promised station after the promised stop."""
    wanted = {(hold.after, hold.station) for hold in job.truck.holds}
    if len(wanted) < len(job.truck.holds):
        return []  # two promises for one swap: they contradict each other
    ways = [way for way in job.itineraries if _passes(way, wanted)]
    if not ways and job.itineraries:
        every, _ = job.timeline.itineraries(most=_MOST_WAYS)
        ways = [way for way in every if _passes(way, wanted)]
    return ways


def _passes(way: Itinerary, wanted: set[tuple[int, str]]) -> bool:
    return wanted <= {(visit.detour.after, visit.detour.station) for visit in way.visits}


def _placed(schedule: Schedule, job: Job, way: Itinerary) -> Placement | None:
    truck = job.truck
    spots: list[tuple[int, int]] = []
    end_s = 0
    for visit in way.visits:
        spot = _spot(schedule, job, visit, end_s + visit.lead_s)
        if spot is None:
            break
        book = schedule.books[visit.detour.station]
        book.take(*spot, truck.pack_type, truck.pack_positions, visit.charge_s)
        spots.append(spot)
        end_s = spot[0] + book.lanes[spot[1]].swap_s
    for visit, spot in zip(way.visits, spots, strict=False):
        book = schedule.books[visit.detour.station]
        book.free(*spot, truck.pack_type, truck.pack_positions, visit.charge_s)
    if len(spots) < len(way.visits):
        return None
    return schedule.placed_at(job, way, spots)


def _spot(schedule: Schedule, job: Job, visit: Visit, arrival_s: int) -> tuple[int, int] | None:
    """Start when promised and on the promised lane, else on another or up to 120 s later."""
    hold, truck = visit.kept, job.truck
    if hold is None:
        return schedule.spot(truck, visit, arrival_s)
    book = schedule.books[visit.detour.station]
    from_s = max(arrival_s, hold.start_s)
    before_s = min(schedule.region.horizon_s, hold.start_s + KEPT_WITHIN_S + 1)
    if from_s >= before_s:
        return None
    lane = _lane(schedule, visit, hold)
    if lane is not None:
        stands = book.lanes[lane]
        is_able = stands.types is None or truck.pack_type in stands.types
        back_s = from_s + stands.swap_s + visit.charge_s
        stock = book.stock(truck.pack_type)
        if (
            is_able
            and stands.earliest_s(from_s) == from_s
            and stock.blocked_until_s(from_s, back_s, truck.pack_positions) is None
        ):
            return from_s, lane
    return book.earliest(from_s, before_s, truck.pack_type, truck.pack_positions, visit.charge_s)


def _lane(schedule: Schedule, visit: Visit, hold: Hold) -> int | None:
    ids = [lane.id for lane in schedule.books[visit.detour.station].station.lanes]
    return ids.index(hold.lane) if hold.lane in ids else None
