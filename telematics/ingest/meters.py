"""What a web process counts of its reports: plain numbers, added up once a batch."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Protocol

import msgspec

from telematics.ingest.answer import Verdict

COMMIT_ROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000)
COMMIT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
LAG_S = (0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 300, 600, 3_600)


class Answered(Protocol):
    """A request whose reports were kept, with a verdict each."""

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """Return what was said of each report."""

    @property
    def received_at(self) -> datetime:
        """Return when the request came."""


class Spread(msgspec.Struct):
    """How often values fell under each bound (the last: above all), and their sum."""

    counts: list[int]
    total: float = 0.0

    @classmethod
    def over(cls, bounds: Sequence[float]) -> "Spread":
        """Return a spread in which nothing was counted yet."""
        return cls([0] * (len(bounds) + 1))

    def add(self, value: float, bounds: Sequence[float]) -> None:
        """Count a value."""
        self.counts[bisect_left(bounds, value)] += 1
        self.total += value


class Counts(msgspec.Struct):
    """All that is counted since a process began; sums over processes are meaningful."""

    requests: dict[str, int] = {}
    reports: dict[str, int] = {}
    refused_reports: dict[str, int] = {}
    commit_rows: Spread = msgspec.field(default_factory=lambda: Spread.over(COMMIT_ROWS))
    commit_s: Spread = msgspec.field(default_factory=lambda: Spread.over(COMMIT_S))
    lag_s: Spread = msgspec.field(default_factory=lambda: Spread.over(LAG_S))


class Meters:
    """The counts of this process. The committer's thread and the event loop each add their own.

    Nothing here knows a truck, a device or an operator.
    """

    def __init__(self) -> None:
        self.counts = Counts()
        self.queue_rows = 0

    def committed(self, requests: Sequence["Answered"], *, took_s: float) -> None:
        """Count a batch that was committed and will be answered; `took_s` is the commit's."""
        counts, rows = self.counts, 0
        for request in requests:
            live: datetime | None = None
            for verdict in request.verdicts:
                rows += 1
                word = verdict.verdict
                counts.reports[word] = counts.reports.get(word, 0) + 1
                if word == "stored":  # of a batch the last in time, or near it: as units send
                    live = verdict.recorded_at or live
                elif word == "refused":
                    _add(counts.refused_reports, str(verdict.code))
            if live:
                lag = request.received_at - live
                counts.lag_s.add(max(0.0, lag.total_seconds()), LAG_S)
        _add(counts.requests, "kept", len(requests))
        counts.commit_rows.add(rows, COMMIT_ROWS)
        counts.commit_s.add(took_s, COMMIT_S)

    def refused(self, code: str) -> None:
        """Count a request that was refused as a whole, by the code of its problem."""
        _add(self.counts.requests, code)

    def queued(self, rows: int) -> None:
        """Remember how many reports wait for a commit."""
        self.queue_rows = rows


def _add(counts: dict[str, int], name: str, count: int = 1) -> None:
    counts[name] = counts.get(name, 0) + count


@cache
def meters() -> Meters:
    """Return this process's meters."""
    return Meters()
