"""Keep with each promise why its station was chosen and the others were not."""

from dataclasses import asdict
from typing import Any

from dispatch.lifecycle import LIVE
from dispatch.models import PlanRun, SwapAssignment
from dispatch.planning.exchange import plan_from_json
from dispatch.planning.explain import Option, options
from dispatch.services.plans.archive import stored_problem
from dispatch.services.plans.plan_to_promise import first_swaps
from fleet.models import SwapStation
from fleet.services.jobs import promise_job

EXPLAIN_TASK = "dispatch.explain_run"
MOST_OPTIONS = 12


def promise_explanation(run: PlanRun) -> None:
    """Have the run's promises explained later: offers do not wait for it, nor the next plan."""
    promise_job(name=EXPLAIN_TASK, key=str(run.pk), run_id=run.pk)


def explain_run(run_id: int) -> int:
    """Write the options of the promises that came of a run; return how many were explained."""
    run = PlanRun.objects.get(pk=run_id)
    promises = SwapAssignment.objects.filter(plan_run=run, state__in=LIVE, options=[])
    rows = list(promises.select_related("truck"))
    if not rows or run.plan is None or run.problem_gz is None:
        return 0
    problem, plan = stored_problem(run), plan_from_json(run.plan)
    names = dict(SwapStation.objects.filter(region=run.region).values_list("code", "name"))
    firsts = first_swaps(plan)
    explained = 0
    for promise in rows:
        if (swap := firsts.get(promise.truck.plate)) is None:
            continue
        found = options(problem, plan, promise.truck.plate)
        told = [_row(one, names) for one in found if one.after == swap.after]
        told.sort(key=lambda row: (row["code"] != "chosen", row["cost_s"] is None, row["cost_s"]))
        explained += SwapAssignment.objects.filter(pk=promise.pk).update(
            options=told[:MOST_OPTIONS]
        )
    return explained


def _row(option: Option, names: dict[str, str]) -> dict[str, Any]:
    """Return an option as it is stored: the planner's numbers, and those people read."""
    wait_s = option.wait_s
    return {
        **asdict(option),
        "station": names.get(option.station, option.station),
        "station_code": option.station,
        "verdict": option.code,
        "detour_min": round(option.detour_s / 60, 1),
        "wait_min": None if wait_s is None else round(wait_s / 60, 1),
        "energy_on_arrival_kwh": round(option.arrival_wh / 1000, 1),
        "packs_ready": option.ready_packs,
    }
