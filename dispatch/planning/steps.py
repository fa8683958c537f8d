"""Values that hold from a second on until the next: prices, power limits."""

from collections.abc import Sequence


def in_force(steps: Sequence[tuple[int, int]], at_s: int) -> int:
    """Give the value of the last step begun at `at_s`, 0 before the first.

    `steps` are pairs of the second a value holds from and the value, in order of time.
    """
    return next((value for from_s, value in reversed(steps) if from_s <= at_s), 0)
