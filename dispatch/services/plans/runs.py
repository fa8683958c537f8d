"""One round of planning: snapshot, planner, check, promises; with all of it kept for replay."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection

from dispatch.models import PlanRun
from dispatch.planning.exchange import plan_to_json
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.services.plans.archive import pack_problem, planner_call
from dispatch.services.plans.contained import plan_by_greedy, plan_in_time
from dispatch.services.plans.decisions import carry_out
from dispatch.services.plans.explanations import promise_explanation
from dispatch.services.plans.needs import note_needs
from dispatch.services.plans.planner_alarms import note_planner_health
from dispatch.services.plans.quarantine import meet_input, note_failure, problem_digest
from dispatch.services.plans.replans import PLAN_TASK
from dispatch.services.plans.rescues import rescue_trucks
from dispatch.services.promises.etas import refresh_etas
from dispatch.services.roads.choose import roads_of_round
from dispatch.snapshot import Snapshot, take_snapshot
from fleet.models import Job, Region

LOCK_SPACE = 0x59495A48
"""First half of the advisory locks' keys, so that they meet no others."""
ROUTINE = "tick"


class RegionBusyError(Exception):
    """Another planner has the region."""


@contextmanager
def region_lock(region_id: int) -> Iterator[None]:
    """Hold a region alone, without a transaction; a crash of the holder sets it free.

    Raises
    ------
    RegionBusyError
        Someone else holds it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, region_id])
        is_ours = cursor.fetchone()[0]
    if not is_ours:
        raise RegionBusyError
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, region_id])


def run_plan(
    region_id: int, *, cause: str = ROUTINE, read_clock: Callable[[], datetime]
) -> PlanRun:
    """Plan a region once and promise what comes of it.

    `read_clock` gives the service's time, before and after the planner has had its seconds.

    Raises
    ------
    RegionBusyError
        Another planner has the region: try again soon.
    """
    with region_lock(region_id):
        _take_over_waiting_jobs(region_id)
        region = Region.objects.get(pk=region_id)
        now = read_clock()
        PlanRun.objects.filter(region=region, state=PlanRun.State.RUNNING).update(
            state=PlanRun.State.FAILED, error="Its process ended."
        )
        run = PlanRun.objects.create(region=region, cause=cause[:60], started_at=now)
        try:
            _plan(run, region, now=now, read_clock=read_clock)
        except Exception as error:
            run.state, run.error = PlanRun.State.FAILED, f"{type(error).__name__}: {error}"[:2000]
            run.save()
            raise
    return run


def _take_over_waiting_jobs(region_id: int) -> None:
    """Mark the plans of the region that wait to be rung as done by this one.

    Not the one that runs this: it was begun.
    """
    Job.objects.filter(
        name=PLAN_TASK,
        state=Job.State.PENDING,
        attempts=0,
        payload__region_id=region_id,
    ).update(state=Job.State.DONE, error="covered by another plan")


def _plan(
    run: PlanRun, region: Region, *, now: datetime, read_clock: Callable[[], datetime]
) -> None:
    with roads_of_round(now=now) as travel:
        snapshot = take_snapshot(region, now=now, travel=travel)
    run.travel = travel.mark
    run.problem_gz = pack_problem(snapshot.problem)
    run.trucks = len(snapshot.problem.trucks)
    run.digest = problem_digest(snapshot.problem)
    run.save()  # before anything can break: the input is kept
    started_s = time.monotonic()
    plan = _ask_planner(run, snapshot.problem, now=now)
    run.seconds = round(time.monotonic() - started_s, 3)
    run.plan, run.cost_s, run.bound_s = plan_to_json(plan), plan.cost_s, plan.bound_s
    run.served = len({swap.truck for swap in plan.swaps})
    run.unserved = len(plan.unserved)
    run.save()
    _promise(run, plan, snapshot, now=read_clock())


def _promise(run: PlanRun, plan: SwapPlan, snapshot: Snapshot, *, now: datetime) -> None:
    outcome = carry_out(plan, snapshot, plan_run_id=run.pk, now=now)
    rescued = rescue_trucks(plan, snapshot, plan_run_id=run.pk, now=now)
    refresh_etas(snapshot, now=now)
    note_needs(snapshot, plan, now=now)
    note_planner_health(run, now=now)
    run.written, run.refused = outcome.written + rescued, outcome.refused
    if run.state == PlanRun.State.RUNNING:
        run.state = PlanRun.State.DONE
    run.save()
    if outcome.written or plan.unserved:
        promise_explanation(run)


def _ask_planner(run: PlanRun, problem: SwapProblem, *, now: datetime) -> SwapPlan:
    """Ask the planner, unless its input is quarantined; greedy takes its place if need be."""
    is_urgent = run.cause != ROUTINE
    limit_s = settings.PLANNER_URGENT_TIME_LIMIT_S if is_urgent else settings.PLANNER_TIME_LIMIT_S
    call = planner_call(settings.PLANNER_NAME, module=settings.PLANNER_MODULE, time_limit_s=limit_s)
    run.time_limit_s, run.work_limit = call.time_limit_s, call.work_limit
    quarantine = meet_input(run.region, run.digest, now=now)
    if quarantine is None:
        planned = plan_in_time(problem, call)
    else:
        run.is_quarantined = True
        planned = plan_by_greedy(problem, why=f"input {run.digest[:12]} is quarantined")
    run.planner, run.error = planned.planner, planned.error
    if planned.error:
        run.state = PlanRun.State.FALLBACK
    if planned.error and quarantine is None:
        note_failure(run, now=now)
    return planned.plan
