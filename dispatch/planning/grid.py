"""What there is in each slot of time: lanes that can start a swap, and charged packs."""

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.prices import Floats, Prices
from dispatch.planning.problem import Lane, SwapProblem
from dispatch.planning.tolls import Tolls


class Grid:
    """Capacities of all stations over slots of `slot_s`, rounded in favour of any plan.

    * Each lane starts at most one swap in any run of slots no longer than its swap (`window`).
    * A pack that becomes ready within a slot counts from the slot's begin.
    """

    def __init__(self, problem: SwapProblem, pools: list[tuple[str, str]], *, slot_s: int) -> None:
        self.slot_s = slot_s
        self.slots = -(-problem.horizon_s // slot_s)
        self.stations = [station.id for station in problem.stations]
        self.pools = pools
        self.windows = [
            max(1, min((lane.swap_s for lane in station.lanes), default=1) // slot_s)
            for station in problem.stations
        ]
        self.capacity = Prices(self._lanes(problem), self._stock(problem))

    def no_prices(self) -> Prices:
        """Give prices of zero."""
        return Prices(
            np.zeros((len(self.stations), self.slots)), np.zeros((len(self.pools), self.slots))
        )

    def finer(self, prices: Prices, coarse: "Grid") -> Prices:
        """Carry prices over from a coarser grid."""
        made = self.no_prices()
        for slot in range(coarse.slots):
            begin = min(self.slots - 1, slot * coarse.slot_s // self.slot_s)
            end = min(self.slots - 1, ((slot + 1) * coarse.slot_s - 1) // self.slot_s)
            made.lanes[:, begin] += prices.lanes[:, slot]
            made.stock[:, end] += prices.stock[:, slot]
        return made

    def start_prices(self, prices: Prices) -> tuple[Floats, Floats]:
        """Price a start in each slot of each station, and a pack held from each slot on."""
        grid = np.arange(self.slots)
        sums = np.zeros((len(self.stations), self.slots + 1))
        np.cumsum(prices.lanes, axis=1, out=sums[:, 1:])
        lanes = np.empty((len(self.stations), self.slots))
        for station, window in enumerate(self.windows):
            lanes[station] = (
                sums[station, grid + 1] - sums[station, np.maximum(grid - window + 1, 0)]
            )
        return lanes, prices.stock[:, ::-1].cumsum(axis=1)[:, ::-1]

    def overuse(self, starts: Floats, taken: Floats) -> Prices:
        """Give what is used beyond the capacity: starts a slot, packs taken less given back."""
        sums = starts.cumsum(axis=1)
        used = np.zeros_like(sums)
        for station, window in enumerate(self.windows):
            last = np.minimum(np.arange(self.slots) + window - 1, self.slots - 1)
            used[station] = sums[station, last] - np.append(0.0, sums[station, :-1])
        return Prices(used - self.capacity.lanes, taken.cumsum(axis=1) - self.capacity.stock)

    def worth(self, prices: Prices) -> float:
        """Price all there is."""
        return float((prices.lanes * self.capacity.lanes).sum()) + float(
            (prices.stock * self.capacity.stock).sum()
        )

    def tolls(self, prices: Prices) -> Tolls:
        """Give the prices as what a swap at a station and time should pay."""
        lanes, held = self.start_prices(prices)
        held = np.append(held, np.zeros((len(held), 1)), axis=1)
        return Tolls(
            self.slot_s,
            dict(zip(self.stations, lanes.tolist(), strict=True)),
            dict(zip(self.pools, held.tolist(), strict=True)),
        )

    def _lanes(self, problem: SwapProblem) -> Floats:
        capacity = np.zeros((len(self.stations), self.slots))
        for index, station in enumerate(problem.stations):
            for lane in station.lanes:
                is_open = _open_slots(lane, self.slots, self.slot_s)
                somewhere = is_open.copy()
                for later in range(1, self.windows[index]):
                    somewhere[:-later] |= is_open[later:]
                capacity[index] += somewhere
        return capacity

    def _stock(self, problem: SwapProblem) -> Floats:
        ready = np.zeros((len(self.pools), self.slots))
        rows = {pool: index for index, pool in enumerate(self.pools)}
        for station in problem.stations:
            for pack in station.packs:
                slot = max(0, pack.ready_s) // self.slot_s
                row = rows.get((station.id, pack.type))
                if row is not None and slot < self.slots:
                    ready[row, slot:] += 1
        return ready


def _open_slots(lane: Lane, slots: int, slot_s: int) -> NDArray[np.bool_]:
    """Whether a swap can start somewhere in each slot."""
    is_open = np.ones(slots, dtype=bool)
    for begin_s, end_s in lane.closed:
        # No swap starts after begin - swap and before end: slots wholly within that are shut.
        first = -(-(begin_s - lane.swap_s + 1) // slot_s)
        last = end_s // slot_s
        is_open[max(0, first) : max(0, last)] = False
    return is_open
