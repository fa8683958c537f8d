"""From a draft's edits to the planner's problems: the plan without them, and the plan with them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dispatch.models import DraftEdit, SwapAssignment
from dispatch.planning.plan import SwapPlan
from dispatch.planning.problem import Hold, SwapProblem, Truck
from dispatch.planning.wanted import Found, find_place
from dispatch.snapshot import Snapshot, Steered
from dispatch.snapshot.standing import DRIFT_S, way_of
from dispatch.snapshot.stations import lane_id, seconds_until

NOT_FIRM = "offered"


def steered_by(edits: Iterable[DraftEdit]) -> Steered:
    """Return the trucks a draft is about, and the stations it would send them to."""
    edits = list(edits)
    ways: dict[int, frozenset[int]] = {}
    for edit in edits:
        if edit.station_id and edit.kind == DraftEdit.Kind.MOVE:
            ways[edit.truck_id] = ways.get(edit.truck_id, frozenset()) | {edit.station_id}
    return Steered(trucks=frozenset(edit.truck_id for edit in edits), ways=ways)


@dataclass(slots=True)
class Sketch:
    """The problem with a draft's edits in it as hard rules; what became of each edit, by key.

    `codes` are of edits that are impossible whatever the plan; `found` of trucks that are sent.
    """

    problem: SwapProblem
    found: dict[int, Found] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)


def as_it_stands(snapshot: Snapshot, steered: Steered) -> SwapProblem:
    """Return the problem in which the steered trucks' firm promises are firm."""
    trucks = [
        _firmly(truck, snapshot) if _pk(truck, snapshot) in steered.trucks else truck
        for truck in snapshot.problem.trucks
    ]
    return replace(snapshot.problem, trucks=tuple(trucks))


def _pk(truck: Truck, snapshot: Snapshot) -> int:
    return snapshot.trucks[truck.id].route.truck.pk


def _firmly(truck: Truck, snapshot: Snapshot) -> Truck:
    """Fix the promise of a truck that a plan would not touch."""
    standing = snapshot.standing.loose.get(_pk(truck, snapshot))
    if standing is None or not (standing.is_pinned or standing.state != NOT_FIRM):
        return truck
    return _fixed(truck, standing, snapshot)


def _fixed(truck: Truck, standing: SwapAssignment, snapshot: Snapshot) -> Truck:
    """Fix a truck's promise as it is; if it comes a little late, it starts when it comes."""
    way = way_of(standing, snapshot.trucks[truck.id])
    holds = []
    for hold in truck.holds:
        arrive_s = way.arrive_s if way else hold.start_s
        start_s = arrive_s if hold.start_s < arrive_s <= hold.start_s + DRIFT_S else hold.start_s
        holds.append(replace(hold, fixed=True, start_s=start_s))
    return replace(truck, holds=tuple(holds))


def with_edits(
    base: SwapProblem, following: SwapPlan, edits: list[DraftEdit], snapshot: Snapshot
) -> Sketch:
    """Put a draft's edits into a problem; every other truck starts from the `following` plan.

    So what the plan with the edits does otherwise, it does because of them: leaving a place costs
    it as much as breaking a promise.
    """
    plates = {ahead.route.truck.pk: plate for plate, ahead in snapshot.trucks.items()}
    edited = {plates[edit.truck_id] for edit in edits if edit.truck_id in plates}
    trucks = {
        truck.id: truck if truck.id in edited else replace(truck, holds=_as_in(following, truck))
        for truck in base.trucks
    }
    sketch = Sketch(base)
    order = {DraftEdit.Kind.FORBID: 0, DraftEdit.Kind.PIN: 1, DraftEdit.Kind.MOVE: 2}
    for edit in sorted(edits, key=lambda edit: (order[DraftEdit.Kind(edit.kind)], edit.pk)):
        plate = plates.get(edit.truck_id)
        if plate is None:
            sketch.codes[edit.pk] = _why_not_planned(edit, snapshot)
            continue
        problem = replace(base, trucks=tuple(trucks.values()))
        trucks[plate] = _edited(trucks[plate], edit, problem, snapshot, sketch)
    sketch.problem = replace(base, trucks=tuple(trucks.values()))
    return sketch


def _as_in(plan: SwapPlan, truck: Truck) -> tuple[Hold, ...]:
    return tuple(
        Hold(
            after=swap.after,
            station=swap.station,
            lane=swap.lane,
            start_s=swap.start_s,
            packs=swap.packs,
        )
        for swap in plan.swaps
        if swap.truck == truck.id
    )


def _why_not_planned(edit: DraftEdit, snapshot: Snapshot) -> str:
    plate = edit.truck.plate
    swapping = any(firm.truck_id == edit.truck_id for firm in snapshot.standing.firm.values())
    return "swap_under_way" if swapping else snapshot.parked.get(plate, "not_on_shift")


def _edited(
    truck: Truck, edit: DraftEdit, problem: SwapProblem, snapshot: Snapshot, sketch: Sketch
) -> Truck:
    if edit.kind == DraftEdit.Kind.PIN:
        standing = snapshot.standing.loose.get(edit.truck_id)
        if standing is None or not truck.holds:
            sketch.codes[edit.pk] = "no_promise"
            return truck
        return _fixed(truck, standing, snapshot)
    code = edit.station.code if edit.station else ""
    if edit.kind == DraftEdit.Kind.FORBID:
        return replace(
            truck,
            detours=tuple(way for way in truck.detours if way.station != code),
            holds=tuple(hold for hold in truck.holds if hold.station != code),
        )
    if code not in snapshot.stations:
        sketch.codes[edit.pk] = "station_closed"
        return truck
    from_s = max(0, seconds_until(edit.at, snapshot.as_of)) if edit.at else 0
    lane = lane_id(edit.lane, snapshot.stations[code]) if edit.lane else ""
    found = find_place(problem, truck.id, code, from_s=from_s, lane=lane)
    sketch.found[edit.pk] = found
    if found.hold is None:
        sketch.codes[edit.pk] = found.code
        return truck
    return replace(truck, holds=(found.hold,))


def holders(edit: DraftEdit, found: Found, snapshot: Snapshot) -> list[SwapAssignment]:
    """Return the firm promises that have the lane or the packs a sent truck waits for."""
    there = [firm for firm in snapshot.standing.firm.values() if firm.station_id == edit.station_id]
    if found.code == "no_packs":
        return there
    end_s = found.hold.start_s if found.hold else snapshot.problem.horizon_s
    return [
        firm
        for firm in there
        if seconds_until(firm.occupies.upper, snapshot.as_of) > found.arrival_s
        and seconds_until(firm.occupies.lower, snapshot.as_of) <= end_s
    ]
