"""Two simple planners with the signature of the real one: yardsticks, and greedy the fallback."""

from heapq import heapify, heappop, heappush
from time import monotonic
from typing import TYPE_CHECKING

from dispatch.planning.assemble import assemble_plan
from dispatch.planning.holds import with_hold_faults
from dispatch.planning.job import Job
from dispatch.planning.keep import keep_promises
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.planning.schedule import Schedule

if TYPE_CHECKING:
    from dispatch.planning.timeline import Itinerary


def greedy(problem: SwapProblem, params: PlannerParams, *, seed: int = 0) -> SwapPlan:
    """Serve trucks in order of earliest arrival, each as it costs it least given those before.

    Promises that can be kept are, before all others. `params` and `seed` change nothing: it
    takes milliseconds and is the same every time.
    """
    del params, seed
    started_s = monotonic()
    schedule = Schedule(problem)
    keep_promises(schedule)
    fill_greedily(schedule)
    seconds = monotonic() - started_s
    plan = assemble_plan(schedule, bound_s=schedule.least_cost_s, seconds=seconds)
    return with_hold_faults(problem, plan)


def nearest(problem: SwapProblem, params: PlannerParams, *, seed: int = 0) -> SwapPlan:
    """Serve trucks as drivers would without a planner.

    Each goes on to the last stop from which a station can still be reached, then to the nearest
    one, and is swapped in order of arrival. Nobody asks whether packs will be there.
    """
    del params, seed
    started_s = monotonic()
    schedule = Schedule(problem)
    _FirstComeFirstServed(schedule).run()
    return assemble_plan(schedule, bound_s=schedule.least_cost_s, seconds=monotonic() - started_s)


def fill_greedily(schedule: Schedule) -> None:
    """Place every truck that is not placed yet."""
    for job in sorted(schedule.jobs, key=_earliest_arrival_s):
        if job.index not in schedule.placements:
            placement = schedule.best(job)
            if placement is not None:
                schedule.put(job, placement)


def _earliest_arrival_s(job: Job) -> int:
    return min((itinerary.visits[0].lead_s for itinerary in job.itineraries), default=0)


class _FirstComeFirstServed:
    """Trucks that queue where they arrive, one event a swap."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._ways: dict[int, tuple[Job, Itinerary]] = {}
        self._spots: dict[int, list[tuple[int, int]]] = {}

    def run(self) -> None:
        """Swap all trucks in order of arrival, then keep those that got through."""
        for job in self._schedule.jobs:
            itinerary = None if job.timeline.pinned else job.timeline.last_minute()
            if itinerary is not None:
                self._ways[job.index] = (job, itinerary)
                self._spots[job.index] = []
        arrivals = [
            (itinerary.visits[0].lead_s, index) for index, (_, itinerary) in self._ways.items()
        ]
        heapify(arrivals)
        while arrivals:
            arrival_s, index = heappop(arrivals)
            next_s = self._swap(index, arrival_s)
            if next_s is not None:
                heappush(arrivals, (next_s, index))
        for index in self._ways:
            self._settle(index)

    def _swap(self, index: int, arrival_s: int) -> int | None:
        """Swap at the visit that is next; gives the arrival at the one after it."""
        job, itinerary = self._ways[index]
        truck, spots = job.truck, self._spots[index]
        visit = itinerary.visits[len(spots)]
        book = self._schedule.books[visit.detour.station]
        spot = book.earliest(
            arrival_s,
            self._schedule.region.horizon_s,
            truck.pack_type,
            truck.pack_positions,
            visit.charge_s,
        )
        if spot is None:
            return None
        book.take(*spot, truck.pack_type, truck.pack_positions, visit.charge_s)
        spots.append(spot)
        if len(spots) == len(itinerary.visits):
            return None
        end_s = spot[0] + book.lanes[spot[1]].swap_s
        return end_s + itinerary.visits[len(spots)].lead_s

    def _settle(self, index: int) -> None:
        """Strike out a truck's swaps, and enter them again as a placement if it got through."""
        job, itinerary = self._ways[index]
        truck, spots = job.truck, self._spots[index]
        for visit, spot in zip(itinerary.visits, spots, strict=False):
            book = self._schedule.books[visit.detour.station]
            book.free(*spot, truck.pack_type, truck.pack_positions, visit.charge_s)
        if len(spots) == len(itinerary.visits):
            self._schedule.put(job, self._schedule.placed_at(job, itinerary, spots))
