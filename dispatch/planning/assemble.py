"""From a schedule to a plan: which packs are handed out, and why a truck is not served."""

from heapq import heapify, heappush

from dispatch.planning.handout import pick_packs
from dispatch.planning.job import Job
from dispatch.planning.plan import Reason, Swap, SwapPlan, Unserved
from dispatch.planning.region import charge_s
from dispatch.planning.schedule import Placement, Schedule, keeps, swaps_of
from dispatch.planning.timeline import Visit


def assemble_plan(schedule: Schedule, *, bound_s: int, seconds: float) -> SwapPlan:
    """Hand out packs in order of the swaps' starts and write the plan down.

    Notes
    -----
    In every stock the pack ready first goes first. The books have reckoned with the slowest
    charge and the least energy of any pack of the type, so this never fails; with packs that
    are alike it is exact.
    """
    handout = _Handout(schedule)
    swaps = handout.hand_out()
    cost_s = schedule.cost_s
    for job in schedule.jobs:
        placement = schedule.placements.get(job.index)
        if placement is not None:
            paid_s = placement.delay_s + handout.energy_s.get(job.index, 0)
            cost_s += job.weighted_s(paid_s) - placement.cost_s
    unserved = tuple(
        Unserved(truck=job.truck.id, reason=reason, detail=detail)
        for job in schedule.jobs
        if job.index not in schedule.placements and job.timeline.needs_swap
        for reason, detail in [_why(schedule, job)]
    )
    return SwapPlan(
        status="optimal" if cost_s <= bound_s else "feasible",
        cost_s=cost_s,
        bound_s=min(bound_s, cost_s),
        seconds=round(seconds, 3),
        swaps=swaps,
        unserved=unserved,
    )


class _Handout:
    """Packs of all stations while swaps are walked through in order of their starts."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._region = schedule.region
        self._reserved = schedule.pins.reserved
        self._full_wh: dict[str, int] = {}
        self._slots: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._on_truck: dict[int, list[int]] = {}
        self.energy_s: dict[int, int] = {}
        self._promised = {
            pack
            for job in schedule.jobs
            if job.index in schedule.placements
            for visit, start_s, _ in swaps_of(schedule.placements[job.index])
            for pack in _kept_packs(visit, start_s)
        }
        for station in schedule.problem.stations:
            for pack in station.packs:
                self._full_wh[pack.id] = pack.full_wh or self._region.full_wh[pack.type]
                if pack.id not in self._reserved:
                    slots = self._slots.setdefault((station.id, pack.type), [])
                    slots.append((pack.ready_s, pack.id))
        for slots in self._slots.values():
            heapify(slots)

    def hand_out(self) -> tuple[Swap, ...]:
        return tuple(self._swap(*entry) for entry in self._in_order())

    def _in_order(self) -> list[tuple[Job, Visit, int, int]]:
        found = [
            (job, visit, start_s, lane)
            for job in self._schedule.jobs
            if job.index in self._schedule.placements
            for visit, start_s, lane in swaps_of(self._schedule.placements[job.index])
        ]
        return sorted(found, key=lambda entry: entry[2])

    def _swap(self, job: Job, visit: Visit, start_s: int, lane: int) -> Swap:
        truck, station = job.truck, visit.detour.station
        book = self._schedule.books[station]
        slots = self._slots.setdefault((station, truck.pack_type), [])
        if visit.pinned is not None:
            packs = visit.pinned.packs
        else:
            packs = pick_packs(
                slots,
                start_s=start_s,
                count=truck.pack_positions,
                own=_kept_packs(visit, start_s),
                promised=self._promised,
            )
        self._take_back(job, visit, start_s, start_s + book.lanes[lane].swap_s, slots)
        self._on_truck[job.index] = [self._full_wh[pack] for pack in packs]
        return Swap(
            truck=truck.id,
            after=visit.detour.after,
            station=station,
            lane=book.station.lanes[lane].id,
            start_s=start_s,
            packs=packs,
        )

    def _take_back(
        self, job: Job, visit: Visit, start_s: int, end_s: int, slots: list[tuple[int, str]]
    ) -> None:
        """Put the packs that were on the truck into slots, where they charge."""
        truck, station = job.truck, visit.detour.station
        kind_wh = self._region.full_wh[truck.pack_type]
        arrival_wh = visit.arrival_wh
        fulls_wh = self._on_truck.get(job.index)
        if fulls_wh is None:
            fulls_wh = [pack.full_wh for pack in truck.packs] or [kind_wh] * truck.pack_positions
        else:
            low_wh = self._region.pack_ranges[truck.pack_type].low_wh
            arrival_wh += sum(fulls_wh) - low_wh * truck.pack_positions
        each_wh = arrival_wh // truck.pack_positions
        for position, full_wh in enumerate(fulls_wh):
            pack = f"{truck.id}/{visit.detour.after}/{position}"
            self._full_wh[pack] = full_wh
            if pack not in self._reserved:
                ready_s = end_s + charge_s(full_wh, each_wh, self._region.charge_w[station])
                heappush(slots, (ready_s, pack))
        charged_wh = sum(max(0, full_wh - each_wh) for full_wh in fulls_wh)
        self.energy_s[job.index] = self.energy_s.get(job.index, 0) + self._region.energy_cost_s(
            station, start_s, charged_wh
        )


def _kept_packs(visit: Visit, start_s: int) -> tuple[str, ...]:
    """Give the packs of the promise a swap keeps; none if there is none."""
    return visit.kept.packs if visit.kept is not None and keeps(visit, start_s) else ()


def _why(schedule: Schedule, job: Job) -> tuple[Reason, str]:
    """Give the reason in a code and in a sentence."""
    truck = job.truck
    if truck.id in schedule.broken or (job.timeline.pinned and not job.itineraries):
        return "hold_impossible", "The fixed promise can no longer be kept."
    if not job.itineraries:
        if job.timeline.itineraries(most=1, at_any_time=True)[0]:
            return "no_capacity", "On each of its ways a swap could only begin after the horizon."
        return "unreachable", _out_of_reach(job)
    if not any(_has_sets(schedule, job, itinerary.visits) for itinerary in job.itineraries):
        return "no_packs", (
            f"No station within reach has {truck.pack_positions} packs of type {truck.pack_type}."
        )
    found: Placement | None = schedule.best(job, ceiling_s=1 << 60)
    if found is None:
        return "no_capacity", (
            "Lanes or charged packs at every station within reach are taken until the horizon."
        )
    return "not_worth_it", (
        f"The best that is left would cost {found.cost_s} s, more than leaving it unserved."
    )


def _out_of_reach(job: Job) -> str:
    truck = job.truck
    left_wh = truck.energy_wh - truck.reserve_wh
    if not truck.detours:
        return f"No station is near its route; it has {left_wh} Wh above its reserve."
    return f"With {left_wh} Wh above its reserve, no sequence of swaps carries it to its last stop."


def _has_sets(schedule: Schedule, job: Job, visits: tuple[Visit, ...]) -> bool:
    for visit in visits:
        station = schedule.books[visit.detour.station].station
        held = sum(pack.type == job.truck.pack_type for pack in station.packs)
        if held < job.truck.pack_positions:
            return False
    return True
