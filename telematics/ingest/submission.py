"""What one request brought, and what is said of each of its reports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telematics.ingest.answer import Verdict
from telematics.ingest.decode import Report
from telematics.ingest.items import Refusal
from telematics.ingest.judge import MARK_LATE
from telematics.ingest.odd import ODD_AHEAD, ODD_DETAILS, Oddity
from telematics.models import Mark

type Key = tuple[datetime, int]

_MARK_NAMES = [(mark.value, mark.name.lower()) for mark in Mark]


@dataclass(slots=True, eq=False)
class Submission:
    """Decoded reports of one truck's unit, in the order they came.

    `datum` is the unit's own, for reports that name none. All of it is kept apart (`is_apart`)
    when two units use the key it came with.
    """

    truck_id: int
    datum: str
    decoded: Sequence[Report | Refusal]
    received_at: datetime
    is_apart: bool = False
    verdicts: list[Verdict] = field(default_factory=list)
    fit: list[int] = field(default_factory=list)
    """Index of each report that is put into the history, in the order of their time."""
    first_place: int = 0
    """Where in the batch the first of them is."""

    def sort_out(self, seen: set[Key], *, retention: timedelta) -> dict[int, Oddity]:
        """Say what can be said of each report alone; return those whose time is odd.

        The first of equal keys counts; `seen` are the keys of this truck so far.
        """
        self.verdicts = []
        fit: list[tuple[Key, int]] = []
        odd: dict[int, Oddity] = {}
        oldest, newest = self.received_at - retention, self.received_at + ODD_AHEAD
        for i, each in enumerate(self.decoded):
            if isinstance(each, Refusal):
                self.verdicts.append(_refused(i, each))
                continue
            at = each.recorded_at
            key = at, each.seq
            self.verdicts.append(Verdict(i, "duplicate", at, each.seq))
            if key in seen:
                continue
            seen.add(key)
            if self.is_apart:
                odd[i] = Oddity.QUARANTINED
            elif oldest <= at <= newest:
                fit.append((key, i))
            else:
                odd[i] = Oddity.OLD if at < oldest else Oddity.AHEAD
        fit.sort()
        self.fit = [i for _, i in fit]
        return odd

    def say_kept(self, marks: Iterable[int]) -> None:
        """Say that those that fit are in the history now, each with its marks."""
        for index, mask in zip(self.fit, marks, strict=True):
            verdict = self.verdicts[index]
            verdict.verdict = "late" if mask & MARK_LATE else "stored"
            verdict.marks = [name for mark, name in _MARK_NAMES if mask & mark] if mask else []

    def say_odd(self, odd: Mapping[int, Oddity]) -> None:
        """Say that these reports are kept apart."""
        for index, reason in odd.items():
            verdict = self.verdicts[index]
            verdict.verdict, verdict.code, verdict.detail = "odd", reason, ODD_DETAILS[reason]

    def say_known(self, duplicates: frozenset[int]) -> None:
        """Say of the places given that the reports were in the history before."""
        for place, index in enumerate(self.fit, self.first_place):
            if place in duplicates:
                verdict = self.verdicts[index]
                self.verdicts[index] = Verdict(index, "duplicate", verdict.recorded_at, verdict.seq)


def _refused(index: int, refusal: Refusal) -> Verdict:
    return Verdict(index, "refused", code=refusal.code, path=refusal.path, detail=refusal.detail)
