"""What a road engine is asked and answers, and how it fails."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.travel import FloatArray, IntArray, TruckProfile

SNAP_MAX_M = 1_000.0
"""A position farther than this from the nearest road is off the map."""
TOP_SPEED_KMH = 80.0
"""What heavy trucks are held to on expressways (assumed; most limits are 80 to 90)."""


class RoadEngineError(Exception):
    """The engine gave no answer that can be used; the words say how and stand on the plan run."""


class EngineTimedOutError(RoadEngineError):
    """No answer within the time a round has for roads."""

    def __init__(self) -> None:
        super().__init__("timed out")


class EngineRefusedError(RoadEngineError):
    """The engine works but will not answer this request, because of some position in it."""

    def __init__(self, words: str, *, is_no_way: bool = False) -> None:
        super().__init__(words)
        self.is_no_way = is_no_way


class Finding(IntEnum):
    """What an engine says of a drive."""

    WAY = 0
    NO_WAY = 1  # this truck may not, or cannot, drive there
    OFF_MAP = 2  # an end lies where the map has no road


@dataclass(frozen=True, slots=True)
class Drives:
    """Drives from each origin to each destination; all of shape (n, m).

    Metres and seconds are 0 where `finding` is no `Finding.WAY`. The seconds are the engine's,
    for an unladen truck.
    """

    distance_m: IntArray
    travel_s: IntArray
    finding: NDArray[np.int8]

    @classmethod
    def none(cls, origins: int, destinations: int, finding: Finding) -> "Drives":
        """Return drives of which only that is known."""
        shape = (origins, destinations)
        nothing = np.zeros(shape, dtype=np.int64)
        return cls(nothing, nothing.copy(), np.full(shape, finding, dtype=np.int8))


class RoadEngine(Protocol):
    """An engine with a map. `until_s` is on `time.monotonic`."""

    name: str
    most_places: int  # origins and destinations of one request, together

    def version(self, *, until_s: float) -> str:
        """Return which map this is: what was found on another is not used.

        Raises
        ------
        RoadEngineError
        """

    def drives(
        self, origins: FloatArray, destinations: FloatArray, *, truck: TruckProfile, until_s: float
    ) -> Drives:
        """Return the drives from each origin to each destination.

        Parameters
        ----------
        origins, destinations
            Shapes (n, 2) and (m, 2): latitude and longitude in WGS-84 degrees.

        Raises
        ------
        EngineRefusedError
            Smaller requests, without some position, may be answered.
        RoadEngineError
            Nothing will be answered now.
        """

    def close(self) -> None:
        """Let go of connections and processes."""
