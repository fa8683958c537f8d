"""What a swap of a plan means in the world: which rows, when, how far, why."""

from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from dispatch.planning.plan import Swap, SwapPlan
from dispatch.planning.windows import Approach, narrowest_window
from dispatch.services.plans.decided_on import decided_on
from dispatch.services.promises.write import Promise
from dispatch.snapshot import Snapshot, TruckAhead, WayToStation

PROMISE_AHEAD = timedelta(minutes=60)
"""A swap is promised when it starts within this; what is later is planned again until then."""


def first_swaps(plan: SwapPlan) -> dict[str, Swap]:
    """Return each truck's next swap, by plate: later ones are planned again before they count."""
    first: dict[str, Swap] = {}
    for swap in plan.swaps:
        if swap.truck not in first or swap.after < first[swap.truck].after:
            first[swap.truck] = swap
    return first


def promise_of(
    swap: Swap,
    plan: SwapPlan,
    snapshot: Snapshot,
    *,
    plan_run_id: int | None = None,
    why_code: str | None = None,
) -> Promise | None:
    """Return the promise a swap amounts to; None if one of its packs is not known by name yet.

    That is so when it is handed out with a pack that another truck brings on its second swap.
    """
    ahead, station = snapshot.trucks[swap.truck], snapshot.stations[swap.station]
    lane = snapshot.lanes[swap.lane]
    packs = tuple(_pack(name, plan, snapshot) for name in swap.packs)
    if any(pack is None for pack in packs):
        return None
    way = ahead.ways[swap.after, station.pk]
    starts_at = snapshot.as_of + timedelta(seconds=swap.start_s)
    ready_s = max(snapshot.ready_s.get(name, swap.start_s) for name in swap.packs)
    approach = Approach(
        start_s=swap.start_s,
        arrival_s=way.arrive_s,
        way_s=way.arrive_s,
        packs_s=ready_s if ready_s > 0 else None,
        charging_s=ready_s,
    )
    window = narrowest_window(approach, snapshot.spreads.of(way.road_class, station.pk))
    return Promise(
        region_id=snapshot.region.pk,
        truck_id=ahead.route.truck.pk,
        driver_id=ahead.driver_id,
        trip_id=ahead.route.legs[swap.after].trip_id,
        station=station,
        lane=lane,
        starts_at=starts_at,
        eta=snapshot.as_of + timedelta(seconds=way.arrive_s),
        window=DateTimeTZRange(
            snapshot.as_of + timedelta(seconds=window.from_s),
            snapshot.as_of + timedelta(seconds=window.to_s),
        ),
        probability=window.probability,
        leave_by_at=starts_at - timedelta(seconds=way.to.travel_s),
        distance_m=way.distance_m,
        road_class=way.road_class,
        packs_ready_at=snapshot.as_of + timedelta(seconds=ready_s) if ready_s > 0 else None,
        detour_s=detour_s(ahead, way),
        least_detour_s=min(detour_s(ahead, other) for other in _in_reach(ahead)),
        soc_on_arrival_percent=soc_on_arrival(ahead, way),
        packs=tuple(pack for pack in packs if pack is not None),
        why={"code": why_code or why(ahead, way)},
        decided_on=decided_on(ahead, way, snapshot),
        plan_run_id=plan_run_id,
    )


def detour_s(ahead: TruckAhead, way: WayToStation) -> int:
    """Return how much longer the truck drives by the station than without."""
    straight_s = 0 if ahead.is_idle else ahead.legs[way.after].travel_s
    return max(0, way.to.travel_s + way.back.travel_s - straight_s)


def _in_reach(ahead: TruckAhead) -> list[WayToStation]:
    """Return the ways the charge allows; all of them if none."""
    ways = list(ahead.ways.values())
    return [way for way in ways if way.arrival_wh >= ahead.reserve_wh] or ways


def soc_on_arrival(ahead: TruckAhead, way: WayToStation) -> float:
    """Return the charge at the gate, in percent of what the packs hold."""
    return round(max(0.0, 100.0 * way.arrival_wh / max(1, ahead.capacity_wh)), 1)


def why(ahead: TruckAhead, way: WayToStation) -> str:
    """Return the code of the commonest reason that is true."""
    others = [other for other in ahead.ways.values() if other.after == way.after]
    in_reach = [other for other in others if other.arrival_wh >= ahead.reserve_wh]
    if len(in_reach) <= 1:
        return "only_one_in_reach"
    if min(in_reach, key=lambda other: other.to.travel_s) is way:
        return "nearest"
    return "least_delay"


def _pack(name: str, plan: SwapPlan, snapshot: Snapshot) -> tuple[int, datetime | None] | None:
    """Return a pack's id, and when it comes to the station if it is not there yet."""
    if "/" not in name:
        pack_id = snapshot.packs[name]
        return pack_id, snapshot.standing.comes_at.get(pack_id)
    plate, after, index = name.split("/")
    swap = first_swaps(plan).get(plate)
    ahead = snapshot.trucks.get(plate)
    if swap is None or ahead is None or swap.after != int(after) or len(ahead.packs) <= int(index):
        return None
    end_s = swap.start_s + snapshot.lanes[swap.lane].swap_s
    return ahead.packs[int(index)].pk, snapshot.as_of + timedelta(seconds=end_s)
