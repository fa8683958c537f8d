"""What would have helped a truck that no plan serves: each tried in the books, then undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace

from dispatch.planning.books import LaneBook
from dispatch.planning.follow import ways_of
from dispatch.planning.job import Job
from dispatch.planning.problem import Lane
from dispatch.planning.schedule import Placement, Schedule
from dispatch.planning.timeline import Timeline

MOST = 3
_MOST_STATIONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """One thing more with which the truck would have been served, all others as they are.

    `packs` charged packs more at a station from the beginning, `lanes` more there, or `energy_wh`
    more on board; `release`: without the promise it cannot keep. `cost_s` is what its swaps would
    then cost it, `station` where the first of them would be.
    """

    station: str
    cost_s: int
    packs: int = 0
    lanes: int = 0
    energy_wh: int = 0
    release: bool = False


def helps(schedule: Schedule, job: Job) -> tuple[Help, ...]:
    """Find what would have helped a truck without a swap, the cheapest for it first.

    One thing alone is looked for first (packs, a lane); both at one station only if neither is
    enough. Empty: nothing of this kind helps.
    """
    if job.timeline.pinned or job.truck.id in schedule.broken:
        return _released(schedule, job)
    if not job.itineraries:
        return _charged(schedule, job)
    stations = _stations(job)
    found = [one for station in stations for one in _at(schedule, job, station)]
    if not found:
        found = [one for station in stations for one in _both_at(schedule, job, station)]
    found.sort(key=lambda one: (one.cost_s, one.packs + one.lanes, one.station))
    return tuple(found[:MOST])


def _at(schedule: Schedule, job: Job, station: str) -> Iterator[Help]:
    with given_more(schedule, station, kind=job.truck.pack_type, lanes=1):
        found = _served(schedule, job, station)
    if found is not None:
        yield Help(station=station, cost_s=found.cost_s, lanes=1)
    for packs in range(1, job.truck.pack_positions + 1):
        with given_more(schedule, station, kind=job.truck.pack_type, packs=packs):
            found = _served(schedule, job, station)
        if found is not None:
            yield Help(station=station, cost_s=found.cost_s, packs=packs)
            return


def _both_at(schedule: Schedule, job: Job, station: str) -> Iterator[Help]:
    kind, packs = job.truck.pack_type, job.truck.pack_positions
    with given_more(schedule, station, kind=kind, packs=packs, lanes=1):
        found = _served(schedule, job, station)
    if found is not None:
        yield Help(station=station, cost_s=found.cost_s, packs=packs, lanes=1)


def _served(schedule: Schedule, job: Job, station: str) -> Placement | None:
    """Serve the truck as well as it can be, if that is by this station and worth it."""
    found = schedule.best(job)
    if found is None:
        return None
    here = any(visit.detour.station == station for visit in found.itinerary.visits)
    return found if here else None


@contextmanager
def given_more(
    schedule: Schedule, station: str, *, kind: str, packs: int = 0, lanes: int = 0
) -> Iterator[None]:
    """Have a station hold more charged packs of a type from the beginning, or more lanes."""
    book = schedule.books[station]
    before, swap_s = book.stock(kind), min((lane.swap_s for lane in book.lanes), default=300)
    book.stocks[kind] = deepcopy(before)
    book.stocks[kind].add(0, packs)
    book.lanes.extend(LaneBook(Lane(id="one more", swap_s=swap_s)) for _ in range(lanes))
    schedule.note_changed_books()
    try:
        yield
    finally:
        del book.lanes[len(book.lanes) - lanes :]
        book.stocks[kind] = before
        schedule.note_changed_books()


def _charged(schedule: Schedule, job: Job) -> tuple[Help, ...]:
    """Find the least energy more on board with which the truck would be served."""
    truck = job.truck
    low_wh, high_wh = 0, schedule.region.pack_ranges[truck.pack_type].high_wh * truck.pack_positions
    while low_wh + 1 < high_wh:
        middle_wh = (low_wh + high_wh) // 2
        if _with_energy(schedule, job, middle_wh) is None:
            low_wh = middle_wh
        else:
            high_wh = middle_wh
    found = _with_energy(schedule, job, high_wh)
    if found is None:
        return ()
    return (replace(found, energy_wh=high_wh),)


def _with_energy(schedule: Schedule, job: Job, more_wh: int) -> Help | None:
    truck = replace(job.truck, energy_wh=job.truck.energy_wh + more_wh)
    timeline = Timeline(schedule.region, truck)
    if not timeline.needs_swap:
        return Help(station="", cost_s=0)
    return _first_swap(schedule.best(Job(job.index, timeline, job.unserved_s)))


def _released(schedule: Schedule, job: Job) -> tuple[Help, ...]:
    """Look whether the truck could go another way, were it not for its promise."""
    free = replace(job.truck, holds=())
    freed = Job(job.index, Timeline(schedule.region, free), job.unserved_s)
    schedule.broken.discard(job.truck.id)
    found = _first_swap(schedule.best(freed))
    schedule.broken.add(job.truck.id)
    return () if found is None else (replace(found, release=True),)


def _first_swap(placement: Placement | None) -> Help | None:
    if placement is None:
        return None
    return Help(station=placement.itinerary.visits[0].detour.station, cost_s=placement.cost_s)


def _stations(job: Job) -> list[str]:
    """Stations on the truck's ways, those of the cheapest ways first."""
    seen = dict.fromkeys(visit.detour.station for way in ways_of(job) for visit in way.visits)
    return list(seen)[:_MOST_STATIONS]
