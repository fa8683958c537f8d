"""Plan runs as they are kept: their problems, how to play one again, and for how long."""

import gzip
import json
from datetime import datetime, timedelta

from django.conf import settings

from dispatch.models import PlanRun
from dispatch.planning.exchange import problem_from_json, problem_to_json
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.services.plans.planner_child import PlannerCall, call_planner

SEED = 1
KEEP_PROBLEMS = timedelta(days=2)
KEEP_RUNS = timedelta(days=30)


def planner_call(
    name: str,
    *,
    time_limit_s: float,
    module: str = "dispatch.planning",
    work_limit: int | None = None,
) -> PlannerCall:
    """Return a call of a planner within the limits of the settings, the same every time."""
    return PlannerCall(
        name=name,
        module=module,
        time_limit_s=time_limit_s,
        memory_mb=settings.PLANNER_MEMORY_MB,
        workers=settings.PLANNER_WORKERS,
        seed=SEED,
        work_limit=work_limit if work_limit is not None else settings.PLANNER_WORK_LIMIT or None,
    )


def pack_problem(problem: SwapProblem) -> bytes:
    """Return the problem as it is stored: the exchange format, compressed."""
    return gzip.compress(json.dumps(problem_to_json(problem)).encode(), mtime=0)


def stored_problem(run: PlanRun) -> SwapProblem:
    """Return the problem a plan run was given."""
    return problem_from_json(json.loads(gzip.decompress(bytes(run.problem_gz or b""))))


def replay(run: PlanRun, *, planner: str = "", time_limit_s: float | None = None) -> SwapPlan:
    """Plan a stored problem again, by the planner and within the limits it had unless told others.

    The plan is the same if the search ended before its time limit: then it took as many steps
    as it wished, or as its limit of steps allowed.

    Raises
    ------
    PlannerFailedError
    """
    name = planner or run.planner or settings.PLANNER_NAME
    limit_s = time_limit_s or run.time_limit_s or settings.PLANNER_TIME_LIMIT_S
    call = planner_call(name, time_limit_s=limit_s, work_limit=run.work_limit)
    return call_planner(stored_problem(run), call)


def sweep_runs(*, now: datetime) -> None:
    """Forget the problems of old runs, and very old runs altogether.

    What broke the planner is kept for replay as long as the run is.
    """
    old = PlanRun.objects.filter(started_at__lt=now - KEEP_PROBLEMS, problem_gz__isnull=False)
    old = old.exclude(state__in=[PlanRun.State.FALLBACK, PlanRun.State.FAILED])
    old.update(problem_gz=None)
    PlanRun.objects.filter(started_at__lt=now - KEEP_RUNS).delete()
