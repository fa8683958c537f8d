"""Ruin and recreate: take a few trucks that compete out of the schedule and put them in better.

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

from dispatch.planning.job import Job
from dispatch.planning.schedule import Placement, Schedule

_BLINK = 0.02
_LONGEST_STRING = 8
_MOST_STATIONS = 3
_HOT_S = 200.0
_COLD_S = 4.0
_LOOK_EVERY = 16
_STEPS_A_TRUCK = 50
_STEPS_A_PAIR = 10


class Search:
    """Improves a schedule until a time, a bound or a number of steps is reached."""

    def __init__(self, schedule: Schedule, *, random: Random) -> None:
        self._schedule = schedule
        self._random = random
        self.jobs = [job for job in schedule.jobs if job.itineraries and not job.timeline.pinned]
        self._by_index = {job.index: job for job in self.jobs}
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
        self, *, until_s: float, bound_s: Callable[[], int], most_steps: int | None = None
    ) -> None:
        """Search until a time on the monotonic clock; the schedule ends as the best found.

        Ends sooner when the cost has come down to the bound, or after a number of steps that
        grows with the square of the number of trucks, or `most_steps`.
        """
        begun_s = monotonic()
        span_s = max(until_s - begun_s, 1e-9)
        count = len(self.jobs)
        if most_steps is None:
            most_steps = _STEPS_A_TRUCK * count + _STEPS_A_PAIR * count * count
        heat_s = _HOT_S
        while self.jobs and self.steps < most_steps:
            if self.steps % _LOOK_EVERY == 0:
                done = max((monotonic() - begun_s) / span_s, self.steps / max(1, most_steps))
                if done >= 1 or self.best_s <= bound_s():
                    break
                heat_s = _HOT_S * exp(log(_COLD_S / _HOT_S) * done)
            self.steps += 1
            self._step(heat_s)
        self._return_to_best()

    def _step(self, heat_s: float) -> None:
        before_s = self._schedule.cost_s
        removed = self._ruin()
        placed = self._recreate(removed)
        after_s = self._schedule.cost_s
        if after_s - before_s >= -heat_s * log(1.0 - self._random.random()):
            self._undo(removed, placed)
        elif after_s < self.best_s:
            self.best_s = after_s
            self._best = dict(self._schedule.placements)

    def _ruin(self) -> list[tuple[Job, Placement | None]]:
        """Take out strings of swaps around one truck, at stations it could use."""
        random = self._random
        seed = random.choice(self.jobs)
        placement = self._schedule.placements.get(seed.index)
        way = random.choice(seed.itineraries) if placement is None else placement.itinerary
        number = random.randrange(len(way.visits))
        around_s = way.visits[0].lead_s if placement is None else placement.starts_s[number]
        here = way.visits[number].detour.station
        others = self._stations[seed.index]
        stations = [
            here,
            *random.sample(others, min(len(others), random.randrange(_MOST_STATIONS))),
        ]
        chosen = {seed.index}
        for station in stations:
            taken = self._at[station]
            length = random.randrange(1, _LONGEST_STRING + 1)
            string = sorted(taken, key=lambda index: abs(taken[index] - around_s))[:length]
            chosen.update(string)
        wanting = self._wanting[here]
        for job in random.sample(wanting, min(3, len(wanting))):
            if job.index not in self._schedule.placements:
                chosen.add(job.index)
        removed = []
        for index in sorted(chosen):
            job = self._by_index[index]
            removed.append((job, self._take_out(job)))
        return removed

    def _recreate(self, removed: list[tuple[Job, Placement | None]]) -> list[Job]:
        random = self._random
        jobs = [job for job, _ in removed]
        random.shuffle(jobs)
        order = random.random()
        if order < 0.4:
            jobs.sort(key=lambda job: job.itineraries[0].visits[0].lead_s)
        elif order < 0.6:
            jobs.sort(key=_slack_s)
        placed = []
        for job in jobs:
            placement = self._schedule.best(job, blink=self._blinks)
            if placement is not None:
                self._put(job, placement)
                placed.append(job)
        return placed

    def _blinks(self) -> bool:
        return self._random.random() < _BLINK

    def _undo(self, removed: list[tuple[Job, Placement | None]], placed: list[Job]) -> None:
        for job in placed:
            self._take_out(job)
        for job, placement in removed:
            if placement is not None:
                self._put(job, placement)

    def _return_to_best(self) -> None:
        schedule = self._schedule
        current = {index: schedule.placements.get(index) for index in self._by_index}
        changed = [
            self._by_index[index]
            for index, placement in current.items()
            if placement is not self._best.get(index)
        ]
        for job in changed:
            self._take_out(job)
        for job in changed:
            if job.index in self._best:
                self._put(job, self._best[job.index])

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
