"""Where the figures of a panel stand in the buffer and among the parameters; the prior of these.

Parameters, in order: those of the national model that its families have; log sizes of levels and lines
between geos (2); log spreads of the effects between geos (by channel with effects by geo); their standard
deviates (channel, geo); the log-odds of the noise exponent; whitened coefficients where they are explicit.
`inference.geo_buffer` lays the buffer out. A national panel is one geo: without levels, lines,
spreads, deviates or exponent.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import strict
from mmm.inference.kernels.geo_media import GeoMedia
from mmm.inference.kernels.prior import prior as national_prior

Array = NDArray[np.float64]
SIZES, PARTS = 13, 32
"""Channels, geos, periods, common and local columns, classes of geos, amplitudes, channels with effects by
geo, sampled parameters of the national model, coefficients of each geo (2 or 0), 1 where there is a noise
exponent, code of the likelihood, lags; then the starts of the parts and the end of the last."""
LIKELIHOODS = ("normal", "student_t", "negative_binomial")
"""The code of a likelihood is its place here."""
NEGATIVE_BINOMIAL = 2
HEADER = SIZES + PARTS + 1
Places = tuple[int, int, int, int]
"""Where the geo block, its spreads, its standard deviates and the noise exponent stand."""


@strict
def places(data: Array) -> Places:
    """Give where the geo block, its spreads, its deviates and its exponent start."""
    national, local = int(data[8]), int(data[7])
    spreads = national + int(data[9])
    deviates = spreads + local
    return national, spreads, deviates, deviates + local * int(data[1])


@strict
def part(data: Array, index: int) -> Array:
    """Give one part of the buffer, flat."""
    return data[int(data[SIZES + index]) : int(data[SIZES + index + 1])]


@strict
def spread_out(theta: Array, data: Array) -> Array:
    """Put the sampled parameters of the national model in their place among all that it could have."""
    full, sampled = part(data, 21).copy(), part(data, 20)
    for i in range(sampled.shape[0]):
        full[int(sampled[i])] = theta[i]
    return full


@strict
def gather(slope: Array, data: Array, gradient: Array) -> None:
    """Write the slopes of the sampled parameters of the national model over their gradient."""
    sampled = part(data, 20)
    for i in range(sampled.shape[0]):
        gradient[i] = slope[int(sampled[i])]


@strict
def media_of(data: Array) -> GeoMedia:
    """Give what `geo_media` reads."""
    channels, geos, periods = int(data[0]), int(data[1]), int(data[2])
    return (
        part(data, 4).reshape((channels, geos, periods)),
        part(data, 5).reshape((channels, geos)),
        part(data, 22).reshape((channels, geos)),
        part(data, 2),
        part(data, 6),
        part(data, 8),
        part(data, 19).reshape((3, channels)),
    )


@strict
def columns_of(data: Array) -> tuple[Array, Array, Array]:
    """Give the `Columns` of the arrow."""
    geos, periods, common, local = int(data[1]), int(data[2]), int(data[3]), int(data[4])
    return (
        part(data, 10).reshape((common, periods)),
        part(data, 11).reshape((geos, local, periods)),
        part(data, 12).reshape((2, periods)),
    )


@strict
def products_of(data: Array) -> tuple[Array, Array, Array]:
    """Give the `Products` of the arrow."""
    size, classes = int(data[3] + data[4]), int(data[5])
    return (
        part(data, 13).reshape((classes, size, size)),
        part(data, 14).reshape((classes, 2, size)),
        part(data, 15).reshape((2, 2)),
    )


@strict
def geo_prior(full: Array, theta: Array, data: Array, slope: Array, gradient: Array) -> float:
    """Log-density of the parameters.

    Its slopes are written over `slope`, those of the geo block over `gradient`.
    """
    channels = int(data[0])
    block, spreads, deviates, exponent = places(data)
    hyper, beliefs = part(data, 18), part(data, 3).reshape((3, 5, channels))
    stated = (beliefs[0], beliefs[1], beliefs[2], part(data, 2), part(data, 1))
    density = national_prior(full, part(data, 0), stated, slope)
    for at in range(block, deviates):
        belief = 2 * (at - block) if at < spreads else 4
        z = (theta[at] - hyper[belief]) / hyper[belief + 1]
        density -= 0.5 * z * z
        gradient[at] = -z / hyper[belief + 1]
    for at in range(deviates, exponent):
        density -= 0.5 * theta[at] * theta[at]
        gradient[at] = -theta[at]
    if data[10] == 0.0:
        return density
    a, b, z = hyper[6], hyper[7], theta[exponent]
    softplus = math.log1p(math.exp(-abs(z))) + max(-z, 0.0)
    power = 1.0 / (1.0 + math.exp(-z))
    gradient[exponent] = a * (1.0 - power) - b * power
    return density - a * softplus - b * (z + softplus)


@strict
def scales_of(
    full: Array, theta: Array, data: Array, deviation: Array, own: Array, precision: Array
) -> float:
    """Fill the prior deviations and one over the noise variance by geo; give the sum of log variances."""
    block, _, _, exponent = places(data)
    first, groups = 4 * int(data[0]), int(data[6])
    scale, group, relative = part(data, 16), part(data, 17), part(data, 9)
    for k in range(scale.shape[0]):
        g = int(group[k])
        deviation[k] = scale[k] if g < 0 else scale[k] * math.exp(full[first + g])
    for j in range(int(data[9])):
        own[j] = math.exp(theta[block + j])
    power, total = 0.0, 0.0
    if data[10] > 0.0:
        power = 1.0 / (1.0 + math.exp(-theta[exponent]))
    for g in range(precision.shape[0]):
        log_variance = 2.0 * full[first + groups] - power * relative[g]
        precision[g] = math.exp(-log_variance)
        total += log_variance
    return total
