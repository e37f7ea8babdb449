"""Beliefs on the parameters of the national model, and what they pull on each.

`full` holds every parameter that any family could have, in blocks of one per channel: carry-over first,
half-saturation, slope, strength; then log amplitudes, log noise, log spread of returns, and carry-over
second. What a channel's family lacks is not sampled and has no belief.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import inlined, strict

Array = NDArray[np.float64]
Beliefs = tuple[Array, Array, Array, Array, Array]
"""Kind, first and second figure of each (block, channel) in this order; kind of the strength
(channel); half-normal scales of the amplitudes, then of the noise."""

ABSENT, NORMAL, BETA, HALF_LIFE = 0, 1, 2, 3
"""Kinds of belief: on the sampled parameter itself; on its logistic; on the half-life that it means."""
POOLED, SHARE, COEFFICIENT, MARGINAL = 0, 1, 2, 3
LOG_LN2 = math.log(math.log(2.0))


@inlined
def block_start(block: int, channels: int, groups: int) -> int:
    """Place of a block's first channel in `full`."""
    return block * channels if block < 4 else 4 * channels + groups + 2


@inlined
def normal(value: float, location: float, spread: float) -> tuple[float, float]:
    """Log-density of a normal up to a constant, and its slope."""
    z = (value - location) / spread
    return -0.5 * z * z, -z / spread


@inlined
def belief_on(kind: float, z: float, first: float, second: float) -> tuple[float, float]:
    """Log-density of one sampled parameter, and its slope."""
    if kind == ABSENT:
        return 0.0, 0.0
    if kind == NORMAL:
        return normal(z, first, second)
    softplus = math.log1p(math.exp(-abs(z))) + max(-z, 0.0)
    share = 1.0 / (1.0 + math.exp(-z))
    if kind == BETA:
        return -first * softplus - second * (z + softplus), first * (1.0 - share) - second * share
    value, pull = normal(LOG_LN2 - math.log(softplus), first, second)
    change = (1.0 - share) / softplus
    return value + math.log(change), pull * change + change - share


@strict
def prior(full: Array, figures: Array, beliefs: Beliefs, gradient: Array) -> float:
    """Log-density of the parameters; its gradient is written over `gradient`.

    `figures`: median and sd of the log total of the pool, whether the spread of returns is learnt,
    its median and the sd of its logarithm.
    """
    kinds, first, second, strength, scales = beliefs
    channels, groups, density = strength.shape[0], scales.shape[0] - 1, 0.0
    gradient[:] = 0.0
    for block in range(5):
        start = block_start(block, channels, groups)
        for c in range(channels):
            value, gradient[start + c] = belief_on(
                kinds[block, c], full[start + c], first[block, c], second[block, c]
            )
            density += value
    for g in range(groups + 1):
        at = 4 * channels + g
        ratio = math.exp(full[at]) / scales[g]
        density += full[at] - 0.5 * ratio * ratio
        gradient[at] = 1.0 - ratio * ratio
    return density + _pool(full, figures, strength, first[3], gradient, 4 * channels + groups + 1)


@inlined
def _pool(
    full: Array, figures: Array, strength: Array, weight: Array, gradient: Array, at_spread: int
) -> float:
    """Log-normal total of the pooled channels, normal deviations from the split by cost, summing to 0."""
    channels = strength.shape[0]
    members, total, mean = 0, 0.0, 0.0
    for c in range(channels):
        if strength[c] == POOLED:
            members += 1
            total += math.exp(full[3 * channels + c])
            mean += full[3 * channels + c] - weight[c]
    if members == 0:
        return 0.0
    mean /= members
    log_spread = full[at_spread]
    density, slope = normal(math.log(total), figures[0], figures[1])
    squares = 0.0
    for c in range(channels):
        if strength[c] == POOLED:
            at = 3 * channels + c
            z = (full[at] - weight[c] - mean) * math.exp(-log_spread)
            squares += z * z
            gradient[at] = slope * math.exp(full[at]) / total - z * math.exp(-log_spread)
    if figures[2] > 0.0:
        value, pull = normal(log_spread, figures[3], figures[4])
        density += value - (members - 1) * log_spread
        gradient[at_spread] = pull + squares - (members - 1)
    return density - 0.5 * squares
