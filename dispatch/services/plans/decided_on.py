"""What a decision stood on, kept with the promise: nobody need work it out of later roads."""

from typing import Any

from dispatch.snapshot import Snapshot, TruckAhead, WayToStation

MOST_WAYS = 7


def decided_on(ahead: TruckAhead, chosen: WayToStation, snapshot: Snapshot) -> dict[str, Any]:
    """Return where the truck was, its charge and stops, and its nearest ways by stations.

    The chosen way comes first, then those that take the truck least out of its way, whether the
    planner compared them or not. Minutes are driving alone; `leave_min` is when the truck leaves
    its own route.
    """
    state = ahead.route.state
    return {
        "at": snapshot.as_of.isoformat(),
        "trucks": len(snapshot.trucks),
        "stations": len(snapshot.stations),
        "soc_percent": round(state.soc_percent, 1),
        "reserve_kwh": round(ahead.reserve_wh / 1000, 1),
        "stops": [
            [round(stop.point.latitude_deg, 5), round(stop.point.longitude_deg, 5)]
            for stop in ahead.route.stops
        ],
        "arrive_min": _arrivals_min(ahead),
        "ways": [
            _way(chosen, _codes(snapshot)[chosen.station_id]),
            *_others(ahead, snapshot, but=chosen.station_id),
        ],
    }


def with_ways_around(
    told: dict[str, Any], truck_id: int, around: Snapshot, *, station_id: int
) -> dict[str, Any]:
    """Add the ways by other stations to what a decision for one station alone stood on."""
    ahead = around.on_shift.get(truck_id)
    if ahead is None:
        return told
    ways = [*told["ways"][:1], *_others(ahead, around, but=station_id)]
    return {**told, "stations": len(around.stations), "ways": ways}


def _codes(snapshot: Snapshot) -> dict[int, str]:
    return {station.pk: station.code for station in snapshot.stations.values()}


def _others(ahead: TruckAhead, snapshot: Snapshot, *, but: int) -> list[dict[str, Any]]:
    """Return the best way by each other station, those that take least driving first."""
    codes = _codes(snapshot)
    nearest: dict[int, WayToStation] = {}
    for way in sorted(ahead.ways.values(), key=_detour_s):
        if way.station_id in codes and way.station_id != but:
            nearest.setdefault(way.station_id, way)
    return [_way(way, codes[way.station_id]) for way in list(nearest.values())[: MOST_WAYS - 1]]


def _arrivals_min(ahead: TruckAhead) -> list[float]:
    """Return when the truck comes to each of its stops if it swaps nowhere; 0 where it stands."""
    arrivals, leaves_s = [0.0], ahead.route.ready_s
    for leg, stop in zip(ahead.legs, ahead.route.stops[1:], strict=False):
        arrivals.append(round((leaves_s + leg.travel_s) / 60, 1))
        leaves_s += leg.travel_s + stop.dwell_s
    return arrivals


def _detour_s(way: WayToStation) -> int:
    return way.to.travel_s + way.back.travel_s


def _way(way: WayToStation, code: str) -> dict[str, Any]:
    return {
        "station_code": code,
        "after": way.after,
        "leave_min": round((way.arrive_s - way.to.travel_s) / 60, 1),
        "to_min": round(way.to.travel_s / 60, 1),
        "on_min": round(way.back.travel_s / 60, 1),
        "energy_on_arrival_kwh": round(way.arrival_wh / 1000, 1),
    }
