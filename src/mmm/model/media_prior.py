"""What is believed of the strength of media, always asked in money or in shares of the KPI.

Inside the model the strength of a channel is its share of the total KPI, `share`. So
`return = share * KPI total / full cost`: a belief on one is a belief on the other.

Channels without a belief of their own form one pool. The pool's total share is log-normal; its
split is `cost weight * exp(deviation)` brought to a sum of 1, deviations being normal with a
common spread, learnt when the pool is large enough. So the total does not know how many channels
there are, and returns are drawn together as far as the data show them alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from mmm.errors import UserInputError, listed
from mmm.model.spec import ModelSpec

FloatArray = NDArray[np.float64]

POOLED, SHARE, COEFFICIENT = 0, 1, 2
MIN_LEARNING_POOL = 3
_POINTS = 2**13


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPrior:
    """Belief on the strength of each channel, in the parameters that are sampled."""

    kind: NDArray[np.int64]
    """(channel) POOLED, SHARE (own log-normal on the share) or COEFFICIENT (normal on the effect)."""
    location: FloatArray
    """(channel) Log of the cost weight in the pool, log of the median share, or mean effect."""
    spread: FloatArray
    """(channel) Standard deviation of the log share, or of the effect; in the pool that of a return."""
    pool_location: float
    """Log of the median total share of the pool."""
    pool_spread: float
    """Standard deviation of its logarithm."""
    split_spread: tuple[float, float]
    """Spread of the deviations: median, and standard deviation of its logarithm."""
    learns_split: bool
    """Whether that spread is a parameter; else it is its median."""


def build_media_prior(
    spec: ModelSpec, channels: tuple[str, ...], full_cost: FloatArray, kpi_total: float
) -> MediaPrior:
    """Turn beliefs in money into the prior of the sampled parameters.

    Raises
    ------
    UserInputError
        The beliefs declared for single channels already exceed the stated media share.
    """
    beliefs = spec.beliefs
    kind = np.full(len(channels), POOLED)
    location = np.log(full_cost)
    spread = np.full(len(channels), beliefs.split_spread[0])
    small = full_cost < beliefs.small_channel_cost * full_cost.sum()
    if not small.all():
        kind[small] = SHARE
        location[small] = np.log(beliefs.small_channel_share[0] * spec.media_share)
        spread[small] = beliefs.small_channel_share[1]
    for index, name in enumerate(channels):
        own = spec.channel_priors.get(name)
        if own is None:
            continue
        spread[index] = own.spread
        kind[index] = COEFFICIENT if own.kind == "coefficient" else SHARE
        if own.kind == "return":
            location[index] = np.log(own.median * full_cost[index] / kpi_total)
        else:
            location[index] = own.median if own.kind == "coefficient" else np.log(own.median)
    pooled = kind == POOLED
    if pooled.any():
        location[pooled] -= np.log(full_cost[pooled].sum())
    return MediaPrior(
        kind=kind,
        location=location,
        spread=spread,
        pool_location=_pool_location(spec, kind, location, spread) if pooled.any() else 0.0,
        pool_spread=spec.media_share_spread,
        split_spread=beliefs.split_spread,
        learns_split=bool(pooled.sum() >= MIN_LEARNING_POOL),
    )


def _pool_location(
    spec: ModelSpec, kind: NDArray[np.int64], location: FloatArray, spread: FloatArray
) -> float:
    """Log median of the pool such that the median of the total of all shares is the stated one."""
    own = np.flatnonzero(kind == SHARE)
    if not own.size:
        return float(np.log(spec.media_share))
    from scipy.optimize import brentq  # noqa: PLC0415 - half a second, and only where a belief is declared
    from scipy.stats import qmc  # noqa: PLC0415

    uniform = qmc.Sobol(own.size + 1, scramble=True, rng=np.random.default_rng(0)).random(_POINTS)
    normal = ndtri(np.clip(uniform, 1e-12, 1 - 1e-12))
    declared = np.exp(location[own] + spread[own] * normal[:, 1:]).sum(axis=1)
    pool = np.exp(spec.media_share_spread * normal[:, 0])
    if np.median(declared) >= 0.95 * spec.media_share:
        raise UserInputError(
            f"model of {spec.outcome}",
            [
                f"media_share.median is {spec.media_share:.2f}, but the beliefs declared for single channels "
                f"({listed(sorted(spec.channel_priors))}) already add up to {np.median(declared):.2f} of the "
                "KPI: raise the media share or lower these beliefs"
            ],
        )

    def excess(log_median: float) -> float:
        return float(np.median(declared + np.exp(log_median) * pool)) - spec.media_share

    return float(brentq(excess, np.log(spec.media_share) - 12, np.log(spec.media_share), xtol=1e-10))
