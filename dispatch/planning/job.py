"""A truck that wants swaps, as planners see it."""

from dispatch.planning.timeline import Timeline

_MOST_ITINERARIES = 60
_FEW_VISITS = 2


class Job:
    """A truck that wants swaps: its itineraries, cheapest first, and the price of none.

    `relaxed` are those it would have if packs held the most any of their type holds, and
    `rest_s` is what any further one costs at least (None: there is none); both serve bounds.
    """

    def __init__(self, index: int, timeline: Timeline, unserved_s: int) -> None:
        self.index = index
        self.truck = timeline.truck
        self.timeline = timeline
        self.itineraries, self.rest_s = timeline.itineraries(most=_MOST_ITINERARIES)
        self.relaxed = self.itineraries
        if timeline.packs_vary:
            self.relaxed, self.rest_s = timeline.itineraries(
                most=_MOST_ITINERARIES, optimistic=True
            )
        self.unserved_s = unserved_s
        self.has_many_ways = not timeline.pinned and any(
            len(itinerary.visits) > _FEW_VISITS for itinerary in self.itineraries
        )
        self.loose_holds = sum(
            not hold.fixed and hold not in timeline.pinned.values() for hold in self.truck.holds
        )

    def weighted_s(self, cost_s: int) -> int:
        """Multiply by the truck's weight."""
        return cost_s * self.truck.weight_percent // 100

    @property
    def least_cost_s(self) -> int:
        """No plan can spend less on this truck, even if it were alone in the region."""
        costs_s = [itinerary.least_s for itinerary in self.relaxed]
        if self.rest_s is not None:
            costs_s.append(self.rest_s)
        return min([self.unserved_s, *(self.weighted_s(cost_s) for cost_s in costs_s)])
