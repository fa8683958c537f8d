"""When a truck will have to swap, with how sure that is: from its charge and the way ahead.

What is unsure is the energy of the drives ahead; how much later or sooner the reserve is met
follows from it. The moment falls as the drives take more, so shares of moments are those of the
normal distribution of the energy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

TENTH_SDS = 1.2815515655446004
"""Spreads from the mean to the upper tenth of a normal distribution."""
NOTICE_S = 3_600
"""A need is told this long before the swap must begin."""
_SURE_SDS = 4.0
_STEPS = 24


@dataclass(frozen=True, slots=True)
class SwapNotice:
    """When the reserve is met, in seconds from now; None: not on the way that is known.

    One moment of ten is before `earliest_s`, half are before `likely_s`, one of ten is after
    `latest_s`; `within` is the probability that it is within the notice.
    """

    earliest_s: int | None
    likely_s: int | None
    latest_s: int | None
    within: float


def swap_notice(
    meets_reserve_in_s: Callable[[float], int | None], *, notice_s: int = NOTICE_S
) -> SwapNotice:
    """Predict the need of a truck.

    Parameters
    ----------
    meets_reserve_in_s
        Gives the seconds until the reserve is met if the drives ahead take so many spreads more
        than expected, None if they never do; more spreads never give a later moment.
    notice_s
        The time from now that `within` is about, in seconds.
    """
    return SwapNotice(
        earliest_s=meets_reserve_in_s(TENTH_SDS),
        likely_s=meets_reserve_in_s(0.0),
        latest_s=meets_reserve_in_s(-TENTH_SDS),
        within=_within(meets_reserve_in_s, notice_s),
    )


def _within(meets_reserve_in_s: Callable[[float], int | None], notice_s: int) -> float:
    """Find the least number of spreads with which the reserve is met in time."""

    def is_met(sds: float) -> bool:
        at_s = meets_reserve_in_s(sds)
        return at_s is not None and at_s <= notice_s

    low, high = -_SURE_SDS, _SURE_SDS
    if is_met(low):
        return 1.0
    if not is_met(high):
        return 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if is_met(middle) else (middle, high)
    return 1.0 - NormalDist().cdf(high)
