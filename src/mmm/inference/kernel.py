"""The log-density of the collapsed model and its gradient, compiled once per machine.

Everything that the analyst's data or beliefs determine arrives in one float buffer, so a new data
set compiles nothing. docs/method/model.md derives the formulas; `inference.buffer` lays the buffer
out. Functions that call each other stay in this file: numba's cache on disk looks at one file only.

Parameters, in order, with C channels and G amplitudes: logit retention (C), log half-saturation
(C), log slope (C), strength (C: log share of the KPI, or the effect), log amplitude (G), log noise.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

Array = NDArray[np.float64]

HEADER = 8
POOLED, COEFFICIENT = 0, 2
NO_PRESSURE = 1e-200
"""Adstocked spend below this counts as none: its logarithm is of no use, and denormals are slow."""


@numba.njit(cache=True, error_model="numpy")
def _sizes(data: Array) -> tuple[int, int, int, int]:
    return int(data[0]), int(data[1]), int(data[2]), int(data[3])


@numba.njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _dot(left: Array, right: Array) -> float:
    total = 0.0
    for i in range(left.shape[0]):
        total += left[i] * right[i]
    return total


@numba.njit(cache=True, error_model="numpy", fastmath={"contract"})
def _add_multiple(target: Array, factor: float, row: Array) -> None:
    for i in range(target.shape[0]):
        target[i] += factor * row[i]


@numba.njit(cache=True, error_model="numpy")
def _pressure(spend: Array, carry_in: float, retention: float, pressure: Array) -> None:
    """Geometric adstock by its recursion."""
    previous = carry_in
    for t in range(spend.shape[0]):
        previous = (1.0 - retention) * spend[t] + retention * previous
        if previous < NO_PRESSURE:
            previous = 0.0
        pressure[t] = previous


@numba.njit(cache=True, error_model="numpy")
def _saturate(pressure: Array, log_half: float, slope: float, log_odds: Array, reached: Array) -> float:
    """Hill by its log-odds; gives the sum over periods."""
    total = 0.0
    for t in range(pressure.shape[0]):
        if pressure[t] > 0.0:
            log_odds[t] = slope * (math.log(pressure[t]) - log_half)
            reached[t] = 1.0 / (1.0 + math.exp(-log_odds[t]))
        else:
            log_odds[t] = 0.0
            reached[t] = 0.0
        total += reached[t]
    return total


@numba.njit(cache=True, error_model="numpy")
def _media(
    theta: Array,
    spend: Array,
    carry_in: Array,
    kind: Array,
    pressure: Array,
    log_odds: Array,
    reached: Array,
    residual: Array,
    ceiling: Array,
    total: Array,
) -> None:
    """Subtract each channel's contribution from `residual`; fill the arrays that the gradient needs."""
    channels, periods = spend.shape
    for c in range(channels):
        retention = 1.0 / (1.0 + math.exp(-theta[c]))
        _pressure(spend[c], carry_in[c], retention, pressure[c])
        slope = math.exp(theta[2 * channels + c])
        total[c] = _saturate(pressure[c], theta[channels + c], slope, log_odds[c], reached[c])
        strength = theta[3 * channels + c]
        if kind[c] == COEFFICIENT:
            ceiling[c] = strength
        else:
            ceiling[c] = math.exp(strength) * periods / total[c]
        _add_multiple(residual, -ceiling[c], reached[c])


@numba.njit(cache=True, error_model="numpy")
def _media_gradient(
    theta: Array,
    spend: Array,
    carry_in: Array,
    kind: Array,
    pressure: Array,
    log_odds: Array,
    reached: Array,
    pull: Array,
    ceiling: Array,
    total: Array,
    gradient: Array,
) -> None:
    """Add to `gradient` what the likelihood says of each channel; `pull` is its slope in the mean."""
    channels, periods = spend.shape
    for c in range(channels):
        retention = 1.0 / (1.0 + math.exp(-theta[c]))
        slope = math.exp(theta[2 * channels + c])
        along = _dot(pull, reached[c])
        centre = along / total[c]
        if kind[c] == COEFFICIENT:
            centre = 0.0
            gradient[3 * channels + c] += along
        else:
            gradient[3 * channels + c] += ceiling[c] * along
        in_half, in_slope, in_retention = 0.0, 0.0, 0.0
        moved, previous = 0.0, carry_in[c]
        for t in range(periods):
            moved = previous - spend[c, t] + retention * moved
            previous = pressure[c, t]
            if previous > 0.0:
                bend = (pull[t] - centre) * reached[c, t] * (1.0 - reached[c, t])
                in_half += bend
                in_slope += bend * log_odds[c, t]
                in_retention += bend / previous * moved
        gradient[c] += ceiling[c] * slope * in_retention * retention * (1.0 - retention)
        gradient[channels + c] -= ceiling[c] * slope * in_half
        gradient[2 * channels + c] += ceiling[c] * in_slope


@numba.njit(cache=True, error_model="numpy")
def _normal(value: float, location: float, spread: float) -> tuple[float, float]:
    z = (value - location) / spread
    return -0.5 * z * z, -z / spread


@numba.njit(cache=True, error_model="numpy")
def _prior(
    theta: Array,
    channels: int,
    groups: int,
    hyper: Array,
    kind: Array,
    group_scale: Array,
    noise_scale: float,
    pool: Array,
    gradient: Array,
) -> float:
    """Log-density of the parameters and its gradient, which is written over `gradient`.

    Rows of `hyper`: Beta a and b, mean and sd of log half, of log slope, of the strength.
    """
    density = 0.0
    for c in range(channels):
        a, b = hyper[0, c], hyper[1, c]
        z = theta[c]
        retention = 1.0 / (1.0 + math.exp(-z))
        density += -a * math.log1p(math.exp(-z)) - b * (z + math.log1p(math.exp(-z)))
        gradient[c] = a * (1.0 - retention) - b * retention
        for block in range(1, 3):
            at = block * channels + c
            value, gradient[at] = _normal(theta[at], hyper[2 * block, c], hyper[2 * block + 1, c])
            density += value
        at = 3 * channels + c
        if kind[c] == POOLED:
            gradient[at] = 0.0
        else:
            value, gradient[at] = _normal(theta[at], hyper[6, c], hyper[7, c])
            density += value
    density += _pool_prior(theta, channels, hyper, kind, pool, gradient)
    for g in range(groups + 1):
        at = 4 * channels + g
        scale = noise_scale if g == groups else group_scale[g]
        ratio = math.exp(theta[at]) / scale
        density += theta[at] - 0.5 * ratio * ratio
        gradient[at] = 1.0 - ratio * ratio
    return density


@numba.njit(cache=True, error_model="numpy")
def _pool_prior(
    theta: Array, channels: int, hyper: Array, kind: Array, pool: Array, gradient: Array
) -> float:
    """Log-normal total of the pooled channels, normal deviations from the split by cost."""
    members, total, mean = 0, 0.0, 0.0
    for c in range(channels):
        if kind[c] == POOLED:
            members += 1
            total += math.exp(theta[3 * channels + c])
            mean += theta[3 * channels + c] - hyper[6, c]
    if members == 0:
        return 0.0
    mean /= members
    density, slope = _normal(math.log(total), pool[0], pool[1])
    for c in range(channels):
        if kind[c] == POOLED:
            at = 3 * channels + c
            value, pull = _normal(theta[at] - hyper[6, c], mean, hyper[7, c])
            density += value
            gradient[at] = pull + slope * math.exp(theta[at]) / total
    return density


@numba.njit(cache=True, error_model="numpy")
def _deviations(theta: Array, channels: int, scale: Array, group: Array, deviation: Array) -> None:
    """Prior standard deviation of each coefficient of the baseline."""
    for k in range(scale.shape[0]):
        g = int(group[k])
        deviation[k] = scale[k] if g < 0 else scale[k] * math.exp(theta[4 * channels + g])


@numba.njit(cache=True, error_model="numpy")
def _factor(gram: Array, deviation: Array, inverse_variance: float, lower: Array) -> float:
    """Cholesky factor of I + D G D / noise variance, row by row; gives its log-determinant."""
    size = deviation.shape[0]
    log_determinant = 0.0
    for i in range(size):
        for j in range(i + 1):
            value = deviation[i] * gram[i, j] * deviation[j] * inverse_variance
            if i == j:
                value += 1.0
            value -= _dot(lower[i, :j], lower[j, :j])
            if i == j:
                lower[i, i] = math.sqrt(value)
                log_determinant += 2.0 * math.log(lower[i, i])
            else:
                lower[i, j] = value / lower[j, j]
    return log_determinant


@numba.njit(cache=True, error_model="numpy")
def _solve(lower: Array, right: Array) -> None:
    """Solve L L' x = right in place."""
    size = right.shape[0]
    for i in range(size):
        right[i] = (right[i] - _dot(lower[i, :i], right[:i])) / lower[i, i]
    _solve_transposed(lower, right)


@numba.njit(cache=True, error_model="numpy")
def _solve_transposed(lower: Array, right: Array) -> None:
    """Solve L' x = right in place."""
    for i in range(right.shape[0] - 1, -1, -1):
        right[i] /= lower[i, i]
        _add_multiple(right[:i], -right[i], lower[i, :i])


@numba.njit(cache=True, error_model="numpy")
def _inverse_diagonal(lower: Array, inverse: Array, diagonal: Array) -> None:
    """Diagonal of the inverse of L L': the squared norms of the columns of L's inverse."""
    size = diagonal.shape[0]
    diagonal[:] = 0.0
    for i in range(size):
        inverse[i, : i + 1] = 0.0
        for j in range(i):
            _add_multiple(inverse[i, : j + 1], -lower[i, j], inverse[j, : j + 1])
        inverse[i, i] = 1.0
        for j in range(i + 1):
            inverse[i, j] /= lower[i, i]
            diagonal[j] += inverse[i, j] * inverse[i, j]


@numba.njit(cache=True, error_model="numpy")
def _unpack(data: Array) -> tuple[Array, ...]:
    """Views of the buffer; `inference.buffer` writes them in this order."""
    channels, periods, columns, groups = _sizes(data)
    at = HEADER
    spend = data[at : at + channels * periods].reshape((channels, periods))
    at += channels * periods
    carry_in = data[at : at + channels]
    at += channels
    outcome = data[at : at + periods]
    at += periods
    basis = data[at : at + columns * periods].reshape((columns, periods))
    at += columns * periods
    gram = data[at : at + columns * columns].reshape((columns, columns))
    at += columns * columns
    scale = data[at : at + columns]
    at += columns
    group = data[at : at + columns]
    at += columns
    group_scale = data[at : at + groups]
    at += groups
    kind = data[at : at + channels]
    at += channels
    hyper = data[at : at + 8 * channels].reshape((8, channels))
    return spend, carry_in, outcome, basis, gram, scale, group, group_scale, kind, hyper


@numba.njit(cache=True, error_model="numpy")
def log_density(theta: Array, data: Array, gradient: Array) -> float:
    """Give the log-density, up to a constant, and write its gradient over `gradient`."""
    channels, periods, columns, groups = _sizes(data)
    spend, carry_in, outcome, basis, gram, scale, group, group_scale, kind, hyper = _unpack(data)
    pressure, log_odds = np.empty((channels, periods)), np.empty((channels, periods))
    reached, residual = np.empty((channels, periods)), outcome.copy()
    ceiling, total = np.empty(channels), np.empty(channels)
    density = _prior(theta, channels, groups, hyper, kind, group_scale, data[4], data[5:7], gradient)
    _media(theta, spend, carry_in, kind, pressure, log_odds, reached, residual, ceiling, total)

    log_noise = theta[4 * channels + groups]
    inverse_variance = math.exp(-2.0 * log_noise)
    deviation, mean = np.empty(columns), np.empty(columns)
    lower, inverse = np.empty((columns, columns)), np.empty((columns, columns))
    diagonal = np.empty(columns)
    _deviations(theta, channels, scale, group, deviation)
    density -= 0.5 * _factor(gram, deviation, inverse_variance, lower) + periods * log_noise
    for k in range(columns):
        mean[k] = deviation[k] * _dot(basis[k], residual) * inverse_variance
    _solve(lower, mean)
    _inverse_diagonal(lower, inverse, diagonal)
    for k in range(columns):
        _add_multiple(residual, -deviation[k] * mean[k], basis[k])
    misfit = _dot(residual, residual) * inverse_variance
    density -= 0.5 * (misfit + _dot(mean, mean))

    at_noise = 4 * channels + groups
    gradient[at_noise] += misfit - periods
    for k in range(columns):
        gradient[at_noise] += 1.0 - diagonal[k]
        if group[k] >= 0:
            gradient[4 * channels + int(group[k])] += mean[k] * mean[k] - 1.0 + diagonal[k]
    for t in range(periods):
        residual[t] *= inverse_variance
    _media_gradient(
        theta, spend, carry_in, kind, pressure, log_odds, reached, residual, ceiling, total, gradient
    )
    return density


@numba.njit(cache=True, error_model="numpy")
def complete_draws(thetas: Array, normals: Array, data: Array, coefficients: Array, effects: Array) -> None:
    """Draw the baseline's coefficients given each draw of the parameters, exactly; fill the effects.

    `coefficients` are deviations from the prior means; `effects` the ceilings of the channels.
    """
    channels, periods, columns, groups = _sizes(data)
    spend, carry_in, outcome, basis, gram, scale, group, _, kind, _ = _unpack(data)
    pressure, log_odds = np.empty((channels, periods)), np.empty((channels, periods))
    reached, residual = np.empty((channels, periods)), np.empty(periods)
    total, deviation = np.empty(channels), np.empty(columns)
    lower, mean, noise = np.empty((columns, columns)), np.empty(columns), np.empty(columns)
    for n in range(thetas.shape[0]):
        theta = thetas[n]
        residual[:] = outcome
        _media(theta, spend, carry_in, kind, pressure, log_odds, reached, residual, effects[n], total)
        inverse_variance = math.exp(-2.0 * theta[4 * channels + groups])
        _deviations(theta, channels, scale, group, deviation)
        _factor(gram, deviation, inverse_variance, lower)
        for k in range(columns):
            mean[k] = deviation[k] * _dot(basis[k], residual) * inverse_variance
            noise[k] = normals[n, k]
        _solve(lower, mean)
        _solve_transposed(lower, noise)
        for k in range(columns):
            coefficients[n, k] = deviation[k] * (mean[k] + noise[k])


_pointer: Any = types.CPointer(types.double)


@numba.cfunc(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer), cache=True)
def log_density_entry(size: int, position: Any, gradient: Any, density: Any, user_data: Any) -> int:
    """C entry for the sampler: 0 when all is finite, else an error that it may recover from."""
    n = int(size)
    header = numba.carray(user_data, (HEADER,))
    data = numba.carray(user_data, (int(header[7]),))
    slope = numba.carray(gradient, (n,))
    value = log_density(numba.carray(position, (n,)), data, slope)
    numba.carray(density, (1,))[0] = value
    if not math.isfinite(value):
        return 4
    for i in range(n):
        if not math.isfinite(slope[i]):
            return 3
    return 0
