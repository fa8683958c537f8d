"""The books of a station: which lane is taken when, and how many charged packs are left.

A swap takes a set of packs at its start and gives it back, charged, at `back_s`; between the two
the stock of its pack type is lower by the set. With packs that are alike this is all there is
to know: a set can be handed out at a time if the stock never falls below it until it is back.
"""

from bisect import bisect_left, bisect_right

from dispatch.planning.problem import Lane, Station

_EVER = 1 << 60


class LaneBook:
    """Taken and closed times of one lane, apart from each other and in order."""

    def __init__(self, lane: Lane) -> None:
        self.swap_s = lane.swap_s
        self.types = lane.types
        self._starts: list[int] = []
        self._ends: list[int] = []
        for begin, end in sorted(lane.closed):
            if self._ends and begin <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(begin)
                self._ends.append(end)

    def earliest_s(self, from_s: int) -> int:
        """Find the first start from `from_s` on at which a whole swap fits."""
        ends, starts = self._ends, self._starts
        index = bisect_right(ends, from_s)
        while index < len(starts) and starts[index] < from_s + self.swap_s:
            from_s = max(from_s, ends[index])
            index += 1
        return from_s

    def take(self, start_s: int) -> None:
        """Enter a swap that starts at `start_s`; the time must be free."""
        index = bisect_left(self._starts, start_s)
        self._starts.insert(index, start_s)
        self._ends.insert(index, start_s + self.swap_s)

    def free(self, start_s: int) -> None:
        """Strike out the swap that starts at `start_s`."""
        index = bisect_left(self._starts, start_s)
        del self._starts[index]
        del self._ends[index]


class StockBook:
    """Charged packs of one type at one station over time.

    `levels[k]` packs are left from `times[k]` on, once all that happens at that second has.
    """

    def __init__(self, ready_s: list[int]) -> None:
        self._times = [-_EVER]
        self._levels = [0]
        for at_s in ready_s:
            self.add(at_s, 1)

    def take(self, start_s: int, back_s: int, packs: int) -> None:
        """Hand out a set from `start_s` until `back_s`."""
        begin = self._mark(start_s)
        end = self._mark(back_s)
        levels = self._levels
        levels[begin:end] = [level - packs for level in levels[begin:end]]

    def free(self, start_s: int, back_s: int, packs: int) -> None:
        """Undo :meth:`take`."""
        times, levels = self._times, self._levels
        begin, end = bisect_left(times, start_s), bisect_left(times, back_s)
        levels[begin:end] = [level + packs for level in levels[begin:end]]
        del times[end], levels[end], times[begin], levels[begin]

    def add(self, back_s: int, packs: int) -> None:
        """Enter packs that are there from `back_s` on."""
        begin = self._mark(back_s)
        self._levels[begin:] = [level + packs for level in self._levels[begin:]]

    def blocked_until_s(self, start_s: int, back_s: int, packs: int) -> int | None:
        """None if a set can be handed out; else the first time at which it might be."""
        times, levels = self._times, self._levels
        begin = bisect_right(times, start_s) - 1
        end = bisect_left(times, back_s)
        if begin >= end or min(levels[begin:end]) >= packs:
            return None
        last = end - 1
        while levels[last] >= packs:
            last -= 1
        return times[last + 1] if last + 1 < len(times) else _EVER

    def ready_packs(self, at_s: int) -> int:
        """Charged packs left at a time, before anything that happens later."""
        return self._levels[bisect_right(self._times, at_s) - 1]

    def _mark(self, at_s: int) -> int:
        """Enter a time without a change; gives the first entry of that time."""
        index = bisect_left(self._times, at_s)
        after = bisect_right(self._times, at_s, index)
        level = self._levels[after - 1]
        self._times.insert(index, at_s)
        self._levels.insert(index, level)
        return index


class StationBook:
    """Lanes and stocks of one station."""

    def __init__(self, station: Station, *, reserved: frozenset[str] = frozenset()) -> None:
        self.station = station
        self.lanes = [LaneBook(lane) for lane in station.lanes]
        self.stocks: dict[str, StockBook] = {}
        ready_s: dict[str, list[int]] = {}
        for pack in station.packs:
            if pack.id not in reserved:
                ready_s.setdefault(pack.type, []).append(pack.ready_s)
        for kind, times in ready_s.items():
            self.stocks[kind] = StockBook(times)

    def stock(self, kind: str) -> StockBook:
        """Give the stock of a pack type, empty if the station never had one."""
        found = self.stocks.get(kind)
        if found is None:
            found = self.stocks[kind] = StockBook([])
        return found

    def earliest(
        self, from_s: int, before_s: int, kind: str, packs: int, charge_s: int
    ) -> tuple[int, int] | None:
        """Give the first start from `from_s` on, and its lane, or None if not before `before_s`.

        `charge_s` is how long the returned set charges after the swap.
        """
        stock = self.stocks.get(kind)
        if stock is None:
            return None
        lanes = self.lanes
        is_plain = len(lanes) == 1 and lanes[0].types is None
        while True:
            lane = 0 if is_plain else self.first_lane(from_s, kind)
            if lane is None:
                return None
            start_s = lanes[lane].earliest_s(from_s)
            if start_s >= before_s:
                return None
            back_s = start_s + lanes[lane].swap_s + charge_s
            later_s = stock.blocked_until_s(start_s, back_s, packs)
            if later_s is None:
                return start_s, lane
            from_s = later_s

    def first_lane(self, from_s: int, kind: str) -> int | None:
        """Find the lane on which a swap of this type would end first."""
        able = [
            (lane.earliest_s(from_s) + lane.swap_s, index)
            for index, lane in enumerate(self.lanes)
            if lane.types is None or kind in lane.types
        ]
        return min(able)[1] if able else None

    def take(self, start_s: int, lane: int, kind: str, packs: int, charge_s: int) -> None:
        """Enter a swap."""
        self.lanes[lane].take(start_s)
        back_s = start_s + self.lanes[lane].swap_s + charge_s
        self.stock(kind).take(start_s, back_s, packs)

    def free(self, start_s: int, lane: int, kind: str, packs: int, charge_s: int) -> None:
        """Strike out a swap."""
        self.lanes[lane].free(start_s)
        back_s = start_s + self.lanes[lane].swap_s + charge_s
        self.stock(kind).free(start_s, back_s, packs)
