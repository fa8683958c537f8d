"""Rebuild the key of days that are over: rows came truck by truck in turn, pages are half full."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from telematics.selectors.partitions import REPORTS

OVER_AFTER = timedelta(days=2)
FULL_BYTES = 46  # a key of three numbers takes 40 bytes a row in full pages, 70 in half-full ones
LOCK_SPACE = 0x59495A4B
"""First half of the advisory lock's key, so that it meets no others."""

LOOSE_KEYS = """
    SELECT key.relname, right(day.relname, 8)
      FROM pg_inherits h
           JOIN pg_class day ON day.oid = h.inhrelid
           JOIN pg_index i ON i.indrelid = day.oid AND i.indisprimary
           JOIN pg_class key ON key.oid = i.indexrelid
     WHERE h.inhparent = %(table)s::regclass AND day.relname ~ '_d[0-9]{8}$'
       AND day.reltuples > %(least_rows)s
       AND pg_relation_size(key.oid) > day.reltuples * %(full)s
     ORDER BY 2
"""
LEFT_OVER = """
    SELECT c.relname
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           JOIN pg_inherits h ON h.inhrelid = i.indrelid
     WHERE h.inhparent = %(table)s::regclass AND NOT i.indisvalid AND c.relname ~ '_ccnew'
"""


def rebuild_a_key(*, now: datetime, rows: int = 10_000) -> date | None:
    """Rebuild the key of the first day that is over and loosely filled; return the day, if any.

    Reports may come and be read meanwhile. What an earlier, interrupted rebuild left is removed.
    Days of fewer than `rows` reports are not worth it. Not for use inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [LOCK_SPACE])
        if not cursor.fetchone()[0]:
            return None
        try:
            cursor.execute(LEFT_OVER, {"table": REPORTS})
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX CONCURRENTLY {name}")
            return _rebuild_first(cursor, (now - OVER_AFTER).date(), rows)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [LOCK_SPACE])


def _rebuild_first(cursor: Any, last: date, rows: int) -> date | None:
    asked = {"table": REPORTS, "least_rows": rows, "full": FULL_BYTES}
    cursor.execute(LOOSE_KEYS, asked)
    for name, day in cursor.fetchall():
        if date.fromisoformat(day) <= last:
            cursor.execute(f"REINDEX INDEX CONCURRENTLY {name}")
            return date.fromisoformat(day)
    return None
