"""Ring what breaches a rule, and let fall silent what does not any more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from telematics.models.alarm_rule import RULED_KINDS, SILENCES
from telematics.services.alarms.breached import BREACHED, HEAL, REPORTED
from telematics.services.alarms.statements import run_statement

# Every process has read a changed rule by then, and the reports since are judged by it.
RELOADED_AFTER = timedelta(seconds=5)
ESCALATED_LEVEL = 3  # by waiting alone nothing becomes a thermal event

# The gravest rule of each kind that rings for a truck or a station.
WORST = """
worst AS (
    SELECT DISTINCT ON (b.kind, b.subject) b.*, f.level
      FROM breached b JOIN force f ON f.id = b.rule_id
     WHERE b.is_due ORDER BY b.kind, b.subject, f.level DESC, f.bit)
"""
# What a person closed stays closed for that breach, unless it gets graver.
OPEN = f"""
WITH {BREACHED} {WORST},
by_hand AS (
    SELECT a.kind, a.level, a.closed_at, coalesce(a.truck_id, -a.station_id) AS subject
      FROM telematics_alarm a
     WHERE a.closed_by_id IS NOT NULL AND a.kind = ANY(%(kinds)s))
INSERT INTO telematics_alarm (kind, level, truck_id, station_id, rule_id, detail, opened_at,
                              rung_at)
SELECT w.kind, w.level, w.truck_id, w.station_id, w.rule_id, w.said, %(now)s, %(now)s
  FROM worst w
 WHERE NOT EXISTS (SELECT 1 FROM open o WHERE o.kind = w.kind AND o.subject = w.subject)
   AND NOT EXISTS (SELECT 1 FROM by_hand h
                    WHERE h.kind = w.kind AND h.subject = w.subject
                      AND h.closed_at >= w.since AND h.level >= w.level)
ON CONFLICT DO NOTHING
"""  # noqa: S608  all ours
# Graver than it was shown, an alarm rings anew: whoever knew of it knew of less.
CHANGE = f"""
WITH {BREACHED} {WORST},
next AS (
    SELECT a.id, w.rule_id, w.said, w.level > a.level AS is_graver,
           CASE WHEN w.level > a.level OR a.escalated_at IS NULL THEN w.level
                ELSE greatest(w.level, least(w.level + 1, {ESCALATED_LEVEL})) END AS level
      FROM open a JOIN worst w ON a.kind = w.kind AND a.subject = w.subject)
UPDATE telematics_alarm a
   SET rule_id = n.rule_id, level = n.level, detail = n.said,
       rung_at = CASE WHEN n.is_graver THEN %(now)s ELSE a.rung_at END,
       acknowledged_at = CASE WHEN NOT n.is_graver THEN a.acknowledged_at END,
       acknowledged_by_id = CASE WHEN NOT n.is_graver THEN a.acknowledged_by_id END,
       escalated_at = CASE WHEN NOT n.is_graver THEN a.escalated_at END
  FROM next n
 WHERE a.id = n.id AND a.closed_at IS NULL
   AND (a.rule_id IS DISTINCT FROM n.rule_id OR a.level <> n.level)
"""  # noqa: S608  all ours
# Since when nothing is known of what an open alarm speaks of; null while it is known. A truck off
# shift has no route ahead, so of that everything is known.
HEARD = f"""
heard AS (
    SELECT a.id, CASE WHEN f.metric = 'swap_due_s' THEN n.computed_at ELSE s.recorded_at END AS at,
           f.max_age_s, s.received_at < f.changed_at + %(reload)s AS is_judged_anew
      FROM open a
           JOIN force f ON f.id = a.rule_id
           LEFT JOIN telematics_truckstate s ON s.truck_id = a.truck_id
           LEFT JOIN telematics_routeneed n ON n.truck_id = a.truck_id
               AND EXISTS (SELECT 1 FROM fleet_shift w
                            WHERE w.truck_id = a.truck_id AND w.ended_at IS NULL)
     WHERE f.metric IN ({REPORTED}) OR f.metric = 'swap_due_s'),
stale AS (
    SELECT id, CASE WHEN at < %(now)s - make_interval(secs => max_age_s) THEN at END AS since,
           coalesce(is_judged_anew, false) AS is_judged_anew
      FROM heard)
"""  # noqa: S608  all ours
STALE = f"""
WITH {BREACHED} {HEARD}
UPDATE telematics_alarm a SET stale_since = s.since FROM stale s
 WHERE a.id = s.id AND a.closed_at IS NULL AND a.stale_since IS DISTINCT FROM s.since
"""  # noqa: S608  all ours
CLOSE = f"""
WITH {BREACHED} {HEARD}
UPDATE telematics_alarm a SET closed_at = %(now)s
  FROM open o
 WHERE a.id = o.id AND a.closed_at IS NULL
   AND (o.rule_id IS NOT NULL OR o.kind = ANY(%(silences)s))
   AND NOT EXISTS (SELECT 1 FROM stale s
                    WHERE s.id = o.id AND (s.since IS NOT NULL OR s.is_judged_anew))
   AND NOT EXISTS (SELECT 1 FROM breached b WHERE b.kind = o.kind AND b.subject = o.subject)
"""  # noqa: S608  all ours
ESCALATE = f"""
UPDATE telematics_alarm a
   SET level = greatest(a.level, least(a.level + 1, {ESCALATED_LEVEL})), escalated_at = %(now)s
  FROM telematics_alarmrule f
 WHERE f.id = a.rule_id AND f.is_enabled AND a.closed_at IS NULL AND a.acknowledged_at IS NULL
   AND a.escalated_at IS NULL AND a.stale_since IS NULL
   AND coalesce(a.rung_at, a.opened_at) <= %(now)s - make_interval(secs => f.escalate_after_s)
"""  # noqa: S608  all ours


@dataclass(frozen=True, slots=True)
class Rung:
    """How many alarms a round opened, made graver or milder, marked stale, closed, escalated."""

    opened: int = 0
    changed: int = 0
    stale: int = 0
    closed: int = 0
    escalated: int = 0


def ring_breaches(*, now: datetime) -> Rung:
    """Bring the alarms of rules in line with what is breached now.

    Each statement looks at what is, not at what changed, so it may run as often as one likes and
    in several processes at once: `telematics_alarm_is_open_once` decides who opens. While a truck
    is not heard of, its alarms stand as they are, marked stale.
    """
    values = {
        "now": now,
        "reload": RELOADED_AFTER * max(1.0, settings.CLOCK_RATE),
        "kinds": [kind.value for kind in RULED_KINDS],
        "silences": list(SILENCES.values()),
    }
    run_statement(HEAL, {})
    return Rung(
        stale=run_statement(STALE, values),
        closed=run_statement(CLOSE, values),
        opened=run_statement(OPEN, values),
        changed=run_statement(CHANGE, values),
        escalated=run_statement(ESCALATE, values),
    )
