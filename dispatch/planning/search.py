"""Ruin and recreate: take a few trucks that compete out of the schedule and put them in better.

With a guide (prices on lane time and packs, from the relaxed problem) it looks where the gap is:
at trucks that pay far more than the best they could wish for, and at those in their wish's way.
Ways are then compared at their cost plus the tolls for what they keep from others.

References
----------
J. Christiaens, G. Vanden Berghe, "Slack induction by string removals for vehicle routing
problems", Transportation Science 54 (2020), doi 10.1287/trsc.2019.0914: removal of strings of
neighbours, greedy insertion with blinks, simulated annealing. A string here is a run of swaps
that follow each other at one station.
"""

from collections.abc import Callable
from math import exp, log
from random import Random
from time import monotonic

from dispatch.planning.guide import Guide
from dispatch.planning.job import Job
from dispatch.planning.schedule import Placement, Schedule

_BLINK = 0.02
_LONGEST_STRING = 8
_MOST_STATIONS = 3
_HOT_S = 400.0
_WARM_S = 50.0
"""A schedule that started from promises is good already: heat would only lead away from it."""
_FEW_JOBS = 25
_COLD_S = 4.0
_LAST_START = 0.5
"""Share of the time up to which the search starts anew when a finer guide comes."""
_LOOK_EVERY = 16
_STEPS_A_TRUCK = 50
_STEPS_A_PAIR = 10
_RIVALS = 4
"""Trucks of which the one with the largest excess becomes the seed."""
_NEXT_WISH = 0.3
"""Chance to go on from a wish to the next best one."""
_ELSEWHERE = 0.3
"""Chance to take out a string at a station that is not wished for, too."""

type Removed = list[tuple[Job, Placement | None]]
type News = Callable[[], Guide | None]


class Search:
    """Improves a schedule until a time, a bound or a number of steps is reached.

    A guide, once it has one to follow, says where to look.
    """

    def __init__(self, schedule: Schedule, *, random: Random) -> None:
        self._schedule = schedule
        self._random = random
        self._guide: Guide | None = None
        self.jobs = [job for job in schedule.jobs if job.itineraries and not job.timeline.pinned]
        self._by_index = {job.index: job for job in self.jobs}
        self._is_warm = len(self.jobs) > _FEW_JOBS and any(job.loose_holds for job in self.jobs)
        self._least_s = {job.index: job.least_cost_s for job in self.jobs}
        self._stations = {
            job.index: sorted(
                {visit.detour.station for way in job.itineraries for visit in way.visits}
            )
            for job in self.jobs
        }
        self._wanting: dict[str, list[Job]] = {}
        for job in self.jobs:
            for station in self._stations[job.index]:
                self._wanting.setdefault(station, []).append(job)
        self._at: dict[str, dict[int, int]] = {station: {} for station in schedule.books}
        for job in self.jobs:
            if job.index in schedule.placements:
                self._note(job, schedule.placements[job.index])
        self.best_s = schedule.cost_s
        self._best = dict(schedule.placements)
        self.steps = 0

    def run(
        self,
        *,
        until_s: float,
        bound_s: Callable[[], int],
        news: News = lambda: None,
        most_steps: int | None = None,
        is_paced_by_clock: bool = True,
    ) -> None:
        """Search until a time on the monotonic clock; the schedule ends as the best found.

        Ends sooner when the cost has come down to the bound, or after a number of steps that
        grows with the square of the number of trucks, or `most_steps`. Now and then `news` is
        asked for a better guide. Not paced by the clock it only ends by it, and takes the same
        steps every time until then.
        """
        begun_s = monotonic()
        span_s = max(until_s - begun_s, 1e-9)
        count = len(self.jobs)
        if most_steps is None:
            most_steps = _STEPS_A_TRUCK * count + _STEPS_A_PAIR * count * count
        heat_s = hot_s = _WARM_S if self._is_warm else _HOT_S
        fresh = 0.0
        while self.jobs and self.steps < most_steps:
            if self.steps % _LOOK_EVERY == 0:
                spent = (monotonic() - begun_s) / span_s
                done = self.steps / most_steps
                if is_paced_by_clock:
                    done = max(spent, done)
                if spent >= 1 or done >= 1 or self.best_s <= bound_s():
                    break
                if self.follow(news(), anew=done < _LAST_START):
                    fresh = done
                heat_s = hot_s * exp(log(_COLD_S / hot_s) * (done - fresh) / (1 - fresh))
            self.steps += 1
            self._step(heat_s)
        self._return_to(self._best)

    def follow(self, guide: Guide | None, *, anew: bool = True) -> bool:
        """Let a new guide lead; gives whether the schedule was built anew for it.

        It is if the guide sees finer than the one before, and may be (`anew`) or is cheaper so;
        a schedule that started from promises only if it is cheaper so.
        """
        if guide is None:
            return False
        before, self._guide = self._guide, guide
        if before is not None and guide.tolls.slot_s >= before.tolls.slot_s:
            return False
        return self._build_by_wishes(guide, anew=anew)

    def _build_by_wishes(self, guide: Guide, *, anew: bool) -> bool:
        """Put trucks in at cost plus tolls, in order of the starts they wish for.

        Where packs are scarce this is far below greedy, which gives them to who comes first.
        """
        schedule = self._schedule
        before, before_s = dict(schedule.placements), schedule.cost_s
        for job in self.jobs:
            self._take_out(job)
        schedule.tolls = guide.tolls
        for job in sorted(self.jobs, key=guide.first_start_s):
            placement = schedule.best(job)
            if placement is not None:
                self._put(job, placement)
        schedule.tolls = None
        if schedule.cost_s >= before_s and (self._is_warm or not anew):
            self._return_to(before)
            return False
        self._note_best()
        return True

    def _note_best(self) -> None:
        if self._schedule.cost_s < self.best_s:
            self.best_s = self._schedule.cost_s
            self._best = dict(self._schedule.placements)

    def _step(self, heat_s: float) -> None:
        schedule = self._schedule
        limit_s = schedule.cost_s - heat_s * log(1.0 - self._random.random())
        removed, first = self._ruin()
        placed = self._recreate(removed, first, limit_s)
        if schedule.cost_s >= limit_s:
            self._undo(removed, placed)
        else:
            self._note_best()

    def _ruin(self) -> tuple[Removed, Job | None]:
        """Take out strings of swaps around one truck; gives it too if it is to choose first."""
        random = self._random
        seed = self._seed()
        first, places = self._places(seed)
        chosen = {seed.index}
        for station, around_s in places:
            taken = self._at[station]
            length = random.randrange(1, _LONGEST_STRING + 1)
            string = sorted(taken, key=lambda index: abs(taken[index] - around_s))[:length]
            chosen.update(string)
        wanting = self._wanting[places[0][0]]
        for job in random.sample(wanting, min(3, len(wanting))):
            if job.index not in self._schedule.placements:
                chosen.add(job.index)
        removed = []
        for index in sorted(chosen):
            job = self._by_index[index]
            removed.append((job, self._take_out(job)))
        return removed, first

    def _seed(self) -> Job:
        """Choose a truck: with a guide, that of a few which has the largest excess."""
        guide, choice, placements = self._guide, self._random.choice, self._schedule.placements
        if guide is None:
            return choice(self.jobs)
        rivals = [choice(self.jobs) for _ in range(_RIVALS)]
        return max(rivals, key=lambda job: guide.excess_s(job, placements.get(job.index)))

    def _places(self, seed: Job) -> tuple[Job | None, list[tuple[str, int]]]:
        """Give stations and times to take out strings at: where a truck is and would rather be."""
        random = self._random
        placement = self._schedule.placements.get(seed.index)
        wishes = self._guide.wishes(seed) if self._guide is not None else ()
        places: list[tuple[str, int]] = []
        if placement is not None:
            number = random.randrange(len(placement.starts_s))
            station = placement.itinerary.visits[number].detour.station
            places.append((station, placement.starts_s[number]))
        elif not wishes:
            visit = random.choice(seed.itineraries).visits[0]
            places.append((visit.detour.station, visit.lead_s))
        more = random.randrange(_MOST_STATIONS)
        first = None
        if wishes:
            number = 0
            while number + 1 < len(wishes) and random.random() < _NEXT_WISH:
                number += 1
            places.append(random.choice(wishes[number].places))
            first = seed if random.random() < 0.5 else None
            more = random.random() < _ELSEWHERE
        others = self._stations[seed.index]
        for station in random.sample(others, min(len(others), more)):
            places.append((station, places[0][1]))
        return first, places

    def _recreate(self, removed: Removed, first: Job | None, limit_s: float) -> list[Job]:
        """Put trucks back one by one, as long as the cost can still stay below the limit."""
        schedule = self._schedule
        schedule.tolls = None if self._guide is None else self._guide.tolls
        jobs = self._in_order([job for job, _ in removed], first)
        most_saved_s = sum(job.unserved_s - self._least_s[job.index] for job in jobs)
        # What may be spent beyond the least that each of them costs.
        spare_s = limit_s - schedule.cost_s + most_saved_s
        placed: list[Job] = []
        for job in jobs:
            if spare_s <= 0:
                break
            least_s = self._least_s[job.index]
            placement = schedule.best(job, within_s=least_s + spare_s, blink=self._blinks)
            if placement is None:
                spare_s -= job.unserved_s - least_s
            else:
                self._put(job, placement)
                placed.append(job)
                spare_s -= placement.cost_s - least_s
        schedule.tolls = None
        return placed

    def _in_order(self, jobs: list[Job], first: Job | None) -> list[Job]:
        random = self._random
        random.shuffle(jobs)
        order = random.random()
        if order < 0.4:
            jobs.sort(key=lambda job: job.itineraries[0].visits[0].lead_s)
        elif order < 0.6:
            jobs.sort(key=_slack_s)
        if first is not None:
            jobs.sort(key=lambda job: job is not first)
        return jobs

    def _blinks(self) -> bool:
        return self._random.random() < _BLINK

    def _undo(self, removed: Removed, placed: list[Job]) -> None:
        for job in placed:
            self._take_out(job)
        for job, placement in removed:
            if placement is not None:
                self._put(job, placement)

    def _return_to(self, placements: dict[int, Placement]) -> None:
        current = self._schedule.placements
        changed = [
            job for job in self.jobs if current.get(job.index) is not placements.get(job.index)
        ]
        for job in changed:
            self._take_out(job)
        for job in changed:
            if job.index in placements:
                self._put(job, placements[job.index])

    def _put(self, job: Job, placement: Placement) -> None:
        self._schedule.put(job, placement)
        self._note(job, placement)

    def _note(self, job: Job, placement: Placement) -> None:
        for visit, start_s in zip(placement.itinerary.visits, placement.starts_s, strict=True):
            self._at[visit.detour.station][job.index] = start_s

    def _take_out(self, job: Job) -> Placement | None:
        if job.index not in self._schedule.placements:
            return None
        placement = self._schedule.take_out(job)
        for visit in placement.itinerary.visits:
            self._at[visit.detour.station].pop(job.index, None)
        return placement


def _slack_s(job: Job) -> int:
    """How much more its second choice costs a truck than its first, if it need not wait."""
    if len(job.itineraries) < 2:
        return -job.unserved_s
    return job.itineraries[0].least_s - job.itineraries[1].least_s
