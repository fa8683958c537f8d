"""What is peculiar about a report: marked, never dropped."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from telematics.ingest.decode import Report
from telematics.models import Mark
from telematics.services.plausibility import (
    AHEAD_AT_MOST,
    MARK_POSITION,
    is_on_null_island,
    marks_after,
)

SPEED_MAX_KMH = 160
# Plain numbers: a member of an enumeration costs ten times as much to look up.
MARK_LATE = Mark.LATE.value
MARK_BEHIND = Mark.CLOCK_BEHIND.value
MARK_AHEAD = Mark.CLOCK_AHEAD.value
MARK_SPEED = Mark.IMPLAUSIBLE_SPEED.value


class Before(msgspec.Struct, frozen=True, gc=False):
    """What the truck said last, as far as a new report is compared with it."""

    recorded_at: datetime
    seq: int
    boot_id: str
    latitude_deg: float
    longitude_deg: float
    speed_kmh: float
    soc_percent: float
    pack_codes: list[str] | None
    breaches: int = 0
    asks_below_percent: float | None = None

    @property
    def when(self) -> tuple[datetime, int]:
        """Return what orders reports of a truck."""
        return self.recorded_at, self.seq

    def is_left_behind(self, report: Report) -> bool:
        """Whether a report says less charge than dispatch reckons with, and this said enough."""
        below = self.asks_below_percent
        return below is not None and report.soc_percent < below <= self.soc_percent


def marks_alone(report: Report, *, live: Before | None, ahead_at: datetime) -> int:
    """Return the marks of a report by its time against the live state, and by its own values."""
    marks = 0
    if live and (report.recorded_at, report.seq) < live.when:
        marks |= MARK_LATE
        if report.boot_id and report.boot_id == live.boot_id and report.seq > live.seq:
            marks |= MARK_BEHIND
    if report.recorded_at > ahead_at:
        marks |= MARK_AHEAD
    if is_on_null_island(report):
        marks |= MARK_POSITION
    if report.speed_kmh > SPEED_MAX_KMH:
        marks |= MARK_SPEED
    return marks


def judge(reports: Sequence[Report], *, live: Before | None, now: datetime) -> list[int]:
    """Return the marks of each report of one truck, which come in the order of their own time.

    Each is compared with the newest credible word before it: of this batch, or the live state.
    What comes late is judged anew in its place (`telematics.services.late.anew`).
    """
    marks = []
    last: Before | Report | None = None
    ahead = live  # until the batch has passed it
    ahead_at = now + AHEAD_AT_MOST
    for report in reports:
        mark = marks_alone(report, live=live, ahead_at=ahead_at)
        if ahead and not mark & MARK_LATE:
            if last is None or (last.recorded_at, last.seq) < ahead.when:
                last = ahead
            ahead = None
        if mark & MARK_POSITION:  # from where receivers are that have no position yet
            marks.append(mark)
            continue
        if last:
            mark |= marks_after(report, last)
        if not mark & MARK_AHEAD:
            last = report
        marks.append(mark)
    return marks
