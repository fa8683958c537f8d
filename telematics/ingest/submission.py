"""What one request brought, and what is said of each of its reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telematics.ingest.answer import Verdict
from telematics.ingest.decode import Report
from telematics.ingest.items import Refusal
from telematics.ingest.odd import ODD_DETAILS, Oddity, oddity
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
    places: list[tuple[int, int]] = field(default_factory=list)
    """Place in the batch, and index here, of each report that is put into the history."""

    def sort_out(
        self, seen: set[Key], *, retention: timedelta
    ) -> tuple[list[int], dict[int, Oddity]]:
        """Say what can be said of each report alone; return the others, in the order of their time.

        Second: those whose time is odd. The first of equal keys counts; `seen` are the keys of
        this truck so far.
        """
        self.verdicts, self.places = [], []
        fit: list[tuple[Key, int]] = []
        odd: dict[int, Oddity] = {}
        for i, each in enumerate(self.decoded):
            if isinstance(each, Refusal):
                self.verdicts.append(_refused(i, each))
                continue
            key = each.recorded_at, each.seq
            self.verdicts.append(Verdict(i, "duplicate", each.recorded_at, each.seq))
            if key in seen:
                continue
            seen.add(key)
            if self.is_apart:
                odd[i] = Oddity.QUARANTINED
            elif reason := oddity(each.recorded_at, now=self.received_at, retention=retention):
                odd[i] = reason
            else:
                fit.append((key, i))
        fit.sort()
        return [i for _, i in fit], odd

    def say_kept(self, index: int, *, marks: int) -> None:
        """Say that a report is in the history now."""
        verdict = self.verdicts[index]
        verdict.verdict = "late" if marks & Mark.LATE else "stored"
        verdict.marks = [name for mark, name in _MARK_NAMES if marks & mark] if marks else []

    def say_odd(self, odd: Mapping[int, Oddity]) -> None:
        """Say that these reports are kept apart."""
        for index, reason in odd.items():
            verdict = self.verdicts[index]
            verdict.verdict, verdict.code, verdict.detail = "odd", reason, ODD_DETAILS[reason]

    def say_known(self, duplicates: frozenset[int]) -> None:
        """Say of the places given that the reports were in the history before."""
        for place, index in self.places:
            if place in duplicates:
                verdict = self.verdicts[index]
                self.verdicts[index] = Verdict(index, "duplicate", verdict.recorded_at, verdict.seq)


def _refused(index: int, refusal: Refusal) -> Verdict:
    return Verdict(index, "refused", code=refusal.code, path=refusal.path, detail=refusal.detail)
