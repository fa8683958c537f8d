"""Promises that must be kept as they are, and the packs that are kept apart for them."""

from dataclasses import dataclass

from dispatch.planning.books import StationBook
from dispatch.planning.job import Job
from dispatch.planning.problem import Hold, SwapProblem, Truck


@dataclass(frozen=True, slots=True)
class Pins:
    """Holds to be kept, by truck, and every pack they name (`<truck>/<after>/<i>`: one returned).

    A fixed hold on a pack that another truck brings back pins that truck's hold too. Trucks in
    `impossible` have a fixed hold on a pack that is not and will not be at the station.
    """

    by_truck: dict[str, tuple[Hold, ...]]
    reserved: frozenset[str]
    impossible: frozenset[str]


def find_pins(problem: SwapProblem) -> Pins:
    """Collect the fixed holds and those they rest on."""
    slots = {
        pack.id: (station.id, pack.type) for station in problem.stations for pack in station.packs
    }
    returns = {
        f"{truck.id}/{hold.after}/{position}": (truck, hold)
        for truck in problem.trucks
        for hold in truck.holds
        for position in range(truck.pack_positions)
    }
    pinned: dict[str, tuple[Hold, ...]] = {}
    impossible: set[str] = set()
    reserved: set[str] = set()
    waiting = [(truck, hold) for truck in problem.trucks for hold in truck.holds if hold.fixed]
    while waiting:
        truck, hold = waiting.pop()
        if hold in pinned.get(truck.id, ()):
            continue
        pinned[truck.id] = (*pinned.get(truck.id, ()), hold)
        if not _is_whole_set(truck, hold) or reserved.intersection(hold.packs):
            impossible.add(truck.id)
            continue
        reserved.update(hold.packs)
        for pack in hold.packs:
            source = returns.get(pack)
            if source is not None and _brings(source, truck, hold):
                waiting.append(source)
            elif slots.get(pack) != (hold.station, truck.pack_type):
                impossible.add(truck.id)
    return Pins(pinned, frozenset(reserved), frozenset(impossible))


def _brings(source: tuple[Truck, Hold], truck: Truck, hold: Hold) -> bool:
    """Whether a promised truck leaves packs where and for whom another promise wants them."""
    giver, given = source
    return given.station == hold.station and giver.pack_type == truck.pack_type


def _is_whole_set(truck: Truck, hold: Hold) -> bool:
    return len(hold.packs) == len(set(hold.packs)) == truck.pack_positions


def book_pins(
    pins: Pins,
    jobs: list[Job],
    books: dict[str, StationBook],
    problem: SwapProblem,
    broken: set[str],
) -> dict[tuple[str, int], int]:
    """Enter the pinned swaps in the books before all others, but for trucks in `broken`.

    Gives the lane of each pinned swap, by truck and stop. Trucks whose promises cannot be kept
    (too late to arrive, packs not ready, no lane open and free) are added to `broken`.
    """
    lanes: dict[tuple[str, int], int] = {}
    ready_s = {
        pack.id: pack.ready_s
        for station in problem.stations
        for pack in station.packs
        if pack.id in pins.reserved
    }
    pinned = [
        (hold.start_s, job.index, job, hold)
        for job in jobs
        for hold in job.timeline.pinned.values()
        if job.truck.id not in broken
    ]
    for start_s, _, job, hold in sorted(pinned, key=lambda entry: entry[:2]):
        charges_s = _charges_s(job, hold)
        lane = _lane_for(job, hold, books)
        are_ready = all(ready_s.get(pack, start_s + 1) <= start_s for pack in hold.packs)
        if lane is None or not charges_s or not are_ready or start_s >= problem.horizon_s:
            broken.add(job.truck.id)
            continue
        lanes[job.truck.id, hold.after] = lane
        _book_pin(job, hold, books[hold.station], lane, max(charges_s), pins.reserved, ready_s)
    return lanes


def _book_pin(
    job: Job,
    hold: Hold,
    book: StationBook,
    lane: int,
    charge_s: int,
    reserved: frozenset[str],
    ready_s: dict[str, int],
) -> None:
    book.lanes[lane].take(hold.start_s)
    back_s = hold.start_s + book.lanes[lane].swap_s + charge_s
    for position in range(job.truck.pack_positions):
        returned = f"{job.truck.id}/{hold.after}/{position}"
        if returned in reserved:
            ready_s[returned] = back_s
        else:
            book.stock(job.truck.pack_type).add(back_s, 1)


def _charges_s(job: Job, hold: Hold) -> list[int]:
    """Charge times of the returned packs, over the itineraries that keep the promise."""
    return [
        visit.charge_s
        for itinerary in job.itineraries
        for visit in itinerary.visits
        if visit.pinned is hold
    ]


def _lane_for(job: Job, hold: Hold, books: dict[str, StationBook]) -> int | None:
    """Find the promised lane if it is still open and free, else any other that is."""
    book = books.get(hold.station)
    if book is None:
        return None
    ids = [lane.id for lane in book.station.lanes]
    for index in sorted(range(len(ids)), key=lambda index: ids[index] != hold.lane):
        lane = book.lanes[index]
        able = lane.types is None or job.truck.pack_type in lane.types
        if able and lane.earliest_s(hold.start_s) == hold.start_s:
            return index
    return None
