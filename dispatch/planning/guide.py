"""What prices say about each truck: where it should go, and what its place costs beyond that.

At good prices the cost of a plan exceeds the bound by just two things: what lane time and packs
that are worth something are left unused, and what trucks pay, tolls included, beyond the best
they could have. So trucks whose *excess* is large show where a plan can still be made better.
"""

from dataclasses import dataclass
from math import inf

from dispatch.planning.job import Job
from dispatch.planning.schedule import Placement, Schedule, swaps_of
from dispatch.planning.timeline import Itinerary
from dispatch.planning.tolls import Tolls


@dataclass(frozen=True, slots=True)
class Wish:
    """An itinerary at its best times under the tolls: `rank_s` is its cost with them.

    `places` are the stations and starts of its swaps, as if no other truck were there.
    """

    rank_s: float
    places: tuple[tuple[str, int], ...]


class Guide:
    """Wishes and excesses of all trucks at given tolls, each worked out when first asked for."""

    def __init__(self, schedule: Schedule, tolls: Tolls) -> None:
        self.tolls = tolls
        self._schedule = schedule
        self._horizon_s = schedule.region.horizon_s
        self._wishes: dict[int, tuple[Wish, ...]] = {}

    def wishes(self, job: Job) -> tuple[Wish, ...]:
        """Give one wish an itinerary, the cheapest first; none if all come after the horizon."""
        known = self._wishes.get(job.index)
        if known is None:
            found = [
                wish
                for itinerary in job.itineraries
                if (wish := self._wish(job, itinerary)) is not None
            ]
            known = self._wishes[job.index] = tuple(sorted(found, key=lambda wish: wish.rank_s))
        return known

    def first_start_s(self, job: Job) -> int:
        """Give the first start of its first wish; the horizon if it has none."""
        wishes = self.wishes(job)
        return wishes[0].places[0][1] if wishes else self._horizon_s

    def excess_s(self, job: Job, placement: Placement | None) -> float:
        """Give what a truck pays, tolls included, beyond the best it could wish for."""
        wishes = self.wishes(job)
        least_s = min(wishes[0].rank_s, job.unserved_s) if wishes else float(job.unserved_s)
        if placement is None:
            return job.unserved_s - least_s
        truck, paid_s = job.truck, float(placement.cost_s)
        for visit, start_s, lane in swaps_of(placement):
            station = visit.detour.station
            end_s = start_s + self._schedule.books[station].lanes[lane].swap_s
            paid_s += self.tolls.toll_s(
                station, truck.pack_type, truck.pack_positions, start_s, end_s + visit.charge_s
            )
        return paid_s - least_s

    def _wish(self, job: Job, itinerary: Itinerary) -> Wish | None:
        """Choose the start of each swap in turn, as late as the tolls make worth while."""
        places: list[tuple[str, int]] = []
        ends_s: list[int] = []
        paid_s = 0.0
        at_s = 0
        quickest_s = self._schedule.region.least_swap_s[job.truck.pack_type]
        for visit in itinerary.visits:
            station = visit.detour.station
            swap_s = quickest_s[station]
            start_s, toll_s = self._start(
                job, station, at_s + visit.lead_s, swap_s + visit.charge_s
            )
            if start_s >= self._horizon_s:
                return None
            places.append((station, start_s))
            at_s = start_s + swap_s
            ends_s.append(at_s)
            paid_s += toll_s
        cost_s = job.weighted_s(job.timeline.cost_s(itinerary, ends_s))
        return Wish(cost_s + paid_s, tuple(places))

    def _start(self, job: Job, station: str, arrival_s: int, out_s: int) -> tuple[int, float]:
        """Find the start at which toll and waiting together are least; gives it and the toll."""
        truck, slot_s = job.truck, self.tolls.slot_s
        best_s, best_toll_s, best = arrival_s, 0.0, inf
        start_s = arrival_s
        while start_s < self._horizon_s:
            waited_s = (start_s - arrival_s) * truck.weight_percent / 100
            if waited_s >= best:
                break
            toll_s = self.tolls.toll_s(
                station, truck.pack_type, truck.pack_positions, start_s, start_s + out_s
            )
            if waited_s + toll_s < best:
                best_s, best_toll_s, best = start_s, toll_s, waited_s + toll_s
            start_s = (start_s // slot_s + 1) * slot_s
        return best_s, best_toll_s
