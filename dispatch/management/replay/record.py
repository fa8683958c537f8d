"""Recorded telemetry as reports, in order of time, whatever file they come from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


class RecordError(ValueError):
    """A file cannot be played; the message names file, row and column."""


@dataclass(slots=True)
class Record:
    """One recorded moment: seconds since 1970 (or since the record's start), and its values."""

    at_s: float
    values: dict[str, Any] = field(default_factory=dict)


def thinned(records: Sequence[Record], *, every_s: float) -> Iterator[Record]:
    """Yield the records that are at least `every_s` apart, and the last one."""
    last_s = float("-inf")
    for index, record in enumerate(records):
        if record.at_s - last_s >= every_s or index == len(records) - 1:
            last_s = record.at_s
            yield record


def begin_s(records: Sequence[Record], *, now_s: float, rate: float, speed: float) -> float:
    """Return the instant the first record is stamped with, for a replay that begins now.

    Parameters
    ----------
    now_s, rate
        The service's clock and how fast it runs.
    speed
        Recorded seconds played in a wall second. Faster than the clock, the replay begins in the
        past and has caught up at its end, so that no stamp is ever ahead of the service.
    """
    span_s = records[-1].at_s - records[0].at_s
    return now_s - span_s * max(0.0, 1.0 - rate / speed)
