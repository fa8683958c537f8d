"""Reports that have no place in the history: kept apart, as they were read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from psycopg import Connection

from telematics.ingest.decode import Report
from telematics.services.lines import run

ODD_AHEAD = timedelta(days=1)


class Oddity(StrEnum):
    """Why a report is kept apart from the history."""

    AHEAD = "more_than_a_day_ahead"
    OLD = "outside_retention"
    QUARANTINED = "device_quarantined"


ODD_DETAILS = {
    Oddity.AHEAD: "The time is more than a day ahead of ours. Set the unit's clock.",
    Oddity.OLD: "The time is before the oldest day we keep.",
    Oddity.QUARANTINED: "Two units use this key. Ask whoever runs the truck for a new one.",
}
KEEP_ODD = """
INSERT INTO telematics_oddreport (truck_id, recorded_at, seq, received_at, reason, body)
SELECT %s, recorded_at, seq, %s, reason, body
  FROM unnest(%s::timestamptz[], %s::bigint[], %s::text[], %s::jsonb[])
       AS t (recorded_at, seq, reason, body)
ON CONFLICT DO NOTHING
RETURNING recorded_at, seq
"""


def keep_odd(
    line: Connection[Any],
    odd: Sequence[tuple[Report, Oddity]],
    *,
    truck_id: int,
    now: datetime,
) -> set[tuple[datetime, int]]:
    """Keep reports apart; return time and number of those that were new."""
    if not odd:
        return set()
    values = [
        truck_id,
        now,
        [report.recorded_at for report, _ in odd],
        [report.seq for report, _ in odd],
        [reason.value for _, reason in odd],
        [msgspec.json.encode(report).decode() for report, _ in odd],
    ]
    return set(run(line, KEEP_ODD, values))
