"""Days side by side in processes of their own, with a bar that says how far they are."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from ctypes import c_double
from multiprocessing import get_context
from typing import Any

from dispatch.simulation.day.runs import DayResult, DayTask, run_task

_LOOK_S = 0.5
_BAR = 30
_shares: Any = None


def run_all(
    tasks: list[DayTask], *, workers: int, show: Callable[[float, int], None]
) -> Iterator[DayResult]:
    """Do the tasks in processes of their own; each result comes as it is there."""
    context = get_context("spawn")
    shares: Any = context.Array(c_double, max(1, len(tasks)), lock=False)
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_remember, initargs=(shares,)
    ) as pool:
        left = {pool.submit(_run, number, task) for number, task in enumerate(tasks)}
        done = 0
        while left:
            finished, left = wait(left, timeout=_LOOK_S, return_when=FIRST_COMPLETED)
            for future in finished:
                done += 1
                yield future.result()
            show(sum(shares) / max(1, len(tasks)), done)


def bar(share: float, done: int, tasks: int) -> str:
    """Draw the bar: days done of all days."""
    filled = round(_BAR * min(1.0, share))
    return f"[{'#' * filled}{'.' * (_BAR - filled)}] {share:4.0%}  {done} of {tasks} days"


def is_watched() -> bool:
    """Say whether anybody looks at the bar."""
    return sys.stderr.isatty()


def _remember(shares: Any) -> None:
    global _shares
    _shares = shares


def _run(number: int, task: DayTask) -> DayResult:
    def tell(share: float) -> None:
        _shares[number] = share

    result = run_task(task, tell)
    tell(1.0)
    return result
