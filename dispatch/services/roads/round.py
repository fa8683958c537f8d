"""Travel in one round of planning: the book first, then the engine while there is time."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike

from dispatch.planning.roads import EMPTY_SPEED_FACTOR
from dispatch.planning.travel import (
    FloatArray,
    GreatCircleTravel,
    IntArray,
    Travel,
    TruckProfile,
    as_positions,
    great_circle_m,
    nearest_indices,
)
from dispatch.services.roads.asker import Asker
from dispatch.services.roads.book import Cells, OpenBook, latest_version
from dispatch.services.roads.cells import drive_cells, moved
from dispatch.services.roads.engine import Finding

FARTHEST_M = 350_000.0
"""Nobody asks an engine about drives longer than this by the crow: no truck makes them in a go."""
NO_DRIVE_M = 30.0
"""Nor about drives shorter than this."""
UNKNOWN = (-1, 0, 0, 0)
OFF_THE_MAP = "off the map"


@dataclass(slots=True)
class RoadTravel:
    """A provider for one round; what no map answers, the great circle does, and `mark` says so."""

    asker: Asker
    nearest: int
    map_version: str = ""
    asked: int = 0
    unanswered: int = 0
    books: dict[TruckProfile, OpenBook] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """Say in a few words what answered."""
        engine = self.asker.engine.name
        if not self.unanswered:
            return engine
        why = self.asker.given_up or OFF_THE_MAP
        if self.unanswered == self.asked:
            return f"great_circle ({engine} {why})"
        return f"{engine}, {self.unanswered} of {self.asked} drives by great_circle ({why})"

    def keep(self, *, now: datetime) -> None:
        """Write down what was learnt."""
        for book in self.books.values():
            if book.known:
                book.keep(now=now)

    def travel(self, origins: ArrayLike, destinations: ArrayLike, *, truck: TruckProfile) -> Travel:
        """Drives from each origin to each destination; see `TravelProvider`.

        The engine is asked about the nearest destinations only, the others are as the crow flies.
        """
        starts, ends = as_positions(origins), as_positions(destinations)
        whole = GreatCircleTravel().travel(starts, ends, truck=truck)
        near = nearest_indices(starts, ends, count=self.nearest)
        rows, columns = np.repeat(np.arange(len(starts)), near.shape[1]), near.ravel()
        pairs = self.travel_pairs(starts[rows], ends[columns], truck=truck)
        reachable = np.ones(whole.travel_s.shape, dtype=np.bool_)
        whole.distance_m[rows, columns] = pairs.distance_m
        whole.travel_s[rows, columns] = pairs.travel_s
        if pairs.is_reachable is not None:
            reachable[rows, columns] = pairs.is_reachable
        return Travel(whole.distance_m, whole.travel_s, reachable)

    def travel_pairs(
        self, origins: ArrayLike, destinations: ArrayLike, *, truck: TruckProfile
    ) -> Travel:
        """Drives from the k-th origin to the k-th destination; see `TravelProvider`."""
        starts, ends = as_positions(origins), as_positions(destinations)
        crow = GreatCircleTravel().travel_pairs(starts, ends, truck=truck)
        crow_m = great_circle_m(starts, ends)
        where = np.flatnonzero((crow_m > NO_DRIVE_M) & (crow_m < FARTHEST_M))
        if not len(where):
            return crow
        legs = self._legs(starts[where], ends[where], truck)
        self.asked += len(where)
        self.unanswered += int(np.isin(legs[:, 0], (UNKNOWN[0], Finding.OFF_MAP)).sum())
        return merged(crow, where, legs, crow_m=crow_m[where], truck=truck)

    def _legs(self, starts: FloatArray, ends: FloatArray, truck: TruckProfile) -> IntArray:
        """Return finding, crow metres, metres and seconds of each drive; shape (n, 4)."""
        from_cells, to_cells = drive_cells(starts, ends)
        pairs: list[Cells] = list(zip(from_cells.tolist(), to_cells.tolist(), strict=True))
        first = {cells: k for k, cells in reversed([*enumerate(pairs)])}
        book = self._book(truck)
        found = book.look_up(first)
        missing = {cells: (starts[k], ends[k]) for cells, k in first.items() if cells not in found}
        if missing and not self.asker.given_up:
            for cells, leg in self.asker.ask(missing, truck=truck):
                book.learn(cells, leg)
        return np.array([book.known.get(cells, UNKNOWN) for cells in pairs], dtype=np.int64)

    def _book(self, truck: TruckProfile) -> OpenBook:
        """Open the book of a truck; an engine that does not answer has the map it had last."""
        if not self.map_version:
            said = None if self.asker.given_up else self.asker.version()
            self.map_version = said or latest_version(self.asker.engine.name) or "unknown"
        if truck not in self.books:
            self.books[truck] = OpenBook(self.asker.engine.name, self.map_version, truck)
        return self.books[truck]


def merged(
    crow: Travel, where: IntArray, legs: IntArray, *, crow_m: FloatArray, truck: TruckProfile
) -> Travel:
    """Put what a map says of some drives in the place of the great circle's figures.

    Parameters
    ----------
    where
        Indices of the drives `legs` and `crow_m` are about.
    legs
        Finding, crow metres, metres and seconds of the drives that were asked; shape (n, 4).
    """
    distance_m, travel_s = crow.distance_m.copy(), crow.travel_s.copy()
    reachable = np.ones(len(distance_m), dtype=np.bool_)
    reachable[where[legs[:, 0] == Finding.NO_WAY]] = False
    is_way = legs[:, 0] == Finding.WAY
    asked = legs[is_way].astype(np.float64)
    metres, seconds = moved(
        asked[:, 2], asked[:, 3], crow_m=np.rint(crow_m[is_way]), asked_crow_m=asked[:, 1]
    )
    slower = (EMPTY_SPEED_FACTOR if truck.is_loaded else 1.0) / truck.speed_factor
    distance_m[where[is_way]] = np.rint(metres)
    travel_s[where[is_way]] = np.ceil(seconds * slower)
    return Travel(distance_m, travel_s, reachable)
