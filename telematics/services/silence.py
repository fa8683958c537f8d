"""Who has not been heard of: alarms that open and close by the age of what is known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from telematics.models import Alarm

SILENT_AFTER = timedelta(minutes=10)

# A truck on shift is silent when its live state, or its shift if it never reported, is too old.
# Late reports do not move the live state, so they end no silence.
SILENT_TRUCKS = """
    SELECT s.truck_id AS id, greatest(s.started_at, t.recorded_at) AS heard_at
      FROM fleet_shift s LEFT JOIN telematics_truckstate t USING (truck_id)
     WHERE s.ended_at IS NULL AND greatest(s.started_at, t.recorded_at) < %(before)s
"""
# A station is silent when all it ever said of its slots and lanes is too old.
SILENT_STATIONS = """
    SELECT h.station_id AS id, max(h.received_at) AS heard_at
      FROM (SELECT l.station_id, s.received_at
              FROM telematics_slotstate s JOIN fleet_slot l ON l.id = s.slot_id
            UNION ALL
            SELECT l.station_id, s.received_at
              FROM telematics_lanestate s JOIN fleet_lane l ON l.id = s.lane_id) h
      JOIN fleet_swapstation f ON f.id = h.station_id AND f.is_active
     GROUP BY h.station_id HAVING max(h.received_at) < %(before)s
"""
OPEN = """
    INSERT INTO telematics_alarm (kind, level, {subject}_id, detail, opened_at)
    SELECT %(kind)s, 1, silent.id, to_char(silent.heard_at, 'YYYY-MM-DD HH24:MI TZ'), %(now)s
      FROM ({silent}) silent
    ON CONFLICT DO NOTHING
"""
CLOSE = """
    UPDATE telematics_alarm a SET closed_at = %(now)s
     WHERE kind = %(kind)s AND closed_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM ({silent}) silent WHERE silent.id = a.{subject}_id)
"""


@dataclass(frozen=True, slots=True)
class Silence:
    """How many alarms of silence a round opened and closed."""

    opened: int
    closed: int


def watch_silence(*, now: datetime) -> Silence:
    """Open an alarm for each truck on shift and each station not heard of for ten minutes.

    Alarms whose cause is gone are closed. `telematics_alarm_is_open_once` decides between those
    who watch at the same time.
    """
    opened = closed = 0
    for kind, subject, silent in (
        (Alarm.Kind.SILENT_TRUCK, "truck", SILENT_TRUCKS),
        (Alarm.Kind.SILENT_STATION, "station", SILENT_STATIONS),
    ):
        values: dict[str, Any] = {"now": now, "kind": kind.value, "before": now - SILENT_AFTER}
        with connection.cursor() as cursor:
            cursor.execute(OPEN.format(subject=subject, silent=silent), values)
            opened += cursor.rowcount
            cursor.execute(CLOSE.format(subject=subject, silent=silent), values)
            closed += cursor.rowcount
    return Silence(opened, closed)
