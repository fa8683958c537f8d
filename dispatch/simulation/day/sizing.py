"""How many lanes and packs each station has: as an operator builds who knows the traffic.

Half of the swaps are expected where they cost trucks least, half at the station nearest to where
they run low. A station has packs for these at `busy_share` of what it can charge, so that the
moderate load is one; sites, swap times and the power of slots are those of the casting.
"""

from collections import Counter
from dataclasses import replace
from math import ceil

from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.line import Way
from dispatch.simulation.day.sites import Site, charge_s

BUSY_SHARE = 0.75
LANE_BUSY_SHARE = 0.45
FEWEST_PACKS = 3
USUAL_SHARE_USED = 0.7
SETS_A_SITE = 2
_DAY_S = 86_400


def sized(sites: tuple[Site, ...], trucks: tuple[DayTruck, ...]) -> tuple[Site, ...]:
    """Give the stations lanes and packs for a day of these trucks."""
    packs: Counter[tuple[int, str]] = Counter()
    swaps: Counter[int] = Counter()
    sets: dict[str, int] = {}
    for truck in trucks:
        kind = truck.kind
        sets[kind.pack.code] = max(sets.get(kind.pack.code, 0), kind.pack_positions)
        for is_nearest in (False, True):
            for site in _undisturbed(truck, is_nearest=is_nearest):
                packs[site, kind.pack.code] += kind.pack_positions
                swaps[site] += 1
    return tuple(
        replace(
            site,
            lanes=max(1, ceil(swaps[index] / 2 * site.swap_s / (_DAY_S * LANE_BUSY_SHARE))),
            packs={
                kind: _charged(held, _count(packs[index, kind], site, sets.get(kind, 1), held))
                for kind, held in site.packs.items()
            },
        )
        for index, site in enumerate(sites)
    )


def _count(swapped: int, site: Site, positions: int, held: tuple[int, ...]) -> int:
    """Packs that are charged in the time `swapped` (twice the packs of a day) are asked for."""
    missing_wh = int(max(held) * USUAL_SHARE_USED)
    cycle_s = site.swap_s + charge_s(missing_wh, site.charge_w)
    needed = ceil(swapped / 2 * cycle_s / (_DAY_S * BUSY_SHARE))
    return max(FEWEST_PACKS, SETS_A_SITE * positions, needed)


def _charged(held: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Repeat the packs of the casting until there are enough."""
    return tuple(held[number % len(held)] for number in range(count))


def _undisturbed(truck: DayTruck, *, is_nearest: bool) -> list[int]:
    """Return the stations of a truck's shift if it were alone, by least cost or nearest."""
    work, here, energy_wh = truck.work, 0, truck.energy_wh
    found: list[int] = []
    while True:
        outlook = work.outlook(here, energy_wh)
        if outlook is None or outlook.last < 0:
            return found
        choices = work.choices(here, energy_wh, outlook)
        if not choices:
            return found
        node, way = min(choices, key=lambda choice: _rank(truck, *choice, is_nearest=is_nearest))
        found.append(way.site)
        after, energy_wh = work.after(node, way)
        if after is None:
            return found
        here = after


def _rank(truck: DayTruck, node: int, way: Way, *, is_nearest: bool) -> tuple[float, float]:
    if is_nearest:
        return -node, way.to_wh
    return truck.work.price_s[node, way.site], way.site
