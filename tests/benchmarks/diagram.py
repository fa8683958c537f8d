"""Small pictures for the docs, drawn as SVG without a library."""

from collections.abc import Sequence

SIDE = 320
_LOW = 40.0


def reliability_svg(points: Sequence[tuple[float, float]]) -> str:
    """Draw how often was kept what was promised with a probability; both in percent."""
    marks = "".join(
        f'<circle cx="{_x(told):.0f}" cy="{_y(kept):.0f}" r="4" fill="#0f766e">'
        f"<title>{told:.0f} % promised, {kept:.0f} % kept</title></circle>"
        for told, kept in points
    )
    ticks = "".join(
        f'<text x="{_x(value):.0f}" y="{SIDE + 16}" text-anchor="middle">{value}</text>'
        f'<text x="-6" y="{_y(value) + 4:.0f}" text-anchor="end">{value}</text>'
        f'<path d="M{_x(value):.0f} 0V{SIDE}M0 {_y(value):.0f}H{SIDE}" stroke="#ddd"/>'
        for value in range(int(_LOW), 101, 10)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-56 -10 {SIDE + 76} {SIDE + 56}"'
        ' font-family="sans-serif" font-size="11" fill="#333"'
        ' role="img" aria-label="Windows kept against windows promised">'
        f'<rect x="-56" y="-10" width="{SIDE + 76}" height="{SIDE + 56}" fill="#fff"/>{ticks}'
        f'<path d="M0 {SIDE}L{SIDE} 0" stroke="#999" stroke-dasharray="4 4"/>{marks}'
        f'<text x="{SIDE / 2}" y="{SIDE + 36}" text-anchor="middle">promised, %</text>'
        f'<text transform="translate(-40 {SIDE / 2}) rotate(-90)" text-anchor="middle">'
        "kept, %</text></svg>\n"
    )


def _x(percent: float) -> float:
    return (percent - _LOW) / (100 - _LOW) * SIDE


def _y(percent: float) -> float:
    return SIDE - _x(percent)
