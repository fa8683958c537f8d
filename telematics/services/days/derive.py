"""A truck's day from its track: sums, drives, stops, completeness. Pure.

Every day is derived from the same slice of the history: its own reports, those within 15 minutes
of its midnights, and the next one beyond on either side. So a day is a function of the history
alone, whenever and in whatever company it is derived.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from telematics.services.days.completeness import (
    Completeness,
    Numbers,
    Span,
    completeness,
    holes_of,
)
from telematics.services.days.moves import Kind, Move, moves_of
from telematics.services.days.track import Fix, Step, steps_of

MARGIN_S = 900.0
NEXT_S = 7 * 86_400.0  # a report further away says nothing about a day
CHARGED_PERCENT = 1.0  # less is how a pack's reading wanders while it rests


@dataclass(frozen=True, slots=True)
class Slice:
    """A day [start_s, end_s), in seconds since 1970, as seen at `until_s`."""

    start_s: float
    end_s: float
    until_s: float

    @property
    def lasts_s(self) -> float:
        """Return how much of the day is over, s."""
        return max(0.0, min(self.end_s, self.until_s) - self.start_s)


@dataclass(frozen=True, slots=True)
class Part:
    """A drive or a stop, cut at the day's midnights."""

    kind: Kind
    started_s: float
    ended_s: float
    begin: Fix
    end: Fix
    distance_km: float
    used_percent: float
    swapped_percent: float
    charged_percent: float
    swaps: int
    unseen_s: float

    @property
    def lasts_s(self) -> float:
        """Return how long it lasts, s."""
        return self.ended_s - self.started_s


@dataclass(frozen=True, slots=True)
class Day:
    """What a truck did on a day, and how much of it was told."""

    complete: Completeness
    parts: list[Part] = field(default_factory=list)
    unseen_s: float = 0.0

    def of(self, kind: Kind) -> list[Part]:
        """Return the drives, or the stops."""
        return [part for part in self.parts if part.kind is kind]

    def total(self, name: str, kind: Kind | None = None) -> float:
        """Return the sum of a value over the parts (of a kind)."""
        return float(sum(getattr(p, name) for p in self.parts if kind in (None, p.kind)))


def derive_day(
    track: Sequence[Fix],
    day: Slice,
    *,
    shifts: Sequence[Span] = (),
    received: Mapping[int, Sequence[Numbers]] | None = None,
) -> Day:
    """Return a truck's day; `track` is in order and may reach further than the day."""
    near = slice_of(track, day)
    steps = steps_of(near)
    parts = [
        part
        for move in moves_of(near, steps)
        if (part := _part(move, near, steps, day)) is not None
    ]
    complete = completeness(
        near,
        holes_of(near, received),
        shifts,
        start_s=day.start_s,
        end_s=day.end_s,
        until_s=day.until_s,
    )
    seen_s = sum(part.lasts_s for part in parts if part.kind is not Kind.UNSEEN)
    return Day(complete, parts, max(0.0, day.lasts_s - seen_s))


def slice_of(track: Sequence[Fix], day: Slice) -> Sequence[Fix]:
    """Return the part of a track a day is derived from."""
    start_s, end_s = day.start_s - MARGIN_S, day.end_s + MARGIN_S
    first = bisect_left(track, start_s, key=lambda fix: fix.at_s)
    end = bisect_left(track, end_s, key=lambda fix: fix.at_s)
    if first and track[first - 1].at_s >= start_s - NEXT_S:
        first -= 1
    if end < len(track) and track[end].at_s < end_s + NEXT_S:
        end += 1
    return track[first:end]


def _part(move: Move, track: Sequence[Fix], steps: Sequence[Step], day: Slice) -> Part | None:
    begin, end = track[move.first], track[move.last]
    started_s = max(begin.at_s, day.start_s)
    ended_s = min(end.at_s, day.end_s)
    if ended_s <= started_s:
        return None
    distance_km = unseen_s = swapped = risen = 0.0
    swaps = 0
    for step in steps[move.first : move.last]:
        share = step.share(day.start_s, day.end_s)
        if share == 0.0:
            continue
        distance_km += share * step.distance_km
        if step.is_dark:
            unseen_s += share * (step.end_s - step.start_s)
        if step.is_swap:
            swapped += share * step.rise_percent
            swaps += day.start_s <= step.end_s < day.end_s
        else:
            risen += share * step.rise_percent
    is_charge = risen > CHARGED_PERCENT and move.kind is not Kind.DRIVE
    return Part(
        move.kind,
        started_s,
        ended_s,
        begin,
        end,
        distance_km,
        used_percent=0.0 if is_charge else -risen,
        swapped_percent=swapped,
        charged_percent=risen if is_charge else 0.0,
        swaps=swaps,
        unseen_s=unseen_s,
    )
