"""Spans of time as people write them, in the time of the page."""

from typing import Any

from django.utils import timezone


def span_text(during: Any) -> str:
    """Return from when to when, local; an open end stays open, the day stands once."""
    if during.lower is None:
        return "–"
    start = timezone.localtime(during.lower)
    if during.upper is None:
        return f"{start:%Y-%m-%d %H:%M} –"
    end = timezone.localtime(during.upper)
    same_day = start.date() == end.date()
    return f"{start:%Y-%m-%d %H:%M} – {end:{'%H:%M' if same_day else '%Y-%m-%d %H:%M'}}"
