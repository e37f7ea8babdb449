"""The log-density of a geo panel with its coefficients integrated out, and its gradient.

Parameters, in order: those of the national model; log sizes of levels and lines between geos (2); log
spreads of the effects between geos (by channel with effects by geo); their standard deviates
(channel, geo); the log-odds of the noise exponent. `inference.geo_buffer` lays the buffer out.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from mmm.inference.kernel import _prior as national_prior
from mmm.inference.kernels.compiling import compiled
from mmm.inference.kernels.geo_arrow import (
    dot,
    factor_arrow,
    invert_shared,
    new_arrow,
    posterior_means,
    solve_transposed,
    subtract_fitted,
    uncertainty,
)
from mmm.inference.kernels.geo_media import GeoMedia, geo_media, geo_media_gradient, new_work

Array = NDArray[np.float64]
SIZES, PARTS = 9, 19
"""Channels, geos, periods, common and local columns, classes of geos, amplitudes, channels with effects by
geo, parameters of the national model; then the starts of the parts and the end of the last."""
HEADER = SIZES + PARTS + 1
Places = tuple[int, int, int, int, int]
"""Where the log noise, the geo block, its spreads, its standard deviates and the noise exponent stand."""


@compiled
def places(data: Array) -> Places:
    """Give where each block of the parameters starts."""
    channels, groups, national, local = int(data[0]), int(data[6]), int(data[8]), int(data[7])
    deviates = national + 2 + local
    return 4 * channels + groups, national, national + 2, deviates, deviates + local * int(data[1])


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
    for j in range(2):
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
    for j in range(2):
        own[j] = math.exp(theta[block + j])
    power, total = 1.0 / (1.0 + math.exp(-theta[exponent])), 0.0
    for g in range(precision.shape[0]):
        log_variance = 2.0 * theta[noise] - power * relative[g]
        precision[g] = math.exp(-log_variance)
        total += log_variance
    return total


@compiled
def geo_log_density(theta: Array, data: Array, gradient: Array) -> float:
    """Give the log-density, up to a constant, and write its gradient over `gradient`."""
    channels, geos, periods, size = int(data[0]), int(data[1]), int(data[2]), int(data[3] + data[4])
    noise, block, spreads, deviates, exponent = places(data)
    media, columns, products = media_of(data), columns_of(data), products_of(data)
    work, arrow = new_work(channels, geos, periods), new_arrow(geos, size)
    residual = -part(data, 7).reshape((geos, periods))
    standard = theta[deviates:exponent].reshape((-1, geos))
    density = geo_prior(theta, data, gradient)
    geo_media(theta, theta[spreads:deviates], standard, media, work, residual)
    for g in range(geos):
        for t in range(periods):
            residual[g, t] = -residual[g, t]

    deviation, own_deviation, precision = np.empty(size), np.empty(2), np.empty(geos)
    log_variances = scales_of(theta, data, deviation, own_deviation, precision)
    log_determinant = factor_arrow(products, deviation, own_deviation, precision, arrow)
    invert_shared(arrow)
    shared, own, own_variance, trace = np.empty(size), np.empty((geos, 2)), np.empty(2), np.empty(geos)
    posterior_means(columns, products, deviation, own_deviation, precision, arrow, residual, shared, own)
    subtract_fitted(columns, deviation, own_deviation, shared, own, residual)
    uncertainty(products, deviation, own_deviation, precision, arrow, own_variance, trace)
    density -= 0.5 * (periods * log_variances + log_determinant + dot(shared, shared))

    power = 1.0 / (1.0 + math.exp(-theta[exponent]))
    relative, group = part(data, 9), part(data, 17)
    for g in range(geos):
        misfit = dot(residual[g], residual[g]) * precision[g]
        density -= 0.5 * (misfit + own[g, 0] * own[g, 0] + own[g, 1] * own[g, 1])
        excess = misfit + trace[g] - periods
        gradient[noise] += excess
        gradient[exponent] -= 0.5 * power * (1.0 - power) * relative[g] * excess
        for j in range(2):
            gradient[block + j] += own[g, j] * own[g, j] - 1.0
        for t in range(periods):
            residual[g, t] *= precision[g]
    for j in range(2):
        gradient[block + j] += own_variance[j]
    for k in range(size):
        if group[k] >= 0:
            gradient[4 * channels + int(group[k])] += shared[k] * shared[k] - 1.0 + arrow[3][k, k]
    geo_media_gradient(
        theta,
        theta[spreads:deviates],
        standard,
        media,
        work,
        residual,
        gradient,
        gradient[spreads:deviates],
        gradient[deviates:exponent].reshape((-1, geos)),
    )
    return density


@compiled
def complete_geo_draws(
    thetas: Array,
    normals: Array,
    data: Array,
    coefficients: Array,
    own: Array,
    effects: Array,
    shares: Array,
) -> None:
    """Draw the coefficients given each draw of the parameters, exactly; fill effects and shares.

    `coefficients` (draw, column) and `own` (draw, geo, 2) are deviations from the prior means; on entry `own`
    holds standard normal numbers, as `normals` does. `effects` is (draw, geo, channel), `shares`
    (draw, channel).
    """
    channels, geos, periods, size = int(data[0]), int(data[1]), int(data[2]), int(data[3] + data[4])
    _, _, spreads, deviates, exponent = places(data)
    media, columns, products = media_of(data), columns_of(data), products_of(data)
    work, arrow = new_work(channels, geos, periods), new_arrow(geos, size)
    deviation, own_deviation, precision = np.empty(size), np.empty(2), np.empty(geos)
    shared, z, noise = np.empty(size), np.empty(2), np.empty(size)
    across, residual, means = products[1], np.empty((geos, periods)), np.empty((geos, 2))
    for n in range(thetas.shape[0]):
        theta = thetas[n]
        residual[:] = -part(data, 7).reshape((geos, periods))
        standard = theta[deviates:exponent].reshape((-1, geos))
        geo_media(theta, theta[spreads:deviates], standard, media, work, residual)
        residual *= -1.0
        scales_of(theta, data, deviation, own_deviation, precision)
        factor_arrow(products, deviation, own_deviation, precision, arrow)
        posterior_means(
            columns, products, deviation, own_deviation, precision, arrow, residual, shared, means
        )
        noise[:] = normals[n]
        solve_transposed(arrow[2], noise)
        for k in range(size):
            coefficients[n, k] = deviation[k] * (shared[k] + noise[k])
        for g in range(geos):
            k = 0 if across.shape[0] == 1 else g
            inner = arrow[0][g]
            for j in range(2):
                moved = 0.0
                for i in range(size):
                    moved += across[k, i, j] * deviation[i] * noise[i]
                z[j] = -own_deviation[j] * precision[g] * moved
            root = math.sqrt(inner[0, 0])
            slope = inner[1, 0] / root
            rest = math.sqrt(max(inner[1, 1] - slope * slope, 0.0))
            first, second = own[n, g, 0], own[n, g, 1]
            level = means[g, 0] + inner[0, 0] * z[0] + inner[0, 1] * z[1] + root * first
            line = means[g, 1] + inner[1, 0] * z[0] + inner[1, 1] * z[1] + slope * first + rest * second
            own[n, g, 0], own[n, g, 1] = own_deviation[0] * level, own_deviation[1] * line
        for c in range(channels):
            shares[n, c] = work[6][c] * work[5][c, 0] / work[4][c, 0]
            for g in range(geos):
                effects[n, g, c] = work[5][c, g]


_pointer: Any = types.CPointer(types.double)


@numba.cfunc(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer), cache=True)
def geo_log_density_entry(size: int, position: Any, gradient: Any, density: Any, user_data: Any) -> int:
    """C entry for the sampler: 0 when all is finite, else an error that it may recover from."""
    n = int(size)
    header = numba.carray(user_data, (HEADER,))
    data = numba.carray(user_data, (int(header[HEADER - 1]),))
    slope = numba.carray(gradient, (n,))
    value = geo_log_density(numba.carray(position, (n,)), data, slope)
    numba.carray(density, (1,))[0] = value
    if not math.isfinite(value):
        return 4
    for i in range(n):
        if not math.isfinite(slope[i]):
            return 3
    return 0
