"""Close holes whose unit says that it has those reports no more."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

# Of what the unit names, only what is missing; the ledger's row is locked until it is written.
MISSING = """
SELECT b.id, int8multirange(int8range(%(from_seq)s, %(to_seq)s, '[]'))
             * (int8multirange(range_merge(b.seqs)) - b.seqs - b.closed)
  FROM telematics_boot b
 WHERE b.truck_id = %(truck_id)s AND b.boot_id = %(boot_id)s AND b.boot_id <> ''
   FOR NO KEY UPDATE
"""
CLOSE = "UPDATE telematics_boot SET closed = closed + %(ranges)s::int8multirange WHERE id = %(id)s"
# What is left of a hole on either side is found by the next round.
NOTE = """
WITH gone AS (
    DELETE FROM telematics_gap g
     WHERE g.boot_id = %(id)s AND g.state = 'open'
       AND int8multirange(int8range(g.from_seq, g.to_seq, '[]')) && %(ranges)s::int8multirange
       AND NOT EXISTS (SELECT FROM unnest(%(ranges)s::int8multirange) r WHERE lower(r) = g.from_seq)
    RETURNING g.found_at)
INSERT INTO telematics_gap (truck_id, boot_id, from_seq, to_seq, state, found_at, rounds_asked,
                            ended_at)
SELECT %(truck_id)s, %(id)s, lower(r), upper(r) - 1, 'lost',
       coalesce((SELECT min(found_at) FROM gone), %(now)s), 0, %(now)s
  FROM unnest(%(ranges)s::int8multirange) r
ON CONFLICT (boot_id, from_seq) DO UPDATE
   SET to_seq = excluded.to_seq, state = 'lost', ended_at = excluded.ended_at
"""


class UnknownBootError(Exception):
    """The unit names a start we never heard of, or none."""

    code = "unknown_boot"


def close_as_lost(truck_id: int, *, boot_id: str, from_seq: int, to_seq: int, now: datetime) -> int:
    """Ask no more for numbers of a boot; return how many of them were missing until now.

    Numbers that came, or were closed before, are left as they are, so that saying it again changes
    nothing. Should one come all the same, it is kept like any other.

    Raises
    ------
    UnknownBootError
    """
    values: dict[str, Any] = {
        "truck_id": truck_id,
        "boot_id": boot_id,
        "from_seq": from_seq,
        "to_seq": to_seq,
        "now": now,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MISSING, values)
        row = cursor.fetchone()
        if row is None:
            raise UnknownBootError("No report of this boot_id ever came.")
        key, ranges = row
        if ranges:
            cursor.execute(CLOSE, {"id": key, "ranges": ranges})
            cursor.execute(NOTE, {**values, "id": key, "ranges": ranges})
        return sum(each.upper - each.lower for each in ranges)
