"""Why a truck swaps where it does: ways by other stations, each forced and paid for.

A refused way is not only what it costs the truck that asks: it may keep a lane or the last
charged packs from others. So each way is forced into the plan, the few trucks it pushes aside
are given new places, and what all of them lose together is what the way would cost.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from dispatch.planning.assemble import assemble_plan
from dispatch.planning.binding import OptionCode, binding, impossible, out_of_reach
from dispatch.planning.follow import follow, ways_by, ways_of
from dispatch.planning.forcing import Forced, Forcing, Move
from dispatch.planning.helps import Help, helps
from dispatch.planning.job import Job
from dispatch.planning.outlay import Outlay
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import Detour, SwapProblem
from dispatch.planning.schedule import Placement, Schedule
from dispatch.planning.timeline import Itinerary

BEST = 3
"""How many refused ways are worked out in full."""
_MOST_FORCED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Loser:
    """A truck that a forced way pushes aside: what it loses, and whether it is left unserved."""

    truck: str
    more_s: int
    is_left_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way of a truck by a station, against the plan.

    Times are seconds after `as_of`; `arrival_s`, `arrival_wh` are at the station, `detour_s` is
    driving and swapping beyond the road, of it `to_s` from the route to the gate, `swap_s` in the
    lane and `on_s` back to the route; `ready_packs` are those charged and not promised to
    others when it arrives. `start_s` and `wait_s` are of its swap, None where it gets none.

    `cost_s` is what the way costs the truck itself, `fleet_s` what the plan would cost more in
    all, in seconds of cost (lateness weighed, unserved trucks at their price); `more_wh` is the
    energy all of them drive more, `more_milli_cny` what their charging costs more (None: no
    prices). `losers` are pushed aside; `blockers` hold what the truck would wait for at
    `short_at` (a station on the way, mostly the option's own).
    """

    after: int
    station: str
    code: OptionCode
    arrival_s: int
    arrival_wh: int
    detour_s: int
    ready_packs: int
    to_s: int
    swap_s: int
    on_s: int
    start_s: int | None = None
    wait_s: int | None = None
    cost_s: int | None = None
    fleet_s: int | None = None
    more_wh: int | None = None
    more_milli_cny: int | None = None
    losers: tuple[Loser, ...] = ()
    short_at: str | None = None
    blockers: tuple[str, ...] = ()


class Explainer:
    """Explains the trucks of one plan, one after another; the plan is entered once."""

    def __init__(self, problem: SwapProblem, plan: SwapPlan) -> None:
        self._plan = plan
        self.schedule = Schedule(problem)
        follow(self.schedule, plan)
        self._forcing = Forcing(self.schedule)
        self._outlay = Outlay(problem)
        self._jobs = {job.truck.id: job for job in self.schedule.jobs}
        self._trucks = {truck.id for truck in problem.trucks}

    def options(self, truck_id: str, *, best: int = BEST) -> tuple[Option, ...]:
        """Give the chosen ways of a truck, then its `best` cheapest others, then the impossible.

        A truck without need has none. Ways that are possible and dearer than those are left out.

        Raises
        ------
        KeyError
            If the problem has no such truck.
        """
        if truck_id not in self._trucks:
            raise KeyError(truck_id)
        if truck_id not in self._jobs:
            return ()
        with self.lifted(truck_id) as (job, before):
            return self._options(job, before, best)

    @contextmanager
    def lifted(self, truck_id: str) -> Iterator[tuple[Job, Placement | None]]:
        """Have `schedule` be without one truck, those behind it moved up; gives its placement."""
        job = self._jobs[truck_id]
        before = self._forcing.lift(job)
        try:
            yield job, before
        finally:
            self._forcing.set_down()

    def ways(self, job: Job) -> dict[Detour, tuple[Itinerary, ...]]:
        """Give the itineraries by each detour of a truck, cheapest first."""
        every = ways_of(job)
        ways = {detour: _by(detour, every) for detour in job.truck.detours}
        if job.rest_s is None or job.timeline.pinned:
            return ways
        return {
            detour: by or ways_by(job, detour, self.schedule.region) for detour, by in ways.items()
        }

    def helps(self, truck_id: str) -> tuple[Help, ...]:
        """Give what would have helped a truck that the plan leaves without a swap."""
        job = self._jobs[truck_id]
        return () if job.index in self.schedule.placements else helps(self.schedule, job)

    def forced_plan(self, truck_id: str, *, after: int, station: str) -> SwapPlan | None:
        """Give the whole plan with one way forced, for a check; None if it gets no place."""
        forced = self.forced(truck_id, after=after, station=station)
        if forced is None:
            return None
        self._forcing.enter(forced)
        try:
            return assemble_plan(self.schedule, bound_s=0, seconds=0.0)
        finally:
            self._forcing.set_down()

    def forced(self, truck_id: str, *, after: int, station: str) -> Forced | None:
        """Force one way of a truck and give all moves; None if it gets no place."""
        with self.lifted(truck_id) as (job, _):
            ways = self.ways(job)
            detour = next(way for way in ways if (way.after, way.station) == (after, station))
            return self._forcing.force(job, ways[detour], detour)

    def _options(self, job: Job, before: Placement | None, best: int) -> tuple[Option, ...]:
        chosen = [visit.detour for visit in before.itinerary.visits] if before else []
        told = [self._chosen(job, number, before) for number in range(len(chosen)) if before]
        ways = {way: by for way, by in self.ways(job).items() if way not in chosen}
        possible = sorted(
            (detour for detour, by in ways.items() if by),
            key=lambda detour: ways[detour][0].least_s,
        )
        refused: list[Option] = []
        for detour in possible[:_MOST_FORCED]:
            alone_s = job.weighted_s(ways[detour][0].least_s)
            alone_s -= before.cost_s if before else job.unserved_s
            costs = sorted(one.fleet_s for one in refused if one.fleet_s is not None)
            if len(costs) >= best and alone_s >= costs[best - 1]:
                break  # however empty the region, it would not be among the best
            refused.append(self._refused(job, detour, before, ways[detour]))
        refused.sort(key=lambda one: (one.fleet_s is None, one.fleet_s or 0, one.arrival_s))
        with_figures = [one for one in refused if one.fleet_s is not None]
        broken = [self._broken(job, detour) for detour, by in ways.items() if not by]
        without = [one for one in refused if one.fleet_s is None] + broken
        return (*told, *with_figures[:best], *without)

    def _chosen(self, job: Job, number: int, before: Placement) -> Option:
        told = self._seen(job, before.itinerary, before.itinerary.visits[number].detour, before)
        no_more = 0 if self._outlay.has_prices else None
        return replace(
            told, code="chosen", cost_s=before.cost_s, fleet_s=0, more_wh=0, more_milli_cny=no_more
        )

    def _refused(
        self, job: Job, detour: Detour, before: Placement | None, ways: tuple[Itinerary, ...]
    ) -> Option:
        forced = self._forcing.force(job, ways, detour)
        if forced is None:
            bound = impossible(self._forcing, job, ways)
            seen = self._seen(job, ways[0], detour, None)
            return replace(seen, code=bound.code, short_at=bound.short_at, blockers=bound.blockers)
        bound = binding(self._forcing, job, ways[0], forced, before)
        return replace(
            self._seen(job, forced.placement.itinerary, detour, forced.placement),
            code=bound.code,
            cost_s=forced.placement.cost_s,
            fleet_s=forced.more_s,
            more_wh=sum(self._outlay.more_wh(move) for move in forced.moves),
            more_milli_cny=sum(self._outlay.more_milli_cny(move) for move in forced.moves)
            if self._outlay.has_prices
            else None,
            losers=_losers(job, forced.moves),
            short_at=bound.short_at,
            blockers=bound.blockers,
        )

    def _broken(self, job: Job, detour: Detour) -> Option:
        code, arrival_s, arrival_wh = out_of_reach(job, detour)
        return self._option(job, detour, code, arrival_s, arrival_wh)

    def _seen(
        self, job: Job, way: Itinerary, detour: Detour, placement: Placement | None
    ) -> Option:
        """Give what is seen of a way at a station; with no waiting on it if it has no place."""
        end_s = arrival_s = arrival_wh = 0
        start_s: int | None = None
        for number, visit in enumerate(way.visits):
            arrival_wh = visit.arrival_wh
            arrival_s = end_s + visit.lead_s
            start_s = None if placement is None else placement.starts_s[number]
            if visit.detour is detour:
                break
            swap_s = self.schedule.region.least_swap_s[job.truck.pack_type][visit.detour.station]
            if placement is not None:
                book = self.schedule.books[visit.detour.station]
                swap_s = book.lanes[placement.lanes[number]].swap_s
            end_s = (arrival_s if start_s is None else start_s) + swap_s
        seen = self._option(job, detour, "chosen", arrival_s, arrival_wh)
        wait_s = None if start_s is None else start_s - arrival_s
        return replace(seen, start_s=start_s, wait_s=wait_s)

    def _option(
        self, job: Job, detour: Detour, code: OptionCode, arrival_s: int, arrival_wh: int
    ) -> Option:
        truck = job.truck
        swap_s = self.schedule.region.least_swap_s[truck.pack_type].get(detour.station, 0)
        stock = self.schedule.books[detour.station].stock(truck.pack_type)
        return Option(
            after=detour.after,
            station=detour.station,
            code=code,
            arrival_s=arrival_s,
            arrival_wh=arrival_wh,
            detour_s=detour.to_s + swap_s + detour.from_s - truck.legs[detour.after].travel_s,
            ready_packs=max(0, stock.ready_packs(arrival_s)),
            to_s=detour.to_s,
            swap_s=swap_s,
            on_s=detour.from_s,
        )


def options(problem: SwapProblem, plan: SwapPlan, truck_id: str) -> tuple[Option, ...]:
    """Explain one truck of a plan; see :meth:`Explainer.options`."""
    return Explainer(problem, plan).options(truck_id)


def _by(detour: Detour, ways: tuple[Itinerary, ...]) -> tuple[Itinerary, ...]:
    return tuple(way for way in ways if any(visit.detour is detour for visit in way.visits))


def _losers(job: Job, moves: tuple[Move, ...]) -> tuple[Loser, ...]:
    lose = [move for move in moves if move.job is not job and move.more_s > 0]
    lose.sort(key=lambda move: -move.more_s)
    return tuple(
        Loser(truck=move.job.truck.id, more_s=move.more_s, is_left_out=move.after is None)
        for move in lose
    )
