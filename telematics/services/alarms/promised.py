"""Have alarms rung soon after a commit that changed what is breached."""

from typing import Any

from fleet.services.jobs import WAKE_CHANNEL

RING_TASK = "telematics.ring_alarms"
# One piece of work a quarter of a second, and one more if that one was begun already: it may have
# looked too early. What waits in the queue will see all that was committed before.
PROMISE = """
WITH quarter AS (SELECT floor(extract(epoch FROM clock_timestamp()) * 4)::bigint AS n),
promised AS (
    INSERT INTO fleet_job (name, key, queue, payload, state, attempts, error)
    SELECT %(name)s::varchar,
           'breach:' || n + EXISTS (SELECT 1 FROM fleet_job
                                     WHERE name = %(name)s AND key = 'breach:' || n)::int,
           'work', '{}', 'pending', 0, ''
      FROM quarter
     WHERE NOT EXISTS (SELECT 1 FROM fleet_job
                        WHERE name = %(name)s AND state = 'pending' AND attempts = 0)
    ON CONFLICT (name, key) DO NOTHING
    RETURNING 1)
SELECT pg_notify(%(channel)s, '') FROM promised
"""


def promise_ringing(connection: Any) -> bool:
    """Write down that alarms are to be rung, and wake the relay; say whether that was new.

    `connection` is psycopg's or Django's, with nothing uncommitted on it. If this is lost, the
    tick of `RING_TASK` comes within seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(PROMISE, {"name": RING_TASK, "channel": WAKE_CHANNEL})
        return cursor.fetchone() is not None
