"""SQL of what breaches a rule now: by the newest report of each truck, or by the clock."""

from telematics.models import alarm_rule
from telematics.models.alarm_rule import Metric

# Metrics that come with reports, as a list of SQL.
REPORTED = ", ".join(f"'{metric.value}'" for metric in alarm_rule.REPORTED)
_VALUE = " ".join(f"WHEN '{metric.value}' THEN s.{metric.value}" for metric in alarm_rule.REPORTED)
_AT = "'YYYY-MM-DD HH24:MI TZ'"

# A row for each truck or station and each rule it breaches, as far as that is known now: nothing
# is known of a truck not heard of for longer than the rule allows, nor by a report that was judged
# before the rule was changed. `is_due` says that the breach has lasted, by the truck's own times.
# What is measured by the clock lasts by itself, and its breach is remembered by its open alarm.
# `subject` is the truck, or the station as a negative number: what joins must be one value, or ten
# thousand alarms of a storm are compared with ten thousand others.
BREACHED = f"""
force AS (SELECT * FROM telematics_alarmrule WHERE is_enabled),
open AS (
    SELECT a.*, coalesce(a.truck_id, -a.station_id) AS subject
      FROM telematics_alarm a WHERE a.closed_at IS NULL AND a.kind = ANY(%(kinds)s)),
measured AS (
    SELECT f.id AS rule_id, f.kind, m.truck_id, m.station_id, m.value, m.said,
           coalesce(m.truck_id, -m.station_id) AS subject,
           CASE f.metric WHEN '{Metric.SWAP_DUE.value}'
                THEN m.at - make_interval(secs => f.threshold)
                ELSE m.at + make_interval(secs => f.threshold) END AS since
      FROM force f JOIN (
        SELECT '{Metric.TRUCK_SILENCE.value}' AS metric, h.truck_id, NULL::bigint AS station_id,
               h.heard_at AS at, extract(epoch FROM %(now)s - h.heard_at) AS value,
               to_char(h.heard_at, {_AT}) AS said, NULL::timestamptz AS computed_at
          FROM (SELECT w.truck_id, greatest(w.started_at, t.recorded_at) AS heard_at
                  FROM fleet_shift w LEFT JOIN telematics_truckstate t USING (truck_id)
                 WHERE w.ended_at IS NULL) h
        UNION ALL
        SELECT '{Metric.STATION_SILENCE.value}', NULL, h.station_id, max(h.received_at),
               extract(epoch FROM %(now)s - max(h.received_at)),
               to_char(max(h.received_at), {_AT}), NULL
          FROM (SELECT l.station_id, s.received_at
                  FROM telematics_slotstate s JOIN fleet_slot l ON l.id = s.slot_id
                UNION ALL
                SELECT l.station_id, s.received_at
                  FROM telematics_lanestate s JOIN fleet_lane l ON l.id = s.lane_id) h
          JOIN fleet_swapstation p ON p.id = h.station_id AND p.is_active
         GROUP BY h.station_id
        UNION ALL
        SELECT '{Metric.SWAP_DUE.value}', n.truck_id, NULL, n.needs_swap_by,
               extract(epoch FROM n.needs_swap_by - %(now)s), to_char(n.needs_swap_by, {_AT}),
               n.computed_at
          FROM telematics_routeneed n
         WHERE n.needs_swap_by IS NOT NULL AND NOT n.is_promised
           AND EXISTS (SELECT 1 FROM fleet_shift w
                        WHERE w.truck_id = n.truck_id AND w.ended_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM telematics_alarm a
                            WHERE a.truck_id = n.truck_id AND a.kind = 'stranded_risk'
                              AND a.closed_at IS NULL)) m USING (metric)
     WHERE coalesce(m.computed_at >= %(now)s - make_interval(secs => f.max_age_s), true)
),
breached AS (
    SELECT f.id AS rule_id, f.kind, s.truck_id, NULL::bigint AS station_id,
           s.truck_id AS subject, greatest(b.since, f.changed_at) AS since,
           s.recorded_at - greatest(b.since, f.changed_at) >= make_interval(secs => f.duration_s)
               AS is_due,
           concat(round((CASE f.metric {_VALUE} END)::numeric, 1),
                  CASE f.comparison WHEN 'above' THEN ' ≥ ' ELSE ' ≤ ' END, f.threshold) AS said
      FROM telematics_truckstate s
           JOIN force f ON s.breaches & (1::bigint << f.bit) <> 0 AND f.metric IN ({REPORTED})
           JOIN telematics_breach b ON b.truck_id = s.truck_id AND b.bit = f.bit
     WHERE s.breaches <> 0
       AND s.recorded_at >= %(now)s - make_interval(secs => f.max_age_s)
       AND coalesce(s.received_at >= f.changed_at + %(reload)s, true)
    UNION ALL
    SELECT m.rule_id, m.kind, m.truck_id, m.station_id, m.subject, m.since, true, m.said
      FROM measured m JOIN force f ON f.id = m.rule_id
           LEFT JOIN open o ON o.rule_id = m.rule_id AND o.subject = m.subject
     WHERE CASE f.comparison
               WHEN 'above'
               THEN m.value >= f.threshold OR (m.value >= f.clear_at AND o.id IS NOT NULL)
               ELSE m.value <= f.threshold OR (m.value <= f.clear_at AND o.id IS NOT NULL) END
),
"""  # noqa: S608  names of columns and metrics, all ours
# Two web processes may judge reports of one truck at once, each beside what the other one saw. The
# live state is right then, as it is of the newest report; a breach that lost its row begins anew.
HEAL = """
INSERT INTO telematics_breach (truck_id, bit, since)
SELECT s.truck_id, f.bit, s.recorded_at
  FROM telematics_truckstate s JOIN telematics_alarmrule f
    ON s.breaches & (1::bigint << f.bit) <> 0
 WHERE s.breaches <> 0 AND NOT EXISTS (
        SELECT 1 FROM telematics_breach b WHERE b.truck_id = s.truck_id AND b.bit = f.bit)
ON CONFLICT DO NOTHING
"""
