"""Reports kept the way the door keeps them, without HTTP, at a time the test says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from telematics.ingest.answer import ReportsAnswer
from telematics.ingest.decode import Report
from telematics.ingest.keep import Keeper
from telematics.ingest.rules import RuleBook
from telematics.ingest.submission import Submission
from telematics.services.lines import own_connection
from tests.builders import NOW

RETENTION = timedelta(days=90)


def make_keeper() -> Keeper:
    """Return a keeper on this thread's connection, as each process has one."""
    return Keeper(own_connection(), RuleBook(), RETENTION)


def said(at: datetime = NOW, seq: int = 1, **fields: Any) -> Report:
    """Return a report."""
    values = {"latitude_deg": 39.0, "longitude_deg": 118.0, "speed_kmh": 0.0, "soc_percent": 50.0}
    return Report(**{"recorded_at": at, "seq": seq, "boot_id": "b1", **values, **fields})


def keep(
    keeper: Keeper, truck_id: int, reports: Sequence[Report], *, now: datetime = NOW
) -> ReportsAnswer:
    """Keep what one request brings; return its answer."""
    [answer], _ = keeper.keep([Submission(truck_id, "wgs84", list(reports), now)])
    return answer
