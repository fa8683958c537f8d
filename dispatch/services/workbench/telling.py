"""What a preview found, as it is kept: trucks, stations and lanes by their keys.

Who may read which truck's plate is decided where it is read.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from dispatch.models import DraftEdit, SwapAssignment
from dispatch.planning.figures import TruckFigures, more_milli_cny, plan_figures
from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.problem import SwapProblem
from dispatch.selectors.workbench import seen_as
from dispatch.services.plans.contained import Planned
from dispatch.services.plans.decisions import Decisions, decide
from dispatch.services.plans.plan_to_promise import first_swaps, promise_of
from dispatch.services.workbench.sketch import Sketch, holders
from dispatch.services.workbench.stored import promise_to_row
from dispatch.snapshot import Snapshot

BY_HAND = "by_hand"
_NONE = TruckFigures()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a worker looked at: three plans of one snapshot, the last only if there are edits."""

    snapshot: Snapshot
    base: SwapProblem
    stands: SwapPlan
    following: Planned
    edited: Planned | None
    sketch: Sketch

    @property
    def last(self) -> Planned:
        """The plan that is shown: with the edits, if there are any."""
        return self.edited or self.following


def result_of(looked: Looked, edits: list[DraftEdit], *, seconds: float) -> dict[str, Any]:
    """Return everything that is kept of a preview."""
    decisions = decide(looked.last.plan, looked.snapshot, plan_run_id=None)
    trucks = _Trucks(looked, decisions, edits)
    return {
        "as_of": looked.snapshot.as_of.isoformat(),
        "planner": looked.last.planner,
        "error": looked.last.error or looked.following.error,
        "seconds": seconds,
        "trucks": trucks.rows(),
        "edits": {str(edit.pk): _edit(edit, looked, trucks) for edit in edits},
        "promises": _promises(looked, edits),
        "room": _room(decisions),
        "seen": {str(row.pk): seen_as(row) for row in _standing(looked.snapshot)},
    }


class _Trucks:
    """The trucks of a problem in the three plans."""

    def __init__(self, looked: Looked, decisions: Decisions, edits: list[DraftEdit]) -> None:
        self._looked, base = looked, looked.base
        plans = {"stands": looked.stands, "next": looked.following.plan}
        if looked.edited:
            plans["draft"] = looked.edited.plan
        self.figures = {name: plan_figures(base, plan) for name, plan in plans.items()}
        self._swaps = {name: _by_truck(plan) for name, plan in plans.items()}
        self._kinds = _forbidden(looked, edits) | _kinds(decisions)

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return by truck what each plan does with it; those with nothing at all are left out."""
        rows = {}
        for plate, ahead in self._looked.snapshot.trucks.items():
            figures = {name: _figures(by[plate]) for name, by in self.figures.items()}
            pk = ahead.route.truck.pk
            row = {
                "kind": self._kinds.get(pk, ""),
                "figures": figures,
                "more_milli_cny": self.more_milli_cny(plate),
                "swaps": {
                    name: [self._place(swap) for swap in swaps[plate]]
                    for name, swaps in self._swaps.items()
                    if plate in swaps
                },
                "reason": self._reason(plate),
            }
            if row["swaps"] or row["kind"] or row["reason"]:
                rows[str(pk)] = row
        return rows

    def more_milli_cny(self, plate: str) -> int:
        """Return what the edits make a truck's charging cost more; without any, the next plan."""
        names = list(self.figures)[-2:]
        before, after = (self.figures[name].get(plate, _NONE) for name in names)
        return more_milli_cny(before, after)

    def _reason(self, plate: str) -> str:
        left = self._looked.last.plan.unserved
        return next((one.reason for one in left if one.truck == plate), "")

    def _place(self, swap: Swap) -> dict[str, Any]:
        snapshot = self._looked.snapshot
        lane = snapshot.lanes[swap.lane]
        at = snapshot.as_of + timedelta(seconds=swap.start_s)
        return {
            "station": snapshot.stations[swap.station].pk,
            "lane": lane.pk,
            "at": at.isoformat(),
            "until": (at + timedelta(seconds=lane.swap_s)).isoformat(),
        }


def _by_truck(plan: SwapPlan) -> dict[str, list[Swap]]:
    found: dict[str, list[Swap]] = {}
    for swap in sorted(plan.swaps, key=lambda swap: swap.after):
        found.setdefault(swap.truck, []).append(swap)
    return found


def _figures(figures: TruckFigures) -> dict[str, int]:
    kept = asdict(figures)
    return {name: int(kept[name]) for name in ("cost_s", "wait_s", "late_s", "paid", "is_left_out")}


def _kinds(decisions: Decisions) -> dict[int, str]:
    """Return what the plan would do to trucks' promises; the others keep theirs or have none."""
    kinds = {standing.truck_id: "dropped" for standing, _ in decisions.dropped}
    kinds |= {standing.truck_id: "changed" for standing, _ in decisions.changed}
    kinds |= {standing.truck_id: "diverted" for standing, _ in decisions.diverted}
    return kinds | {promise.truck_id: "new" for promise in decisions.offered}


def _forbidden(looked: Looked, edits: list[DraftEdit]) -> dict[int, str]:
    """Return the trucks that lose a promise because its station is forbidden: a commit ends it."""
    loose = looked.snapshot.standing.loose
    return {
        edit.truck_id: "dropped"
        for edit in edits
        if edit.kind == DraftEdit.Kind.FORBID
        and edit.truck_id in loose
        and loose[edit.truck_id].station_id == edit.station_id
    }


def _edit(edit: DraftEdit, looked: Looked, trucks: _Trucks) -> dict[str, Any]:
    """Return what became of an edit: what binds, what it waits for, what it costs its truck."""
    snapshot, plate = looked.snapshot, edit.truck.plate
    found = looked.sketch.found.get(edit.pk)
    pks = {name: ahead.route.truck.pk for name, ahead in snapshot.trucks.items()}
    code = looked.sketch.codes.get(edit.pk, "") or _fault(looked, plate)
    rivals = [pks[name] for name in found.rivals] if found else []
    if found and found.code in {"lane_busy", "no_packs"}:
        rivals += [firm.truck_id for firm in holders(edit, found, snapshot)]
    before, after = (trucks.figures[name].get(plate, _NONE) for name in list(trucks.figures)[-2:])
    first = first_swaps(looked.last.plan).get(plate)
    return {
        "truck": edit.truck_id,
        "code": code,
        "waits_for": found.code if found and not code else "",
        "rivals": rivals,
        "late_s": after.late_s - before.late_s,
        "more_s": after.cost_s - before.cost_s,
        "arrival_at": _at(snapshot, found.arrival_s) if found and found.arrival_s else None,
        "at": _at(snapshot, first.start_s) if first else None,
        "station": snapshot.stations[first.station].pk if first else None,
        "basis": _basis(edit, snapshot),
    }


def _fault(looked: Looked, plate: str) -> str:
    """Return what the planner says against a fixed place of a truck; empty if it is kept."""
    plan = looked.last.plan
    faults = {fault.truck: fault.code for fault in reversed(plan.hold_faults)}
    left = {one.truck: one.reason for one in plan.unserved}
    if left.get(plate) == "hold_impossible":
        return faults.get(plate, "hold_impossible")
    return left.get(plate, "")


def _basis(edit: DraftEdit, snapshot: Snapshot) -> dict[str, Any] | None:
    """Return the promise of an edit's truck that the preview saw; a commit must meet the same."""
    rows = _standing(snapshot)
    standing = next((row for row in rows if row.truck_id == edit.truck_id), None)
    if standing is None:
        return None
    return {
        "assignment": standing.pk,
        "station": standing.station_id,
        "lane": standing.lane_id,
        "at": standing.occupies.lower.isoformat(),
        "is_pinned": standing.is_pinned,
    }


def _standing(snapshot: Snapshot) -> list[SwapAssignment]:
    return [*snapshot.standing.loose.values(), *snapshot.standing.firm.values()]


def _at(snapshot: Snapshot, in_s: int) -> str:
    return (snapshot.as_of + timedelta(seconds=in_s)).isoformat()


def _promises(looked: Looked, edits: list[DraftEdit]) -> dict[str, dict[str, Any]]:
    """Return the promises that the edits amount to, by edit."""
    plan, snapshot = looked.last.plan, looked.snapshot
    firsts = first_swaps(plan)
    found: dict[str, dict[str, Any]] = {}
    for edit in edits:
        swap = firsts.get(edit.truck.plate)
        if edit.kind != DraftEdit.Kind.MOVE or edit.pk in looked.sketch.codes or swap is None:
            continue
        promise = promise_of(swap, plan, snapshot, why_code=BY_HAND)
        if promise is not None and promise.station.pk == edit.station_id:
            found[str(edit.pk)] = promise_to_row(promise)
    return found


def _room(decisions: Decisions) -> dict[str, dict[str, Any] | None]:
    """Return where offers that stand would go, by offer: those a commit may push aside."""
    moved = [*decisions.changed, *decisions.diverted]
    dropped = {str(row.pk): None for row, _ in decisions.dropped}
    return {**dropped, **{str(row.pk): promise_to_row(promise) for row, promise in moved}}
