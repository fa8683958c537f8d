"""A proven lower bound on the cost of any plan, by prices on lanes and charged packs.

References
----------
M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient optimization", Mathematical
Programming 6 (1974), doi 10.1007/BF01580223; B. T. Polyak, "Minimization of unsmooth
functionals" (1969), doi 10.1016/0041-5553(69)90061-5, for the length of a step.
"""

from collections.abc import Callable
from math import ceil, inf
from time import monotonic

from dispatch.planning.relaxation import Prices, Relaxation
from dispatch.planning.schedule import Schedule
from dispatch.planning.tolls import Tolls

_SPLITS = (1, 3, 6, 12, 30, 100)
"""Slots to a swap, grid by grid."""
_MOST_CELLS = 6_000_000
_MEMORY = 0.75
_PATIENCE = 6
_SHORTEST_STEP = 0.02
_SHARE_EVERY_S = 2.0


def raise_bound(
    schedule: Schedule,
    *,
    upper_s: int,
    until_s: float,
    report: Callable[[int], None],
    share: Callable[[Tolls], None] = lambda _: None,
    splits: tuple[int, ...] = _SPLITS,
    most_steps: float = inf,
) -> int:
    """Find prices at which the relaxed problem costs as much as it can.

    Starts on a coarse grid and carries the prices over to finer ones, whose bounds are higher.

    Parameters
    ----------
    upper_s
        The cost of some plan, seconds: no bound is above it.
    until_s
        When to stop, on the monotonic clock.
    report
        Called with each higher bound, in whole seconds.
    share
        Called with the tolls at the best prices, at the end of each grid and on the way.
    splits
        Slots to a swap, grid by grid.
    most_steps
        Steps after which to stop, whatever the clock says.

    Returns
    -------
    int
        The highest bound found. Whole, since costs are.
    """
    best_s = schedule.least_cost_s
    climb: _Climb | None = None
    steps = 0
    for split in splits:
        slot_s = max(1, _shortest_swap_s(schedule) // split)
        if steps >= most_steps or monotonic() >= until_s or _cells(schedule, slot_s) > _MOST_CELLS:
            break
        climb = _Climb(Relaxation(schedule, slot_s=slot_s), upper_s, coarser=climb)
        share_s = monotonic() + _SHARE_EVERY_S
        while climb.improves and best_s < upper_s and monotonic() < until_s and steps < most_steps:
            climb.step()
            steps += 1
            # A whole cost below the bound less this would take an error of a thousandth.
            if ceil(climb.best_s - 1e-3) > best_s:
                best_s = min(upper_s, ceil(climb.best_s - 1e-3))
                report(best_s)
            if monotonic() >= share_s:
                share(climb.tolls())
                share_s = monotonic() + _SHARE_EVERY_S
        share(climb.tolls())
    return best_s


def find_tolls(
    schedule: Schedule, *, upper_s: int, until_s: float, most_steps: float = inf
) -> Tolls:
    """Give the prices on the coarse grid, as far as they are found by a time or in steps."""
    climb = _Climb(Relaxation(schedule, slot_s=_shortest_swap_s(schedule)), upper_s)
    steps = 0
    while climb.improves and monotonic() < until_s and steps < most_steps:
        climb.step()
        steps += 1
    return climb.tolls()


class _Climb:
    """Subgradient steps on one grid."""

    def __init__(
        self, relaxation: Relaxation, upper_s: int, *, coarser: "_Climb | None" = None
    ) -> None:
        self.relaxation = relaxation
        self._upper_s = upper_s
        self._prices: Prices = relaxation.no_prices()
        if coarser is not None:
            self._prices = relaxation.finer(coarser.best_prices, coarser.relaxation)
        self.best_prices: Prices = self._prices
        self.best_s = float("-inf")
        self._length = 1.0 if coarser is None else 0.3
        self._stalled = 0
        self._direction: Prices | None = None

    @property
    def improves(self) -> bool:
        """Whether steps are still long enough to get anywhere."""
        return self._length > _SHORTEST_STEP

    def tolls(self) -> Tolls:
        """Give the best prices found as tolls."""
        return self.relaxation.tolls(self.best_prices)

    def step(self) -> None:
        """Evaluate the prices and move them along the overuse, averaged over the last steps."""
        value_s, overuse = self.relaxation.evaluate(self._prices)
        if value_s > self.best_s + 1.0:
            self.best_s, self.best_prices, self._stalled = value_s, self._prices, 0
        else:
            self._stalled += 1
        if self._stalled >= _PATIENCE:
            self._length *= 0.6
            self._stalled, self._direction, self._prices = 0, None, self.best_prices
            value_s, overuse = self.relaxation.evaluate(self._prices)
        if self._direction is not None:
            overuse = overuse.blended(self._direction, _MEMORY)
        self._direction = overuse.pressing_on(self._prices)
        square = self._direction.square
        if square < 1e-9:
            self._length = 0.0
            return
        missing_s = max(min(self._upper_s, self.best_s * 1.05) - value_s, 1.0)
        self._prices = self._prices.stepped(self._direction, self._length * missing_s / square)


def _shortest_swap_s(schedule: Schedule) -> int:
    return min(
        (lane.swap_s for station in schedule.problem.stations for lane in station.lanes), default=1
    )


def _cells(schedule: Schedule, slot_s: int) -> int:
    visits = sum(len(itinerary.visits) for job in schedule.jobs for itinerary in job.relaxed)
    return visits * -(-schedule.region.horizon_s // slot_s)
