"""Start from the promises that stand, and leave them when nothing calls for a change."""

from dataclasses import dataclass

from dispatch.planning.baseline import fill_greedily
from dispatch.planning.keep import keep_promises
from dispatch.planning.schedule import Placement, Schedule, keeps, swaps_of

WORTH_MOVING_S = 300
"""What a large region must gain a moved promise, cost of change paid, if nothing calls for it."""

_FEW_JOBS = 25


@dataclass(frozen=True, slots=True)
class WarmStart:
    """What a schedule was before the search: how many promises it keeps, and what it left.

    `is_settled`: every promise is kept, and whoever else wants a swap has no room beside them, so
    that nothing calls for a change but trucks that are left out.
    """

    kept: int
    is_settled: bool
    left_out: int
    cost_s: int
    placements: dict[int, Placement]

    def is_worth_keeping(self, schedule: Schedule) -> bool:
        """Whether the schedule found since is not worth leaving settled promises for.

        In a region too large to be searched through there is always something a little better,
        and nothing would ever stand. It is taken if it serves a truck more, or gains
        `WORTH_MOVING_S` for each promise it moves, cost of change paid.
        """
        if not self.is_settled or len(schedule.jobs) <= _FEW_JOBS:
            return False
        gained_s = self.cost_s - schedule.cost_s
        is_worth_it = gained_s > WORTH_MOVING_S * moved_promises(schedule)
        return not is_worth_it and left_out(schedule) >= self.left_out

    def restore(self, schedule: Schedule) -> None:
        """Bring the schedule back to what it was."""
        jobs = {job.index: job for job in schedule.jobs}
        changed = [
            index
            for index in jobs
            if schedule.placements.get(index) is not self.placements.get(index)
        ]
        for index in changed:
            if index in schedule.placements:
                schedule.take_out(jobs[index])
        for index in changed:
            if index in self.placements:
                schedule.put(jobs[index], self.placements[index])


def start_warm(schedule: Schedule) -> WarmStart:
    """Keep what can be kept, then serve the others greedily beside it."""
    before = len(schedule.placements)
    promised = sum(bool(job.truck.holds) and not job.timeline.pinned for job in schedule.jobs)
    kept = keep_promises(schedule)
    fill_greedily(schedule)
    is_settled = 0 < kept == promised == len(schedule.placements) - before
    return WarmStart(
        kept, is_settled, left_out(schedule), schedule.cost_s, dict(schedule.placements)
    )


def moved_promises(schedule: Schedule) -> int:
    """Count the promises that are not kept: another station, stop or start, or no swap at all."""
    kept = sum(
        keeps(visit, start_s)
        for placement in schedule.placements.values()
        for visit, start_s, _ in swaps_of(placement)
    )
    return sum(job.loose_holds for job in schedule.jobs) - kept


def left_out(schedule: Schedule) -> int:
    """Count the trucks that have a way to be served and are not."""
    return sum(
        bool(job.itineraries) and job.index not in schedule.placements for job in schedule.jobs
    )
