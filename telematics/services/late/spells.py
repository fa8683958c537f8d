"""A breach of an ordered history that would have rung, had its reports come in time: pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telematics.services.alarm_rules import BreachSpan
from telematics.services.late.said import Said


@dataclass(frozen=True, slots=True)
class Gate:
    """What of a rule says when a breach rings: by which value, how long, how fresh."""

    metric: str
    is_above: bool
    duration: timedelta
    max_age: timedelta


@dataclass(frozen=True, slots=True)
class Spell:
    """A breach that lasted, with the worst value in it.

    `is_found_late` says that a report in it could ring nothing when it came; `is_over`, that a
    report after it says so.
    """

    bit: int
    began_at: datetime
    ended_at: datetime
    worst: float
    is_found_late: bool
    is_over: bool


def spell_of(span: BreachSpan, reports: Sequence[Said], *, gate: Gate) -> Spell | None:
    """Return a breach as what would have rung; None if it did not last.

    As for present alarms, a breach has lasted when a report says so that is `duration` younger
    than the first. `reports` are in order and reach from before the breach to its end.
    """
    if span.last_at - span.since < gate.duration:
        return None
    first = bisect_left(reports, span.since, key=_when)
    end = bisect_right(reports, span.last_at, key=_when)
    said = reports[first:end]
    values = [value for each in said if (value := getattr(each, gate.metric)) is not None]
    return Spell(
        bit=span.bit,
        began_at=span.since,
        ended_at=span.until or span.last_at,
        worst=max(values) if gate.is_above else min(values),
        is_found_late=any(_came_late(each, gate) for each in said),
        is_over=span.until is not None,
    )


def _came_late(report: Said, gate: Gate) -> bool:
    """Say whether a report could ring nothing when it came: older than what was live, or stale."""
    return report.is_late or report.received_at - report.recorded_at > gate.max_age


def _when(report: Said) -> datetime:
    return report.recorded_at
