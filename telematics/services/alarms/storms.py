"""Storms: many alarms of one kind in one place within a short time are shown as one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

# The place of an alarm: its station, or the region of its truck. Alarms without either stay alone.
PLACED = """
placed AS (
    SELECT a.id, a.kind, a.opened_at, a.storm_id, a.station_id,
           CASE WHEN a.station_id IS NULL THEN t.region_id END AS region_id
      FROM telematics_alarm a LEFT JOIN fleet_truck t ON t.id = a.truck_id
     WHERE a.closed_at IS NULL AND (a.station_id IS NOT NULL OR t.id IS NOT NULL))
"""
BREAK_OUT = f"""
WITH {PLACED}
INSERT INTO telematics_alarmstorm (kind, region_id, station_id, opened_at)
SELECT p.kind, p.region_id, p.station_id, min(p.opened_at) FROM placed p
 WHERE p.storm_id IS NULL AND p.opened_at > %(now)s - %(within)s AND NOT EXISTS (
        SELECT 1 FROM telematics_alarmstorm s
         WHERE s.closed_at IS NULL AND s.kind = p.kind
           AND (s.region_id = p.region_id OR s.station_id = p.station_id))
 GROUP BY p.kind, p.region_id, p.station_id HAVING count(*) > %(alarms)s
ON CONFLICT DO NOTHING
"""  # noqa: S608  all ours
# An alarm from before the storm stays by itself: something else was wrong then.
JOIN = f"""
WITH {PLACED}
UPDATE telematics_alarm a SET storm_id = s.id
  FROM placed p JOIN telematics_alarmstorm s
    ON s.closed_at IS NULL AND s.kind = p.kind AND p.opened_at >= s.opened_at
       AND (s.region_id = p.region_id OR s.station_id = p.station_id)
 WHERE a.id = p.id AND a.closed_at IS NULL AND a.storm_id IS NULL
"""  # noqa: S608  all ours
BLOW_OVER = """
UPDATE telematics_alarmstorm s SET closed_at = %(now)s
 WHERE s.closed_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM telematics_alarm a WHERE a.storm_id = s.id AND a.closed_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Weather:
    """How many storms a round opened, how many alarms joined one, how many storms were over."""

    opened: int
    joined: int
    closed: int


def gather_storms(*, now: datetime, alarms: int, within: timedelta) -> Weather:
    """Group alarms: more than `alarms` of one kind in one place, all opened `within` a time.

    An open storm takes in what comes later in the same place, and ends with its last alarm.
    `telematics_storm_is_open_once` decides between those who gather at once.
    """
    values: dict[str, Any] = {"now": now, "alarms": alarms, "within": within}
    counts = []
    for statement in (BREAK_OUT, JOIN, BLOW_OVER):
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            counts.append(int(cursor.rowcount))
    return Weather(*counts)
