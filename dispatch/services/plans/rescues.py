"""Trucks no plan can help, while they can still reach a station: sent there before they strand.

The planner never goes below the reserve and serves a truck only if its whole way ahead holds.
A truck that fails this is reported as a stranded risk; and when its charge comes near what it
needs to the best station, it is promised the earliest swap there, on its reserve if need be.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from dispatch.planning.plan import SwapPlan
from dispatch.selectors.cards import live_assignment_of_truck
from dispatch.services.promises.earliest import earliest_promise
from dispatch.services.promises.moves import DispatchError
from dispatch.services.promises.write import write_promise
from dispatch.snapshot import Snapshot, TruckAhead, WayToStation
from dispatch.snapshot.standing import RESCUE
from fleet.models import SwapStation

log = logging.getLogger(__name__)

RESCUES_A_RUN = 3  # each looks at the region anew; the next run takes the next ones
STATIONS_TRIED = 3
ABOVE_RESERVE_PERCENT = 10


def rescue_trucks(plan: SwapPlan, snapshot: Snapshot, *, plan_run_id: int, now: datetime) -> int:
    """Promise a swap to trucks the plan left as unreachable and that are running low.

    Return how many got a promise. Those with the least charge come first.
    """
    left = [one.truck for one in plan.unserved if one.reason == "unreachable"]
    low = [ahead for plate in left if (ahead := snapshot.trucks.get(plate)) and is_low(ahead)]
    low.sort(key=lambda ahead: ahead.energy_wh)
    stations = {station.pk: station for station in snapshot.stations.values()}
    return sum(
        _rescue(ahead, stations, plan_run_id=plan_run_id, now=now) for ahead in low[:RESCUES_A_RUN]
    )


def ways_in_reach(ahead: TruckAhead) -> list[WayToStation]:
    """Return the ways by a station straight from here that the charge allows, best first."""
    ways = [way for way in ahead.ways.values() if way.after == 0 and way.arrival_wh > 0]
    return sorted(ways, key=lambda way: way.arrival_wh, reverse=True)


def is_low(ahead: TruckAhead) -> bool:
    """Say whether the best station in reach would be reached not far above the reserve."""
    ways = ways_in_reach(ahead)
    near_wh = ahead.reserve_wh + ahead.capacity_wh * ABOVE_RESERVE_PERCENT // 100
    return bool(ways) and ways[0].arrival_wh <= near_wh


def _rescue(
    ahead: TruckAhead, stations: dict[int, SwapStation], *, plan_run_id: int, now: datetime
) -> bool:
    truck = ahead.route.truck
    if live_assignment_of_truck(truck.pk):
        return False
    for station in _stations(ahead, stations):
        try:
            promise = earliest_promise(truck, station, None, now=now)
            write_promise(replace(promise, why={"code": RESCUE}, plan_run_id=plan_run_id), now=now)
        except DispatchError as error:
            log.info("no rescue of a truck at a station: %s", error)
        else:
            return True
    return False


def _stations(ahead: TruckAhead, stations: dict[int, SwapStation]) -> Iterator[SwapStation]:
    for way in ways_in_reach(ahead)[:STATIONS_TRIED]:
        yield stations[way.station_id]
