"""Drives cut out of a truck's reports: from standing to standing, never across a swap.

Notes
-----
A drive begins with the last report before the truck moves and ends with the first after it has
stopped for good: both its charges are read at rest. It also ends where packs change, where charge
rises, where reports are missing for long, where the load changes, and after `LENGTH_MOST_M`. What
has not ended yet is left for the next time.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.travel import great_circle_m

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

type FloatArray = NDArray[np.float64]

STANDS_BELOW_KMH = 3.0
STANDS_S = 240.0
HOLE_S = 600.0
RISE_PERCENT = 1.5
LOAD_CHANGE_KG = 2_500.0
LENGTH_LEAST_M = 2_000.0
LENGTH_MOST_M = 120_000.0
_STEPS_PERCENT = (1.0, 0.5, 0.4, 0.1)
_SPEED_TRUSTED_S = 60.0
_FASTEST_MS = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Reports of one truck in the order of their time; every row has the same length n.

    Seconds since any fixed moment; NaN where a unit does not report. `packs` is any label that
    changes when packs do, `cuts_s` are moments no drive may span (swaps known from elsewhere).
    """

    at_s: FloatArray
    soc_percent: FloatArray
    speed_kmh: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray
    odometer_m: FloatArray
    altitude_m: FloatArray
    temperature_c: FloatArray
    gross_mass_kg: FloatArray
    packs: Sequence[str | None]
    cuts_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One drive: `first` and `last` are its reports' indices; NaN where nobody measured."""

    first: int
    last: int
    distance_m: float
    travel_s: float
    spent_percent: float
    soc_step_percent: float
    climb_m: float
    temperature_c: float
    gross_mass_kg: float

    @property
    def spent_sd_percent(self) -> float:
        """Spread of the charge spent, both ends being read in steps (uniform, independent)."""
        return self.soc_step_percent / sqrt(6.0)


def drives_of(track: Track) -> tuple[list[Segment], int]:
    """Cut a track into drives.

    Returns
    -------
    tuple[list[Segment], int]
        The drives that have ended, in order, and the index of the report from which on a later
        call must begin (that of the drive under way, or of the last report).
    """
    if len(track.at_s) < 2:
        return [], 0
    breaks = _breaks(track)
    stands = _stands(track, breaks)
    step = soc_step_percent(track.soc_percent)
    found, open_from = [], len(track.at_s) - 1
    for first, last, is_over in _runs(track, breaks, stands):
        if not is_over:
            open_from = first
        elif (segment := _segment(track, first, last, step)) is not None:
            found.append(segment)
    return found, open_from


def soc_step_percent(soc_percent: FloatArray) -> float:
    """Return the coarsest of the usual steps that all charges are multiples of."""
    for step in _STEPS_PERCENT:
        if np.all(np.abs(soc_percent / step - np.rint(soc_percent / step)) < 1e-3):
            return step
    return 0.0


def _breaks(track: Track) -> NDArray[np.bool_]:
    """Say of each step between two reports (n - 1) whether no drive may span it."""
    steps_s = np.diff(track.at_s)
    breaks = (steps_s > HOLE_S) | (np.diff(track.soc_percent) > RISE_PERCENT)
    for cut_s in track.cuts_s:
        breaks |= (track.at_s[:-1] <= cut_s) & (cut_s < track.at_s[1:])
    pairs = zip(track.packs[:-1], track.packs[1:], strict=True)
    breaks |= np.array([None not in pair and pair[0] != pair[1] for pair in pairs], dtype=bool)
    masses = track.gross_mass_kg
    with np.errstate(invalid="ignore"):
        breaks |= np.abs(np.diff(masses)) > LOAD_CHANGE_KG
    return breaks


def _stands(track: Track, breaks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say of each step whether it is part of a stay long enough to end a drive."""
    rests = (track.speed_kmh[:-1] < STANDS_BELOW_KMH) & (track.speed_kmh[1:] < STANDS_BELOW_KMH)
    stands: NDArray[np.bool_] = np.zeros(len(rests), dtype=bool)
    begin = 0
    for index in range(len(rests) + 1):
        goes_on = index < len(rests) and rests[index] and not breaks[index]
        if goes_on:
            continue
        if track.at_s[index] - track.at_s[begin] >= STANDS_S:
            stands[begin:index] = True
        begin = index + 1
    return stands


def _runs(
    track: Track, breaks: NDArray[np.bool_], stands: NDArray[np.bool_]
) -> Iterator[tuple[int, int, bool]]:
    """Yield first and last report of what is driven, and whether it is over."""
    metres = _step_m(track)
    first, driven_m = 0, 0.0
    for index in range(len(breaks)):
        if breaks[index] or stands[index]:
            if index > first:
                yield first, index, True
            first, driven_m = index + 1, 0.0
            continue
        driven_m += float(metres[index])
        if driven_m >= LENGTH_MOST_M:
            yield first, index + 1, True
            first, driven_m = index + 1, 0.0
    if first < len(track.at_s) - 1:
        yield first, len(track.at_s) - 1, False


def _step_m(track: Track) -> FloatArray:
    """Metres of each step: by the odometer, else by speed, else by the crow."""
    steps_s = np.diff(track.at_s)
    by_odometer = np.diff(track.odometer_m)
    by_speed = (track.speed_kmh[1:] + track.speed_kmh[:-1]) / 7.2 * steps_s
    positions = np.stack([track.latitude_deg, track.longitude_deg], axis=-1)
    by_crow = great_circle_m(positions[:-1], positions[1:])
    with np.errstate(invalid="ignore"):
        is_counted = (by_odometer >= 0.0) & (by_odometer <= _FASTEST_MS * steps_s + 100.0)
    guessed = np.where(steps_s <= _SPEED_TRUSTED_S, by_speed, by_crow)
    metres: FloatArray = np.where(is_counted, by_odometer, guessed)
    return metres


def _segment(track: Track, first: int, last: int, step: float) -> Segment | None:
    within = slice(first, last + 1)
    metres = float(np.sum(_step_m(track)[first:last]))
    spent = float(track.soc_percent[first] - track.soc_percent[last])
    seconds = float(track.at_s[last] - track.at_s[first])
    if metres < LENGTH_LEAST_M or seconds <= 0.0:
        return None
    climb_m = float(track.altitude_m[last] - track.altitude_m[first])
    return Segment(
        first=first,
        last=last,
        distance_m=metres,
        travel_s=seconds,
        spent_percent=spent,
        soc_step_percent=step,
        climb_m=0.0 if isnan(climb_m) else climb_m,
        temperature_c=_middle(track.temperature_c[within]),
        gross_mass_kg=_middle(track.gross_mass_kg[within]),
    )


def _middle(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else nan
