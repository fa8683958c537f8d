"""Keep with each promise why its station was chosen and the others were not."""

import time
from dataclasses import asdict
from typing import Any

from dispatch.lifecycle import LIVE
from dispatch.models import SwapAssignment
from dispatch.planning.explain import Option, options
from dispatch.planning.plan import SwapPlan
from dispatch.services.plan_to_promise import first_swaps
from dispatch.snapshot import Snapshot

MOST_OPTIONS = 12
BUDGET_S = 3.0


def explain_promises(plan: SwapPlan, snapshot: Snapshot, *, plan_run_id: int) -> int:
    """Write the options of promises that came of the plan; return how many were explained.

    Offers go out first and are explained afterwards, for at most `BUDGET_S`; what is left has no
    options until it changes.
    """
    until_s = time.monotonic() + BUDGET_S
    promises = SwapAssignment.objects.filter(
        plan_run=plan_run_id, state__in=LIVE, options=[]
    ).select_related("truck")
    explained = 0
    firsts = first_swaps(plan)
    for promise in promises:
        plate = promise.truck.plate
        if plate not in firsts or time.monotonic() > until_s:
            continue
        found = options(snapshot.problem, plan, plate)
        rows = [_row(one, snapshot) for one in found if one.after == firsts[plate].after]
        rows.sort(key=lambda row: (row["code"] != "chosen", row["cost_s"] is None, row["cost_s"]))
        explained += SwapAssignment.objects.filter(pk=promise.pk).update(
            options=rows[:MOST_OPTIONS]
        )
    return explained


def _row(option: Option, snapshot: Snapshot) -> dict[str, Any]:
    """Return an option as it is stored: the planner's numbers, and those people read."""
    wait_s = option.wait_s
    return {
        **asdict(option),
        "station": snapshot.stations[option.station].name,
        "station_code": option.station,
        "verdict": option.code,
        "detour_min": round(option.detour_s / 60, 1),
        "wait_min": None if wait_s is None else round(wait_s / 60, 1),
        "energy_on_arrival_kwh": round(option.arrival_wh / 1000, 1),
        "packs_ready": option.ready_packs,
    }
