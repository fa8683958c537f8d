"""What a promise was chosen from: each way in minutes by part, where it lies, what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.models import PlanRun, PromiseOutcome, SwapAssignment
from fleet.models import SwapStation

LEAST_OTHERS = 3
PARTS = ("leave", "to", "wait", "swap", "on", "rest")
"""Along its own route, to the station, waiting, in the lane, on to the next stop, own route on."""


NOT_BY_PLAN = ("by_hand", "rescue")


@dataclass(frozen=True, slots=True)
class Basis:
    """How a promise came about: `code` says what was compared; `is_compared` whether anything."""

    code: str
    is_compared: bool


def basis_of(assignment: SwapAssignment, rows: list[dict[str, Any]]) -> Basis:
    """Say how a promise came about, honestly: by a plan, a person, a rescue, or at once alone."""
    code = str(assignment.why.get("code", ""))
    if code in NOT_BY_PLAN:
        return Basis(code, is_compared=False)
    if rows:
        return Basis("planned", is_compared=True)
    if assignment.plan_run_id is None:
        return Basis("alone", is_compared=False)
    run = assignment.plan_run
    is_kept = run is not None and run.problem_gz is not None
    return Basis("soon" if is_kept and assignment.ended_at is None else "gone", is_compared=False)


def all_options(assignment: SwapAssignment, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the compared options with their minutes by part, then ways nobody compared.

    The chosen one is first and always there. Ways that were not compared are added until there
    are three others, as far as the promise keeps any.
    """
    ways = list(assignment.decided_on.get("ways", []))
    kept = {(way["station_code"], way["after"]): way for way in ways}
    compared = [_with_parts(row, kept) for row in rows]
    if not any(row["verdict"] == "chosen" for row in compared):
        compared.insert(0, _chosen(assignment, ways))
    named = {row["station_code"] for row in compared}
    missing = LEAST_OTHERS + 1 - len(compared)
    others = [way for way in ways[1:] if way["station_code"] not in named]
    compared += [_not_compared(way) for way in others[: max(0, missing)]]
    return _to_one_stop(compared, assignment.decided_on.get("arrive_min", []))


def _to_one_stop(options: list[dict[str, Any]], arrive_min: list[float]) -> list[dict[str, Any]]:
    """Add the way on to the one stop that lies behind all options, so that sums compare."""
    last = 1 + max(row.get("after", 0) for row in options)
    for row in options:
        back = row.get("after", 0) + 1
        if last < len(arrive_min):
            row["rest_min"] = round(arrive_min[last] - arrive_min[back], 1)
    return options


def _with_parts(row: dict[str, Any], kept: Mapping[tuple[str, int], dict[str, Any]]) -> Any:
    """Take the parts an old comparison did not keep from the ways that were."""
    way = kept.get((row.get("station_code", ""), row.get("after", 0)), {})
    parts = {f"{part}_min": row.get(f"{part}_min", way.get(f"{part}_min")) for part in PARTS}
    return {"station_code": "", "after": 0, **row, **parts}


def _chosen(assignment: SwapAssignment, ways: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the promise itself as an option: what nobody compared has no price to the fleet."""
    wait_s = max(0.0, (assignment.occupies.lower - assignment.eta).total_seconds())
    drive_s = max(0.0, (assignment.eta - assignment.offered_at).total_seconds())
    way = ways[0] if ways else {"after": 0, "to_min": round(drive_s / 60, 1)}
    return {
        **way,
        "station_code": assignment.station.code,
        "verdict": "chosen",
        "wait_min": round(wait_s / 60, 1),
        "swap_min": round(assignment.lane.swap_s / 60, 1),
    }


def _not_compared(way: dict[str, Any]) -> dict[str, Any]:
    return {**way, "verdict": "not_compared"}


def stations_by_code(codes: Iterable[str]) -> dict[str, SwapStation]:
    """Return the stations that options name."""
    return {one.code: one for one in SwapStation.objects.filter(code__in=set(codes))}


def gap_percent(run: PlanRun) -> float | None:
    """Return how far the plan may be from the best there is; None if no bound is known."""
    if not run.cost_s or run.bound_s is None:
        return None
    return round(100 * max(0, run.cost_s - run.bound_s) / run.cost_s, 1)


def outcome_of(assignment: SwapAssignment) -> PromiseOutcome | None:
    """Return what came of an accepted promise that is over."""
    return PromiseOutcome.objects.filter(assignment=assignment).first()
