"""Positions gathered in cells, so that a moving truck asks what another has asked before it.

A drive's origin may be as coarse as the drive is long; its end, a gate or a place, is kept fine.
What a cell's first drive took is corrected for the next by the crow-fly distance.
"""

import numpy as np

from dispatch.planning.travel import FloatArray, IntArray, great_circle_m

CELL_DEG = np.array([0.0005, 0.002, 0.005, 0.010])
"""About 55, 220, 550 and 1,100 m from south to north."""
LEVEL_FROM_M = np.array([3_000.0, 10_000.0, 30_000.0])
"""Origins of drives longer than this by the crow are in the next coarser cells."""
CIRCUITY_RANGE = (1.0, 2.0)


def drive_cells(starts: FloatArray, ends: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the cells of drives' origins and ends.

    Parameters
    ----------
    starts, ends
        Shape (n, 2): latitude and longitude.

    Returns
    -------
    tuple[IntArray, IntArray]
        Shape (n,) each; a cell's number holds its size.
    """
    level = np.searchsorted(LEVEL_FROM_M, great_circle_m(starts, ends), side="right")
    return _cells(starts, level), _cells(ends, np.zeros_like(level))


def _cells(points: FloatArray, level: IntArray) -> IntArray:
    from_corner = points + np.array([90.0, 180.0])
    row, column = np.floor(from_corner / CELL_DEG[level][:, None]).astype(np.int64).T
    numbers: IntArray = (level.astype(np.int64) << 48) | (row << 24) | column
    return numbers


def moved(
    distance_m: FloatArray, travel_s: FloatArray, *, crow_m: FloatArray, asked_crow_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Correct drives for beginning and ending a little elsewhere than those that were asked.

    Parameters
    ----------
    distance_m, travel_s
        What the asked drives take; shape (n,).
    crow_m, asked_crow_m
        Crow-fly metres of the drives wanted, and of those asked.
    """
    circuity = np.clip(distance_m / np.maximum(asked_crow_m, 1.0), *CIRCUITY_RANGE)
    metres = np.maximum(distance_m + circuity * (crow_m - asked_crow_m), crow_m)
    seconds = travel_s * np.divide(
        metres, distance_m, out=np.ones_like(metres), where=distance_m > 0.0
    )
    return metres, seconds
