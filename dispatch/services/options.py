"""The stations a truck could have been sent to, with the numbers that spoke for or against."""

from typing import Any

from dispatch.planning.plan import Swap, SwapPlan
from dispatch.snapshot import Snapshot, TruckAhead, WayToStation

MOST_OPTIONS = 8


def options_of(swap: Swap, plan: SwapPlan, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the chosen station first, then the others the truck could leave its route for.

    Each with `station`, `chosen`, `travel_s`, `distance_m`, `extra_s` (drive and wait longer than
    without a swap), `wait_s` (for a lane and charged packs beside the rest of the plan; None: not
    within the horizon), `packs_ready` on arrival, `soc_on_arrival_percent` and `reason`:
    `chosen`, `below_reserve`, `no_packs`, `no_capacity` or `more_delay`.
    """
    ahead = snapshot.trucks[swap.truck]
    ways = [way for way in ahead.ways.values() if way.after == swap.after]
    rows = [_option(way, swap, plan, snapshot) for way in ways]
    rows.sort(key=lambda row: (not row["chosen"], row["extra_s"] is None, row["extra_s"]))
    return rows[:MOST_OPTIONS]


def _option(way: WayToStation, swap: Swap, plan: SwapPlan, snapshot: Snapshot) -> dict[str, Any]:
    ahead = snapshot.trucks[swap.truck]
    station = next(s for s in snapshot.stations.values() if s.pk == way.station_id)
    is_chosen = station.code == swap.station
    start_s = (
        swap.start_s if is_chosen else _earliest_start_s(way, station.code, ahead, plan, snapshot)
    )
    wait_s = None if start_s is None else start_s - way.arrive_s
    drive_s = way.to.travel_s + way.back.travel_s - ahead.legs[way.after].travel_s
    return {
        "station": station.code,
        "chosen": is_chosen,
        "travel_s": way.to.travel_s,
        "distance_m": way.distance_m,
        "wait_s": wait_s,
        "extra_s": None if wait_s is None else drive_s + wait_s,
        "packs_ready": _packs_ready(station.code, ahead, way.arrive_s, snapshot),
        "soc_on_arrival_percent": round(100 * way.arrival_wh / max(1, ahead.capacity_wh), 1),
        "reason": _reason(way, station.code, ahead, wait_s, snapshot, is_chosen=is_chosen),
    }


def _reason(
    way: WayToStation,
    station: str,
    ahead: TruckAhead,
    wait_s: int | None,
    snapshot: Snapshot,
    *,
    is_chosen: bool,
) -> str:
    if is_chosen:
        return "chosen"
    if way.arrival_wh < ahead.reserve_wh:
        return "below_reserve"
    if not _packs_ready(station, ahead, snapshot.problem.horizon_s, snapshot):
        return "no_packs"
    return "no_capacity" if wait_s is None else "more_delay"


def _packs_ready(station: str, ahead: TruckAhead, by_s: int, snapshot: Snapshot) -> int:
    kind = ahead.route.truck.model.pack_type.code
    row = next(s for s in snapshot.problem.stations if s.id == station)
    return sum(pack.type == kind and pack.ready_s <= by_s for pack in row.packs)


def _earliest_start_s(
    way: WayToStation, station: str, ahead: TruckAhead, plan: SwapPlan, snapshot: Snapshot
) -> int | None:
    """Return when a lane and a set of packs the plan leaves over are free; returned packs aside."""
    row = next(s for s in snapshot.problem.stations if s.id == station)
    model = ahead.route.truck.model
    taken = {pack for swap in plan.swaps for pack in swap.packs}
    left = sorted(
        pack.ready_s
        for pack in row.packs
        if pack.type == model.pack_type.code and pack.id not in taken
    )
    if len(left) < model.pack_positions:
        return None
    from_s = max(way.arrive_s, left[model.pack_positions - 1])
    starts = []
    for lane in row.lanes:
        busy = [(s.start_s, s.start_s + lane.swap_s) for s in plan.swaps if s.lane == lane.id]
        start_s = from_s
        for begin, end in sorted([*lane.closed, *busy]):
            if begin < start_s + lane.swap_s and end > start_s:
                start_s = end
        if start_s < snapshot.problem.horizon_s:
            starts.append(start_s)
    return min(starts, default=None)
