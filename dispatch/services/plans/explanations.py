"""Keep with each promise why its station was chosen, and why trucks were left unserved.

Trucks are kept by their keys: who may read a plate is decided where it is read.
"""

from typing import Any

from dispatch.lifecycle import LIVE
from dispatch.models import PlanRun, SwapAssignment
from dispatch.planning.exchange import plan_from_json
from dispatch.planning.explain import Explainer, Option
from dispatch.planning.helps import Help
from dispatch.planning.plan import SwapPlan
from dispatch.services.plans.archive import stored_problem
from dispatch.services.plans.plan_to_promise import first_swaps
from fleet.models import SwapStation, Truck
from fleet.services.jobs import promise_job

EXPLAIN_TASK = "dispatch.explain_run"
MOST_OPTIONS = 12
MOST_BLOCKERS = 3


def promise_explanation(run: PlanRun) -> None:
    """Have the run's promises explained later: offers do not wait for it, nor the next plan."""
    promise_job(name=EXPLAIN_TASK, key=str(run.pk), run_id=run.pk)


def explain_run(run_id: int) -> int:
    """Write what is to be said of a run's promises and unserved trucks; return how many promises.

    Promises that ended meanwhile, or were explained before, are left alone.
    """
    run = PlanRun.objects.get(pk=run_id)
    promises = SwapAssignment.objects.filter(plan_run=run, state__in=LIVE, options=[])
    rows = list(promises.select_related("truck"))
    if run.plan is None or run.problem_gz is None:
        return 0
    plan = plan_from_json(run.plan)
    if not rows and not plan.unserved:
        return 0
    telling = _Telling(run, plan)
    PlanRun.objects.filter(pk=run.pk).update(unserved_why=telling.unserved())
    explained = 0
    for promise in rows:
        if told := telling.options(promise.truck.plate):
            explained += SwapAssignment.objects.filter(pk=promise.pk).update(options=told)
    return explained


def explained(assignment: SwapAssignment) -> list[dict[str, Any]]:
    """Work out the options of one promise from its stored run; none if that is gone."""
    run = assignment.plan_run
    if run is None or not run.plan or not run.problem_gz:
        return []
    return _Telling(run, plan_from_json(run.plan)).options(assignment.truck.plate)


class _Telling:
    """From the planner's explanations to what is stored: names of stations, keys of trucks."""

    def __init__(self, run: PlanRun, plan: SwapPlan) -> None:
        self._plan = plan
        self._explainer = Explainer(stored_problem(run), plan)
        self._firsts = first_swaps(plan)
        stations = SwapStation.objects.filter(region=run.region_id)
        self._names = dict(stations.values_list("code", "name"))
        self._trucks = dict(
            Truck.objects.filter(region=run.region_id).values_list("plate", "pk"),
        )

    def options(self, plate: str) -> list[dict[str, Any]]:
        """Return the chosen option of a truck's next swap, then the refused ones."""
        swap = self._firsts.get(plate)
        if swap is None:
            return []
        told = [
            self._row(one)
            for one in self._explainer.options(plate)
            if one.after == swap.after or (one.code != "chosen" and one.fleet_s is not None)
        ]
        return told[:MOST_OPTIONS]

    def unserved(self) -> list[dict[str, Any]]:
        """Return each unserved truck with reason, what would have helped, and its best ways."""
        return [
            {
                "plate": left.truck,
                "truck_id": self._trucks.get(left.truck),
                "reason": left.reason,
                "helps": [self._help(one) for one in self._explainer.helps(left.truck)],
                "options": [
                    self._row(one)
                    for one in self._explainer.options(left.truck)
                    if one.fleet_s is not None
                ],
            }
            for left in self._plan.unserved
        ]

    def _help(self, one: Help) -> dict[str, Any]:
        return {
            "station": self._names.get(one.station, one.station),
            "packs": one.packs,
            "lanes": one.lanes,
            "energy_kwh": round(one.energy_wh / 1000, 1),
            "release": one.release,
            "cost_min": round(one.cost_s / 60, 1),
        }

    def _row(self, option: Option) -> dict[str, Any]:
        """Return an option as it is stored, in the units people read."""
        return {
            "station": self._names.get(option.station, option.station),
            "station_code": option.station,
            "after": option.after,
            "verdict": option.code,
            "detour_min": _minutes(option.detour_s),
            "wait_min": _minutes(option.wait_s),
            "leave_min": _minutes(max(0, option.arrival_s - option.to_s)),
            "to_min": _minutes(option.to_s),
            "swap_min": _minutes(option.swap_s),
            "on_min": _minutes(option.on_s),
            "energy_on_arrival_kwh": round(option.arrival_wh / 1000, 1),
            "packs_ready": option.ready_packs,
            "own_min": _minutes(option.cost_s),
            "fleet_min": _minutes(option.fleet_s),
            "more_kwh": None if option.more_wh is None else round(option.more_wh / 1000, 1),
            "more_cny": None
            if option.more_milli_cny is None
            else round(option.more_milli_cny / 1000, 2),
            "losers": [
                {
                    "truck_id": self._trucks.get(loser.truck),
                    "min": _minutes(loser.more_s),
                    "is_left_out": loser.is_left_out,
                }
                for loser in option.losers
            ],
            "short_at": option.short_at and self._names.get(option.short_at, option.short_at),
            "blockers": [self._trucks.get(plate) for plate in option.blockers[:MOST_BLOCKERS]],
        }


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)
