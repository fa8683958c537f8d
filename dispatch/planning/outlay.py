"""What a way costs beside time: energy driven beyond the road, and what its charging is paid."""

from dispatch.planning.forcing import Move
from dispatch.planning.problem import Leg, SwapProblem
from dispatch.planning.schedule import Placement, swaps_of


class Outlay:
    """Energy and money of placements, by the prices of a problem's stations."""

    def __init__(self, problem: SwapProblem) -> None:
        self._prices = {station.id: station.price_cny_milli_per_kwh for station in problem.stations}
        self.has_prices = any(self._prices.values())

    def more_wh(self, move: Move) -> int:
        """Energy that a truck drives more after a move; none where it is left without a swap."""
        if move.after is None or move.before is None:
            return 0
        legs = move.job.truck.legs
        return _detour_wh(move.after, legs) - _detour_wh(move.before, legs)

    def price(self, station: str, at_s: int) -> int:
        """Price in force at a time, in thousandths of CNY per kWh; 0 before the first."""
        steps = self._prices[station]
        return next((price for from_s, price in reversed(steps) if from_s <= at_s), 0)

    def more_milli_cny(self, move: Move) -> int:
        """Give what a truck's charging costs more after a move, in thousandths of CNY.

        Each swap pays for what its returned packs are charged, at the price when it starts. What
        is left on board at the last stop differs between ways; it is worth the price at the last
        swap before the move, so that a way is not called cheap for buying less.
        """
        if move.after is None or move.before is None:
            return 0
        *_, (last, start_s, _) = swaps_of(move.before)
        worth = self.price(last.detour.station, start_s)
        left_wh = _charged_wh(move.after) - _charged_wh(move.before) - self.more_wh(move)
        paid = self._paid(move.after) - self._paid(move.before)
        return (paid - worth * left_wh) // 1000

    def _paid(self, placement: Placement) -> int:
        return sum(
            self.price(visit.detour.station, start_s) * visit.charged_wh
            for visit, start_s, _ in swaps_of(placement)
        )


def _charged_wh(placement: Placement) -> int:
    return sum(visit.charged_wh for visit in placement.itinerary.visits)


def _detour_wh(placement: Placement, legs: tuple[Leg, ...]) -> int:
    """Energy that the ways by stations take beyond the road."""
    ways = [visit.detour for visit in placement.itinerary.visits]
    return sum(way.to_wh + way.from_wh - legs[way.after].energy_wh for way in ways)
