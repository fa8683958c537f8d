"""Limits of a search for a plan."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannerParams:
    """How long and on how many cores a planner may search.

    `time_limit_s` counts from the call, by a monotonic stop-watch; 0 asks for the quickest plan.
    `work_limit`, in steps of the search, takes its place: then no decision looks at a clock, one
    worker does all, and equal problem, limit and seed give an equal plan on any busy machine.
    """

    time_limit_s: float = 10.0
    workers: int = 2
    work_limit: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.time_limit_s <= 86400:
            raise ValueError(f"time_limit_s must be from 0 to 86400, got {self.time_limit_s}")
        if not 1 <= self.workers <= 64:
            raise ValueError(f"workers must be from 1 to 64, got {self.workers}")
        if self.work_limit is not None and self.work_limit < 0:
            raise ValueError(f"work_limit must be 0 or more, got {self.work_limit}")
