"""A long request cut into parts, so that nobody waits for all of it; its answer put together."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from telematics.ingest.answer import ReportsAnswer
from telematics.ingest.decode import Report
from telematics.ingest.items import Refusal

LIVE_REPORTS = 50
LIVE_FOR = timedelta(minutes=10)
PART_REPORTS = 20
_NEVER = datetime.min.replace(tzinfo=UTC)

type Part = list[int]
"""Places of reports in their request."""


def is_backfill(decoded: Sequence[Report | Refusal], *, now: datetime) -> bool:
    """Say whether nobody waits for these reports: they are many, or the last of them is old."""
    if len(decoded) > LIVE_REPORTS:
        return True
    return max(_at(decoded[0]), _at(decoded[-1])) < now - LIVE_FOR


def cut(decoded: Sequence[Report | Refusal]) -> list[Part]:
    """Return the parts of a request in the order of the reports' times, however they came.

    Each report is judged by those before it, so what is kept does not depend on the cutting.
    """
    order = sorted(range(len(decoded)), key=lambda i: _at(decoded[i]))
    return [order[i : i + PART_REPORTS] for i in range(0, len(order), PART_REPORTS)]


def put_together(parts: Iterable[Part], answers: Sequence[ReportsAnswer]) -> ReportsAnswer:
    """Return one answer from those to the parts; what waits for the truck is the last one's."""
    whole = answers[-1]
    verdicts = []
    for part, answer in zip(parts, answers, strict=True):
        for verdict in answer.verdicts:
            verdict.index = part[verdict.index]
            verdicts.append(verdict)
    verdicts.sort(key=lambda verdict: verdict.index)
    whole.verdicts = verdicts
    return whole


def _at(each: Report | Refusal) -> datetime:
    return each.recorded_at if isinstance(each, Report) else _NEVER
