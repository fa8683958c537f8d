"""How often windows are kept, and how wide they are (`make bench-windows`).

``python -m tests.benchmarks.windows [--seeds 5] [--hours 12] [--picture FILE.svg]``: one row for
each kind of noise and for each load, lane buffer, and belief the planner could have; then how
often windows were kept that were promised with other probabilities; last, a line of JSON.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from dispatch.planning.spreads import Spread
from tests.benchmarks.diagram import reliability_svg
from tests.window_world import NOISES, Habits, Kept, Promised, Region, judge

ROW = "{:<34} {:>9} {:>7} {:>7} {:>8} {:>9} {:>7}"
TARGETS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


def scaled(factor: float) -> Callable[[Spread], Spread]:
    """Return what makes a spread wider, or narrower than was measured."""
    return lambda spread: Spread(tuple(factor * point for point in spread.points), spread.samples)


def cases() -> dict[str, Habits]:
    """Return the worlds to live in, by what is said of them."""
    found = {name: Habits(noise=noise) for name, noise in NOISES.items()}
    found["nobody is let in early"] = Habits(is_early_let_in=False)
    found["drivers set out 1 to 5 min late"] = Habits(sets_out_s=(60, 300))
    for load in (2.0, 4.0, 4.5):
        found[f"{load:g} trucks in 5 min instead of 3"] = Habits(trucks_an_epoch=load)
    for buffer_s in (60, 120, 180):
        found[f"4.5 trucks, lane buffer {buffer_s} s"] = Habits(
            trucks_an_epoch=4.5, lane_buffer_s=buffer_s
        )
    found["the prior alone"] = Habits(learns=False)
    found["planted: spreads halved"] = Habits(distort=scaled(0.5))
    found["planted: spreads doubled"] = Habits(distort=scaled(2.0))
    return found


def live(habits: Habits, *, seeds: int) -> list[Promised]:
    """Live through a day for each seed; return all its promises."""
    return [one for seed in range(1, seeds + 1) for one in Region(habits, seed=seed).run()]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--hours", type=float, default=12.0)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    print(ROW.format("world", "promises", "kept %", "told %", "within %", "window m", "wait m"))
    done: dict[str, Kept] = {}
    for name, habits in cases().items():
        kept = done[name] = judge(live(habits, seeds=options.seeds))
        print(_row(name, kept), flush=True)
    points = []
    for target in TARGETS:
        kept = judge(live(Habits(kept=target), seeds=options.seeds))
        points.append((kept.told_percent, kept.kept_percent))
        print(_row(f"asked for {target:.0%}", kept), flush=True)
    if options.picture:
        options.picture.write_text(reliability_svg(points))
    print(json.dumps({name: asdict(kept) for name, kept in done.items()}))


def _row(name: str, kept: Kept) -> str:
    return ROW.format(
        name,
        kept.promises,
        f"{kept.kept_percent:.1f}",
        f"{kept.told_percent:.1f}",
        f"{kept.within_percent:.1f}",
        f"{kept.window_min:.2f}",
        f"{kept.wait_min:.2f}",
    )


if __name__ == "__main__":
    main()
