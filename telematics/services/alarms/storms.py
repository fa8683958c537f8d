"""Storms: many alarms of one kind in one place within a short time are shown as one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telematics.services.alarms.statements import run_statement

# The place of an alarm: its station, or the region of its truck. Alarms without either stay alone.
PLACED = """
placed AS (
    SELECT a.id, a.kind, a.opened_at, a.storm_id, a.station_id,
           CASE WHEN a.station_id IS NULL THEN t.region_id END AS region_id,
           coalesce(-a.station_id, t.region_id) AS place
      FROM telematics_alarm a LEFT JOIN fleet_truck t ON t.id = a.truck_id
     WHERE a.closed_at IS NULL AND (a.station_id IS NOT NULL OR t.id IS NOT NULL)),
blowing AS (
    SELECT s.*, coalesce(-s.station_id, s.region_id) AS place
      FROM telematics_alarmstorm s WHERE s.closed_at IS NULL)
"""
BREAK_OUT = f"""
WITH {PLACED}
INSERT INTO telematics_alarmstorm (kind, region_id, station_id, opened_at)
SELECT p.kind, p.region_id, p.station_id, min(p.opened_at) FROM placed p
 WHERE p.storm_id IS NULL AND p.opened_at > %(now)s - %(within)s AND NOT EXISTS (
        SELECT 1 FROM blowing s WHERE s.kind = p.kind AND s.place = p.place)
 GROUP BY p.kind, p.region_id, p.station_id HAVING count(*) > %(alarms)s
ON CONFLICT DO NOTHING
"""  # noqa: S608  all ours
# An alarm from before the storm stays by itself: something else was wrong then.
JOIN = f"""
WITH {PLACED}
UPDATE telematics_alarm a SET storm_id = s.id
  FROM placed p JOIN blowing s
    ON s.kind = p.kind AND s.place = p.place AND p.opened_at >= s.opened_at
 WHERE a.id = p.id AND p.storm_id IS NULL AND a.closed_at IS NULL AND a.storm_id IS NULL
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
    return Weather(*(run_statement(each, values) for each in (BREAK_OUT, JOIN, BLOW_OVER)))
