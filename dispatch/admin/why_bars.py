"""Minutes by part of each option as a bar of a stacked chart, all on one scale."""

from typing import Any

from django.utils.translation import gettext as _

from dispatch.selectors.why import PARTS

LABELLED_FROM = 6.0  # percent of the width: a narrower part has no room for its minutes


def part_names() -> dict[str, str]:
    """Return what the parts of a way are called."""
    return {
        "leave": _("own route"),
        "to": _("drive there"),
        "wait": _("wait"),
        "swap": _("swap"),
        "on": _("drive on"),
        "rest": _("own route"),
    }


def bars(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each option its parts with where they begin and end, in percent of the width."""
    names = part_names()
    most = max((total_min(row) for row in rows), default=0.0) or 1.0
    drawn = []
    for row in rows:
        left, parts = 0.0, []
        for part in PARTS:
            minutes = row.get(f"{part}_min")
            if minutes:
                width = 100 * minutes / most
                parts.append(
                    {
                        "code": part,
                        "name": names[part],
                        "minutes": minutes,
                        "left": round(left, 2),
                        "width": round(max(width - 0.15, 0.2), 2),
                        "label": f"{minutes:.0f}" if width >= LABELLED_FROM else "",
                    }
                )
                left += width
        drawn.append({"row": row, "parts": parts, "total_min": round(total_min(row), 1)})
    return drawn


def total_min(row: dict[str, Any]) -> float:
    """Return the minutes of an option, as far as they are known."""
    return float(sum(row.get(f"{part}_min") or 0 for part in PARTS))
