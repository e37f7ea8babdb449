"""Coefficients of a geo panel integrated out: those of all geos, and level and line of each.

Given the shared coefficients, geos are independent: each brings a Woodbury step of size 2, and what is
left of its data meets in one system of the size of the shared columns. docs/method/model.md
derives the formulas. Residuals are (geo, period); each geo has its own variance of the noise.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import straight, strict
from mmm.inference.kernels.elementary import add_multiple, dot
from mmm.inference.kernels.gaussian import solve

Array = NDArray[np.float64]
Columns = tuple[Array, Array, Array]
"""Shared columns (column, period), columns that differ (geo, column, period), level and line (2, period).
The columns that differ are the last of the shared coefficients."""
Products = tuple[Array, Array, Array]
"""Cross-products per class of geos: (class, column, column), with level and line (class, 2, column), and of
these two (2, 2). One class when no column differs between geos, else one per geo."""
Arrow = tuple[Array, Array, Array, Array]
"""Per geo: inverse of I + D Z'Z D / v (geo, 2, 2) and D times it times D / v; of the shared system:
its Cholesky factor (column, column) and its inverse."""


@strict
def new_arrow(n_geos: int, n_columns: int) -> Arrow:
    """Room for `factor_arrow`."""
    return (
        np.empty((n_geos, 2, 2)),
        np.empty((n_geos, 2, 2)),
        np.empty((n_columns, n_columns)),
        np.empty((n_columns, n_columns)),
    )


@strict
def factor_arrow(
    products: Products, deviation: Array, geo_deviation: Array, precision: Array, arrow: Arrow
) -> float:
    """Fill `arrow` and give the log-determinant of the covariance, noise left out.

    `precision` is one over the noise variance (geo); deviations are prior standard deviations.
    """
    gram, across, own = products
    inner, pulled, lower, _ = arrow
    n_geos = precision.shape[0]
    log_determinant = 0.0
    d0, d1 = geo_deviation[0], geo_deviation[1]
    for g in range(n_geos):
        p = precision[g]
        h00, h01, h11 = 1.0 + d0 * d0 * own[0, 0] * p, d0 * d1 * own[0, 1] * p, 1.0 + d1 * d1 * own[1, 1] * p
        determinant = h00 * h11 - h01 * h01
        log_determinant += math.log(determinant)
        inner[g, 0, 0], inner[g, 1, 1] = h11 / determinant, h00 / determinant
        inner[g, 0, 1] = inner[g, 1, 0] = -h01 / determinant
        for i in range(2):
            for j in range(2):
                pulled[g, i, j] = geo_deviation[i] * inner[g, i, j] * geo_deviation[j] * p
    lower[:] = 0.0
    one_class = gram.shape[0] == 1
    for k in range(gram.shape[0]):
        total, p00, p01, p11 = 0.0, 0.0, 0.0, 0.0
        for g in range(n_geos if one_class else 1):
            at = g if one_class else k
            p = precision[at]
            total += p
            p00 += p * pulled[at, 0, 0]
            p01 += p * pulled[at, 0, 1]
            p11 += p * pulled[at, 1, 1]
        _add_class(gram[k], across[k], total, (p00, p01, p11), lower)
    return log_determinant + _cholesky(deviation, lower)


@straight
def _add_class(
    gram: Array, across: Array, total: float, pulled: tuple[float, float, float], lower: Array
) -> None:
    """Add to the lower half what geos of one class say of the shared coefficients."""
    for i in range(lower.shape[0]):
        left0 = pulled[0] * across[0, i] + pulled[1] * across[1, i]
        left1 = pulled[1] * across[0, i] + pulled[2] * across[1, i]
        for j in range(i + 1):
            lower[i, j] += total * gram[i, j] - left0 * across[0, j] - left1 * across[1, j]


@strict
def _cholesky(deviation: Array, lower: Array) -> float:
    """Turn the lower half of G into the factor of I + D G D; give its log-determinant."""
    log_determinant = 0.0
    for i in range(deviation.shape[0]):
        for j in range(i + 1):
            value = deviation[i] * lower[i, j] * deviation[j]
            if i == j:
                value += 1.0
            value -= dot(lower[i, :j], lower[j, :j])
            if i == j:
                lower[i, i] = math.sqrt(value)
                log_determinant += 2.0 * math.log(lower[i, i])
            else:
                lower[i, j] = value / lower[j, j]
    return log_determinant


@strict
def invert_shared(arrow: Arrow) -> None:
    """Fill the inverse of the shared system from its factor."""
    lower, inverse = arrow[2], arrow[3]
    size = lower.shape[0]
    root = np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            add_multiple(root[i, : j + 1], -lower[i, j], root[j, : j + 1])
        root[i, i] = 1.0
        for j in range(i + 1):
            root[i, j] /= lower[i, i]
    inverse[:] = 0.0
    for k in range(size):
        for i in range(k + 1):
            add_multiple(inverse[i, : k + 1], root[k, i], root[k, : k + 1])


@strict
def posterior_means(
    columns: Columns,
    products: Products,
    deviation: Array,
    geo_deviation: Array,
    precision: Array,
    arrow: Arrow,
    residual: Array,
    shared: Array,
    own: Array,
) -> None:
    """Fill the means of the standard coefficients, `shared` (column) and `own` (geo, 2)."""
    common, local, pair = columns
    across = products[1]
    inner, pulled, lower, _ = arrow
    n_geos, n_periods = residual.shape
    n_common = common.shape[0]
    one_class = across.shape[0] == 1
    summed, onto = np.zeros(n_periods), np.empty((n_geos, 2))
    shared[:] = 0.0
    for g in range(n_geos):
        p = precision[g]
        add_multiple(summed, p, residual[g])
        onto[g, 0], onto[g, 1] = dot(pair[0], residual[g]), dot(pair[1], residual[g])
        u0 = p * (pulled[g, 0, 0] * onto[g, 0] + pulled[g, 0, 1] * onto[g, 1])
        u1 = p * (pulled[g, 1, 0] * onto[g, 0] + pulled[g, 1, 1] * onto[g, 1])
        k = 0 if one_class else g
        add_multiple(shared, -u0, across[k, 0])
        add_multiple(shared, -u1, across[k, 1])
        for i in range(local.shape[1]):
            shared[n_common + i] += p * dot(local[g, i], residual[g])
    for i in range(n_common):
        shared[i] += dot(common[i], summed)
    for i in range(shared.shape[0]):
        shared[i] *= deviation[i]
    solve(lower, shared)
    scaled = deviation * shared
    for g in range(n_geos):
        k = 0 if one_class else g
        z0 = (onto[g, 0] - dot(across[k, 0], scaled)) * geo_deviation[0] * precision[g]
        z1 = (onto[g, 1] - dot(across[k, 1], scaled)) * geo_deviation[1] * precision[g]
        own[g, 0] = inner[g, 0, 0] * z0 + inner[g, 0, 1] * z1
        own[g, 1] = inner[g, 1, 0] * z0 + inner[g, 1, 1] * z1


@strict
def subtract_fitted(
    columns: Columns, deviation: Array, geo_deviation: Array, shared: Array, own: Array, residual: Array
) -> None:
    """Take what the standard coefficients explain out of `residual`."""
    common, local, pair = columns
    n_geos, n_periods = residual.shape
    n_common = common.shape[0]
    fitted = np.zeros(n_periods)
    for i in range(n_common):
        add_multiple(fitted, deviation[i] * shared[i], common[i])
    for g in range(n_geos):
        level, line = geo_deviation[0] * own[g, 0], geo_deviation[1] * own[g, 1]
        add_multiple(residual[g], -1.0, fitted)
        add_multiple(residual[g], -level, pair[0])
        add_multiple(residual[g], -line, pair[1])
        for i in range(local.shape[1]):
            add_multiple(residual[g], -deviation[n_common + i] * shared[n_common + i], local[g, i])


@strict
def uncertainty(
    products: Products,
    deviation: Array,
    geo_deviation: Array,
    precision: Array,
    arrow: Arrow,
    own_variance: Array,
    trace: Array,
) -> None:
    """Fill the posterior variances of the standard `own` coefficients, summed over geos (2), and `trace`.

    `trace` (geo) is the expected square that uncertain coefficients add to the residuals of a
    geo, over its noise variance.
    """
    gram, across, pairs = products
    inner, pulled, _, inverse = arrow
    size = deviation.shape[0]
    one_class = gram.shape[0] == 1
    own_variance[:] = 0.0
    covariance, half = inverse.copy(), np.empty((2, size))
    q, a, base = np.empty((2, 2)), np.empty((2, 2)), 0.0
    _rescale(covariance, deviation)
    for g in range(precision.shape[0]):
        p = precision[g]
        if g == 0 or not one_class:
            k = 0 if one_class else g
            base = _moments(gram[k], across[k], covariance, half, q)
        for i in range(2):
            for j in range(2):
                a[i, j] = inner[g, i, j] * geo_deviation[j] * p
        for i in range(2):
            spread = 0.0
            for j in range(2):
                for m in range(2):
                    spread += a[i, j] * q[j, m] * a[i, m]
            own_variance[i] += inner[g, i, i] + spread
        s = pulled[g]
        value = base
        for i in range(2):
            for j in range(2):
                value -= 2.0 * s[i, j] * q[j, i]
                for m in range(2):
                    for n in range(2):
                        value += s[i, j] * pairs[j, m] * s[m, n] * q[n, i]
        trace[g] = 2.0 - inner[g, 0, 0] - inner[g, 1, 1] + p * value


@straight
def _rescale(matrix: Array, deviation: Array) -> None:
    """Multiply rows and columns by the deviations."""
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            matrix[i, j] *= deviation[i] * deviation[j]


@strict
def _moments(gram: Array, across: Array, covariance: Array, half: Array, q: Array) -> float:
    """Fill q = N C N' for N = `across` and C the covariance of shared coefficients; give tr(C gram)."""
    base = 0.0
    for i in range(covariance.shape[0]):
        base += dot(covariance[i], gram[i])
        half[0, i] = dot(covariance[i], across[0])
        half[1, i] = dot(covariance[i], across[1])
    for i in range(2):
        for j in range(2):
            q[i, j] = dot(half[i], across[j])
    return base
