"""Where trips are, told by where trucks are: at the origin, on the way, arrived, done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from telematics.models import Mark

STANDS_BELOW_KMH = 10

# Metres between the live state `s` and the place `p`.
APART_M = """
    2 * 6371000 * asin(sqrt(least(1,
        sin(radians(p.latitude_deg - s.latitude_deg) / 2) ^ 2
        + cos(radians(p.latitude_deg)) * cos(radians(s.latitude_deg))
        * sin(radians(p.longitude_deg - s.longitude_deg) / 2) ^ 2)))
"""
STATE_OF_TRUCK = (
    "telematics_truckstate s ON s.truck_id = t.truck_id"
    f" AND (s.marks & {Mark.IMPLAUSIBLE_POSITION.value}) = 0"
)
# A truck that swaps inside the fence of its destination has not arrived there yet.
ARRIVE = f"""
    UPDATE dispatch_trip trip SET arrived_at = s.recorded_at
      FROM dispatch_trip t JOIN fleet_place p ON p.id = t.destination_id JOIN {STATE_OF_TRUCK}
     WHERE trip.id = t.id AND t.state = 'underway' AND t.arrived_at IS NULL
       AND s.recorded_at >= t.left_at AND s.speed_kmh < %(stands_below_kmh)s
       AND {APART_M} <= p.radius_m
       AND NOT EXISTS (SELECT 1 FROM dispatch_swapassignment a
                        WHERE a.truck_id = t.truck_id
                          AND a.state IN ('arrived', 'queued', 'swapping'))
"""  # noqa: S608  constants of ours
# Done when unloading is over, or the truck has gone sooner.
FINISH = f"""
    UPDATE dispatch_trip trip SET state = 'done'
      FROM dispatch_trip t JOIN fleet_place p ON p.id = t.destination_id
           LEFT JOIN {STATE_OF_TRUCK}
     WHERE trip.id = t.id AND t.state = 'underway' AND t.arrived_at IS NOT NULL
       AND (t.arrived_at + make_interval(secs => t.dwell_s) <= %(now)s
            OR (s.recorded_at > t.arrived_at AND {APART_M} > p.radius_m))
"""  # noqa: S608  constants of ours
NEXT_TRIPS = """
    SELECT DISTINCT ON (n.truck_id) n.* FROM dispatch_trip n
     WHERE n.state = 'planned'
       AND NOT EXISTS (SELECT 1 FROM dispatch_trip u
                        WHERE u.truck_id = n.truck_id AND u.state = 'underway')
     ORDER BY n.truck_id, n.ready_at, n.id
"""
LOAD = f"""
    UPDATE dispatch_trip trip SET loading_at = s.recorded_at
      FROM ({NEXT_TRIPS}) t JOIN fleet_place p ON p.id = t.origin_id JOIN {STATE_OF_TRUCK}
     WHERE trip.id = t.id AND t.loading_at IS NULL AND {APART_M} <= p.radius_m
"""  # noqa: S608  constants of ours
# Only a truck that was seen at the origin can leave it.
LEAVE = f"""
    UPDATE dispatch_trip trip SET state = 'underway', left_at = s.recorded_at
      FROM ({NEXT_TRIPS}) t JOIN fleet_place p ON p.id = t.origin_id JOIN {STATE_OF_TRUCK}
     WHERE trip.id = t.id AND s.recorded_at > t.loading_at AND s.recorded_at >= t.ready_at
       AND {APART_M} > p.radius_m
"""  # noqa: S608  constants of ours


@dataclass(frozen=True, slots=True)
class Progress:
    """How many trips a round found arrived, done, loading and left."""

    arrived: int
    done: int
    loading: int
    left: int


@transaction.atomic
def advance_trips(*, now: datetime) -> Progress:
    """Move every trip along as far as the live states of the trucks tell.

    Four statements, however many trucks. Times are those of the reports, so a state seen late
    or twice changes nothing, and a truck that is not heard of leaves its trip as it is.
    `dispatch_truck_is_on_one_trip` keeps a truck on one trip at a time.
    """
    values: dict[str, Any] = {"now": now, "stands_below_kmh": STANDS_BELOW_KMH}
    counts = []
    with connection.cursor() as cursor:
        for statement in (ARRIVE, FINISH, LOAD, LEAVE):
            cursor.execute(statement, values)
            counts.append(cursor.rowcount)
    return Progress(*counts)
