"""Why something is taken out of use: the reasons people choose from, and how they are said."""

from collections.abc import Iterable

from fleet.selectors.said import reason_said

REASONS = ("robot fault", "maintenance", "safety", "power cut", "in the way")
"""Kept in the rows as they are here, and said in the reader's language."""
DANGERS = ("too hot", "smoke or leak", "dropped")
"""For these a pack is set apart for safety: its release takes two."""
HELD_BACK_FOR = "to be inspected"


def said(reason: str) -> str:
    """Return a reason in the reader's language, if it is one of those people choose from."""
    return reason_said(reason)


def choices(reasons: Iterable[str] = REASONS) -> list[tuple[str, str]]:
    """Return the reasons to choose from, each with its name."""
    return [(reason, said(reason)) for reason in reasons]
