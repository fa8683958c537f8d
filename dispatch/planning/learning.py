"""What a truck's own drives teach of its consumption: a mean, how unsure it is, and for how long.

Notes
-----
Bayesian linear regression on the parts of `dispatch.planning.consumption`: the state is a factor
on each part, with the data sheet as prior. It is a Kalman filter whose state drifts back to the
prior with the distance driven (Ornstein-Uhlenbeck), so that a winter or a new trailer is followed
and the covariance never passes the prior's. The noise of a drive is a share of its energy and is
learnt too, by one step of expectation-maximisation a drive. A drive that surprises by more than
`ODD_AT` standard deviations counts for less; `TURN_AFTER` of them in a row on the same side are
believed: the truck has changed.

References
----------
West and Harrison, Bayesian Forecasting and Dynamic Models (1997), ch. 4 and 11, for the filter
and intervention; Huber and Ronchetti, Robust Statistics (2009), ch. 7, for the weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.planning.consumption import PARTS, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

type FloatArray = NDArray[np.float64]

PRIOR_MEAN: FloatArray = np.array([1.0] * Part.COLD + [0.0])
COMMON_SD = 0.10
"""Of the drive line: common to everything that goes through the wheels."""
OWN_SD: FloatArray = np.array([0.05, 0.05, 0.08, 0.30, 0.15, 0.15, 0.15, 0.05])
LEAST: FloatArray = np.array([0.5] * Part.COLD + [-0.1])
MOST: FloatArray = np.array([2.0] * Part.COLD + [0.4])
"""Physics: no truck takes half or twice its data sheet for good."""

LEG_SD = 0.06
"""Spread of one drive around its truck's mean, as a share, before anything is learnt: wind,
weather, traffic, driver (assumed; with the factors' own spread an unlearnt truck keeps the margin
of 15 % that nine of ten measured days kept)."""
LEG_SD_RANGE = (0.02, 0.25)
LEG_WEIGHT = 8.0
LEG_WEIGHT_MOST = 40.0
MEMORY_M = 20e6
ODD_AT = 2.5
TURN_AFTER = 3
P90 = 1.2816
P95 = 1.6449


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What is known of a truck's consumption.

    `mean` (PARTS,) are factors on the data sheet's parts, `covariance` (PARTS, PARTS) how unsure
    they are; `leg_sd` is the spread of a single drive as a share of its energy, worth `leg_weight`
    drives; `odd_run` counts surprises in a row, negative for drives that took less.
    """

    mean: FloatArray
    covariance: FloatArray
    leg_sd: float = LEG_SD
    leg_weight: float = LEG_WEIGHT
    distance_m: float = 0.0
    drives: int = 0
    odd_drives: int = 0
    odd_run: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """One measured drive: its parts by the data sheet, what it took, and how well that is known.

    `load_sd_wh` is what an unknown load leaves open, `measure_sd_wh` coarse charge readings.
    """

    parts_wh: FloatArray
    energy_wh: float
    distance_m: float
    load_sd_wh: float = 0.0
    measure_sd_wh: float = 0.0


def prior_covariance() -> FloatArray:
    """Covariance of the factors of a truck nobody has measured."""
    through_wheels = np.ones(PARTS)
    through_wheels[[Part.AUXILIARIES, Part.COLD]] = 0.0
    covariance: FloatArray = COMMON_SD**2 * np.outer(through_wheels, through_wheels)
    return covariance + np.diag(OWN_SD**2)


def unlearnt() -> Learnt:
    """Return what is known of a truck by its data sheet alone."""
    return Learnt(mean=PRIOR_MEAN.copy(), covariance=prior_covariance())


UNLEARNT = unlearnt()
"""One for all trucks nobody has measured; never changed in place."""


def predict_wh(
    learnt: Learnt,
    parts_wh: FloatArray,
    *,
    load_sd_wh: ArrayLike = 0.0,
    measure_sd_wh: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray]:
    """Return mean and standard deviation of the energy of drives.

    Parameters
    ----------
    parts_wh
        Shape (..., PARTS).
    load_sd_wh, measure_sd_wh
        What an unknown load adds, and readings of the charge in steps if the drive is to be
        compared with them; they broadcast with the drives.

    Returns
    -------
    tuple[FloatArray, FloatArray]
        Wh, in the shape of the drives; the spread of the truck's factors and that of one drive
        together, wider while the latter rests on few drives (Student's t by its variance).
    """
    which = np.zeros(np.shape(parts_wh)[:-1], dtype=np.intp)
    mean_wh, factor_sd_wh, leg_sd_wh = predict_each_wh(
        [learnt], which, parts_wh, load_sd_wh=load_sd_wh
    )
    return mean_wh, np.sqrt(factor_sd_wh**2 + leg_sd_wh**2 + np.asarray(measure_sd_wh) ** 2)


def predict_each_wh(
    trucks: Sequence[Learnt],
    which: NDArray[np.intp],
    parts_wh: FloatArray,
    *,
    load_sd_wh: ArrayLike = 0.0,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean and both spreads of drives of many trucks; see `predict_wh`.

    Parameters
    ----------
    which
        Index into `trucks` of the truck that drives; shape (...), that of the drives.

    Returns
    -------
    tuple[FloatArray, FloatArray, FloatArray]
        Wh: the mean; the spread that is one for all drives of a truck, and adds up over them; the
        spread of each drive by itself, whose squares add up.
    """
    means = np.stack([truck.mean for truck in trucks])[which]
    covariances = np.stack([truck.covariance for truck in trucks])[which]
    spreads = np.array([truck.leg_sd for truck in trucks])[which]
    weights = np.array([truck.leg_weight for truck in trucks])[which]
    mean_wh: FloatArray = np.sum(parts_wh * means, axis=-1)
    factor_var = np.einsum("...i,...ij,...j->...", parts_wh, covariances, parts_wh)
    leg_var = weights / (weights - 2.0) * spreads**2 * _scale(mean_wh, load_sd_wh)
    return mean_wh, np.sqrt(np.maximum(factor_var, 0.0)), np.sqrt(leg_var)


def _scale(mean_wh: ArrayLike, load_sd_wh: ArrayLike) -> FloatArray:
    """Return what the square of `leg_sd` is multiplied with: an unknown load spreads drives too.

    Both spreads are learnt as one, so that a truck whose unknown loads are always alike is soon
    known as well as one that tells its loads.
    """
    mean, load = np.asarray(mean_wh), np.asarray(load_sd_wh)
    scale: FloatArray = mean**2 + (load / LEG_SD) ** 2
    return scale


def learn(learnt: Learnt, drive: Drive) -> Learnt:
    """Return what is known after one more drive; drives come in the order they were driven."""
    aged = _aged(learnt, drive.distance_m)
    sheet_wh = float(drive.parts_wh @ PRIOR_MEAN)
    if sheet_wh <= 0.0:
        return aged
    surprise, spread = _surprise(aged, drive)
    if abs(surprise) > ODD_AT * spread:
        run = aged.odd_run + 1 if surprise > 0 else aged.odd_run - 1
        run = run if run * surprise > 0 else (1 if surprise > 0 else -1)
        if abs(run) >= TURN_AFTER:
            aged = replace(aged, covariance=prior_covariance(), odd_run=0)
            return _taken(aged, drive)
        return _taken(replace(aged, odd_run=run, odd_drives=aged.odd_drives + 1), drive)
    return _taken(replace(aged, odd_run=0), drive)


def _aged(learnt: Learnt, distance_m: float) -> Learnt:
    keep = exp(-max(0.0, distance_m) / MEMORY_M)
    return replace(
        learnt,
        mean=PRIOR_MEAN + keep * (learnt.mean - PRIOR_MEAN),
        covariance=keep**2 * learnt.covariance + (1.0 - keep**2) * prior_covariance(),
    )


def _surprise(learnt: Learnt, drive: Drive) -> tuple[float, float]:
    """Return how far a drive lies off what was expected, and the spread expected of that."""
    mean_wh, spread_wh = predict_wh(
        learnt,
        drive.parts_wh,
        load_sd_wh=drive.load_sd_wh,
        measure_sd_wh=drive.measure_sd_wh,
    )
    return drive.energy_wh - float(mean_wh), float(spread_wh)


def _taken(learnt: Learnt, drive: Drive) -> Learnt:
    """Return the posterior: the factors by Kalman's gain, the spread of a drive by its share."""
    x, p = drive.parts_wh, learnt.covariance
    expected_wh = float(x @ learnt.mean)
    scale = float(_scale(expected_wh, drive.load_sd_wh))
    leg_var = learnt.leg_sd**2 * scale
    factor_var = float(x @ p @ x)
    noise_var = leg_var + drive.measure_sd_wh**2
    surprise = drive.energy_wh - expected_wh
    spread = sqrt(factor_var + noise_var)
    if (odd := abs(surprise) / spread) > ODD_AT:
        noise_var *= (odd / ODD_AT) ** 2
    total_var = factor_var + noise_var
    gain = p @ x / total_var
    keep = np.eye(PARTS) - np.outer(gain, x)
    covariance = keep @ p @ keep.T + noise_var * np.outer(gain, gain)
    bounded = float(np.clip(surprise, -ODD_AT * spread, ODD_AT * spread))
    share = leg_var / spread**2
    leg_var_now = (share * bounded) ** 2 + leg_var * (1.0 - share)
    return replace(
        learnt,
        mean=np.clip(learnt.mean + gain * surprise, LEAST, MOST),
        covariance=(covariance + covariance.T) / 2.0,
        leg_sd=_leg_sd(learnt, leg_var_now / scale),
        leg_weight=min(learnt.leg_weight + 1.0, LEG_WEIGHT_MOST),
        distance_m=learnt.distance_m + drive.distance_m,
        drives=learnt.drives + 1,
    )


def _leg_sd(learnt: Learnt, square: float) -> float:
    weight = learnt.leg_weight
    variance = (weight * learnt.leg_sd**2 + square) / (weight + 1.0)
    return float(np.clip(sqrt(variance), *LEG_SD_RANGE))
