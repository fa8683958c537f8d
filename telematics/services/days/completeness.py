"""How much of a day was received. Pure: from sequence numbers, silence and shifts alone.

A number that is missing between two received ones of a boot was lost; it is believed to lie evenly
between its neighbours, so a hole over midnight is shared by both days. A gap of more than ten
minutes on shift in which no number is missing is silence: the unit said nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil
from statistics import median

from telematics.services.days.track import Fix

SILENT_S = 600.0
USUAL_S = 30.0  # what GB/T 32960 asks at least, where a day is too short to tell
MOST_A_SECOND = 10  # a unit whose numbers leap further has counted anew, and lost nothing

type Span = tuple[float, float]
type Numbers = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hole:
    """Numbers of a boot that were not received, between two that were (seconds since 1970)."""

    boot_no: int
    from_seq: int
    to_seq: int
    after_s: float
    before_s: float

    @property
    def count(self) -> int:
        """Return how many numbers are missing."""
        return self.to_seq - self.from_seq + 1

    def missing_in(self, start_s: float, end_s: float) -> int:
        """Return how many of them lie in a span, if they lie evenly between the neighbours."""
        pace_s = (self.before_s - self.after_s) / (self.count + 1)
        if pace_s <= 0:
            return self.count if start_s <= self.before_s < end_s else 0
        first = max(1, ceil((start_s - self.after_s) / pace_s))
        end = min(self.count + 1, ceil((end_s - self.after_s) / pace_s))
        return max(0, end - first)


@dataclass(frozen=True, slots=True)
class Completeness:
    """What of a day was received, what was lost, and how long the unit said nothing on shift."""

    reports: int
    missing: int
    silent_s: int
    percent: float | None  # None where nothing was to be expected


def holes_of(
    track: Sequence[Fix], received: Mapping[int, Sequence[Numbers]] | None = None
) -> list[Hole]:
    """Return the holes between the reports of each boot.

    `received` gives, for a boot, all numbers the ledger knows as received, as ascending ranges
    (from, to), both included: a report with a wrong time is in no hole, though it is of no day.
    """
    by_boot = sorted(track, key=lambda fix: (fix.boot_no, fix.seq))
    holes: list[Hole] = []
    for boot_no, fixes in groupby(by_boot, key=lambda fix: fix.boot_no):
        known = (received or {}).get(boot_no, ())
        for one, other in pairwise(fixes):
            lasts_s = max(other.at_s - one.at_s, 1.0)
            if 1 < other.seq - one.seq <= MOST_A_SECOND * lasts_s + 1:
                lacking = _without((one.seq + 1, other.seq - 1), known)
                holes += _placed(boot_no, one, other, lacking)
    return holes


def completeness(
    track: Sequence[Fix],
    holes: Sequence[Hole],
    shifts: Sequence[Span],
    *,
    start_s: float,
    end_s: float,
    until_s: float,
) -> Completeness:
    """Return how complete the day [start_s, end_s) is, as seen at `until_s`.

    `track` holds the day in order, and the reports next to it; `shifts` are the spans in which
    the truck had a driver.
    """
    reports = sum(start_s <= fix.at_s < end_s for fix in track)
    missing = sum(hole.missing_in(start_s, end_s) for hole in holes)
    last_s = min(end_s, until_s)
    silent_s = sum(
        _overlap(gap, (max(start_s, shift[0]), min(last_s, shift[1])))
        for gap in _silences(track, holes, until_s)
        for shift in shifts
    )
    expected = reports + missing + silent_s / usual_interval_s(track)
    percent = 100 * reports / expected if expected else None
    return Completeness(reports, missing, round(silent_s), percent)


def usual_interval_s(track: Sequence[Fix]) -> float:
    """Return the usual time between reports that follow each other, s."""
    between = [
        other.at_s - one.at_s
        for one, other in pairwise(track)
        if other.boot_no == one.boot_no
        and other.seq == one.seq + 1
        and 0 < other.at_s - one.at_s <= SILENT_S
    ]
    return median(between) if between else USUAL_S


def _silences(track: Sequence[Fix], holes: Sequence[Hole], until_s: float) -> Iterator[Span]:
    """Yield the gaps longer than ten minutes in which no number is missing."""
    times = [float("-inf"), *(fix.at_s for fix in track), until_s]
    explained = {(hole.after_s, hole.before_s) for hole in holes}
    for one_s, other_s in pairwise(times):
        if other_s - one_s > SILENT_S and (one_s, other_s) not in explained:
            yield one_s, other_s


def _without(hole: Numbers, known: Sequence[Numbers]) -> Iterator[Numbers]:
    """Yield the parts of a range of numbers that are not in ascending ranges."""
    start, end = hole
    for low, high in known:
        if high < start or low > end:
            continue
        if low > start:
            yield start, low - 1
        start = max(start, high + 1)
    if start <= end:
        yield start, end


def _placed(boot_no: int, one: Fix, other: Fix, lacking: Iterator[Numbers]) -> Iterator[Hole]:
    """Yield holes with the times of the two reports of the track around them."""
    for low, high in lacking:
        yield Hole(boot_no, low, high, one.at_s, other.at_s)


def _overlap(one: Span, other: Span) -> float:
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
