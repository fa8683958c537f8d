"""Figures of a comparison, one question each, readable in print."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from dispatch.simulation.day.runs import BOUND, DayResult

STYLES = {
    "nearest": ("#999999", ":"),
    "greedy": ("#0072b2", "--"),
    "hungarian": ("#e69f00", "-."),
    "planner": ("#000000", "-"),
}
MISSING = "Figures need matplotlib: install yizhan with its extra `figures`, or give --no-figures."


class FiguresError(RuntimeError):
    """Figures cannot be drawn here; the sentence says what to do."""


def draw_all(results: list[DayResult], folder: Path) -> list[Path]:
    """Draw every figure the results allow; returns the files.

    Raises
    ------
    FiguresError
        matplotlib is not installed.
    """
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra, and slow to load

        mpl.use("Agg")
        from matplotlib import pyplot as plt  # noqa: PLC0415 - after the backend is chosen
    except ImportError as error:
        raise FiguresError(MISSING) from error
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    days = [result for result in results if result.task.policy != BOUND]
    groups: dict[str, list[DayResult]] = defaultdict(list)
    for result in days:
        task = result.task
        chance = "expected" if task.is_as_expected else "chance"
        groups[f"{task.load}-{chance}-{task.notice_min}"].append(result)
    for name, group in groups.items():
        files.append(_waits(plt, group, folder / f"day-waits-{name}.png"))
        for column, label, stem in (
            (1, "trucks waiting at stations", "queue"),
            (2, "charged packs in all stations", "stock"),
        ):
            path = folder / f"day-{stem}-{name}.png"
            files.append(_over_time(plt, group, column, label, path))
    return files


def _waits(plt: Any, results: list[DayResult], path: Path) -> Path:
    """Draw which share of swaps waited longer than so many minutes."""
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    for policy, days in _by_policy(results).items():
        waits = np.sort(np.concatenate([np.array(day.waits_min) for day in days]))
        share = 100.0 * (1.0 - np.arange(len(waits)) / len(waits))
        colour, line = STYLES.get(policy, ("#cc79a7", "-"))
        axes.step(waits, share, color=colour, linestyle=line, label=policy)
    axes.set(
        xlabel="minutes waited at the station",
        ylabel="swaps that waited longer, %",
        xlim=(0, 120),
        yscale="log",
        ylim=(0.1, 100),
    )
    return _save(plt, figure, axes, path)


def _over_time(plt: Any, results: list[DayResult], column: int, label: str, path: Path) -> Path:
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    for policy, days in _by_policy(results).items():
        lines = min(days, key=lambda day: day.task.seed).lines
        hours = [line[0] / 3_600.0 for line in lines]
        colour, line = STYLES.get(policy, ("#cc79a7", "-"))
        axes.plot(hours, [row[column] for row in lines], color=colour, linestyle=line, label=policy)
    axes.set(xlabel="hour of the day", ylabel=label, xlim=(0, 34), ylim=(0, None))
    return _save(plt, figure, axes, path)


def _by_policy(results: list[DayResult]) -> dict[str, list[DayResult]]:
    found: dict[str, list[DayResult]] = {}
    for result in results:
        found.setdefault(result.task.policy, []).append(result)
    order = [*STYLES, *found]
    return {policy: found[policy] for policy in sorted(found, key=order.index)}


def _save(plt: Any, figure: Any, axes: Any, path: Path) -> Path:
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    plt.close(figure)
    return path
