"""The collapsed log-density of a national panel for any families, and its gradient.

Parameters, in order, with C channels and G amplitudes: first of the carry-over (C), log
half-saturation (C), slope (C), strength (C), second of the carry-over (C), log amplitude (G), log
noise, and the log spread of returns where it is learnt. What a family does not read keeps its prior
and touches nothing else. `inference.family_buffer` lays the buffer out.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from mmm.inference.kernel import COEFFICIENT, LOG_LN2, POOLED
from mmm.inference.kernel import _add_multiple as add_multiple
from mmm.inference.kernel import _deviations as deviations
from mmm.inference.kernel import _dot as dot
from mmm.inference.kernel import _factor as factor
from mmm.inference.kernel import _inverse_diagonal as inverse_diagonal
from mmm.inference.kernel import _normal as normal
from mmm.inference.kernel import _pool_prior as pool_prior
from mmm.inference.kernel import _solve as solve
from mmm.inference.kernel import _solve_transposed as solve_transposed
from mmm.inference.kernels.compiling import compiled
from mmm.inference.kernels.families import bend, carry, pull_bend, pull_carry, through_weights, weigh

Array = NDArray[np.float64]
FIGURES, PARTS = 11, 11
HEADER = FIGURES + PARTS + 1
SLOTS, BLOCKS = 4, 5
"""Slots of a curve (first, half, slope, second), and blocks of parameters by channel with the strength."""
PLACE = (0, 1, 2, 4)
"""Block of each slot."""
BETA, HALF_LIFE = 1, 2


@compiled
def unpack(data: Array) -> Any:
    """Views of the buffer: its header says where each part starts."""
    channels, periods, columns, lags = int(data[0]), int(data[1]), int(data[2]), int(data[10])
    at = data[FIGURES:HEADER].astype(np.int64)
    return (
        data[at[0] : at[1]].reshape((channels, lags + periods)),
        data[at[1] : at[2]].reshape((3, channels)),
        data[at[2] : at[3]],
        data[at[3] : at[4]].reshape((columns, periods)),
        data[at[4] : at[5]].reshape((columns, columns)),
        data[at[5] : at[6]],
        data[at[6] : at[7]],
        data[at[7] : at[8]],
        data[at[8] : at[9]],
        data[at[9] : at[10]].reshape((3 * SLOTS, channels)),
        data[at[10] : at[11]].reshape((2, channels)),
    )


@compiled
def curve_prior(theta: Array, channels: int, hyper: Array, gradient: Array) -> float:
    """Log-density of the curves' parameters: kind (see `mmm.model.curve_slots`) and two figures each."""
    density = 0.0
    for slot in range(SLOTS):
        for c in range(channels):
            at = PLACE[slot] * channels + c
            kind, a, b, z = hyper[3 * slot, c], hyper[3 * slot + 1, c], hyper[3 * slot + 2, c], theta[at]
            if kind == BETA:
                softplus = math.log1p(math.exp(-abs(z))) + max(-z, 0.0)
                share = 1.0 / (1.0 + math.exp(-z))
                density -= a * softplus + b * (z + softplus)
                gradient[at] = a * (1.0 - share) - b * share
            elif kind == HALF_LIFE:
                softplus = math.log1p(math.exp(-abs(z))) + max(-z, 0.0)
                share = 1.0 / (1.0 + math.exp(-z))
                value, pull = normal(LOG_LN2 - math.log(softplus), a, b)
                change = (1.0 - share) / softplus
                density += value + math.log(change)
                gradient[at] = pull * change + change - share
            else:
                value, gradient[at] = normal(z, a, b)
                density += value
    return density


@compiled
def family_prior(
    theta: Array, header: Array, scales: Array, kind: Array, hyper: Array, strength: Array, gradient: Array
) -> float:
    """Log-density of all parameters; its gradient is written over `gradient`."""
    channels = kind.shape[0]
    density = curve_prior(theta, channels, hyper, gradient)
    for c in range(channels):
        at = 3 * channels + c
        gradient[at] = 0.0
        if kind[c] != POOLED:
            value, gradient[at] = normal(theta[at], strength[0, c], strength[1, c])
            density += value
    for g in range(scales.shape[0]):
        at = BLOCKS * channels + g
        ratio = math.exp(theta[at]) / scales[g]
        density += theta[at] - 0.5 * ratio * ratio
        gradient[at] = 1.0 - ratio * ratio
    return density + pool_prior(theta, header, kind, strength[0], gradient)


@compiled
def row(theta: Array, c: int, forms: Array, series: Array, room: Any) -> None:
    """One channel forward: fills its weights, the middle series and what is reached."""
    weights, by_first, by_second, middle, reached, _, _ = room
    channels, lags = forms.shape[1], weights.shape[0]
    adstock, saturation, is_early = int(forms[0, c]), int(forms[1, c]), forms[2, c] > 0.0
    first, second = theta[c], theta[4 * channels + c]
    half, slope = theta[channels + c], theta[2 * channels + c]
    if adstock > 1:
        weigh(adstock, first, second, weights, by_first, by_second)
    if is_early:
        bend(saturation, half, slope, series, middle)
        carry(adstock, first, middle, weights, reached)
    else:
        carry(adstock, first, series, weights, middle[lags:])
        bend(saturation, half, slope, middle[lags:], reached)


@compiled
def pull_row(
    theta: Array, c: int, forms: Array, series: Array, room: Any, pull: Array, gradient: Array
) -> None:
    """Add to `gradient` what a pull on one channel's response says of its curve."""
    weights, by_first, by_second, middle, reached, along, back = room
    channels, lags = forms.shape[1], weights.shape[0]
    adstock, saturation, is_early = int(forms[0, c]), int(forms[1, c]), forms[2, c] > 0.0
    first, half, slope = theta[c], theta[channels + c], theta[2 * channels + c]
    if is_early:
        gradient[c] += pull_carry(adstock, first, middle, weights, reached, pull, along, back)
        in_half, in_slope = pull_bend(saturation, half, slope, series, middle, back, np.empty_like(back))
    else:
        bent = np.empty_like(pull)
        in_half, in_slope = pull_bend(saturation, half, slope, middle[lags:], reached, pull, bent)
        gradient[c] += pull_carry(adstock, first, series, weights, middle[lags:], bent, along, back)
    gradient[channels + c] += in_half
    gradient[2 * channels + c] += in_slope
    if adstock > 1:
        gradient[c] += through_weights(weights, along, by_first)
        gradient[4 * channels + c] += through_weights(weights, along, by_second)


@compiled
def media(theta: Array, parts: Any, rooms: Any, residual: Array, ceiling: Array, total: Array) -> None:
    """Subtract each channel's contribution from `residual`; fill what the gradient needs."""
    series, forms, kind = parts
    channels, periods = forms.shape[1], residual.shape[0]
    weights, by_first, by_second, middle, reached, along, back = rooms
    for c in range(channels):
        room = (weights[c], by_first[c], by_second[c], middle[c], reached[c], along, back)
        row(theta, c, forms, series[c], room)
        total[c] = reached[c].sum()
        strength = theta[3 * channels + c]
        ceiling[c] = strength if kind[c] == COEFFICIENT else math.exp(strength) * periods / total[c]
        add_multiple(residual, -ceiling[c], reached[c])


@compiled
def media_gradient(
    theta: Array, parts: Any, rooms: Any, pull: Array, ceiling: Array, total: Array, gradient: Array
) -> None:
    """Add to `gradient` what the likelihood says of each channel; `pull` is its slope in the mean."""
    series, forms, kind = parts
    channels = forms.shape[1]
    weights, by_first, by_second, middle, reached, along, back = rooms
    own = np.empty_like(pull)
    for c in range(channels):
        credit = dot(pull, reached[c])
        is_signed = kind[c] == COEFFICIENT
        centre = 0.0 if is_signed else credit / total[c]
        gradient[3 * channels + c] += credit if is_signed else ceiling[c] * credit
        for t in range(pull.shape[0]):
            own[t] = ceiling[c] * (pull[t] - centre)
        room = (weights[c], by_first[c], by_second[c], middle[c], reached[c], along, back)
        pull_row(theta, c, forms, series[c], room, own, gradient)


@compiled
def make_rooms(channels: int, periods: int, lags: int) -> Any:
    """Room for `media`."""
    return (
        np.zeros((channels, lags)),
        np.zeros((channels, lags)),
        np.zeros((channels, lags)),
        np.empty((channels, lags + periods)),
        np.empty((channels, periods)),
        np.zeros(lags),
        np.empty(lags + periods),
    )


@compiled
def family_log_density(theta: Array, data: Array, gradient: Array) -> float:
    """Give the log-density, up to a constant, and write its gradient over `gradient`."""
    channels, periods, columns, groups = int(data[0]), int(data[1]), int(data[2]), int(data[3])
    series, forms, outcome, basis, gram, scale, group, scales, kind, hyper, strength = unpack(data)
    rooms = make_rooms(channels, periods, int(data[10]))
    parts = (series, forms, kind)
    residual, ceiling, total = outcome.copy(), np.empty(channels), np.empty(channels)
    gradient[BLOCKS * channels + groups :] = 0.0
    density = family_prior(theta, data[:FIGURES], scales, kind, hyper, strength, gradient)
    media(theta, parts, rooms, residual, ceiling, total)

    at_noise = BLOCKS * channels + groups
    inverse_variance = math.exp(-2.0 * theta[at_noise])
    deviation, mean, diagonal = np.empty(columns), np.empty(columns), np.empty(columns)
    lower, inverse = np.empty((columns, columns)), np.empty((columns, columns))
    deviations(theta[channels:], channels, scale, group, deviation)
    density -= 0.5 * factor(gram, deviation, inverse_variance, lower) + periods * theta[at_noise]
    for k in range(columns):
        mean[k] = deviation[k] * dot(basis[k], residual) * inverse_variance
    solve(lower, mean)
    inverse_diagonal(lower, inverse, diagonal)
    for k in range(columns):
        add_multiple(residual, -deviation[k] * mean[k], basis[k])
    misfit = dot(residual, residual) * inverse_variance
    density -= 0.5 * (misfit + dot(mean, mean))

    gradient[at_noise] += misfit - periods
    for k in range(columns):
        gradient[at_noise] += 1.0 - diagonal[k]
        if group[k] >= 0:
            gradient[BLOCKS * channels + int(group[k])] += mean[k] * mean[k] - 1.0 + diagonal[k]
    for t in range(periods):
        residual[t] *= inverse_variance
    media_gradient(theta, parts, rooms, residual, ceiling, total, gradient)
    return density


@compiled
def complete_family_draws(
    thetas: Array, normals: Array, data: Array, coefficients: Array, effects: Array, shares: Array
) -> None:
    """Draw the baseline's coefficients given each draw of the parameters, exactly.

    `coefficients` are deviations from the prior means; `effects` and `shares` of the KPI are filled.
    """
    channels, periods, columns, groups = int(data[0]), int(data[1]), int(data[2]), int(data[3])
    series, forms, outcome, basis, gram, scale, group, _, kind, _, _ = unpack(data)
    rooms = make_rooms(channels, periods, int(data[10]))
    residual, total, deviation = np.empty(periods), np.empty(channels), np.empty(columns)
    lower, mean, noise = np.empty((columns, columns)), np.empty(columns), np.empty(columns)
    for n in range(thetas.shape[0]):
        residual[:] = outcome
        media(thetas[n], (series, forms, kind), rooms, residual, effects[n], total)
        shares[n] = effects[n] * total / periods
        inverse_variance = math.exp(-2.0 * thetas[n, BLOCKS * channels + groups])
        deviations(thetas[n, channels:], channels, scale, group, deviation)
        factor(gram, deviation, inverse_variance, lower)
        for k in range(columns):
            mean[k] = deviation[k] * dot(basis[k], residual) * inverse_variance
            noise[k] = normals[n, k]
        solve(lower, mean)
        solve_transposed(lower, noise)
        for k in range(columns):
            coefficients[n, k] = deviation[k] * (mean[k] + noise[k])


_pointer: Any = types.CPointer(types.double)


@numba.cfunc(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer), cache=True)
def family_log_density_entry(size: int, position: Any, gradient: Any, density: Any, user_data: Any) -> int:
    """C entry for the sampler: 0 when all is finite, else an error that it may recover from."""
    n = int(size)
    header = numba.carray(user_data, (HEADER,))
    data = numba.carray(user_data, (int(header[HEADER - 1]),))
    slope = numba.carray(gradient, (n,))
    value = family_log_density(numba.carray(position, (n,)), data, slope)
    numba.carray(density, (1,))[0] = value
    if not math.isfinite(value):
        return 4
    for i in range(n):
        if not math.isfinite(slope[i]):
            return 3
    return 0
