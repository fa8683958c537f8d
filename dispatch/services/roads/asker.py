"""Asking an engine within the time one round has for roads."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.planning.travel import FloatArray, TruckProfile, great_circle_m
from dispatch.services.roads.blocks import Block, blocks
from dispatch.services.roads.book import Cells, Leg
from dispatch.services.roads.engine import (
    Drives,
    EngineRefusedError,
    Finding,
    RoadEngine,
    RoadEngineError,
)

TIME_WAS_UP = "time was up"
HEADROOM = 1.3
"""A request is not begun if the slowest so far, times this, would not end in time: an embedded
engine that is cut off has to start anew."""

type Ways = dict[Cells, tuple[FloatArray, FloatArray]]


@dataclass(slots=True)
class Asker:
    """An engine with a clock. After one failure it is not asked again: `given_up` says why."""

    engine: RoadEngine
    budget_s: float
    given_up: str = ""
    spent_s: float = 0.0
    slowest_s: float = 0.0

    def version(self) -> str | None:
        """Return which map the engine has, None if it does not say."""
        return self._timed(lambda until_s: self.engine.version(until_s=until_s))

    def ask(self, ways: Ways, *, truck: TruckProfile) -> Iterator[tuple[Cells, Leg]]:
        """Yield what the engine says of drives, until it is done or its time is.

        Parameters
        ----------
        ways
            From cells to the positions, each of shape (2,), that stand for them.
        """
        origins = {start: k for k, start in enumerate(dict.fromkeys(cells[0] for cells in ways))}
        ends = {end: k for k, end in enumerate(dict.fromkeys(cells[1] for cells in ways))}
        from_points, to_points = np.zeros((len(origins), 2)), np.zeros((len(ends), 2))
        wanted: dict[tuple[int, int], Cells] = {}
        for cells, (start, end) in ways.items():
            row, column = origins[cells[0]], ends[cells[1]]
            from_points[row], to_points[column] = start, end
            wanted[row, column] = cells
        rounds = blocks(list(wanted), from_points, most_places=self.engine.most_places)
        waiting = list(rounds)[::-1]
        while waiting and self._has_time():
            block = waiting.pop()
            starts, stops = from_points[list(block.origins)], to_points[list(block.ends)]
            drives = self._drives(starts, stops, truck=truck)
            if drives is None:
                waiting.extend(block.halves())
            else:
                yield from _legs(block, drives, great_circle_m(starts[:, None], stops), wanted)

    def _has_time(self) -> bool:
        if self.given_up:
            return False
        if self.spent_s + self.slowest_s * HEADROOM >= self.budget_s:
            self.given_up = TIME_WAS_UP
        return not self.given_up

    def _drives(
        self, starts: FloatArray, ends: FloatArray, *, truck: TruckProfile
    ) -> Drives | None:
        """Return what the engine answers, None if smaller questions may do better."""
        try:
            return self._timed(
                lambda until_s: self.engine.drives(starts, ends, truck=truck, until_s=until_s)
            )
        except EngineRefusedError as error:
            if len(starts) > 1 or len(ends) > 1:
                return None
            return Drives.none(1, 1, Finding.NO_WAY if error.is_no_way else Finding.OFF_MAP)

    def _timed[T](self, ask: Callable[[float], T]) -> T | None:
        begun_s = time.monotonic()
        try:
            return ask(begun_s + self.budget_s - self.spent_s)
        except EngineRefusedError:
            raise
        except RoadEngineError as error:
            self.given_up = str(error)
            return None
        finally:
            took_s = time.monotonic() - begun_s
            self.spent_s += took_s
            self.slowest_s = max(self.slowest_s, took_s)


def _legs(
    block: Block, drives: Drives, crow_m: FloatArray, wanted: dict[tuple[int, int], Cells]
) -> Iterator[tuple[Cells, Leg]]:
    for i, origin in enumerate(block.origins):
        for j, end in enumerate(block.ends):
            if (cells := wanted.get((origin, end))) is not None:
                yield (
                    cells,
                    Leg(
                        finding=int(drives.finding[i, j]),
                        crow_m=round(float(crow_m[i, j])),
                        distance_m=int(drives.distance_m[i, j]),
                        travel_s=int(drives.travel_s[i, j]),
                    ),
                )
