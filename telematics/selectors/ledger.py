"""What of a truck's reports came, what is missing, and when nothing was heard: the gap ledger."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import connection

from telematics.models import Boot

SILENT_AFTER = timedelta(minutes=10)
LISTED = 50
# The span itself bounds the first and the last silence.
SILENCES = """
WITH heard AS (
    SELECT recorded_at AS at FROM telematics_truckreport
     WHERE truck_id = %(truck_id)s AND recorded_at >= %(since)s AND recorded_at < %(until)s
    UNION ALL VALUES (%(since)s), (%(until)s)),
silence AS (SELECT lag(at) OVER (ORDER BY at) AS began_at, at AS ended_at FROM heard)
SELECT began_at, ended_at FROM silence
 WHERE ended_at - began_at > %(longer)s ORDER BY began_at LIMIT %(listed)s
"""

type Run = tuple[int, int]
"""Whole numbers that follow each other: the first, and the one behind the last."""


@dataclass(frozen=True, slots=True)
class BootLedger:
    """What came of the numbers from one start of a unit to the next.

    `missing` are the holes still asked for; `given_up` counts the numbers asked for no more.
    """

    boot: Boot
    received: int
    given_up: int
    missing: tuple[Run, ...]

    @property
    def missing_count(self) -> int:
        """Return how many numbers are still asked for."""
        return _count(self.missing)

    @property
    def missing_ranges(self) -> list[tuple[int, int]]:
        """Return the first and the last number of each hole, the first 50 of them."""
        return [(first, end - 1) for first, end in self.missing[:LISTED]]

    @property
    def received_percent(self) -> float:
        """Return which share of the numbers from the first to the last came."""
        return 100 * self.received / max(1, self.received + self.given_up + self.missing_count)


def ledger_of(boot: Boot) -> BootLedger:
    """Return the ledger of one start of a unit, from its row alone."""
    came, closed = _runs(boot.seqs), _runs(boot.closed)
    holes = [(before[1], after[0]) for before, after in pairwise(came)]
    missing = tuple(_without(holes, closed))
    return BootLedger(
        boot=boot,
        received=_count(came) - boot.given_up,
        given_up=_count(holes) - _count(missing) + boot.given_up,
        missing=missing,
    )


def boots_of(truck_id: int, *, since: datetime) -> list[BootLedger]:
    """Return the ledgers of a truck's boots that reported since then, the newest first, 50."""
    boots = Boot.objects.filter(truck=truck_id, last_recorded_at__gte=since)
    return [ledger_of(boot) for boot in boots.order_by("-last_recorded_at")[:LISTED]]


def silences_of(
    truck_id: int,
    *,
    since: datetime,
    until: datetime,
    longer: timedelta = SILENT_AFTER,
) -> list[tuple[datetime, datetime]]:
    """Return when nothing is known of a truck for longer than that, in order, 50 at most.

    By the times of the reports themselves: what comes late ends a silence after all.
    """
    values: dict[str, Any] = {
        "truck_id": truck_id,
        "since": since,
        "until": until,
        "longer": longer,
        "listed": LISTED,
    }
    with connection.cursor() as cursor:
        cursor.execute(SILENCES, values)
        return list(cursor.fetchall())


def _runs(multirange: Iterable[Any]) -> list[Run]:
    return [(each.lower, each.upper) for each in multirange]


def _count(runs: Iterable[Run]) -> int:
    return sum(end - first for first, end in runs)


def _without(runs: Iterable[Run], gone: Iterable[Run]) -> Iterator[Run]:
    """Yield what of `runs` is not in `gone`; both are in order."""
    rest = list(gone)
    for first, end in runs:
        at = first
        for cut_first, cut_end in rest:
            if cut_end <= at or cut_first >= end:
                continue
            if cut_first > at:
                yield at, cut_first
            at = max(at, cut_end)
        if at < end:
            yield at, end
