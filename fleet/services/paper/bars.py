"""Bars on paper, stacked, with an axis of round numbers."""

from math import floor, log10

from reportlab.graphics.shapes import Drawing, Line, Rect, String

from fleet.services.paper.font import NAME, printable, width_of
from fleet.services.paper.ink import INK, LINE, SERIES, SOFT
from fleet.services.paper.parts import Bars

HEIGHT, LEFT, FOOT, HEAD = 84.0, 34.0, 14.0, 14.0
SMALL = 6.5
STEPS = 4
ROUND = (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)


def draw_bars(part: Bars, width: float) -> Drawing:
    """Return bars as a drawing of the given width in points."""
    drawing = Drawing(width, HEIGHT, initialFontName=NAME)
    totals = [sum(values) for values in zip(*(v for _, v in part.series), strict=True)]
    top = round_up(max(totals, default=0.0))
    _draw_axis(drawing, width, top)
    _draw_names(drawing, part)
    each = (width - LEFT) / max(1, len(part.labels))
    every = max(1, round(26 / each + 0.49))
    for at, label in enumerate(part.labels):
        x, y = LEFT + each * at, FOOT
        for (_, values), color in zip(part.series, SERIES, strict=False):
            tall = values[at] / top * (HEIGHT - FOOT - HEAD)
            drawing.add(
                Rect(x + each * 0.15, y, each * 0.7, tall, fillColor=color, strokeColor=None)
            )
            y += tall
        if at % every == 0:
            _write(drawing, x + each / 2, 3, label, anchor="middle")
    return drawing


def round_up(value: float) -> float:
    """Return the next number above whose quarters are short to write, 1 for nothing."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in ROUND if step * power >= value * 0.9999999)


def _draw_axis(drawing: Drawing, width: float, top: float) -> None:
    for step in range(STEPS + 1):
        y = FOOT + (HEIGHT - FOOT - HEAD) * step / STEPS
        drawing.add(Line(LEFT, y, width, y, strokeColor=LINE, strokeWidth=0.4))
        _write(drawing, LEFT - 3, y - 2, f"{top * step / STEPS:g}", anchor="end")


def _draw_names(drawing: Drawing, part: Bars) -> None:
    if len(part.series) < 2:
        return
    x = LEFT
    for (name, _), color in zip(part.series, SERIES, strict=False):
        drawing.add(Rect(x, HEIGHT - 8, 7, 7, fillColor=color, strokeColor=None))
        _write(drawing, x + 10, HEIGHT - 7, name, anchor="start")
        x += 22 + width_of(printable(name), SMALL)


def _write(drawing: Drawing, x: float, y: float, text: str, *, anchor: str) -> None:
    color = INK if anchor == "start" else SOFT
    drawing.add(
        String(
            x, y, printable(text), fontName=NAME, fontSize=SMALL, fillColor=color, textAnchor=anchor
        )
    )
