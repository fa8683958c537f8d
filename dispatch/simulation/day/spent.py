"""What the energy of a day costs when packs are charged as they come back."""

from functools import cache

from dispatch.planning.charging import CHARGE_EFFICIENCY
from dispatch.simulation.day.tally import SwapRow
from dispatch.simulation.tariffs import TANGSHAN, price_cny_per_kwh

_MONTH = 11
_HALF_OF_A_CHARGE_S = 1_800


def energy_cny(swaps: list[SwapRow]) -> float:
    """Price the energy of every returned set at the tariff half an hour after its swap."""
    return sum(
        row.energy_wh / 1_000.0 / CHARGE_EFFICIENCY * _price(row.ended_s + _HALF_OF_A_CHARGE_S)
        for row in swaps
    )


def _price(at_s: int) -> float:
    return _price_of_minute(at_s // 60 % 1_440)


@cache
def _price_of_minute(minute: int) -> float:
    return float(price_cny_per_kwh(TANGSHAN, month=_MONTH, minute=minute))
