"""The known instances: time limits, what is asked of the planner, the best bounds found offline."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

OWN = Path(__file__).parents[1] / "data" / "planning"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "planning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """An instance under a time limit, and the gap that is asked there.

    `gap` is measured against the fine bound, `own gap` against the planner's own. `fine_s` is the
    bound of a linear relaxation on a finer grid, found offline in a minute or more (None: none).
    """

    instance: str
    time_limit_s: float
    most_percent: float | None = None
    measure: Literal["gap", "own gap"] = "gap"
    fine_s: int | None = None


YARDSTICKS = (
    Yardstick(instance="shuttle-100x8-s1", time_limit_s=3, most_percent=2, fine_s=76_524),
    Yardstick(instance="shuttle-300x20-s1", time_limit_s=5, most_percent=2, fine_s=209_659),
    Yardstick(instance="shuttle-1000x60-s1", time_limit_s=10, most_percent=3, fine_s=711_605),
    Yardstick(instance="shuttle-1000x60-s1", time_limit_s=30, most_percent=2, fine_s=711_605),
    Yardstick(instance="shuttle-3000x150-s1", time_limit_s=60, most_percent=5),
    Yardstick(instance="short-300x20-s1", time_limit_s=10, most_percent=5, fine_s=347_871),
    Yardstick(instance="short-1000x60-s1", time_limit_s=30, most_percent=8, fine_s=976_599),
    Yardstick(instance="corridor-60x8-s1", time_limit_s=30, most_percent=5, measure="own gap"),
    Yardstick(instance="corridor-200x12-s1", time_limit_s=30, most_percent=5, measure="own gap"),
)


def wanted(names: list[str], *, time_limit_s: float | None) -> list[Yardstick]:
    """Give the yardsticks of these names or files (none: all), under one limit if one is given."""
    known = {stick.instance for stick in YARDSTICKS}
    chosen = [stick for stick in YARDSTICKS if not names or stick.instance in names]
    chosen += [Yardstick(instance=name, time_limit_s=10) for name in names if name not in known]
    if time_limit_s is None:
        return chosen
    first = {stick.instance: stick for stick in reversed(chosen)}
    return [
        Yardstick(instance=name, time_limit_s=time_limit_s, fine_s=stick.fine_s)
        for name, stick in reversed(first.items())
    ]


def instance_file(name: str) -> Path | None:
    """Find the file of an instance by its name, or take the name as a path; None: not there."""
    places = [Path(name), *(place / f"{name}.json.gz" for place in (OWN, SHARED))]
    return next((place for place in places if place.is_file()), None)
