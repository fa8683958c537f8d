"""Forget boots of which no report is kept any more."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

FORGET = """
WITH old AS (
    SELECT id FROM telematics_boot
     WHERE last_recorded_at < %(before)s AND last_received_at < %(before)s
     ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED),
holes AS (DELETE FROM telematics_gap WHERE boot_id IN (SELECT id FROM old))
DELETE FROM telematics_boot WHERE id IN (SELECT id FROM old)
"""
A_ROUND = 10_000


def sweep_boots(*, now: datetime, retention: timedelta) -> int:
    """Delete the boots whose reports were dropped by retention, a day later; return how many."""
    values: dict[str, Any] = {"before": now - retention - timedelta(days=1), "most": A_ROUND}
    with connection.cursor() as cursor:
        cursor.execute(FORGET, values)
        return int(cursor.rowcount)
