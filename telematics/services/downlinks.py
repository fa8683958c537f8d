"""What rides on the next answer to a truck's onboard unit."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection

from telematics.models import Downlink
from telematics.services.arrays import instant, numbers, texts
from telematics.services.lines import Prepared, run

# The answer that carried a message may be lost on the way: it rides again for a while.
MESSAGE_RIDES_FOR = timedelta(minutes=2)

RIDES = Prepared("""
SELECT id, truck_id, kind, body::text, fetched_at IS NULL FROM telematics_downlink
 WHERE truck_id = ANY(%(trucks)s::integer[]) AND kind = ANY(%(kinds)s::text[])
   AND (expires_at IS NULL OR expires_at > %(now)s::timestamptz)
   AND (fetched_at IS NULL OR kind = 'assignment' OR fetched_at > %(since)s::timestamptz)
 ORDER BY id
""")
FETCHED = "UPDATE telematics_downlink SET fetched_at = %s WHERE id = ANY(%s) AND fetched_at IS NULL"


@dataclass(slots=True)
class Waiting:
    """The assignment a truck should know of, and messages with their ids."""

    assignment: dict[str, Any] | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)


NOTHING_WAITS = Waiting()


def fetch_rides(
    line: Connection[Any],
    truck_ids: Collection[int],
    *,
    now: datetime,
    kinds: Collection[str] = tuple(Downlink.Kind),
) -> dict[int, Waiting]:
    """Return what waits for trucks, and write down when it was fetched first.

    The assignment rides on every answer as long as it stands; a message rides until two minutes
    after it was fetched first, so that a lost answer loses nothing: the unit knows it by its id.
    """
    values = {
        "trucks": numbers(list(truck_ids), "integer"),
        "kinds": texts(map(str, kinds)),
        "now": instant(now),
        "since": instant(now - MESSAGE_RIDES_FOR),
    }
    waiting: dict[int, Waiting] = {}
    unfetched = []
    for key, truck_id, kind, text, is_new in RIDES.rows(line, values):
        body = json.loads(text)
        mine = waiting.setdefault(truck_id, Waiting())
        if kind == Downlink.Kind.MESSAGE:
            mine.messages.append({"id": key, "text": body.get("text", "")})
        elif body:
            mine.assignment = {**body, "server_time": now.isoformat()}
        if is_new:
            unfetched.append(key)
    if unfetched:
        run(line, FETCHED, [now, unfetched])
    return waiting
