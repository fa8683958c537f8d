"""How far things turn out from what was predicted: drives, lanes, packs on charge.

Notes
-----
An error is kept as a share of a scale that grows with what was predicted, so that ten minutes
and an hour of driving speak of the same road. What was measured is joined to a prior by the
posterior mean of a Dirichlet process [1]: `prior_weight` samples drawn from the prior stand
beside the measured ones. Few samples stay near the prior, many speak for themselves, and nothing
is assumed of their shape; in particular late is not taken to be as likely as early.

The prior of drives is log-normal, which fits trips in the peak hours best [2], with a 95th
percentile 28 % above the median: truck routes of the American interstates have 21 % on the
average of a state [3], and roads between mines, mills and ports are worse.

References
----------
[1] T. S. Ferguson, A Bayesian analysis of some nonparametric problems, Annals of Statistics 1(2),
1973. [2] Travel time reliability estimation: use of median travel time, a study of gamma, Weibull,
logistic, log-normal and log-logistic fits on a highway with variable speed limits.
[3] 23 CFR 490.611 (truck travel time reliability) and its figure for Utah.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.roads import REGIONAL_NEXT_M, URBAN_FIRST_M, RoadClass

type FloatArray = NDArray[np.float64]

POINTS = 40
"""A spread is kept as so many quantiles of equal weight."""
PRIOR_WEIGHT = 12
"""As many measured samples weigh as much as the prior."""
CAME_PRIOR_WEIGHT = 20
FLOOR_S = 300.0
"""What errs whatever the way: the answer, setting out, the gate, the fence, the unit's reports."""
DRIVE_SIGMA = 0.15


@dataclass(frozen=True, slots=True)
class Spread:
    """Errors as shares of their scale, `points` in order, each as likely; from `samples` samples.

    The scale of a prediction of `t` seconds is `t + FLOOR_S`.
    """

    points: tuple[float, ...]
    samples: int = 0

    def errors_s(self, predicted_s: float) -> FloatArray:
        """Return how much later than predicted it may be, in seconds; shape (points,), in order."""
        return np.array(self.points) * scale_s(predicted_s)

    def sd_s(self, predicted_s: float) -> int:
        """Return the standard deviation of what was predicted, in whole seconds."""
        return round(float(np.std(self.errors_s(predicted_s))))


def scale_s(predicted_s: float) -> float:
    """Return what an error of something predicted to take so long is measured by."""
    return max(0.0, predicted_s) + FLOOR_S


def _quantiles(count: int) -> list[float]:
    return [(index + 0.5) / count for index in range(count)]


DRIVE_PRIOR = Spread(
    tuple(float(np.exp(DRIVE_SIGMA * NormalDist().inv_cdf(q)) - 1.0) for q in _quantiles(POINTS))
)
LANE_PRIOR = Spread(tuple(max(0.0, -float(np.log(2.0 * (1.0 - q)))) for q in _quantiles(POINTS)))
"""Half of the trucks find the lane free when it is theirs, the others wait for one swap of 5 min
on average (assumed: no source was found; stations overwrite it within a shift)."""
CHARGE_PRIOR = Spread(tuple(0.05 * NormalDist().inv_cdf(q) for q in _quantiles(POINTS)))
"""Charge times err by 5 % either way (assumed; the charge plan is made anew every 20 s)."""


def measured(
    samples: Sequence[float], *, prior: Spread, prior_weight: float = PRIOR_WEIGHT
) -> Spread:
    """Join measured shares to a prior.

    Parameters
    ----------
    samples
        Errors as shares of their scale (:func:`share_of`), in any order.

    Returns
    -------
    Spread
        Quantiles of the mixture that gives the prior the weight of `prior_weight` samples.
    """
    if not samples:
        return prior
    values = np.concatenate([np.array(prior.points), np.array(samples, dtype=np.float64)])
    weights = np.concatenate(
        [
            np.full(len(prior.points), prior_weight / len(prior.points)),
            np.ones(len(samples)),
        ]
    )
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weights[order]) - weights[order] / 2
    points = np.interp(_quantiles(POINTS), middle / weights.sum(), values[order])
    return Spread(tuple(float(point) for point in points), len(samples))


def class_of_way(distance_m: float, *, stops: int) -> str:
    """Return the class whose spread a way has: the road it is long enough for, and if it stops.

    Stays at stops on the way are uncertain too, so ways past one are a class of their own.
    """
    if distance_m <= URBAN_FIRST_M:
        road = RoadClass.URBAN
    elif distance_m <= URBAN_FIRST_M + REGIONAL_NEXT_M:
        road = RoadClass.REGIONAL
    else:
        road = RoadClass.LONG_HAUL
    return f"{road}_stop" if stops else str(road)


def share_of(error_s: float, *, predicted_s: float) -> float:
    """Return an error as the share of its scale that a spread is made of."""
    return error_s / scale_s(predicted_s)


def came_share(came: int, promised: int) -> float:
    """Return how likely a truck that accepted comes at all.

    The posterior mean of a Beta prior worth `CAME_PRIOR_WEIGHT` promises of which 49 in 50 come
    (assumed, until the region has its own).
    """
    return (came + CAME_PRIOR_WEIGHT * 0.98) / (promised + CAME_PRIOR_WEIGHT)
