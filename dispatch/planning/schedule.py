"""A schedule under construction: who swaps where and when, always within every rule.

Planners put trucks in and take them out again; the books of the stations see to it that lanes
and charged packs are never given twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dispatch.planning.books import StationBook
from dispatch.planning.insertion import Insertion
from dispatch.planning.job import Job
from dispatch.planning.pins import book_pins, find_pins
from dispatch.planning.problem import SwapProblem, Truck
from dispatch.planning.region import Region
from dispatch.planning.timeline import Itinerary, Timeline, Visit
from dispatch.planning.tolls import Tolls

KEPT_WITHIN_S = 120
"""A promise is kept if the start moves by no more than this."""

ANY_COST_S = 1 << 60


@dataclass(frozen=True, slots=True)
class Placement:
    """An itinerary with a start and a lane for each swap, and what it costs.

    `cost_s` has the truck's weight in it; `delay_s` is delay, lateness and changes alone;
    `rank_s` is the cost with tolls, by which ways are compared.
    """

    itinerary: Itinerary
    starts_s: tuple[int, ...]
    lanes: tuple[int, ...]
    delay_s: int
    cost_s: int
    rank_s: float


class Schedule:
    """Books of all stations, and the placement of each truck that is served."""

    def __init__(self, problem: SwapProblem) -> None:
        self.problem = problem
        self.region = Region(problem)
        self.pins = find_pins(problem)
        self.jobs = [self._job(index, truck) for index, truck in self._wanting()]
        self._change_s = problem.params.change_s
        self._costs_more = bool(
            problem.params.change_s
            or problem.params.s_per_cny
            or any(truck.weight_percent != 100 for truck in problem.trucks)
        )
        self.tolls: Tolls | None = None
        self._insertion = Insertion(self)
        self._found: dict[tuple[str, int, str, int, int], tuple[tuple[int, int] | None, int]] = {}
        self.constant_s = self._dropped_s()
        self.broken: set[str] = set(self.pins.impossible)
        missing = self._open_books()
        while missing:
            self.broken |= missing
            missing = self._open_books()

    @property
    def least_cost_s(self) -> int:
        """What no plan can cost less than: each truck alone in the region."""
        return self.constant_s + sum(job.least_cost_s for job in self.jobs)

    def best(
        self,
        job: Job,
        *,
        ceiling_s: float | None = None,
        within_s: float = ANY_COST_S,
        blink: Callable[[], bool] | None = None,
    ) -> Placement | None:
        """Find the cheapest way to serve a truck that leaves all others as they are.

        None if there is none below `ceiling_s` (default: the price of not serving it), which
        includes tolls, and `within_s`, which does not. An itinerary is overlooked whenever
        `blink` says so.
        """
        chosen: Placement | None = None
        ceiling_s = job.unserved_s if ceiling_s is None else ceiling_s
        self._found.clear()
        if job.has_many_ways and not self.problem.params.change_s:
            # The way taken last time is often the best again, or at least a good ceiling.
            known = self._insertion.last_way(job)
            chosen = self.fit(job, known, below_s=ceiling_s, within_s=within_s)
            ceiling_s = chosen.rank_s if chosen is not None else ceiling_s
            way = self._insertion.way(job, below_s=ceiling_s, within_s=within_s, blink=blink)
            if way is None:
                return chosen
            found = self.fit(job, way, below_s=ceiling_s, within_s=within_s)
            if found is not None:
                return found
        for itinerary in job.itineraries:
            if job.weighted_s(itinerary.least_s) >= min(ceiling_s, within_s):
                break
            if blink is not None and blink():
                continue
            found = self.fit(job, itinerary, below_s=ceiling_s, within_s=within_s)
            if found is not None:
                chosen, ceiling_s = found, found.rank_s
        return chosen

    def fit(
        self, job: Job, itinerary: Itinerary, *, below_s: float, within_s: float = ANY_COST_S
    ) -> Placement | None:
        """Place one itinerary as early as the books allow, or so that promises are kept.

        None if it does not fit, or not for less than `below_s` with tolls, `within_s` without.
        """
        if job.truck.id in self.broken:
            return None
        soon = self._fit(job, itinerary, below_s, within_s, keep=False)
        if not self._change_s or not job.loose_holds:
            return soon
        below_s = soon.rank_s if soon else below_s
        kept = self._fit(job, itinerary, below_s, within_s, keep=True)
        return kept or soon

    def put(self, job: Job, placement: Placement) -> None:
        """Serve a truck so; it must not be served yet."""
        self._found.clear()
        truck = job.truck
        for visit, start_s, lane in swaps_of(placement):
            if visit.pinned is None:
                book = self.books[visit.detour.station]
                book.take(start_s, lane, truck.pack_type, truck.pack_positions, visit.charge_s)
        self.placements[job.index] = placement
        self.cost_s += placement.cost_s - job.unserved_s

    def take_out(self, job: Job) -> Placement:
        """Stop serving a truck; returns how it was served."""
        self._found.clear()
        truck = job.truck
        placement = self.placements.pop(job.index)
        for visit, start_s, lane in swaps_of(placement):
            if visit.pinned is None:
                book = self.books[visit.detour.station]
                book.free(start_s, lane, truck.pack_type, truck.pack_positions, visit.charge_s)
        self.cost_s += job.unserved_s - placement.cost_s
        return placement

    def note_changed_books(self) -> None:
        """Forget what was found in the books: somebody changed them from outside."""
        self._found.clear()

    def placed_at(self, job: Job, itinerary: Itinerary, spots: list[tuple[int, int]]) -> Placement:
        """Give the placement of an itinerary whose starts and lanes are known."""
        ends_s = [
            start_s + self.books[visit.detour.station].lanes[lane].swap_s
            for visit, (start_s, lane) in zip(itinerary.visits, spots, strict=True)
        ]
        placed = self._placement(job, itinerary, spots, ends_s, ANY_COST_S, ANY_COST_S)
        assert placed is not None  # noqa: S101 - no cost is that high
        return placed

    def _placement(
        self,
        job: Job,
        itinerary: Itinerary,
        spots: list[tuple[int, int]],
        ends_s: list[int],
        below_s: float,
        within_s: float,
    ) -> Placement | None:
        delay_s = cost_s = job.timeline.cost_s(itinerary, ends_s)
        if self._costs_more:
            delay_s += self._changes_s(job, itinerary, spots)
            cost_s = job.weighted_s(delay_s + self._energy_s(itinerary, spots))
        if cost_s >= within_s or cost_s >= below_s:
            return None
        rank_s: float = cost_s
        if self.tolls is not None:
            rank_s += self._tolls_s(self.tolls, job.truck, itinerary, spots, ends_s)
            if rank_s >= below_s:
                return None
        starts_s = tuple([start_s for start_s, _ in spots])
        lanes = tuple([lane for _, lane in spots])
        return Placement(itinerary, starts_s, lanes, delay_s, cost_s, rank_s)

    def _tolls_s(
        self,
        tolls: Tolls,
        truck: Truck,
        itinerary: Itinerary,
        spots: list[tuple[int, int]],
        ends_s: list[int],
    ) -> float:
        total_s = 0.0
        for visit, spot, end_s in zip(itinerary.visits, spots, ends_s, strict=True):
            total_s += tolls.toll_s(
                visit.detour.station,
                truck.pack_type,
                truck.pack_positions,
                spot[0],
                end_s + visit.charge_s,
            )
        return total_s

    def _open_books(self) -> set[str]:
        """Serve the trucks with a promise that must be kept; gives those that cannot be."""
        self.books = {
            station.id: StationBook(station, reserved=self.pins.reserved)
            for station in self.problem.stations
        }
        self.placements: dict[int, Placement] = {}
        self.cost_s = sum(job.unserved_s for job in self.jobs) + self.constant_s
        before = set(self.broken)
        self._pinned_lane = book_pins(self.pins, self.jobs, self.books, self.problem, self.broken)
        if self.broken > before:
            return self.broken - before
        pinned = [
            job for job in self.jobs if job.timeline.pinned and job.truck.id not in self.broken
        ]
        for job in pinned:
            placement = self.best(job, ceiling_s=ANY_COST_S)
            if placement is not None:
                self.put(job, placement)
        return {job.truck.id for job in pinned if job.index not in self.placements}

    def _fit(
        self, job: Job, itinerary: Itinerary, below_s: float, within_s: float, *, keep: bool
    ) -> Placement | None:
        truck = job.truck
        spots: list[tuple[int, int]] = []
        ends_s: list[int] = []
        end_s = 0
        slack_s = self._slack_s(job, itinerary, min(below_s, within_s))
        for visit in itinerary.visits:
            arrival_s = end_s + visit.lead_s
            if len(itinerary.visits) == 1 or itinerary.returns_to_a_station or keep:
                spot = self.spot(truck, visit, arrival_s, before_s=arrival_s + slack_s, keep=keep)
            else:
                spot = self._spot_again(truck, visit, arrival_s, arrival_s + slack_s)
            if spot is None:
                break
            slack_s -= spot[0] - arrival_s
            spots.append(spot)
            book = self.books[visit.detour.station]
            if itinerary.returns_to_a_station and visit.pinned is None:
                book.take(*spot, truck.pack_type, truck.pack_positions, visit.charge_s)
            end_s = spot[0] + book.lanes[spot[1]].swap_s
            ends_s.append(end_s)
        if itinerary.returns_to_a_station:
            self._give_back(truck, itinerary, spots)
        if len(spots) < len(itinerary.visits):
            return None
        return self._placement(job, itinerary, spots, ends_s, below_s, within_s)

    def _spot_again(
        self, truck: Truck, visit: Visit, arrival_s: int, before_s: int
    ) -> tuple[int, int] | None:
        """Find the same as :meth:`spot`; itineraries of a truck begin alike, so it is kept."""
        key = (truck.id, visit.detour.after, visit.detour.station, visit.charge_s, arrival_s)
        known, known_before_s = self._found.get(key, (None, -1))
        if known is not None:
            return known if known[0] < before_s else None
        if before_s <= known_before_s:
            return None
        spot = self.spot(truck, visit, arrival_s, before_s=before_s)
        self._found[key] = (spot, before_s)
        return spot

    def _slack_s(self, job: Job, itinerary: Itinerary, below_s: float) -> int:
        """Give how long a truck may wait before the itinerary costs `below_s` for sure."""
        weight_percent = job.truck.weight_percent
        if job.timeline.pinned or not weight_percent or below_s >= ANY_COST_S:
            return ANY_COST_S
        return int(below_s * 100 / weight_percent) + 2 - itinerary.least_s

    def _give_back(self, truck: Truck, itinerary: Itinerary, spots: list[tuple[int, int]]) -> None:
        for visit, spot in zip(itinerary.visits, spots, strict=False):
            if visit.pinned is None:
                book = self.books[visit.detour.station]
                book.free(*spot, truck.pack_type, truck.pack_positions, visit.charge_s)

    def _energy_s(self, itinerary: Itinerary, spots: list[tuple[int, int]]) -> int:
        if not self.problem.params.s_per_cny:
            return 0
        return sum(
            self.region.energy_cost_s(visit.detour.station, start_s, visit.charged_wh)
            for visit, (start_s, _) in zip(itinerary.visits, spots, strict=True)
        )

    def spot(
        self,
        truck: Truck,
        visit: Visit,
        arrival_s: int,
        *,
        before_s: int = ANY_COST_S,
        keep: bool = False,
    ) -> tuple[int, int] | None:
        """Find start and lane of one swap for a truck that arrives at `arrival_s`."""
        if visit.pinned is not None:
            if arrival_s > visit.pinned.start_s:
                return None
            return visit.pinned.start_s, self._pinned_lane[truck.id, visit.detour.after]
        if keep and visit.kept is not None:
            arrival_s = max(arrival_s, visit.kept.start_s - KEPT_WITHIN_S)
        return self.books[visit.detour.station].earliest(
            arrival_s,
            min(self.region.horizon_s, before_s),
            truck.pack_type,
            truck.pack_positions,
            visit.charge_s,
        )

    def _changes_s(self, job: Job, itinerary: Itinerary, spots: list[tuple[int, int]]) -> int:
        if not self._change_s or not job.loose_holds:
            return 0
        kept = sum(
            keeps(visit, start_s)
            for visit, (start_s, _) in zip(itinerary.visits, spots, strict=True)
        )
        return self._change_s * (job.loose_holds - kept)

    def _wanting(self) -> Iterable[tuple[int, Truck]]:
        """Trucks that need a swap or have one promised for certain."""
        for index, truck in enumerate(self.problem.trucks):
            if truck.id in self.pins.by_truck or Timeline(self.region, truck).needs_swap:
                yield index, truck

    def _job(self, index: int, truck: Truck) -> Job:
        timeline = Timeline(self.region, truck, self.pins.by_truck.get(truck.id, ()))
        params = self.problem.params
        loose = sum(not hold.fixed for hold in truck.holds)
        unserved_s = params.unserved_s if timeline.needs_swap else 0
        total_s = unserved_s + params.change_s * loose
        return Job(index, timeline, total_s * truck.weight_percent // 100)

    def _dropped_s(self) -> int:
        """Count what it costs to drop the promises of trucks that no longer need a swap."""
        served = {job.index for job in self.jobs}
        return sum(
            self._change_s * len(truck.holds) * truck.weight_percent // 100
            for index, truck in enumerate(self.problem.trucks)
            if truck.holds and index not in served
        )


def swaps_of(placement: Placement) -> Iterable[tuple[Visit, int, int]]:
    """Each swap with its start and the number of its lane."""
    return zip(placement.itinerary.visits, placement.starts_s, placement.lanes, strict=True)


def keeps(visit: Visit, start_s: int) -> bool:
    """Whether a start keeps the promise there is for this visit."""
    return visit.kept is not None and abs(start_s - visit.kept.start_s) <= KEPT_WITHIN_S
