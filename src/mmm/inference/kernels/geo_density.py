"""The log-density of a geo panel with its coefficients integrated out, and its gradient.

`geo_layout` says what the parameters are.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import straight, strict
from mmm.inference.kernels.elementary import dot
from mmm.inference.kernels.gaussian import solve_transposed
from mmm.inference.kernels.geo_arrow import (
    factor_arrow,
    invert_shared,
    new_arrow,
    posterior_means,
    subtract_fitted,
    uncertainty,
)
from mmm.inference.kernels.geo_layout import (
    columns_of,
    gather,
    geo_prior,
    media_of,
    part,
    places,
    products_of,
    scales_of,
    spread_out,
)
from mmm.inference.kernels.geo_media import geo_media, geo_media_gradient, new_work, share_of

Array = NDArray[np.float64]


@strict
def geo_log_density(theta: Array, data: Array, gradient: Array) -> float:
    """Give the log-density, up to a constant, and write its gradient over `gradient`."""
    channels, geos, periods, size = int(data[0]), int(data[1]), int(data[2]), int(data[3] + data[4])
    groups, noise = int(data[6]), 4 * channels + int(data[6])
    block, spreads, deviates, exponent = places(data)
    media, columns, products = media_of(data), columns_of(data), products_of(data)
    work, arrow = new_work(channels, geos, periods, int(data[12])), new_arrow(geos, size)
    full = spread_out(theta, data)
    slope, standard = np.empty(full.shape[0]), theta[deviates:exponent].reshape((-1, geos))
    density = geo_prior(full, theta, data, slope, gradient)
    residual = np.zeros((geos, periods))
    geo_media(full, theta[spreads:deviates], standard, media, work, groups, residual)
    subtract_from(part(data, 7).reshape((geos, periods)), residual)

    deviation, own_deviation, precision = np.empty(size), np.empty(2), np.empty(geos)
    log_variances = scales_of(full, theta, data, deviation, own_deviation, precision)
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
        slope[noise] += excess
        gradient[exponent] -= 0.5 * power * (1.0 - power) * relative[g] * excess
        for j in range(2):
            gradient[block + j] += own[g, j] * own[g, j] - 1.0
        multiply(residual[g], precision[g])
    for j in range(2):
        gradient[block + j] += own_variance[j]
    for k in range(size):
        if group[k] >= 0:
            slope[4 * channels + int(group[k])] += shared[k] * shared[k] - 1.0 + arrow[3][k, k]
    geo_media_gradient(
        full,
        theta[spreads:deviates],
        standard,
        media,
        work,
        groups,
        residual,
        slope,
        gradient[spreads:deviates],
        gradient[deviates:exponent].reshape((-1, geos)),
    )
    gather(slope, data, gradient)
    return density


@straight
def subtract_from(whole: Array, taken: Array) -> None:
    """Replace what is taken (geo, period) by what is left of the whole."""
    for g in range(whole.shape[0]):
        for t in range(whole.shape[1]):
            taken[g, t] = whole[g, t] - taken[g, t]


@straight
def multiply(row: Array, factor: float) -> None:
    """Multiply a row in place."""
    for t in range(row.shape[0]):
        row[t] *= factor


@strict
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
    _, spreads, deviates, exponent = places(data)
    media, columns, products = media_of(data), columns_of(data), products_of(data)
    work, arrow = new_work(channels, geos, periods, int(data[12])), new_arrow(geos, size)
    deviation, own_deviation, precision = np.empty(size), np.empty(2), np.empty(geos)
    shared, noise = np.empty(size), np.empty(size)
    residual, means = np.empty((geos, periods)), np.empty((geos, 2))
    for n in range(thetas.shape[0]):
        theta = thetas[n]
        full = spread_out(theta, data)
        residual[:] = 0.0
        standard = theta[deviates:exponent].reshape((-1, geos))
        geo_media(full, theta[spreads:deviates], standard, media, work, int(data[6]), residual)
        subtract_from(part(data, 7).reshape((geos, periods)), residual)
        scales_of(full, theta, data, deviation, own_deviation, precision)
        factor_arrow(products, deviation, own_deviation, precision, arrow)
        posterior_means(
            columns, products, deviation, own_deviation, precision, arrow, residual, shared, means
        )
        noise[:] = normals[n]
        solve_transposed(arrow[2], noise)
        for k in range(size):
            coefficients[n, k] = deviation[k] * (shared[k] + noise[k])
        for k in range(size):
            noise[k] *= deviation[k]
        draw_own(products[1], noise, own_deviation, precision, arrow[0], means, own[n])
        for c in range(channels):
            shares[n, c] = share_of(media, work, c)
            for g in range(geos):
                effects[n, g, c] = work[8][c, g]


@strict
def draw_own(
    across: Array, moved: Array, deviation: Array, precision: Array, inner: Array, means: Array, own: Array
) -> None:
    """Turn standard normal numbers `own` (geo, 2) into levels and lines, given what was drawn of the shared.

    `moved` is how far the shared coefficients were drawn from their means.
    """
    z = np.empty(2)
    for g in range(own.shape[0]):
        k, v = 0 if across.shape[0] == 1 else g, inner[g]
        for j in range(2):
            z[j] = -deviation[j] * precision[g] * dot(across[k, j], moved)
        root = math.sqrt(v[0, 0])
        slope = v[1, 0] / root
        rest = math.sqrt(max(v[1, 1] - slope * slope, 0.0))
        first, second = own[g, 0], own[g, 1]
        level = means[g, 0] + v[0, 0] * z[0] + v[0, 1] * z[1] + root * first
        line = means[g, 1] + v[1, 0] * z[0] + v[1, 1] * z[1] + slope * first + rest * second
        own[g, 0], own[g, 1] = deviation[0] * level, deviation[1] * line
