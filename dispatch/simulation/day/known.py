"""A good day when everything is known from its beginning: what not knowing costs.

The prices of the bound say when each truck would like to swap; in this order each gets its
cheapest day beside those before it. Then trucks that swap at one station about one time are taken
out and put back in another order, again and again, and worse days are accepted ever more seldom
(Christiaens and Vanden Berghe 2020). What is found keeps every rule at every step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from random import Random

from dispatch.planning.prices import Prices
from dispatch.simulation.day.bound import DayBound
from dispatch.simulation.day.taken import Swaps, Taken
from dispatch.simulation.day.wished import TruckDay, tolls_of

UNSERVED_MIN = 600.0
"""What a truck without a day counts for, so that none is left without."""
_HOT_MIN, _COLD_MIN = 40.0, 1.0
_NEAR_MIN = 150
_NEAREST = 20
_MOST_OUT = 10
_LOOKED_AT = 4


@dataclass(slots=True)
class _Day:
    """What a truck does, and what it costs in minutes; `swaps` None: it has no day yet."""

    swaps: Swaps | None
    cost_min: float


class KnownDay:
    """A search for the best day of all trucks together."""

    def __init__(self, bound: DayBound, prices: Prices, *, seed: int = 0) -> None:
        self.graph = bound.graph
        self._taken = Taken(self.graph, bound.there_is)
        tolls = tolls_of(self.graph, prices)
        self._ways = [TruckDay(self.graph, root, tolls) for root in self.graph.root.tolist()]
        self._days = [_Day(None, UNSERVED_MIN) for _ in self._ways]
        self._at: list[dict[tuple[int, int], int]] = [{} for _ in bound.there_is.lanes]
        self._chance = Random(seed)  # noqa: S311  a search, not a secret

    @property
    def cost_min(self) -> float:
        """Return what all trucks lose together."""
        return sum(day.cost_min for day in self._days)

    def find(
        self, *, steps: int, progress: Callable[[float], None] | None = None
    ) -> dict[int, Swaps]:
        """Return the best swaps found, by the truck's place among the trucks."""
        for truck in sorted(range(len(self._ways)), key=self._wished_start):
            self._put(truck, has_tolls=True)
        best, least = self._kept(), self.cost_min
        for step in range(steps):
            heat = _HOT_MIN * (_COLD_MIN / _HOT_MIN) ** (step / steps)
            if self._stir(heat) and self.cost_min < least:
                best, least = self._kept(), self.cost_min
            if progress is not None:
                progress((step + 1) / steps)
        return best

    def _wished_start(self, truck: int) -> int:
        """Return when a truck would swap first if it had only prices to pay."""
        found = self._ways[truck].cheapest(None, has_tolls=True)
        return found[1][0][1] if found else 0

    def _kept(self) -> dict[int, Swaps]:
        owner = self.graph.owner
        return {int(owner[k]): day.swaps for k, day in enumerate(self._days) if day.swaps}

    def _stir(self, heat: float) -> bool:
        """Take some trucks out and put them back; say whether it was left so."""
        out = self._some()
        before = [_Day(self._days[k].swaps, self._days[k].cost_min) for k in out]
        limit = sum(day.cost_min for day in before) - heat * log(1.0 - self._chance.random())
        for truck in out:
            self._take_out(truck)
        order = list(out)
        if self._chance.random() < 0.5:
            self._chance.shuffle(order)
        has_tolls = self._chance.random() < 0.7
        spent = 0.0
        for truck in order:
            self._put(truck, has_tolls=has_tolls)
            spent += self._days[truck].cost_min
            if spent > limit:
                break
        else:
            return True
        for truck in out:
            self._take_out(truck)
        for truck, day in zip(out, before, strict=True):
            self._write(truck, day)
        return False

    def _some(self) -> list[int]:
        """Choose a truck that loses much, and others near one of its swaps."""
        chance, least = self._chance, self.graph.root_least
        among = [chance.randrange(len(self._days)) for _ in range(_LOOKED_AT)]
        if chance.random() < 0.5:
            among = among[:1]
        first = max(among, key=lambda k: self._days[k].cost_min - float(least[k]))
        swaps = self._days[first].swaps
        if swaps is None:
            found = self._ways[first].cheapest(None, has_tolls=True)
            swaps = found[1] if found else []
        if not swaps:
            return [first]
        row, start = chance.choice(swaps)
        there = self._at[int(self.graph.site[row])]
        near = sorted(
            {
                (abs(at - start), truck)
                for (truck, at) in there
                if truck != first and abs(at - start) < _NEAR_MIN
            }
        )
        others = list(dict.fromkeys(truck for _, truck in near))[:_NEAREST]
        count = min(chance.randint(2, _MOST_OUT), len(others))
        return [first, *chance.sample(others, count)]

    def _put(self, truck: int, *, has_tolls: bool) -> None:
        found = self._ways[truck].cheapest(self._taken, has_tolls=has_tolls)
        if found is None:
            self._days[truck] = _Day(None, UNSERVED_MIN)
            return
        cost_min, swaps = found
        self._write(truck, _Day(swaps, cost_min))
        if self._taken.is_too_much(swaps):
            self._take_out(truck)

    def _write(self, truck: int, day: _Day) -> None:
        self._days[truck] = day
        if day.swaps is None:
            return
        self._taken.add(day.swaps)
        for row, start in day.swaps:
            self._at[int(self.graph.site[row])][truck, start] = row

    def _take_out(self, truck: int) -> None:
        swaps = self._days[truck].swaps
        self._days[truck] = _Day(None, UNSERVED_MIN)
        if swaps is None:
            return
        self._taken.add(swaps, -1)
        for row, start in swaps:
            del self._at[int(self.graph.site[row])][truck, start]
