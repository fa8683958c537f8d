"""What the live map draws: trucks where they are now or were, promises, stations, the ground."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from dispatch.lifecycle import ACCEPTED, ARRIVED, EN_ROUTE, LIVE, QUEUED, SWAPPING
from dispatch.models import Shuttle, SwapAssignment
from fleet.models import Place, SwapStation, Truck
from telematics.models import Mark, TruckState

READY_PERCENT = 90
HEARD_WITHIN = timedelta(minutes=30)
TRACK_POINTS = 2_000
PHASES = {ACCEPTED: 1, EN_ROUTE: 1, ARRIVED: 2, QUEUED: 2, SWAPPING: 3}
"""0: offered; 1: on its way to the station; 2: there; 3: in the lane."""

# Each truck's last report at or before an instant: one look into the key a truck.
AS_OF = """
SELECT t.id, r.recorded_at, r.latitude_e7, r.longitude_e7, r.soc_hundredths, r.heading_tenths,
       r.speed_tenths
  FROM unnest(%(trucks)s::bigint[]) AS t (id), LATERAL (
       SELECT * FROM telematics_truckreport
        WHERE truck_id = t.id AND recorded_at > %(since)s AND recorded_at <= %(at)s
        ORDER BY recorded_at DESC, seq DESC LIMIT 1) r
"""
# A truck's way in at most so many points: of each part of the span the last report.
TRACK = """
SELECT DISTINCT ON (part) extract(epoch FROM recorded_at)::bigint, latitude_e7, longitude_e7,
       soc_hundredths, width_bucket(extract(epoch FROM recorded_at), %(since_s)s, %(until_s)s,
                                    %(points)s) AS part
  FROM telematics_truckreport
 WHERE truck_id = %(truck)s AND recorded_at >= to_timestamp(%(since_s)s)
   AND recorded_at <= to_timestamp(%(until_s)s) AND marks & %(unusable)s = 0
 ORDER BY part, recorded_at DESC, seq DESC
"""

# Closed are lanes under a closure of their own or of their station, and lanes that report a fault.
STATIONS = """
SELECT s.id,
       (SELECT count(*) FROM telematics_slotstate t JOIN fleet_slot b ON b.id = t.slot_id
         WHERE b.station_id = s.id AND NOT b.is_blocked AND t.pack_code <> ''
           AND t.fault_code = '' AND t.soc_percent >= %(ready_percent)s),
       (SELECT count(*) FROM dispatch_swapassignment a
         WHERE a.station_id = s.id AND a.state IN ('arrived', 'queued')),
       (SELECT count(*) FROM fleet_lane l
         WHERE l.station_id = s.id
           AND NOT EXISTS (SELECT FROM fleet_closure c
                            WHERE c.station_id = s.id AND coalesce(c.lane_id, l.id) = l.id
                              AND c.during @> %(now)s)
           AND NOT EXISTS (SELECT FROM telematics_lanestate f
                            WHERE f.lane_id = l.id AND f.state = 'fault')),
       (SELECT count(*) FROM fleet_lane l WHERE l.station_id = s.id)
  FROM fleet_swapstation s WHERE s.id = ANY(%(stations)s) ORDER BY s.id
"""


@dataclass(frozen=True, slots=True)
class TruckMarks:
    """Trucks column by column, which packs small; `received_at` is the newest among them.

    Positions in hundred-thousandths of a degree (about a metre), charge in percent, headings in
    degrees (-1: not told), speed in km/h, times in seconds since 1970.
    """

    columns: dict[str, list[int]]
    received_at: datetime | None


def trucks_changed(
    trucks: QuerySet[Truck], *, since: datetime | None, lag: timedelta = timedelta()
) -> TruckMarks:
    """Return live states received since `lag` before an instant; None: all of them."""
    states = TruckState.objects.filter(truck__in=trucks.values("pk"))
    if since is not None:
        states = states.filter(received_at__gt=since - lag)
    rows = states.order_by("truck_id").values_list(
        "truck_id",
        "recorded_at",
        "latitude_deg",
        "longitude_deg",
        "soc_percent",
        "heading_deg",
        "speed_kmh",
        "received_at",
    )
    marks = [
        (
            truck_id,
            int(at.timestamp()),
            round(latitude_deg * 1e5),
            round(longitude_deg * 1e5),
            round(soc_percent),
            -1 if heading_deg is None else round(heading_deg),
            round(speed_kmh),
            received_at,
        )
        for (
            truck_id,
            at,
            latitude_deg,
            longitude_deg,
            soc_percent,
            heading_deg,
            speed_kmh,
            received_at,
        ) in rows
    ]
    newest = max((row[-1] for row in marks), default=None)
    return TruckMarks(_columns(row[:-1] for row in marks), newest)


def trucks_as_of(trucks: QuerySet[Truck], *, at: datetime) -> TruckMarks:
    """Return where trucks were at an instant, of those heard of in the half hour before it."""
    values: dict[str, Any] = {
        "trucks": list(trucks.values_list("pk", flat=True)),
        "at": at,
        "since": at - HEARD_WITHIN,
    }
    with connection.cursor() as cursor:
        cursor.execute(AS_OF, values)
        marks = [
            (
                truck_id,
                int(recorded_at.timestamp()),
                round(latitude_e7 / 100),
                round(longitude_e7 / 100),
                round(soc / 100),
                -1 if heading is None else round(heading / 10),
                round(speed / 10),
            )
            for truck_id, recorded_at, latitude_e7, longitude_e7, soc, heading, speed in cursor
        ]
    return TruckMarks(_columns(sorted(marks)), None)


def _columns(rows: Iterable[tuple[int, ...]]) -> dict[str, list[int]]:
    names = ("id", "at", "lat", "lon", "soc", "heading", "speed")
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return dict(zip(names, columns, strict=True))


def swaps_ahead(assignments: QuerySet[SwapAssignment]) -> list[tuple[int, int, int]]:
    """Return truck, station and phase of each promise that stands, one a truck: the next."""
    rows = assignments.filter(state__in=LIVE).order_by("-occupies")
    first = {
        truck: (truck, station, PHASES.get(state, 0))
        for truck, station, state in rows.values_list("truck_id", "station_id", "state")
    }
    return sorted(first.values())


def stations_now(station_ids: Collection[int], *, now: datetime) -> list[tuple[int, ...]]:
    """Return station, ready packs, trucks waiting, lanes that are open, and lanes there are."""
    values: dict[str, Any] = {
        "stations": list(station_ids),
        "now": now,
        "ready_percent": READY_PERCENT,
    }
    with connection.cursor() as cursor:
        cursor.execute(STATIONS, values)
        return list(cursor.fetchall())


def ground(
    *, stations: QuerySet[SwapStation], places: QuerySet[Place], shuttles: QuerySet[Shuttle]
) -> dict[str, Any]:
    """Return what does not move: stations, places with their fences, and roads between places."""
    roads = shuttles.filter(is_active=True).values_list("origin", "destination").distinct()
    where = {place.pk: place for place in places.order_by("pk")}
    return {
        "stations": [
            {"id": each.pk, "name": str(each), "at": [each.latitude_deg, each.longitude_deg]}
            for each in stations.order_by("pk")
        ],
        "places": [
            {
                "name": str(each),
                "kind": each.get_kind_display(),
                "at": [each.latitude_deg, each.longitude_deg],
                "radius_m": each.radius_m,
            }
            for each in where.values()
        ],
        "roads": [
            [[where[end].latitude_deg, where[end].longitude_deg] for end in road]
            for road in sorted({tuple(sorted(road)) for road in roads})
            if where.keys() >= set(road)
        ],
    }


def track(truck: Truck, *, since: datetime, until: datetime) -> list[tuple[int, int, int, int]]:
    """Return time, latitude, longitude (hundred-thousandths) and charge along a truck's way."""
    values: dict[str, Any] = {
        "truck": truck.pk,
        "since_s": since.timestamp(),
        "until_s": until.timestamp(),
        "points": TRACK_POINTS,
        "unusable": Mark.IMPLAUSIBLE_POSITION.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(TRACK, values)
        return [
            (at, round(latitude / 100), round(longitude / 100), round(soc / 100))
            for at, latitude, longitude, soc, _part in cursor
        ]
