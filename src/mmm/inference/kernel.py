"""The log-density of the collapsed model and its gradient, compiled once per machine.

Everything that the analyst's data or beliefs determine arrives in one float buffer, so a new data
set compiles nothing. docs/method/model.md derives the formulas; `inference.buffer` lays the buffer
out. Functions that call each other stay in this file: numba's cache on disk looks at one file only.

Parameters, in order, with C channels and G amplitudes: logit retention (C), log half-saturation
(C), log slope (C), strength (C: log share of the KPI, or the effect), log amplitude (G), log noise,
and the log spread of returns where it is learnt.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

Array = NDArray[np.float64]
Media = tuple[Array, Array, Array]
"""Spend (channel, period), then by channel: adstocked spend before the first period, kind of belief."""
Work = tuple[Array, Array, Array]
"""(channel, period): pressure, its log-odds of saturation, share of the ceiling reached."""

FIGURES, HEADER = 10, 21
"""Figures of the header, then the starts of the ten parts and the end of the last."""
POOLED, COEFFICIENT, MARGINAL, HALF_LIFE = 0, 2, 3, 1.0
NO_PRESSURE = 1e-200
"""Adstocked spend below this counts as none: its logarithm is of no use, and denormals are slow."""
ROUND = 6755399441055744.0
"""Adding 1.5 * 2**52 rounds to an integer, which then sits in the lowest bits."""
LOG_LN2 = math.log(math.log(2.0))
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
HALF_ROOT_BITS, BIASED_52 = np.int64(0x3FE6A09E667F3BCD), np.int64(0x4330000000000000)
"""Bits of the root of one half, and of 2**52: an integer put below the latter becomes a float."""

_compiled = numba.njit(cache=True, error_model="numpy")
_straight = numba.njit(cache=True, error_model="numpy", fastmath={"contract", "nsz"})
_reordered = numba.njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})


@_compiled
def _sizes(data: Array) -> tuple[int, int, int, int]:
    return int(data[0]), int(data[1]), int(data[2]), int(data[3])


@_reordered
def _dot(left: Array, right: Array) -> float:
    total = 0.0
    for i in range(left.shape[0]):
        total += left[i] * right[i]
    return total


@_straight
def _add_multiple(target: Array, factor: float, row: Array) -> None:
    for i in range(target.shape[0]):
        target[i] += factor * row[i]


@_straight
def _exp(x: float) -> float:
    """Exponential that LLVM turns into vectors: polynomial in the remainder, n added to the exponent."""
    x = min(max(x, -700.0), 700.0)
    shifted = x * 1.4426950408889634 + ROUND
    n = shifted - ROUND
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = (((1.0 / 479001600.0 * r + 1.0 / 39916800.0) * r + 1.0 / 3628800.0) * r + 1.0 / 362880.0) * r
    p = ((((p + 1.0 / 40320.0) * r + 1.0 / 5040.0) * r + 1.0 / 720.0) * r + 1.0 / 120.0) * r
    p = ((((p + 1.0 / 24.0) * r + 1.0 / 6.0) * r + 0.5) * r + 1.0) * r + 1.0
    bits = np.float64(p).view(np.int64) + (np.float64(shifted).view(np.int64) << np.int64(52))
    return np.int64(bits).view(np.float64)


@_straight
def _log(x: float) -> float:
    """Logarithm of a positive normal number, likewise: e log 2 plus the series of 2 atanh(f)."""
    bits = np.float64(x).view(np.int64)
    exponent = np.uint64(bits - HALF_ROOT_BITS + (np.int64(1023) << np.int64(52))) >> np.uint64(52)
    e = np.int64(np.int64(exponent) | BIASED_52).view(np.float64) - (4503599627370496.0 + 1023.0)
    m = np.int64(bits - ((np.int64(exponent) - np.int64(1023)) << np.int64(52))).view(np.float64)
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    p = (((1.0 / 21.0 * s + 1.0 / 19.0) * s + 1.0 / 17.0) * s + 1.0 / 15.0) * s + 1.0 / 13.0
    p = (((((p * s + 1.0 / 11.0) * s + 1.0 / 9.0) * s + 1.0 / 7.0) * s + 1.0 / 5.0) * s + 1.0 / 3.0) * s + 1.0
    return e * LN2_HIGH + (2.0 * f * p + e * LN2_LOW)


@_compiled
def _adstock(spend: Array, carry_in: float, retention: float, pressure: Array) -> None:
    """Geometric adstock by its recursion."""
    previous = carry_in
    for t in range(spend.shape[0]):
        previous = (1.0 - retention) * spend[t] + retention * previous
        if previous < NO_PRESSURE:
            previous = 0.0
        pressure[t] = previous


@_compiled
def _saturate(pressure: Array, log_half: float, slope: float, log_odds: Array, reached: Array) -> None:
    """Hill by its log-odds; exactly 0 where there is no pressure."""
    for t in range(pressure.shape[0]):
        log_odds[t] = slope * (_log(max(pressure[t], NO_PRESSURE)) - log_half)
        share = 1.0 / (1.0 + _exp(-log_odds[t]))
        reached[t] = share if pressure[t] > 0.0 else 0.0


@_reordered
def _sum(values: Array) -> float:
    total = 0.0
    for i in range(values.shape[0]):
        total += values[i]
    return total


@_compiled
def _media(theta: Array, media: Media, work: Work, residual: Array, ceiling: Array, total: Array) -> None:
    """Subtract each channel's contribution from `residual`; fill what the gradient needs."""
    spend, carry_in, kind = media
    pressure, log_odds, reached = work
    channels, periods = spend.shape
    for c in range(channels):
        retention = 1.0 / (1.0 + math.exp(-theta[c]))
        _adstock(spend[c], carry_in[c], retention, pressure[c])
        slope = math.exp(theta[2 * channels + c])
        _saturate(pressure[c], theta[channels + c], slope, log_odds[c], reached[c])
        total[c] = _sum(reached[c])
        if kind[c] == MARGINAL:
            total[c] = slope * (total[c] - _dot(reached[c], reached[c]))
        strength = theta[3 * channels + c]
        ceiling[c] = strength if kind[c] == COEFFICIENT else math.exp(strength) * periods / total[c]
        _add_multiple(residual, -ceiling[c], reached[c])


@_compiled
def _media_gradient(
    theta: Array, media: Media, work: Work, pull: Array, ceiling: Array, total: Array, gradient: Array
) -> None:
    """Add to `gradient` what the likelihood says of each channel; `pull` is its slope in the mean."""
    spend, carry_in, kind = media
    pressure, log_odds, reached = work
    channels, periods = spend.shape
    bend = np.empty(periods)
    for c in range(channels):
        along = _dot(pull, reached[c])
        signed = kind[c] == COEFFICIENT
        centre = 0.0 if signed else along / total[c]
        gradient[3 * channels + c] += along if signed else ceiling[c] * along
        slope = math.exp(theta[2 * channels + c])
        curl = 0.0
        if kind[c] == MARGINAL:
            gradient[2 * channels + c] -= ceiling[c] * along
            curl, centre = 2.0 * slope * centre, slope * centre
        for t in range(periods):
            bend[t] = (pull[t] - centre + curl * reached[c, t]) * reached[c, t] * (1.0 - reached[c, t])
        gradient[channels + c] -= ceiling[c] * slope * _sum(bend)
        gradient[2 * channels + c] += ceiling[c] * _dot(bend, log_odds[c])
        retention = 1.0 / (1.0 + math.exp(-theta[c]))
        for t in range(periods):
            bend[t] /= max(pressure[c, t], NO_PRESSURE)
        along = _through_adstock(spend[c], carry_in[c], retention, pressure[c], bend)
        gradient[c] += ceiling[c] * slope * along * retention * (1.0 - retention)


@_compiled
def _through_adstock(spend: Array, carry_in: float, retention: float, pressure: Array, pull: Array) -> float:
    """Sum over periods of `pull` times the derivative of the adstock in the retention."""
    total, moved, previous = 0.0, 0.0, carry_in
    for t in range(spend.shape[0]):
        moved = previous - spend[t] + retention * moved
        previous = pressure[t]
        total += pull[t] * moved
    return total


@_compiled
def _normal(value: float, location: float, spread: float) -> tuple[float, float]:
    z = (value - location) / spread
    return -0.5 * z * z, -z / spread


@_compiled
def _prior(theta: Array, header: Array, scales: Array, kind: Array, hyper: Array, gradient: Array) -> float:
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


@_compiled
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


@_compiled
def _deviations(theta: Array, channels: int, scale: Array, group: Array, deviation: Array) -> None:
    """Prior standard deviation of each coefficient of the baseline."""
    for k in range(scale.shape[0]):
        g = int(group[k])
        deviation[k] = scale[k] if g < 0 else scale[k] * math.exp(theta[4 * channels + g])


@_compiled
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


@_compiled
def _solve(lower: Array, right: Array) -> None:
    """Solve L L' x = right in place."""
    size = right.shape[0]
    for i in range(size):
        right[i] = (right[i] - _dot(lower[i, :i], right[:i])) / lower[i, i]
    _solve_transposed(lower, right)


@_compiled
def _solve_transposed(lower: Array, right: Array) -> None:
    """Solve L' x = right in place."""
    for i in range(right.shape[0] - 1, -1, -1):
        right[i] /= lower[i, i]
        _add_multiple(right[:i], -right[i], lower[i, :i])


@_compiled
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


@_compiled
def _unpack(data: Array) -> tuple[Array, ...]:
    """Views of the buffer: its header says where each part starts."""
    channels, periods, columns, _ = _sizes(data)
    at = data[FIGURES:HEADER].astype(np.int64)
    return (
        data[at[0] : at[1]].reshape((channels, periods)),
        data[at[1] : at[2]],
        data[at[2] : at[3]],
        data[at[3] : at[4]].reshape((columns, periods)),
        data[at[4] : at[5]].reshape((columns, columns)),
        data[at[5] : at[6]],
        data[at[6] : at[7]],
        data[at[7] : at[8]],
        data[at[8] : at[9]],
        data[at[9] : at[10]].reshape((9, channels)),
    )


@_compiled
def log_density(theta: Array, data: Array, gradient: Array) -> float:
    """Give the log-density, up to a constant, and write its gradient over `gradient`."""
    channels, periods, columns, groups = _sizes(data)
    spend, carry_in, outcome, basis, gram, scale, group, scales, kind, hyper = _unpack(data)
    work = (np.empty((channels, periods)), np.empty((channels, periods)), np.empty((channels, periods)))
    residual, ceiling, total = outcome.copy(), np.empty(channels), np.empty(channels)
    density = _prior(theta, data[:HEADER], scales, kind, hyper, gradient)
    _media(theta, (spend, carry_in, kind), work, residual, ceiling, total)

    at_noise = 4 * channels + groups
    inverse_variance = math.exp(-2.0 * theta[at_noise])
    deviation, mean, diagonal = np.empty(columns), np.empty(columns), np.empty(columns)
    lower, inverse = np.empty((columns, columns)), np.empty((columns, columns))
    _deviations(theta, channels, scale, group, deviation)
    density -= 0.5 * _factor(gram, deviation, inverse_variance, lower) + periods * theta[at_noise]
    for k in range(columns):
        mean[k] = deviation[k] * _dot(basis[k], residual) * inverse_variance
    _solve(lower, mean)
    _inverse_diagonal(lower, inverse, diagonal)
    for k in range(columns):
        _add_multiple(residual, -deviation[k] * mean[k], basis[k])
    misfit = _dot(residual, residual) * inverse_variance
    density -= 0.5 * (misfit + _dot(mean, mean))

    gradient[at_noise] += misfit - periods
    for k in range(columns):
        gradient[at_noise] += 1.0 - diagonal[k]
        if group[k] >= 0:
            gradient[4 * channels + int(group[k])] += mean[k] * mean[k] - 1.0 + diagonal[k]
    residual *= inverse_variance
    _media_gradient(theta, (spend, carry_in, kind), work, residual, ceiling, total, gradient)
    return density


@_compiled
def complete_draws(thetas: Array, normals: Array, data: Array, coefficients: Array, effects: Array) -> None:
    """Draw the baseline's coefficients given each draw of the parameters, exactly; fill the effects.

    `coefficients` are deviations from the prior means; `effects` the ceilings of the channels.
    """
    channels, periods, columns, groups = _sizes(data)
    spend, carry_in, outcome, basis, gram, scale, group, _, kind, _ = _unpack(data)
    work = (np.empty((channels, periods)), np.empty((channels, periods)), np.empty((channels, periods)))
    residual, total, deviation = np.empty(periods), np.empty(channels), np.empty(columns)
    lower, mean, noise = np.empty((columns, columns)), np.empty(columns), np.empty(columns)
    for n in range(thetas.shape[0]):
        residual[:] = outcome
        _media(thetas[n], (spend, carry_in, kind), work, residual, effects[n], total)
        inverse_variance = math.exp(-2.0 * thetas[n, 4 * channels + groups])
        _deviations(thetas[n], channels, scale, group, deviation)
        _factor(gram, deviation, inverse_variance, lower)
        noise[:] = normals[n]
        for k in range(columns):
            mean[k] = deviation[k] * _dot(basis[k], residual) * inverse_variance
        _solve(lower, mean)
        _solve_transposed(lower, noise)
        coefficients[n] = deviation * (mean + noise)


_pointer: Any = types.CPointer(types.double)


@numba.cfunc(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer), cache=True)
def log_density_entry(size: int, position: Any, gradient: Any, density: Any, user_data: Any) -> int:
    """C entry for the sampler: 0 when all is finite, else an error that it may recover from."""
    n = int(size)
    header = numba.carray(user_data, (HEADER,))
    data = numba.carray(user_data, (int(header[HEADER - 1]),))
    slope = numba.carray(gradient, (n,))
    value = log_density(numba.carray(position, (n,)), data, slope)
    numba.carray(density, (1,))[0] = value
    if not math.isfinite(value):
        return 4
    return 0 if np.isfinite(slope).all() else 3
