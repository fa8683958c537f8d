"""Every way a day could go for every truck, as arrays: what the bound chooses from.

A `key` is a truck at the first node of a leg with some energy (after a swap, or when its shift
begins); its `rows` are the swaps it may make next. Costs are minutes; the day is as expected.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.simulation.day.fleet import DayTruck
from dispatch.simulation.day.line import Way
from dispatch.simulation.day.params import MINUTE_S
from dispatch.simulation.day.sites import Site, charge_s
from dispatch.simulation.day.work import Work

type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]

SLACK_MIN = 90
"""Swaps that must cost a truck this much more than its cheapest day are not looked into; a truck
may have any of them for exactly that much, so that the bound stays one."""


@dataclass(slots=True)
class Graph:
    """Rows in order of their keys; keys of later legs come first.

    `start_min` is when a swap can begin at the earliest, if the truck waited nowhere; `shift` how
    much later the truck is at the next key than it is there at least. `owner` is whose a root is,
    by its place among the trucks; `node` where on its shift a row leaves the road.
    """

    key_first: Ints
    key_stage: Ints
    key_least: Floats
    root: Ints
    root_least: Floats
    owner: Ints
    node: Ints
    site: Ints
    pool: Ints
    positions: Ints
    start_min: Ints
    swap_min: Ints
    out_min: Ints
    cost: Floats
    shift: Ints
    next_key: Ints


@dataclass(slots=True)
class _Row:
    node: int
    site: int
    pool: int
    positions: int
    start_min: int
    swap_min: int
    out_min: int
    cost: int
    shift: int
    next_key: int


class Builder:
    """Walks through the days of all trucks."""

    def __init__(self, sites: tuple[Site, ...], pools: dict[tuple[int, str], int]) -> None:
        self._sites, self._pools = sites, pools
        self._keys: dict[tuple[int, int, int, int], int] = {}
        self._stages: list[int] = []
        self._least: list[float] = []
        self._rows: list[list[_Row]] = []
        self._late: list[int] = []
        self._ways: dict[tuple[int, int, int], list[tuple[int, Way, int]]] = {}

    def build(self, trucks: tuple[DayTruck, ...]) -> Graph:
        """Make the graph of these trucks."""
        roots, least, owner = [], [], []
        for place, truck in enumerate(trucks):
            found = self._walk(truck)
            if found is not None:
                roots.append(found)
                least.append(self._least[found])
                owner.append(place)
        order = np.argsort(-np.array(self._stages, dtype=np.int64), kind="stable")
        placed = np.empty(len(order), dtype=np.int64)
        placed[order] = np.arange(len(order))
        rows = [row for key in order for row in self._rows[key]]
        counts = np.array([len(self._rows[key]) for key in order], dtype=np.int64)
        return Graph(
            key_first=np.concatenate(([0], np.cumsum(counts))),
            key_stage=np.array(self._stages, dtype=np.int64)[order],
            key_least=np.array(self._least)[order],
            root=placed[np.array(roots, dtype=np.int64)],
            root_least=np.array(least),
            owner=np.array(owner, dtype=np.int64),
            next_key=np.array(
                [placed[row.next_key] if row.next_key >= 0 else -1 for row in rows], dtype=np.int64
            ),
            cost=np.array([row.cost for row in rows], dtype=float),
            **{
                name: np.array([getattr(row, name) for row in rows], dtype=np.int64)
                for name in (
                    "node",
                    "site",
                    "pool",
                    "positions",
                    "start_min",
                    "swap_min",
                    "out_min",
                    "shift",
                )
            },
        )

    def _walk(self, truck: DayTruck) -> int | None:
        """Make the keys of one truck, from the beginning of its shift."""
        self._keys, self._ways = {}, {}
        work = truck.work
        least_s = _least_s(work, 0, truck.energy_wh)
        if least_s is None:
            return None
        self._limit_min = least_s / MINUTE_S + SLACK_MIN
        self._truck = truck
        late = _Lateness(truck, self._sites, self._limit_min)
        return self._key(0, truck.energy_wh, late)

    def _key(self, here: int, energy_wh: int, late: "_Lateness") -> int:
        known = self._keys.get((here, energy_wh, 0, 0))
        if known is not None:
            return known
        work, truck = self._truck.work, self._truck
        number = len(self._stages)
        self._keys[here, energy_wh, 0, 0] = number
        self._stages.append(work.points[here].leg)
        least_s = _least_s(work, here, energy_wh)
        self._least.append((least_s or 0.0) / MINUTE_S)
        late_min = late.at[here, energy_wh]
        rows: list[_Row] = []
        self._rows.append(rows)
        for node, way, left_wh in late.ways(here, energy_wh):
            price_min = work.price_s[node, way.site] / MINUTE_S
            if late_min + price_min > self._limit_min:
                continue
            site = self._sites[way.site]
            positions = truck.kind.pack_positions
            missing_wh = work.full_wh // positions - left_wh // positions
            swap_min = site.swap_s // MINUTE_S
            cost = way.extra_s // MINUTE_S + swap_min
            after, after_wh = work.after(node, way)
            next_key, shift = -1, 0
            if after is not None and _least_s(work, after, after_wh) is not None:
                next_key = self._key(after, after_wh, late)
                shift = late_min + cost - late.at[after, after_wh]
            arrival_s = truck.begins_s + int(work.at_s[node]) + way.to_s
            rows.append(
                _Row(
                    node=node,
                    site=way.site,
                    pool=self._pools[way.site, truck.pack_type],
                    positions=positions,
                    start_min=arrival_s // MINUTE_S + late_min,
                    swap_min=swap_min,
                    out_min=swap_min + charge_s(missing_wh, site.charge_w) // MINUTE_S,
                    cost=cost,
                    shift=shift,
                    next_key=next_key,
                )
            )
        return number


class _Lateness:
    """How late a truck is at least at each key, and the swaps that follow it."""

    def __init__(self, truck: DayTruck, sites: tuple[Site, ...], limit_min: float) -> None:
        self._truck, self._sites = truck, sites
        self.at: dict[tuple[int, int], int] = {(0, truck.energy_wh): 0}
        self._ways: dict[tuple[int, int], list[tuple[int, Way, int]]] = {}
        work = truck.work
        open_keys = [(0, truck.energy_wh)]
        while open_keys:
            here, energy_wh = min(open_keys)
            open_keys.remove((here, energy_wh))
            late_min = self.at[here, energy_wh]
            for node, way, _ in self.ways(here, energy_wh):
                if late_min + work.price_s[node, way.site] / MINUTE_S > limit_min:
                    continue
                after, after_wh = work.after(node, way)
                if after is None:
                    continue
                cost = (way.extra_s + sites[way.site].swap_s) // MINUTE_S
                key = (after, after_wh)
                if key not in self.at:
                    open_keys.append(key)
                self.at[key] = min(self.at.get(key, late_min + cost), late_min + cost)

    def ways(self, here: int, energy_wh: int) -> list[tuple[int, Way, int]]:
        """Return the swaps that may follow, each with the energy on arrival.

        Left out are ways to a station, on one leg, that get there no earlier than another and with
        no more on board: after the swap they are alike.
        """
        known = self._ways.get((here, energy_wh))
        if known is not None:
            return known
        work = self._truck.work
        outlook = work.outlook(here, energy_wh)
        found: dict[tuple[int, int], list[tuple[int, Way, int]]] = {}
        for node, way in work.choices(here, energy_wh, outlook) if outlook else ():
            left_wh = energy_wh - int(work.at_wh[node] - work.at_wh[here]) - way.to_wh
            found.setdefault((work.points[node].leg, way.site), []).append((node, way, left_wh))
        kept: list[tuple[int, Way, int]] = []
        for group in found.values():
            most_wh = -1
            for option in sorted(group, key=lambda option: (option[1].extra_s, -option[2])):
                if option[2] > most_wh:
                    kept.append(option)
                    most_wh = option[2]
        self._ways[here, energy_wh] = kept
        return self._ways[here, energy_wh]


def _least_s(work: Work, here: int, energy_wh: int) -> float | None:
    """Return what the rest of the shift costs if the truck waits nowhere; None: no swap is due."""
    outlook = work.outlook(here, energy_wh)
    if outlook is None:
        return None
    choices = work.choices(here, energy_wh, outlook)
    return min(work.price_s[node, way.site] for node, way in choices) if choices else None
