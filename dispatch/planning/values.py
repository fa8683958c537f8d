"""What every value of a problem or plan must be; a fault is named with its place."""

from collections.abc import Iterable

MOST = 10**9
"""No number is larger: 31 years in seconds, a thousand packs of a GWh."""


class ProblemError(ValueError):
    """The problem cannot be read; the sentence starts with the JSON path of the fault."""


def need_whole(name: str, value: object, *, low: int = -MOST) -> None:
    """Refuse what is not a whole number from `low` to `MOST`."""
    if type(value) is not int:
        raise ProblemError(f"{name}: must be a whole number, got {shown(value)}")
    if value < low:
        raise ProblemError(f"{name}: must be {low} or more, got {shown(value)}")
    if value > MOST:
        raise ProblemError(f"{name}: must be {MOST} or less, got {shown(value)}")


def need_text(name: str, value: object) -> None:
    """Refuse what is not a text, or empty."""
    if not isinstance(value, str) or not value:
        raise ProblemError(f"{name}: must be a text that is not empty, got {shown(value)}")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ProblemError(f"{name}: half a letter (a lone surrogate) in {shown(value)}")


def need_flag(name: str, value: object) -> None:
    """Refuse what is neither true nor false."""
    if not isinstance(value, bool):
        raise ProblemError(f"{name}: must be true or false, got {shown(value)}")


def need_pair(name: str, value: object) -> None:
    """Refuse what is not a pair of whole numbers."""
    if not isinstance(value, tuple) or len(value) != 2:
        raise ProblemError(f"{name}: must be a pair of whole numbers, got {shown(value)}")
    for part in value:
        need_whole(name, part)


def need_different(name: str, ids: Iterable[str]) -> None:
    """Refuse an id that is there twice."""
    seen: set[str] = set()
    for value in ids:
        if value in seen:
            raise ProblemError(f"{name}: the id {value!r} is there twice")
        seen.add(value)


def shown(value: object) -> str:
    """Return a value as a sentence shows it, on one line and not too long."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return f"a number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
