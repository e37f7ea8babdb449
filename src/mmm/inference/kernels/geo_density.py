"""The log-density of a geo panel with its coefficients integrated out, and its gradient.

`geo_layout` says what the parameters are.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import compiled, entry
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
from mmm.inference.kernels.geo_layout import (
    HEADER,
    columns_of,
    geo_prior,
    media_of,
    part,
    places,
    products_of,
    scales_of,
)
from mmm.inference.kernels.geo_media import geo_media, geo_media_gradient, new_work

Array = NDArray[np.float64]


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


@entry(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer))
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
