"""How well consumption is learnt: on three measured trucks, and on simulated ones.

`python -m tests.benchmarks.learning` prints the tables, a last line of JSON, and draws
`docs/images/learning.png` if matplotlib is there (`--no-picture` leaves it alone).
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from dispatch.planning.energy import TRUCK_40T
from tests.measured_trucks import (
    HOLED,
    SEMI_TRIPS,
    Forecast,
    figure_error,
    learn_track,
    semi_events,
    semi_forecasts,
    simulated_day,
)

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "learning.png"
SEEDS = (1, 2, 3)
TRUCKS = 40
HOURS = 14.0
OFF = 0.2
AFTER_M = 200_000.0

type Figures = dict[str, float]


def score(forecasts: Iterable[Forecast]) -> Figures:
    """Return how many, mean absolute error and covered by the 90 % interval, both as shares."""
    rows = list(forecasts)
    return {
        "days": len(rows),
        "error": round(float(np.mean([row.error for row in rows])), 4),
        "covered": round(float(np.mean([row.is_covered for row in rows])), 4),
        "interval": round(float(np.mean([1.6449 * row.sd_wh / row.mean_wh for row in rows])), 4),
    }


def measured() -> dict[str, Figures]:
    """Return the figures of the measured truck days, with and without the holed record."""
    events = semi_events()
    forecasts = semi_forecasts(events)
    clean = semi_forecasts([e for e in events if (e.truck, e.event) != HOLED])
    trucks = sorted({row.truck for row in forecasts})
    return {
        "all days": score(forecasts),
        **{truck: score(f for f in forecasts if f.truck == truck) for truck in trucks},
        "from the second day on": score(f for f in forecasts if f.drives_before),
        "without the holed record": score(clean),
        "data sheet only": score(semi_forecasts(events, learns=False)),
        "wrong data sheet, learnt": score(semi_forecasts(events, sheet=TRUCK_40T)),
        "wrong data sheet only": score(semi_forecasts(events, sheet=TRUCK_40T, learns=False)),
    }


def simulated(*, seed: int, off: float, trucks: int = TRUCKS, hours: float = HOURS) -> Figures:
    """Return how far the learnt kWh/km of simulated trucks is off after 200 km, as shares."""
    world, tracks = simulated_day(seed=seed, trucks=trucks, hours=hours, off=off)
    errors, before, covered, drives = [], [], [], []
    for plate, track in tracks.items():
        thirst = world.world.state.trucks[plate].thirst
        steps = learn_track(track)
        known = [learnt for learnt, _ in steps if learnt.distance_m >= AFTER_M]
        if not known:
            continue
        errors.append(abs(figure_error(known[0], thirst=thirst)))
        before.append(abs(1.0 / thirst - 1.0))
        drives.append(known[0].drives)
        covered += [f.is_covered for _, f in steps if f.drives_before >= 3]
    return {
        "trucks": len(errors),
        "drives": round(float(np.mean(drives)), 1),
        "sheet_error": round(float(np.mean(before)), 4),
        "error": round(float(np.mean(errors)), 4),
        "error_p90": round(float(np.quantile(errors, 0.9)), 4),
        "within_3_percent": round(float(np.mean(np.array(errors) <= 0.03)), 4),
        "covered": round(float(np.mean(covered)), 4),
    }


def curve(*, seed: int = 1, off: float = OFF) -> tuple[list[float], list[list[float]]]:
    """Return kilometres and, at each, the absolute errors of all simulated trucks, in per cent."""
    world, tracks = simulated_day(seed=seed, trucks=TRUCKS, hours=24.0, off=off)
    marks_km = [float(km) for km in range(0, 601, 25)]
    errors: list[list[float]] = [[] for _ in marks_km]
    for plate, track in tracks.items():
        thirst = world.world.state.trucks[plate].thirst
        steps = [(0.0, abs(1.0 / thirst - 1.0))]
        for learnt, _ in learn_track(track):
            steps.append((learnt.distance_m / 1e3, abs(figure_error(learnt, thirst=thirst))))
        for index, km in enumerate(marks_km):
            if km <= steps[-1][0]:
                errors[index].append(100.0 * [error for at, error in steps if at <= km][-1])
    return marks_km, errors


def draw(path: Path) -> None:
    """Draw error against kilometres of the simulated trucks, and the measured days."""
    import matplotlib as mpl  # noqa: PLC0415  an extra, for pictures only

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415  the same

    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), dpi=90)
    kilometres, errors = curve()
    middle = [float(np.median(row)) for row in errors]
    upper = [float(np.quantile(row, 0.9)) for row in errors]
    left.fill_between(kilometres, middle, upper, alpha=0.25, label="to the worst tenth")
    left.plot(kilometres, middle, label="median truck")
    left.axhline(3.0, linestyle=":", color="grey")
    left.axvline(AFTER_M / 1e3, linestyle=":", color="grey")
    left.set(xlabel="km learnt from", ylabel="error of kWh/km, %", ylim=(0, None))
    left.set_title("40 simulated trucks, up to 20 % off their data sheet", fontsize=9)
    left.legend(fontsize=8)
    if SEMI_TRIPS.exists():
        rows = semi_forecasts(semi_events())
        per_km = [1.0 / row.distance_m for row in rows]
        right.errorbar(
            range(len(rows)),
            [row.mean_wh * k for row, k in zip(rows, per_km, strict=True)],
            yerr=[1.6449 * row.sd_wh * k for row, k in zip(rows, per_km, strict=True)],
            fmt="_",
            alpha=0.7,
            label="forecast, 90 %",
        )
        right.plot(
            [row.energy_wh * k for row, k in zip(rows, per_km, strict=True)], "k.", label="measured"
        )
        right.set(xlabel="truck day (three trucks)", ylabel="kWh/km", ylim=(0.6, 2.0))
        right.set_title("28 measured days, each from the truck's days before", fontsize=9)
        right.legend(fontsize=8)
    fig.tight_layout()
    fig.savefig(path)


def _table(rows: dict[str, Figures]) -> None:
    names = list(next(iter(rows.values())))
    print("| |" + "|".join(names) + "|")
    print("|---|" + "---|" * len(names))
    for label, figures in rows.items():
        print(f"| {label} |" + "|".join(str(figures[name]) for name in names) + "|")
    print()


def main() -> None:
    """Print every table, then all of it in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-picture", action="store_true")
    options = parser.parse_args()
    found: dict[str, dict[str, Figures]] = {}
    if SEMI_TRIPS.exists():
        found["measured"] = measured()
    found["simulated"] = {
        f"seed {seed}, off by up to {off:.0%}": simulated(seed=seed, off=off)
        for off in (0.0, OFF)
        for seed in SEEDS
    }
    for rows in found.values():
        _table(rows)
    if not options.no_picture:
        draw(PICTURE)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
