"""The stations a promise chose and refused, as people read them."""

import gzip
import json
from typing import Any

from django.utils.translation import gettext as _

from dispatch.models import SwapAssignment
from dispatch.planning.exchange import plan_from_json, problem_from_json
from dispatch.planning.explain import options
from dispatch.services.plans.explanations import MOST_OPTIONS
from fleet.models import SwapStation


def verdicts() -> dict[str, str]:
    """Return what binds an option (`planning.explain.OptionCode`) in the reader's language."""
    return {
        "chosen": _("chosen"),
        "costlier": _("more delay"),
        "no_packs": _("no charged packs left in time"),
        "lane_busy": _("no lane free in time"),
        "out_of_reach": _("out of reach: below the reserve on arrival"),
        "route_breaks": _("in reach, but the trip cannot be finished from there"),
        "late": _("arrives after the hours planned"),
    }


def option_rows(assignment: SwapAssignment) -> list[dict[str, Any]]:
    """Return the options of a promise with their verdicts, the chosen one first."""
    texts = verdicts()
    rows = assignment.options or _from_its_run(assignment)
    return [{**row, "verdict_text": texts.get(row["verdict"], row["verdict"])} for row in rows]


def _from_its_run(assignment: SwapAssignment) -> list[dict[str, Any]]:
    """Work the options out from the stored plan run, for a promise not explained in its time."""
    run = assignment.plan_run
    if run is None or not run.plan or not run.problem_gz:
        return []
    problem = problem_from_json(json.loads(gzip.decompress(bytes(run.problem_gz))))
    plan = plan_from_json(run.plan)
    plate = assignment.truck.plate
    if plate not in {truck.id for truck in problem.trucks}:
        return []
    names = dict(SwapStation.objects.values_list("code", "name"))
    found = options(problem, plan, plate)
    first = min((one.after for one in found if one.code == "chosen"), default=0)
    rows = [
        {
            "station": names.get(one.station, one.station),
            "verdict": one.code,
            "detour_min": round(one.detour_s / 60, 1),
            "wait_min": None if one.wait_s is None else round(one.wait_s / 60, 1),
            "energy_on_arrival_kwh": round(one.arrival_wh / 1000, 1),
            "packs_ready": one.ready_packs,
        }
        for one in found
        if one.after == first
    ]
    return sorted(rows, key=lambda row: row["verdict"] != "chosen")[:MOST_OPTIONS]
