"""Force a truck onto one way and let the few others it pushes aside find new places.

The schedule is changed for a trial and put back as it was; what is left is who went where. The
new places are found one truck after another, so a forced plan costs what it says, and there may
be a cheaper one: the figure is an upper bound of what the way costs the fleet.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from dispatch.planning.job import Job
from dispatch.planning.problem import Detour
from dispatch.planning.schedule import ANY_COST_S, Placement, Schedule, swaps_of
from dispatch.planning.timeline import Itinerary

_MOST_PUSHED = 8
_MOST_FOLLOWERS = 4
MOST_TRIED = 6
"""How many itineraries by a detour are tried, cheapest first."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where a truck was and where it is in the forced plan; None: without a swap."""

    job: Job
    before: Placement | None
    after: Placement | None

    @property
    def more_s(self) -> int:
        """What the move costs the plan."""
        return self._cost_s(self.after) - self._cost_s(self.before)

    def _cost_s(self, placement: Placement | None) -> int:
        return self.job.unserved_s if placement is None else placement.cost_s


@dataclass(frozen=True, slots=True)
class Forced:
    """A forced way: the truck's own placement, every truck that moves, what it costs the plan.

    `waits` if the truck took what the others leave and nobody was pushed aside.
    """

    placement: Placement
    moves: tuple[Move, ...]
    waits: bool

    @property
    def more_s(self) -> int:
        """Change of the plan's cost, all moves together."""
        return sum(move.more_s for move in self.moves)


class Forcing:
    """A schedule that follows a plan, on which ways are tried and undone.

    With a truck lifted out (:meth:`lift`) those behind it have moved up; each way is forced from
    there, and :meth:`set_down` puts all back.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._by_index = {job.index: job for job in schedule.jobs}
        self._starts: dict[str, dict[int, int]] = {station: {} for station in schedule.books}
        for index, placement in schedule.placements.items():
            self._note(index, placement)
        self._before: dict[int, Placement | None] = {}
        self._lifted: dict[int, Placement | None] = {}

    def lift(self, job: Job) -> Placement | None:
        """Take a truck out and let those who waited behind it move up; gives its placement."""
        self._before = {}
        placement = self._take_out(job)
        for visit, start_s, _ in swaps_of(placement) if placement else ():
            for follower in self._from(visit.detour.station, start_s)[:_MOST_FOLLOWERS]:
                self._move_up(follower)
        self._lifted = {index: self.schedule.placements.get(index) for index in self._before}
        return placement

    def enter(self, forced: Forced) -> None:
        """Have the schedule follow a forced plan until :meth:`set_down`."""
        self._before = {}
        for move in forced.moves:
            self._take_out(move.job)
        for move in forced.moves:
            if move.after is not None:
                self._put(move.job, move.after)

    def set_down(self) -> None:
        """Put every truck back where the plan has it."""
        self._restore(self._before)
        self._before, self._lifted = {}, {}

    def force(self, job: Job, ways: Iterable[Itinerary], detour: Detour) -> Forced | None:
        """Force the lifted truck onto the cheapest of some ways by a detour, waiting or pushing.

        None if it has no place there before the horizon, whoever gives way.
        """
        ways = tuple(ways)[:MOST_TRIED]
        waiting = self._cheapest(job, ways)
        found: Forced | None = None
        if waiting is not None:
            self._put(job, waiting)
            found = self._noted(waiting, waits=True)
            if waiting.delay_s == waiting.itinerary.least_s:
                return found  # nobody stands in its way
        for way in ways[:1]:
            pushed = self._push(job, way, detour)
            if pushed is not None and (found is None or pushed.more_s < found.more_s):
                found = pushed
        return found

    def others_at(self, station: str, from_s: int, before_s: int) -> list[tuple[int, Job]]:
        """Trucks that begin a swap at a station from one time to before another, in order."""
        starts = self._starts[station]
        found = [(at, index) for index, at in starts.items() if from_s <= at < before_s]
        return [(at_s, self._by_index[index]) for at_s, index in sorted(found)]

    def _noted(self, placement: Placement, *, waits: bool) -> Forced:
        """Note who has moved since the plan, and go back to where the truck was lifted out."""
        moves = tuple(
            Move(self._by_index[index], before, after)
            for index, before in self._before.items()
            if (after := self.schedule.placements.get(index)) is not before
        )
        self._back_to_lift()
        return Forced(placement, moves, waits)

    def _cheapest(self, job: Job, ways: Iterable[Itinerary]) -> Placement | None:
        found: Placement | None = None
        for way in ways:
            below_s = ANY_COST_S if found is None else found.cost_s
            found = self.schedule.fit(job, way, below_s=below_s) or found
        return found

    def _push(self, job: Job, way: Itinerary, detour: Detour) -> Forced | None:
        """Serve the truck as if it came first; those in its way stay or find another place."""
        arrival_s = end_s = 0
        station = detour.station
        for visit in way.visits:
            arrival_s = end_s + visit.lead_s
            if visit.detour is detour:
                break
            least_s = self.schedule.region.least_swap_s[job.truck.pack_type]
            end_s = arrival_s + least_s[visit.detour.station]
        swap_s = max(lane.swap_s for lane in self.schedule.books[station].lanes)
        pushed = self._from(station, arrival_s - swap_s)[:_MOST_PUSHED]
        if not pushed:
            return None
        placements = [(other, self._take_out(other)) for other in pushed]
        placement = self._cheapest(job, (way,))
        if placement is None:
            self._back_to_lift()
            return None
        self._put(job, placement)
        homeless = [other for other, before in placements if not self._put_back(other, before)]
        for other in homeless:
            found = self.schedule.best(other)
            if found is not None:
                self._put(other, found)
        return self._noted(placement, waits=False)

    def _put_back(self, job: Job, placement: Placement | None) -> bool:
        """Put a truck back exactly where it was, if lanes and stock still allow it."""
        if placement is None or not self._fits(job, placement):
            return False
        self._put(job, placement)
        return True

    def _fits(self, job: Job, placement: Placement) -> bool:
        truck, taken = job.truck, []
        for visit, start_s, lane in swaps_of(placement):
            book = self.schedule.books[visit.detour.station]
            back_s = start_s + book.lanes[lane].swap_s + visit.charge_s
            stock = book.stock(truck.pack_type)
            if book.lanes[lane].earliest_s(start_s) != start_s:
                break
            if stock.blocked_until_s(start_s, back_s, truck.pack_positions) is not None:
                break
            book.take(start_s, lane, truck.pack_type, truck.pack_positions, visit.charge_s)
            taken.append((book, start_s, lane, visit.charge_s))
        for book, start_s, lane, charge_s in reversed(taken):
            book.free(start_s, lane, truck.pack_type, truck.pack_positions, charge_s)
        return len(taken) == len(placement.itinerary.visits)

    def _move_up(self, job: Job) -> None:
        before = self._take_out(job)
        found = self.schedule.best(job)
        if before is not None and (found is None or found.cost_s >= before.cost_s):
            found = before
        if found is not None:
            self._put(job, found)

    def _from(self, station: str, from_s: int) -> list[Job]:
        """Trucks that may be moved, with a swap at a station after a time, in order of it."""
        starts = self._starts[station]
        found = sorted((at_s, index) for index, at_s in starts.items() if at_s > from_s)
        jobs = [self._by_index[index] for _, index in found]
        return [job for job in jobs if not job.timeline.pinned]

    def _take_out(self, job: Job) -> Placement | None:
        placement = self.schedule.placements.get(job.index)
        self._before.setdefault(job.index, placement)
        if placement is not None:
            self.schedule.take_out(job)
            for visit in placement.itinerary.visits:
                self._starts[visit.detour.station].pop(job.index, None)
        return placement

    def _put(self, job: Job, placement: Placement) -> None:
        self._before.setdefault(job.index, self.schedule.placements.get(job.index))
        self.schedule.put(job, placement)
        self._note(job.index, placement)

    def _note(self, index: int, placement: Placement) -> None:
        for visit, start_s, _ in swaps_of(placement):
            self._starts[visit.detour.station][index] = start_s

    def _back_to_lift(self) -> None:
        lifted = {index: self._lifted.get(index, was) for index, was in self._before.items()}
        before = {index: was for index, was in self._before.items() if index in self._lifted}
        self._restore(lifted)
        self._before = before

    def _restore(self, placements: dict[int, Placement | None]) -> None:
        moved = [
            index
            for index, placement in placements.items()
            if self.schedule.placements.get(index) is not placement
        ]
        for index in moved:
            self._take_out(self._by_index[index])
        for index in moved:
            placement = placements[index]
            if placement is not None:
                self._put(self._by_index[index], placement)
