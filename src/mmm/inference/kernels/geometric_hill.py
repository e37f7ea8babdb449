"""Geometric carry-over and Hill saturation of one row, and the beliefs on them, as panels by geo read them.

`inference.buffer` gives the rows of `hyper` and the figures of the header.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.carry_over import NO_PRESSURE
from mmm.inference.kernels.compiling import strict
from mmm.inference.kernels.elementary import exp, log
from mmm.inference.kernels.prior import COEFFICIENT, POOLED
from mmm.inference.kernels.prior import normal as _normal

__all__ = ["COEFFICIENT", "NO_PRESSURE", "adstock", "prior", "saturate", "through_adstock"]

Array = NDArray[np.float64]
HALF_LIFE = 1.0
LOG_LN2 = math.log(math.log(2.0))


@strict
def adstock(spend: Array, carry_in: float, retention: float, pressure: Array) -> None:
    """Geometric adstock by its recursion."""
    previous = carry_in
    for t in range(spend.shape[0]):
        previous = (1.0 - retention) * spend[t] + retention * previous
        if previous < NO_PRESSURE:
            previous = 0.0
        pressure[t] = previous


@strict
def saturate(pressure: Array, log_half: float, slope: float, log_odds: Array, reached: Array) -> None:
    """Hill by its log-odds; exactly 0 where there is no pressure."""
    for t in range(pressure.shape[0]):
        log_odds[t] = slope * (log(max(pressure[t], NO_PRESSURE)) - log_half)
        share = 1.0 / (1.0 + exp(-log_odds[t]))
        reached[t] = share if pressure[t] > 0.0 else 0.0


@strict
def through_adstock(spend: Array, carry_in: float, retention: float, pressure: Array, pull: Array) -> float:
    """Sum over periods of `pull` times the derivative of the adstock in the retention."""
    total, moved, previous = 0.0, 0.0, carry_in
    for t in range(spend.shape[0]):
        moved = previous - spend[t] + retention * moved
        previous = pressure[t]
        total += pull[t] * moved
    return total


@strict
def prior(theta: Array, header: Array, scales: Array, kind: Array, hyper: Array, gradient: Array) -> float:
    """Log-density of the parameters; its gradient is written over `gradient`.

    `inference.buffer` gives the rows of `hyper`.
    """
    channels = kind.shape[0]
    density = 0.0
    for c in range(channels):
        a, b, z = hyper[0, c], hyper[1, c], theta[c]
        softplus = math.log1p(math.exp(-abs(z))) + max(-z, 0.0)
        retention = 1.0 / (1.0 + math.exp(-z))
        if hyper[8, c] == HALF_LIFE:
            value, pull = _normal(LOG_LN2 - math.log(softplus), a, b)
            change = (1.0 - retention) / softplus
            density += value + math.log(change)
            gradient[c] = pull * change + change - retention
        else:
            density -= a * softplus + b * (z + softplus)
            gradient[c] = a * (1.0 - retention) - b * retention
        for block in range(1, 4):
            at = block * channels + c
            gradient[at] = 0.0
            if block < 3 or kind[c] != POOLED:
                value, gradient[at] = _normal(theta[at], hyper[2 * block, c], hyper[2 * block + 1, c])
                density += value
    for g in range(scales.shape[0]):
        at = 4 * channels + g
        ratio = math.exp(theta[at]) / scales[g]
        density += theta[at] - 0.5 * ratio * ratio
        gradient[at] = 1.0 - ratio * ratio
    return density + _pool_prior(theta, header, kind, hyper[6], gradient)


@strict
def _pool_prior(theta: Array, header: Array, kind: Array, weight: Array, gradient: Array) -> float:
    """Log-normal total of the pooled channels, normal deviations from the split by cost, summing to 0."""
    channels = kind.shape[0]
    members, total, mean = 0, 0.0, 0.0
    for c in range(channels):
        if kind[c] == POOLED:
            members += 1
            total += math.exp(theta[3 * channels + c])
            mean += theta[3 * channels + c] - weight[c]
    if members == 0:
        return 0.0
    mean /= members
    is_learnt = header[7] > 0.0
    log_spread = theta[-1] if is_learnt else header[8]
    density, slope = _normal(math.log(total), header[5], header[6])
    squares = 0.0
    for c in range(channels):
        if kind[c] == POOLED:
            at = 3 * channels + c
            z = (theta[at] - weight[c] - mean) * math.exp(-log_spread)
            squares += z * z
            gradient[at] = slope * math.exp(theta[at]) / total - z * math.exp(-log_spread)
    if is_learnt:
        value, pull = _normal(log_spread, header[8], header[9])
        density += value - (members - 1) * log_spread
        gradient[-1] = pull + squares - (members - 1)
    return density - 0.5 * squares
