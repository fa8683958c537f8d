"""The last 24 hours of a figure as bars, and the same in words."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.timezone import localtime

from dispatch.selectors.today import Day

HIGH = 40.0
WIDE = 10.0
GAP = 2.0


def spark(
    values: Sequence[float | None], day: Day, shown: Callable[[float | None], str]
) -> dict[str, Any]:
    """Return where the bars stand in a picture `HIGH` high, today's apart from yesterday's."""
    most = max((value for value in values if value), default=0.0)
    bars = []
    for number, (value, hour) in enumerate(zip(values, day.hours, strict=True)):
        height = round(HIGH * value / most, 2) if value and most else 0.0
        bars.append(
            {
                "x": number * WIDE + GAP / 2,
                "y": round(HIGH - height, 2),
                "width": WIDE - GAP,
                "height": height,
                "is_today": hour >= day.midnight,
                "hour": f"{localtime(hour):%H:%M}",
                "value": shown(value),
            }
        )
    return {"bars": bars, "most": shown(most) if most else "", "width": WIDE * len(bars)}
