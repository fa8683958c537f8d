"""The work of a truck as the road sees it: nodes at which it may turn off, and ways by stations.

A leg leads from place to place. Its nodes are its beginning and junctions about a quarter of an
hour apart; a truck leaves its road at a node only, goes to a station and on to the leg's end.
"""

from dataclasses import dataclass

import numpy as np

from dispatch.planning.energy import TRUCK_40T, haul_energies_wh
from dispatch.planning.roads import haul_travel_s
from dispatch.planning.travel import CIRCUITY, great_circle_m
from dispatch.simulation.casting import TruckKind
from dispatch.simulation.day.params import MINUTE_S, DayParams
from dispatch.simulation.day.sites import Site
from dispatch.simulation.roster import Position

JUNCTION_S = 900
STATIONS_A_NODE = 6
NEAREST_A_NODE = 2


@dataclass(frozen=True, slots=True)
class Way:
    """From a node to a station and on to the end of the leg.

    `extra_s` is what the two drives take longer than the road from the node to the leg's end.
    """

    site: int
    to_s: int
    to_wh: int
    from_s: int
    from_wh: int
    extra_s: int


@dataclass(frozen=True, slots=True)
class Node:
    """A point of a leg, `at_s` and `at_wh` after its beginning."""

    at_s: int
    at_wh: int
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Haul:
    """A leg in one direction: what it takes and where one can turn off."""

    travel_s: int
    energy_wh: int
    nodes: tuple[Node, ...]


def make_haul(
    start: Position,
    end: Position,
    *,
    kind: TruckKind,
    mass_kg: float,
    is_loaded: bool,
    sites: tuple[Site, ...],
    params: DayParams,
) -> Haul:
    """Measure a leg, its junctions and every way by a station that has the right packs."""
    able = [index for index, site in enumerate(sites) if kind.pack.code in site.packs]
    gates = np.array([sites[index].position for index in able])
    drive = _Driver(mass_kg, is_loaded, params)
    origin, target = np.array(start), np.array(end)
    travel_s, energy_wh = drive(origin[None, :], target[None, :])
    whole_s, whole_wh = int(travel_s[0]), int(energy_wh[0])
    count = max(1, round(whole_s / JUNCTION_S))
    nodes = []
    from_s, from_wh = drive(gates, target[None, :])
    for number in range(count):
        share = number / count
        here = origin + (target - origin) * share
        at_s = int(whole_s * share) // MINUTE_S * MINUTE_S
        at_wh = int(whole_wh * at_s / whole_s)
        to_s, to_wh = drive(here[None, :], gates)
        ways = [
            Way(
                able[k],
                int(to_s[k]),
                int(to_wh[k]),
                int(from_s[k]),
                int(from_wh[k]),
                int(to_s[k] + from_s[k]) - (whole_s - at_s),
            )
            for k in range(len(able))
        ]
        nodes.append(Node(at_s, at_wh, _best(ways)))
    return Haul(whole_s, whole_wh, tuple(nodes))


def _best(ways: list[Way]) -> tuple[Way, ...]:
    """Keep the stations that cost least time, and the nearest."""
    by_extra = sorted(ways, key=lambda way: (way.extra_s, way.site))[:STATIONS_A_NODE]
    by_reach = sorted(ways, key=lambda way: (way.to_wh, way.site))[:NEAREST_A_NODE]
    return tuple(sorted({*by_extra, *by_reach}, key=lambda way: way.site))


class _Driver:
    """Minutes and watt-hours of drives, as the planner expects them."""

    def __init__(self, mass_kg: float, is_loaded: bool, params: DayParams) -> None:  # noqa: FBT001 - private
        self._mass_kg, self._is_loaded, self._params = mass_kg, is_loaded, params

    def __call__(
        self, starts: np.ndarray[tuple[int, ...]], ends: np.ndarray[tuple[int, ...]]
    ) -> tuple[np.ndarray[tuple[int]], np.ndarray[tuple[int]]]:
        metres = great_circle_m(starts, ends) * CIRCUITY
        seconds = haul_travel_s(metres, is_loaded=self._is_loaded)
        energy = haul_energies_wh(
            TRUCK_40T,
            mass_kg=self._mass_kg,
            distance_m=metres,
            temperature_c=self._params.temperature_c,
        ) * (1.0 + self._params.margin_percent / 100.0)
        minutes = np.ceil(seconds / MINUTE_S).astype(int) * MINUTE_S
        return np.maximum(minutes, MINUTE_S), np.ceil(energy).astype(int)
