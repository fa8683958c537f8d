"""Where the bars of a summary's charts stand: plain numbers for a template's SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dispatch.selectors.summaries import Figures
from dispatch.selectors.summaries.figures import LEVELS
from dispatch.services.summaries.columns import LEVEL_NAMES, shown
from fleet.services.paper.bars import STEPS, round_up

WIDTH, HEIGHT, LEFT, TOP, FOOT = 640, 170, 44, 8, 20


@dataclass(frozen=True, slots=True)
class Series:
    """Values by day, with the name and the look of their bars."""

    name: str
    look: str
    values: Sequence[float]
    unit: str = ""


def charts_of(days: Mapping[date, Figures]) -> list[dict[str, Any]]:
    """Return the charts of several days: swaps, mean wait, and energy by tariff level."""
    figures = list(days.values())
    swaps = Series(_("swaps"), "swaps", [float(one.swaps) for one in figures])
    waits = [(one.wait_mean_s or 0.0) / 60 for one in figures]
    wait = Series(_("mean wait"), "wait", waits, _("min"))
    levels = [
        Series(
            str(LEVEL_NAMES[level]),
            f"level-{level or 'none'}",
            [one.charged[level].energy_kwh if level in one.charged else 0.0 for one in figures],
            "kWh",
        )
        for level in reversed(LEVELS)
        if any(level in one.charged for one in figures)
    ]
    charts = [
        chart(_("Swaps by day"), list(days), [swaps]),
        chart(_("Mean wait by day, min"), list(days), [wait]),
    ]
    if levels:
        charts.append(chart(_("Energy charged by tariff level, kWh"), list(days), levels))
    return charts


def chart(title: str, days: Sequence[date], series: Sequence[Series]) -> dict[str, Any]:
    """Return a chart of stacked bars, the first series below."""
    totals = [sum(values) for values in zip(*(one.values for one in series), strict=True)]
    top = round_up(max(totals))
    each, tall = (WIDTH - LEFT) / len(days), HEIGHT - TOP - FOOT
    every = 1 if len(days) <= 16 else 2
    lines = [(HEIGHT - FOOT - tall * step / STEPS, top * step / STEPS) for step in range(STEPS + 1)]
    return {
        "title": title,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "lines": [{"y": y, "text_y": y + 4, "text": f"{value:g}"} for y, value in lines],
        "bars": [bar for at, day in enumerate(days) for bar in _bars(at, day, series, top, each)],
        "labels": [
            {"x": LEFT + each * (at + 0.5), "text": day.day}
            for at, day in enumerate(days)
            if at % every == 0
        ],
        "names": [{"look": one.look, "name": one.name} for one in series]
        if len(series) > 1
        else [],
    }


def _bars(
    at: int, day: date, series: Sequence[Series], top: float, each: float
) -> list[dict[str, Any]]:
    bars, y = [], float(HEIGHT - FOOT)
    for one in series:
        tall = one.values[at] / top * (HEIGHT - TOP - FOOT)
        y -= tall
        told = f"{day}: {one.name} {shown(round(one.values[at], 1), 1)} {one.unit}".strip()
        if tall > 0:
            bars.append(
                {
                    "x": LEFT + each * (at + 0.12),
                    "y": y,
                    "width": each * 0.76,
                    "height": tall,
                    "look": one.look,
                    "told": told,
                }
            )
    return bars
