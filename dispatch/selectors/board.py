"""The day board of a station: its lanes and slots over time, and who arrives next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from dispatch.lifecycle import LIVE
from dispatch.selectors.arrival_list import Arrival, arrivals_ahead
from dispatch.selectors.arrivals import ready_by_plan
from dispatch.selectors.bars import Axis, Row
from dispatch.selectors.block_reasons import said
from dispatch.selectors.lane_rows import lane_rows
from dispatch.selectors.slot_rows import slot_rows
from fleet.models import Closure, SwapStation

LIVE_STATES = ", ".join(f"'{state}'" for state in LIVE)  # as the partial index has it
MARK = """
SELECT concat_ws('/',
  (SELECT concat(count(*), '.', sum(version), '.', sum(extract(epoch FROM eta))::bigint)
     FROM dispatch_swapassignment WHERE station_id = %(station)s AND state IN ({live})),
  (SELECT max(received_at) FROM telematics_slotstate t JOIN fleet_slot s ON s.id = t.slot_id
    WHERE s.station_id = %(station)s),
  (SELECT concat(count(*) FILTER (WHERE is_blocked), '.', string_agg(block_reason, ',' ORDER BY id))
     FROM fleet_slot WHERE station_id = %(station)s),
  (SELECT string_agg(concat(lane_id, state, fault_code, recorded_at), ',' ORDER BY lane_id)
     FROM telematics_lanestate t JOIN fleet_lane l ON l.id = t.lane_id
    WHERE l.station_id = %(station)s),
  (SELECT concat(count(*), '.', max(id)) FROM fleet_closure
    WHERE station_id = %(station)s AND during @> %(now)s),
  (SELECT concat(count(*), '.', sum(p.id), '.', count(*) FILTER (WHERE is_quarantined), '.',
                 max(moved_at))
     FROM fleet_pack p JOIN fleet_slot s ON s.id = p.slot_id WHERE s.station_id = %(station)s),
  (SELECT concat(count(*), '.', count(asked_at)) FROM fleet_packquarantine q
     JOIN fleet_pack p ON p.id = q.pack_id JOIN fleet_slot s ON s.id = p.slot_id
    WHERE s.station_id = %(station)s AND q.released_at IS NULL),
  (SELECT concat(count(*), '.', max(w.id)) FROM dispatch_chargewindow w
     JOIN fleet_slot s ON s.id = w.slot_id
    WHERE s.station_id = %(station)s AND w.during && tstzrange(%(now)s, NULL)))
""".replace("{live}", LIVE_STATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything the page shows."""

    station: SwapStation
    now: datetime
    lanes: list[Row]
    slots: list[Row]
    arrivals: list[Arrival]
    hours: list[tuple[float, datetime]]
    now_left: float
    closures: list[tuple[Closure, str]]


def station_board(station: SwapStation, *, now: datetime) -> Board:
    """Return the board of a station as of `now`, in a handful of queries."""
    axis = Axis(now)
    during = Q(during__overlap=(axis.start, axis.end))
    closures = list(Closure.objects.filter(during, station=station).order_by("during"))
    ready = ready_by_plan(station, now=now)
    return Board(
        station=station,
        now=now,
        lanes=lane_rows(station, axis, closures=closures, now=now),
        slots=slot_rows(station, axis, ready=ready, now=now),
        arrivals=arrivals_ahead(station, ready=ready, now=now),
        hours=axis.hours(),
        now_left=axis.left(now),
        closures=[(row, said(row.reason)) for row in closures if now in row.during],
    )


def board_mark(station_id: int, *, now: datetime) -> str:
    """Return a mark that is another as soon as anything on a station's board is; one query."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"station": station_id, "now": now}
        cursor.execute(MARK, values)
        return str(cursor.fetchone()[0])
