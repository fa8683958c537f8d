"""Few dense requests out of many scattered drives: neighbours mostly drive to the same gates."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dispatch.planning.travel import FloatArray, IntArray

MOST_ORIGINS = 24
LEAST_DENSITY = 0.4
"""A request for more than 1 / this times the wanted drives costs more than two smaller ones."""


@dataclass(frozen=True, slots=True)
class Block:
    """One request: indices of its origins and of its destinations."""

    origins: tuple[int, ...]
    ends: tuple[int, ...]

    def halves(self) -> tuple["Block", ...]:
        """Cut in two along the longer side; nothing is left of a single drive."""
        if len(self.origins) == len(self.ends) == 1:
            return ()
        if len(self.origins) >= len(self.ends):
            cut = len(self.origins) // 2
            return Block(self.origins[:cut], self.ends), Block(self.origins[cut:], self.ends)
        cut = len(self.ends) // 2
        return Block(self.origins, self.ends[:cut]), Block(self.origins, self.ends[cut:])


def blocks(
    pairs: list[tuple[int, int]], positions: FloatArray, *, most_places: int
) -> Iterator[Block]:
    """Yield requests that together hold every pair.

    Parameters
    ----------
    pairs
        Index of an origin and of an end, each pair once.
    positions
        Of the origins; shape (n, 2).
    most_places
        Origins and ends of one request, together.
    """
    ends_of: dict[int, list[int]] = {}
    for origin, end in pairs:
        ends_of.setdefault(origin, []).append(end)
    waiting = sorted(ends_of, key=morton(positions).__getitem__)
    while waiting:
        taken = min(MOST_ORIGINS, most_places // 2, len(waiting))
        while taken > 1 and _density(waiting[:taken], ends_of) < LEAST_DENSITY:
            taken = (taken + 1) // 2
        batch, waiting = waiting[:taken], waiting[taken:]
        ends = sorted({end for origin in batch for end in ends_of[origin]})
        room = most_places - taken
        for k in range(0, len(ends), room):
            yield Block(tuple(batch), tuple(ends[k : k + room]))


def _density(origins: list[int], ends_of: dict[int, list[int]]) -> float:
    union = {end for origin in origins for end in ends_of[origin]}
    return sum(len(ends_of[origin]) for origin in origins) / (len(origins) * len(union))


def morton(positions: FloatArray) -> IntArray:
    """Return places on a Z-shaped curve, along which neighbours mostly follow each other.

    References
    ----------
    Morton, A Computer Oriented Geodetic Data Base, IBM 1966.
    """
    if not len(positions):
        return np.zeros(0, dtype=np.int64)
    low, high = positions.min(axis=0), positions.max(axis=0)
    grid = ((positions - low) / np.maximum(high - low, 1e-9) * 65_535).astype(np.int64)
    number = np.zeros(len(positions), dtype=np.int64)
    for bit in range(16):
        number |= ((grid[:, 0] >> bit) & 1) << (2 * bit + 1) | ((grid[:, 1] >> bit) & 1) << (
            2 * bit
        )
    return number
