"""A plan in time, whatever becomes of the planner: greedy stands by, and takes its place.

A planner that has not answered by its limit may still do so; beside it `greedy` is started, early
enough to have a plan when the planner is ended. So a plan is there 2 s after the limit.
"""

import json
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dispatch.planning.baseline import greedy
from dispatch.planning.exchange import problem_to_json
from dispatch.planning.params import PlannerParams
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.services.plans.planner_child import (
    GRACE_S,
    PlannerCall,
    PlannerChild,
    PlannerFailedError,
)

log = logging.getLogger(__name__)
SPARE_S, SPARE_S_A_TRUCK = 0.3, 0.001
"""How long greedy takes, rather too long than too short: it is to be ready when it is needed."""
SPARE_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, who made it, and what is said of the planner that failed (empty: it did not)."""

    plan: SwapPlan
    planner: str
    error: str = ""


def plan_in_time(problem: SwapProblem, call: PlannerCall) -> Planned:
    """Ask a planner; if it fails or is late, `greedy` in a child; at the worst `greedy` here."""
    with tempfile.TemporaryDirectory(prefix="yizhan-plan-") as place:
        asked = Path(place) / "problem.json"
        asked.write_text(json.dumps(problem_to_json(problem)))
        try:
            return _beside_a_spare(problem, asked, call)
        except OSError as error:  # no process could be started
            return _here(problem, str(error))


def plan_by_greedy(problem: SwapProblem, *, why: str) -> Planned:
    """Have `greedy` plan in a child, the planner unasked; in this process if that fails."""
    try:
        with tempfile.TemporaryDirectory(prefix="yizhan-plan-") as place:
            asked = Path(place) / "problem.json"
            asked.write_text(json.dumps(problem_to_json(problem)))
            with PlannerChild(problem, asked, _spare_call()) as spare:
                return _from_spare(problem, spare, why)
    except OSError as error:
        return _here(problem, f"{why} / {error}")


def _beside_a_spare(problem: SwapProblem, asked: Path, call: PlannerCall) -> Planned:
    spare_takes_s = SPARE_S + SPARE_S_A_TRUCK * len(problem.trucks)
    with PlannerChild(problem, asked, call) as child:
        error = ""
        if child.wait(until_s=child.ends_s - spare_takes_s):
            try:
                return Planned(child.answer(), call.name)
            except PlannerFailedError as failure:
                error = str(failure)
        with PlannerChild(problem, asked, _spare_call()) as spare:
            try:
                if not error:
                    child.wait(until_s=child.ends_s)
                    return Planned(child.answer(), call.name)
            except PlannerFailedError as failure:
                error = str(failure)
            log.warning("planner %s failed: %s", call.name, error)
            return _from_spare(problem, spare, error)


def _from_spare(problem: SwapProblem, spare: PlannerChild, error: str) -> Planned:
    spare.wait(until_s=spare.ends_s)
    try:
        return Planned(spare.answer(), "greedy", error)
    except PlannerFailedError as failure:
        log.warning("the fallback's child failed too: %s", failure)
        return _here(problem, f"{error} / {failure}")


def _here(problem: SwapProblem, error: str) -> Planned:
    return Planned(greedy(problem, PlannerParams(workers=1)), "greedy", error)


def _spare_call() -> PlannerCall:
    return PlannerCall(name="greedy", time_limit_s=SPARE_LIMIT_S - GRACE_S, workers=1)
