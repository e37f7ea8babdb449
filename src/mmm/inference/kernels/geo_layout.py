"""Where the figures of a panel stand in the buffer and among the parameters; the prior of these.

Parameters, in order: those of the national model; log sizes of levels and lines between geos (2); log
spreads of the effects between geos (by channel with effects by geo); their standard deviates
(channel, geo); the log-odds of the noise exponent; whitened coefficients where they are explicit.
`inference.geo_buffer` lays the buffer out. A national panel is one geo: without levels, lines,
spreads, deviates or exponent.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import compiled
from mmm.inference.kernels.geo_media import GeoMedia
from mmm.inference.kernels.geometric_hill import prior as national_prior

Array = NDArray[np.float64]
SIZES, PARTS = 12, 24
"""Channels, geos, periods, common and local columns, classes of geos, amplitudes, channels with effects by
geo, parameters of the national model, coefficients of each geo (2 or 0), 1 where there is a noise
exponent, code of the likelihood; then the starts of the parts and the end of the last."""
LIKELIHOODS = ("normal", "student_t", "negative_binomial")
"""The code of a likelihood is its place here."""
NEGATIVE_BINOMIAL = 2
HEADER = SIZES + PARTS + 1
Places = tuple[int, int, int, int, int]
"""Where the log noise, the geo block, its spreads, its standard deviates and the noise exponent stand."""


@compiled
def places(data: Array) -> Places:
    """Give where the log noise, the geo block, its spreads, its deviates and its exponent start."""
    channels, groups, national, local = int(data[0]), int(data[6]), int(data[8]), int(data[7])
    spreads = national + int(data[9])
    deviates = spreads + local
    return 4 * channels + groups, national, spreads, deviates, deviates + local * int(data[1])


@compiled
def part(data: Array, index: int) -> Array:
    """Give one part of the buffer, flat."""
    return data[int(data[SIZES + index]) : int(data[SIZES + index + 1])]


@compiled
def media_of(data: Array) -> GeoMedia:
    """Give what `geo_media` reads."""
    channels, geos, periods = int(data[0]), int(data[1]), int(data[2])
    spend = part(data, 4).reshape((channels, geos, periods))
    return spend, part(data, 5).reshape((channels, geos)), part(data, 2), part(data, 6), part(data, 8)


@compiled
def columns_of(data: Array) -> tuple[Array, Array, Array]:
    """Give the `Columns` of the arrow."""
    geos, periods, common, local = int(data[1]), int(data[2]), int(data[3]), int(data[4])
    return (
        part(data, 10).reshape((common, periods)),
        part(data, 11).reshape((geos, local, periods)),
        part(data, 12).reshape((2, periods)),
    )


@compiled
def products_of(data: Array) -> tuple[Array, Array, Array]:
    """Give the `Products` of the arrow."""
    size, classes = int(data[3] + data[4]), int(data[5])
    return (
        part(data, 13).reshape((classes, size, size)),
        part(data, 14).reshape((classes, size, 2)),
        part(data, 15).reshape((2, 2)),
    )


@compiled
def geo_prior(theta: Array, data: Array, gradient: Array) -> float:
    """Log-density of the parameters; its gradient is written over `gradient`."""
    channels = int(data[0])
    _, block, spreads, deviates, exponent = places(data)
    hyper = part(data, 18)
    density = national_prior(
        theta[:block],
        part(data, 0),
        part(data, 1),
        part(data, 2),
        part(data, 3).reshape((9, channels)),
        gradient[:block],
    )
    for j in range(spreads - block):
        ratio = math.exp(theta[block + j]) / hyper[j]
        density += theta[block + j] - 0.5 * ratio * ratio
        gradient[block + j] = 1.0 - ratio * ratio
    for at in range(spreads, deviates):
        z = (theta[at] - hyper[2]) / hyper[3]
        density -= 0.5 * z * z
        gradient[at] = -z / hyper[3]
    for at in range(deviates, exponent):
        density -= 0.5 * theta[at] * theta[at]
        gradient[at] = -theta[at]
    if data[10] == 0.0:
        return density
    a, b, z = hyper[4], hyper[5], theta[exponent]
    softplus = math.log1p(math.exp(-abs(z))) + max(-z, 0.0)
    power = 1.0 / (1.0 + math.exp(-z))
    gradient[exponent] = a * (1.0 - power) - b * power
    return density - a * softplus - b * (z + softplus)


@compiled
def scales_of(theta: Array, data: Array, deviation: Array, own: Array, precision: Array) -> float:
    """Fill the prior deviations and one over the noise variance by geo; give the sum of log variances."""
    noise, block, _, _, exponent = places(data)
    first = 4 * int(data[0])
    scale, group, relative = part(data, 16), part(data, 17), part(data, 9)
    for k in range(scale.shape[0]):
        g = int(group[k])
        deviation[k] = scale[k] if g < 0 else scale[k] * math.exp(theta[first + g])
    for j in range(int(data[9])):
        own[j] = math.exp(theta[block + j])
    power, total = 0.0, 0.0
    if data[10] > 0.0:
        power = 1.0 / (1.0 + math.exp(-theta[exponent]))
    for g in range(precision.shape[0]):
        log_variance = 2.0 * theta[noise] - power * relative[g]
        precision[g] = math.exp(-log_variance)
        total += log_variance
    return total
