"""A proven lower bound on the cost of any plan, by prices on lanes and charged packs.

References
----------
M. Held, P. Wolfe, H. P. Crowder, "Validation of subgradient optimization", Mathematical
Programming 6 (1974), doi 10.1007/BF01580223; steps are scaled price by price (`ascent.py`).
"""

from collections.abc import Callable
from math import ceil, inf, sqrt
from time import monotonic

from dispatch.planning.ascent import Ascent
from dispatch.planning.network import Fleet
from dispatch.planning.relaxation import Relaxation
from dispatch.planning.schedule import Schedule
from dispatch.planning.tolls import Tolls

_SPLITS = (1, 3, 6, 12, 30)
"""Slots to a swap, grid by grid."""
_MOST_CELLS = 20_000_000
_LONGEST_STEP_S = 40.0
_SHORTEST_SHARE = 0.3
_LAST_SHORTEST_SHARE = 0.002
_WORTH_IT = 3e-6
_SHARE_EVERY_S = 2.0
_FINEST_SHARED = 6
"""Slots to a swap up to which tolls are shared: finer ones guide no better and cost more."""


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
    fleet = Fleet.of(schedule)
    climb: _Climb | None = None
    grids = [split for split in splits if _cells(schedule, fleet, split) <= _MOST_CELLS]
    steps = 0
    for split in grids:
        if steps >= most_steps or monotonic() >= until_s:
            break
        climb = _Climb(_relaxation(schedule, fleet, split), split=split, coarser=climb)
        climb.is_last = split == grids[-1]
        share_s = monotonic() + _SHARE_EVERY_S
        while climb.improves and best_s < upper_s and monotonic() < until_s and steps < most_steps:
            climb.step()
            steps += 1
            # A whole cost below the bound less this would take an error of a thousandth.
            if ceil(climb.best_s - 1e-3) > best_s:
                best_s = min(upper_s, ceil(climb.best_s - 1e-3))
                report(best_s)
            if monotonic() >= share_s and split <= _FINEST_SHARED:
                share(climb.tolls())
                share_s = monotonic() + _SHARE_EVERY_S
        if split <= _FINEST_SHARED:
            share(climb.tolls())
    return best_s


class _Climb:
    """Steps on one grid."""

    def __init__(
        self,
        relaxation: Relaxation,
        *,
        split: int,
        coarser: "_Climb | None" = None,
    ) -> None:
        self.relaxation = relaxation
        prices = relaxation.grid.no_prices()
        if coarser is not None:
            prices = relaxation.grid.finer(coarser.ascent.best_prices, coarser.relaxation.grid)
        self.ascent: Ascent = Ascent(
            prices, length=_LONGEST_STEP_S / sqrt(split), worth_it=_WORTH_IT
        )
        self.is_last = False

    @property
    def best_s(self) -> float:
        """Return the highest bound so far."""
        return self.ascent.best

    @property
    def improves(self) -> bool:
        """Whether steps are still long enough to get anywhere."""
        share = _LAST_SHORTEST_SHARE if self.is_last else _SHORTEST_SHARE
        return self.ascent.length_left > share

    def tolls(self) -> Tolls:
        """Give the best prices found as tolls."""
        return self.relaxation.grid.tolls(self.ascent.best_prices)

    def step(self) -> None:
        """Evaluate the prices and move them along the overuse."""
        self.ascent.step(*self.relaxation.evaluate(self.ascent.prices))


def _relaxation(schedule: Schedule, fleet: Fleet, split: int) -> Relaxation:
    return Relaxation(schedule, slot_s=_slot_s(schedule, split), fleet=fleet)


def _slot_s(schedule: Schedule, split: int) -> int:
    """Give the length of a slot: a share of the shortest swap."""
    shortest_s = min(
        (lane.swap_s for station in schedule.problem.stations for lane in station.lanes), default=1
    )
    return max(1, shortest_s // split)


def _cells(schedule: Schedule, fleet: Fleet, split: int) -> int:
    arcs = sum(len(node.arcs) for _, node in fleet.nodes)
    return arcs * -(-schedule.region.horizon_s // _slot_s(schedule, split))
