"""Trucks whose report changes what dispatch knew are answered without waiting for a round."""

from collections.abc import Sequence
from typing import Any

from fleet.services.jobs import WAKE_CHANNEL

ANSWER_TASK = "dispatch.plan_one_truck"
MOST_WAITING = 40
"""With more trucks waiting, a plan of the region answers them sooner than one after another."""
# One answer a truck in five seconds, however its reports waver.
PROMISE = """
WITH promised AS (
    INSERT INTO fleet_job (name, key, queue, payload, state, attempts, error)
    SELECT %(name)s::varchar,
           concat('one:', truck_id, ':report:',
                  floor(extract(epoch FROM clock_timestamp()) / 5)::bigint),
           'work', jsonb_build_object('truck_id', truck_id, 'cause', 'report'), 'pending', 0, ''
      FROM unnest(%(trucks)s::integer[]) AS t (truck_id)
     LIMIT greatest(0, %(most)s - (SELECT count(*) FROM fleet_job
                                    WHERE name = %(name)s AND state = 'pending'))
    ON CONFLICT (name, key) DO NOTHING
    RETURNING 1)
SELECT count(*), pg_notify(%(channel)s, '') FROM promised HAVING count(*) > 0
"""


def promise_answers(connection: Any, truck_ids: Sequence[int]) -> int:
    """Write down that trucks are to be answered, and wake the relay; return how many were new.

    `connection` is psycopg's or Django's, with nothing uncommitted on it. What is lost here, or
    beyond `MOST_WAITING`, is left to the region's next plan.
    """
    values = {
        "name": ANSWER_TASK,
        "trucks": list(truck_ids),
        "most": MOST_WAITING,
        "channel": WAKE_CHANNEL,
    }
    with connection.cursor() as cursor:
        cursor.execute(PROMISE, values)
        row = cursor.fetchone()
    return row[0] if row else 0
