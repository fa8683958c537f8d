"""What is asked of the hot path, and whether it was reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A figure with its floor and its goal; latencies have a most, which is both."""

    name: str
    floor: float
    goal: float
    is_most: bool = False

    def met(self, value: float, asked: float) -> bool:
        return value <= asked if self.is_most else value >= asked


GOALS = {
    "single_by_drf": Goal(name="single, by DRF single", floor=15, goal=25),
    "many_by_drf": Goal(name="20 a request, by DRF 20", floor=10, goal=18),
    "many_by_copy": Goal(name="20 a request, by text COPY", floor=0.35, goal=0.55),
    "many_by_wide_copy": Goal(name="the same, COPY of rows as the floor's", floor=0.35, goal=0.55),
    "single_by_hello": Goal(name="single, by bare granian hello", floor=0.14, goal=0.22),
    "single_per_s": Goal(name="single, requests/s", floor=5000, goal=8000),
    "p99_ms": Goal(name="single, p99 at 200 connections, ms", floor=250, goal=250, is_most=True),
    "half_p99_ms": Goal(name="single, p99 at half load, ms", floor=30, goal=30, is_most=True),
}


def spread(values: Sequence[float]) -> str:
    """Return the median and the range of some values."""
    return f"{_short(median(values))} ({_short(min(values))}-{_short(max(values))})"


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def rows(figures: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Return a row a goal, from its value in each round."""
    made = []
    for key, goal in GOALS.items():
        value = median(figures[key])
        made.append(
            {
                "key": key,
                "name": goal.name,
                "median": value,
                "min": min(figures[key]),
                "max": max(figures[key]),
                "floor": goal.floor,
                "floor_met": goal.met(value, goal.floor),
                "goal": goal.goal,
                "goal_met": goal.met(value, goal.goal),
            }
        )
    return made


def table(figures: dict[str, list[float]]) -> str:
    """Return the goals as a table in Markdown."""
    lines = [
        "| figure | median (min-max) | floor | met | goal | met |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows(figures):
        asked = [f"{row[which]:g} | {_said(row[which + '_met'])}" for which in ("floor", "goal")]
        lines.append(f"| {row['name']} | {spread(figures[row['key']])} | {' | '.join(asked)} |")
    return "\n".join(lines)


def _said(is_met: bool) -> str:
    return "yes" if is_met else "no"
