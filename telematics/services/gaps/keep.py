"""Keep the list of holes that units are asked for in line with the numbers that came."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

EVERY_S = 60
"""How often a round is run, by the wall clock."""
KNOWN_FOR = timedelta(days=8)
"""A boot not heard of for so long is no more looked at: its holes were given up."""
ASKED_FOR_AT_MOST = timedelta(days=7)
ROUNDS_AT_MOST = 120
"""Minutes in which the unit was asked and did not answer: it has them no more."""
OPEN_A_BOOT = 64
ASKED_AT_A_TIME = 8

# The holes of the boots of lately: between the first and the last number that came, not come, and
# not given up. Only of units that say when they started: without that, numbers begin anew unseen.
HOLES = f"""
holes AS (
    SELECT b.id AS boot_id, b.truck_id, lower(hole) AS from_seq, upper(hole) - 1 AS to_seq
      FROM telematics_boot b, LATERAL (
           SELECT hole FROM unnest(int8multirange(range_merge(b.seqs)) - b.seqs - b.closed) hole
            LIMIT {OPEN_A_BOOT}) missing
     WHERE b.boot_id <> '' AND b.seqs <> int8multirange(range_merge(b.seqs))
       AND (b.last_received_at > %(known_since)s
            OR b.id IN (SELECT boot_id FROM telematics_gap WHERE state = 'open')))
"""  # noqa: S608  a number of ours
# A hole that a known one overlaps is what is left of it: it is as old. It was partly filled, so
# the unit still has it, and it is asked for as if never asked.
FOUND = f"""
WITH {HOLES}
INSERT INTO telematics_gap (truck_id, boot_id, from_seq, to_seq, state, found_at, rounds_asked)
SELECT h.truck_id, h.boot_id, h.from_seq, h.to_seq, 'open', coalesce(min(g.found_at), %(now)s), 0
  FROM holes h LEFT JOIN telematics_gap g
       ON g.boot_id = h.boot_id AND g.from_seq <= h.to_seq AND g.to_seq >= h.from_seq
      AND g.state = 'open'
 WHERE NOT EXISTS (SELECT FROM telematics_gap k
                    WHERE (k.boot_id, k.from_seq, k.to_seq) = (h.boot_id, h.from_seq, h.to_seq)
                      AND k.state = 'open')
 GROUP BY h.truck_id, h.boot_id, h.from_seq, h.to_seq ORDER BY h.boot_id, h.from_seq
ON CONFLICT (boot_id, from_seq) DO UPDATE
   SET to_seq = excluded.to_seq, state = 'open', ended_at = NULL, rounds_asked = 0,
       found_at = excluded.found_at
"""  # noqa: S608  all ours
FILLED = f"""
WITH {HOLES}
DELETE FROM telematics_gap g
 WHERE g.state = 'open'
   AND NOT EXISTS (SELECT FROM holes h
                    WHERE (h.boot_id, h.from_seq, h.to_seq) = (g.boot_id, g.from_seq, g.to_seq))
"""  # noqa: S608  all ours
# Asked was whoever was heard of since the last round: what is asked for rides on each answer.
ASKED = """
WITH heard AS (
    SELECT truck_id FROM telematics_boot
     WHERE truck_id IN (SELECT truck_id FROM telematics_gap WHERE state = 'open')
     GROUP BY truck_id HAVING max(last_received_at) > %(round_began_at)s),
first AS (
    SELECT g.id, row_number() OVER (PARTITION BY g.truck_id
                                    ORDER BY g.found_at, g.boot_id, g.from_seq) AS place
      FROM telematics_gap g JOIN heard USING (truck_id) WHERE g.state = 'open')
UPDATE telematics_gap g SET rounds_asked = g.rounds_asked + 1
  FROM first WHERE g.id = first.id AND first.place <= %(at_a_time)s
"""
GIVEN_UP = """
WITH ended AS (
    UPDATE telematics_gap SET state = 'given_up', ended_at = %(now)s
     WHERE state = 'open' AND (rounds_asked >= %(rounds)s OR found_at < %(asked_since)s)
    RETURNING boot_id, from_seq, to_seq),
sets AS (
    SELECT boot_id, range_agg(int8range(from_seq, to_seq, '[]')) AS ranges, count(*) AS holes
      FROM ended GROUP BY boot_id),
closed AS (
    UPDATE telematics_boot b SET closed = b.closed + s.ranges FROM sets s WHERE b.id = s.boot_id)
SELECT coalesce(sum(holes), 0)::int FROM sets
"""


@dataclass(frozen=True, slots=True)
class GapRound:
    """How many holes a round found, saw filled, and gave up."""

    found: int
    filled: int
    given_up: int


def keep_gaps(*, now: datetime, every: timedelta) -> GapRound:
    """Bring the holes units are asked for in line with what came since the last round.

    A hole is given up after seven days, or after two hours in which its unit was heard of and
    asked all the time. A round takes one pass over the boots of the last days.
    """
    values: dict[str, Any] = {
        "now": now,
        "known_since": now - KNOWN_FOR,
        "asked_since": now - ASKED_FOR_AT_MOST,
        "round_began_at": now - every,
        "rounds": ROUNDS_AT_MOST,
        "at_a_time": ASKED_AT_A_TIME,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ASKED, values)
        cursor.execute(FOUND, values)
        found = cursor.rowcount
        cursor.execute(FILLED, values)
        filled = cursor.rowcount
        cursor.execute(GIVEN_UP, values)
        given_up = int(cursor.fetchone()[0])
    return GapRound(found, filled, given_up)
