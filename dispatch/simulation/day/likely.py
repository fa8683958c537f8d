"""What a minute of a lane, and of a charged pack, is likely to be worth at a station today.

The orders of the day are known when it begins: which truck goes to and fro on which line, from
when to when. With what charge it begins is not, nor what happens. So the day is drawn some times
with other charges, the prices that prove the bound of each draw say what lanes and packs would be
worth on it, and their mean is what they are likely to be worth. Nothing else of today is in it.
"""

from dataclasses import dataclass, replace

import numpy as np

from dispatch.simulation.day.bound import LAST_MIN, DayBound, sums
from dispatch.simulation.day.fleet import day_trucks
from dispatch.simulation.day.graph import Floats, Ints
from dispatch.simulation.day.params import MINUTE_S, DayParams
from dispatch.simulation.day.sites import Site, charge_s

NEVER_MIN = LAST_MIN + 900
"""Behind the last minute with a price everything is free."""


@dataclass(frozen=True, slots=True)
class Likely:
    """Minutes of truck time that a minute of a lane or of a pack is worth, by minute of the day.

    `lanes` has a row a station; `packs` a row for each station and kind of pack.
    """

    sites: tuple[Site, ...]
    lanes: Floats
    packs: dict[tuple[int, str], Floats]

    def after(self, now_min: int, begins_min: int, whole_min: int) -> "Likely":
        """Return the prices as they weigh on who is planned now.

        What trucks that are planned now take from each other the plan itself sees; those that
        are not yet there weigh nothing until `begins_min` from now, wholly from `whole_min` on.
        """
        ahead = np.arange(self.lanes.shape[1]) - now_min - begins_min
        share = np.clip(ahead / max(1, whole_min - begins_min), 0.0, 1.0)
        packs = {pool: prices * share for pool, prices in self.packs.items()}
        return Likely(self.sites, self.lanes * share, packs)


class Tolls:
    """What a swap takes from others at given prices: lane time, and packs while they charge."""

    def __init__(self, likely: Likely) -> None:
        self.sites = likely.sites
        self._lanes = _summed(likely.lanes)
        self._packs = {pool: _summed(row[None, :])[0] for pool, row in likely.packs.items()}

    def of(
        self, site: int, kind: str, *, positions: int, missing_wh: int, start_min: Ints
    ) -> Floats:
        """Return minutes for a swap that starts at each minute and returns `missing_wh` less."""
        station = self.sites[site]
        start = np.minimum(start_min, NEVER_MIN)
        until = np.minimum(start + station.swap_s // MINUTE_S, NEVER_MIN)
        charging_s = charge_s(missing_wh // positions, station.charge_w)
        back = np.minimum(until + charging_s // MINUTE_S, NEVER_MIN)
        packs = self._packs[site, kind]
        found: Floats = self._lanes[site, until] - self._lanes[site, start]
        found += positions * (packs[back] - packs[start])
        return found


def likely_prices(
    params: DayParams,
    sites: tuple[Site, ...],
    *,
    draws: int,
    steps: int,
) -> Likely:
    """Find the prices of some draws of the day, by so many steps each, and give their mean."""
    lanes = np.zeros((len(sites), LAST_MIN))
    packs: dict[tuple[int, str], Floats] = {
        (index, kind): np.zeros(LAST_MIN)
        for index, site in enumerate(sites)
        for kind in sorted(site.packs)
    }
    for draw in range(1, draws + 1):
        bound = DayBound(sites, day_trucks(replace(params, charges=draw), sites))
        prices = bound.find(steps=steps).prices
        lanes += prices.lanes / draws
        for pool, row in bound.pools.items():
            packs[pool] += prices.stock[row] / draws
    return Likely(sites, lanes, packs)


def _summed(prices: Floats) -> Floats:
    return np.pad(sums(prices), ((0, 0), (0, NEVER_MIN - LAST_MIN)), mode="edge")
