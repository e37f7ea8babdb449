"""What is believed of the strength of media, always asked in money or in shares of the KPI.

Inside the model the strength of a channel is its share of the total KPI, `share`. So
`return = share * KPI total / full cost`: a belief on one is a belief on the other. The return of
the next euro is `share * elasticity * KPI total / marginal cost`, where the elasticity of a channel's
contribution in its spend, `sum_t a S'(a) / sum_t S(a)`, follows from its curve: a belief on the
marginal return is a belief on the share given the curve.

Channels without a belief of their own form one pool. The pool's total share is log-normal; its
split is `cost weight * exp(deviation)` brought to a sum of 1, deviations being normal with a
common spread, learnt when the pool is large enough. So the total does not know how many channels
there are, and returns are drawn together as far as the data show them alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.errors import UserInputError, listed
from mmm.model.prior_curves import N_SLOTS, Curves, curve_draws
from mmm.model.spec import ModelSpec

FloatArray = NDArray[np.float64]

POOLED, SHARE, COEFFICIENT, MARGINAL = 0, 1, 2, 3
MIN_LEARNING_POOL = 3
LEFT_FOR_POOL = 0.05
"""Part of the stated media share that declared channels must leave to the others."""
_POINTS = 2**12


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPrior:
    """Belief on the strength of each channel, in the parameters that are sampled."""

    kind: NDArray[np.int64]
    """(channel) POOLED, SHARE (own log-normal on the share), COEFFICIENT (normal on the effect), or
    MARGINAL (log-normal on share times elasticity)."""
    location: FloatArray
    """(channel) Log of the cost weight in the pool, log of the median share, mean effect, or log of the
    median of share times elasticity."""
    spread: FloatArray
    """(channel) Standard deviation of that; in the pool of the deviation of a return."""
    pool_location: float
    """Log of the median total share of the pool."""
    pool_spread: float
    """Standard deviation of its logarithm."""
    split_spread: tuple[float, float]
    """Spread of the deviations: median, and standard deviation of its logarithm."""
    learns_split: bool
    """Whether that spread is a parameter; else it is its median."""


def build_media_prior(
    spec: ModelSpec,
    channels: tuple[str, ...],
    full_cost: FloatArray,
    kpi_total: float,
    curves: Curves | None = None,
) -> MediaPrior:
    """Turn beliefs in money into the prior of the sampled parameters.

    Parameters
    ----------
    curves : Curves, optional
        Spend and beliefs on curves: what a marginal return and a coefficient mean as a share of the KPI.

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
        kind[index] = {"coefficient": COEFFICIENT, "marginal_return": MARGINAL}.get(own.kind, SHARE)
        if own.kind == "return":
            location[index] = np.log(own.median * full_cost[index] / kpi_total)
        elif own.kind == "marginal_return":
            cost = full_cost if curves is None else curves.marginal_cost
            location[index] = np.log(own.median * cost[index] / kpi_total)
        else:
            location[index] = own.median if own.kind == "coefficient" else np.log(own.median)
    pooled = kind == POOLED
    if pooled.any():
        location[pooled] -= np.log(full_cost[pooled].sum())
    own_kinds = np.flatnonzero(~pooled)
    declared = _declared_total(kind, location, spread, own_kinds, curves)
    return MediaPrior(
        kind=kind,
        location=location,
        spread=spread,
        pool_location=_pool_location(spec, declared) if pooled.any() else 0.0,
        pool_spread=spec.media_share_spread,
        split_spread=beliefs.split_spread,
        learns_split=bool(pooled.sum() >= MIN_LEARNING_POOL),
    )


def declared_share(
    kind: int, strength: FloatArray, elasticity: FloatArray, mean_reached: FloatArray
) -> FloatArray:
    """Give the share of the KPI that a draw of a declared belief means, given draws of its curve."""
    if kind == COEFFICIENT:
        return np.asarray(strength * mean_reached)
    return np.asarray(np.exp(strength) / (elasticity if kind == MARGINAL else 1.0))


def _declared_total(
    kind: NDArray[np.int64],
    location: FloatArray,
    spread: FloatArray,
    own: NDArray[np.intp],
    curves: Curves | None,
) -> tuple[FloatArray, FloatArray] | None:
    """Draws of the total share of channels outside the pool, beside standard normal draws for the pool."""
    if not own.size:
        return None
    from scipy.special import ndtri  # noqa: PLC0415 - only where a belief is declared
    from scipy.stats import qmc  # noqa: PLC0415 - half a second

    needs = [index for index in own if kind[index] in {COEFFICIENT, MARGINAL}] if curves is not None else []
    size = 1 + own.size + N_SLOTS * len(needs)
    uniform = qmc.Sobol(size, scramble=True, rng=np.random.default_rng(0)).random(_POINTS)
    uniform = np.clip(uniform, 1e-12, 1 - 1e-12)
    normal = ndtri(uniform[:, : 1 + own.size])
    total = np.zeros(_POINTS)
    for place, index in enumerate(own):
        strength = location[index] + spread[index] * normal[:, 1 + place]
        if index in needs and curves is not None:
            first = 1 + own.size + N_SLOTS * needs.index(index)
            drawn = curve_draws(curves, int(index), uniform[:, first : first + N_SLOTS])
            total += declared_share(int(kind[index]), strength, drawn.elasticity, drawn.mean_reached)
        elif kind[index] == SHARE:
            total += np.exp(strength)
    return total, normal[:, 0]


def _pool_location(spec: ModelSpec, declared: tuple[FloatArray, FloatArray] | None) -> float:
    """Log median of the pool such that the median of the total of all shares is the stated one."""
    if declared is None:
        return float(np.log(spec.media_share))
    from scipy.optimize import brentq  # noqa: PLC0415 - half a second, and only where a belief is declared

    total, normal = declared
    pool = np.exp(spec.media_share_spread * normal)
    if np.median(total) >= (1 - LEFT_FOR_POOL) * spec.media_share:
        raise UserInputError(
            f"model of {spec.outcome}",
            [
                f"media_share.median is {spec.media_share:.2f}, but the beliefs declared for single channels "
                f"({listed(sorted(spec.channel_priors))}) already add up to {np.median(total):.2f} of the "
                "KPI: raise the media share or lower these beliefs"
            ],
        )

    def excess(log_median: float) -> float:
        return float(np.median(total + np.exp(log_median) * pool)) - spec.media_share

    highest = np.log(spec.media_share + max(0.0, -float(total.min())))
    return float(brentq(excess, np.log(spec.media_share) - 12, highest, xtol=1e-10))
