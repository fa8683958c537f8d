"""The ladder itself: which channel is due after how long, and when nothing is left but a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

LAST_WAIT_S = 30.0
"""A person is told this long after the last rung."""
NEXT_SMS_S = 60.0
"""What takes over from other news brings the next text message this long after theirs."""


class Standing(Enum):
    """How far a channel is with a piece of news."""

    FREE = "free"
    UNDER_WAY = "under way"
    SENT = "sent"
    SPENT = "spent"  # refused, not possible, or failed too often


@dataclass(frozen=True, slots=True)
class Rung:
    """The channels that are due when news has been unseen for `after_s`."""

    after_s: float
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What to do now: channels to begin with, and after how long unseen to look again.

    `look_after_s` None: nothing is left, tell the dispatcher.
    """

    start: tuple[str, ...]
    look_after_s: float | None


def next_step(waited_s: float, standing: Mapping[str, Standing], rungs: Sequence[Rung]) -> Step:
    """Return what to do with news that has been unseen for `waited_s`.

    A rung is entered when its time has come, or when every channel of the rung before is spent:
    a gateway that is down, a number that is missing, cost no time.
    """
    start: list[str] = []
    is_spent = False
    for rung in rungs:
        if waited_s < rung.after_s and not is_spent:
            return Step(tuple(start), rung.after_s)
        start += [name for name in rung.channels if _of(standing, name) is Standing.FREE]
        is_spent = all(_of(standing, name) is Standing.SPENT for name in rung.channels)
    if start:
        return Step(tuple(start), max(waited_s, rungs[-1].after_s) + LAST_WAIT_S)
    if is_spent or waited_s >= rungs[-1].after_s + LAST_WAIT_S:
        return Step((), None)
    return Step((), rungs[-1].after_s + LAST_WAIT_S)


def _of(standing: Mapping[str, Standing], name: str) -> Standing:
    return standing.get(name, Standing.FREE)
