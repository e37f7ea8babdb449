"""The log-density of the collapsed national model and its gradient.

Everything that the analyst's data or beliefs determine arrives in one float buffer, so a new data set
compiles nothing. docs/method/model.md derives the formulas; `inference.buffer` lays the buffer out.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import entry, inlined, strict
from mmm.inference.kernels.elementary import add_multiple, dot, status
from mmm.inference.kernels.gaussian import factor, inverse_diagonal, solve, solve_transposed
from mmm.inference.kernels.media import media, media_gradient, new_work
from mmm.inference.kernels.prior import prior

Array = NDArray[np.float64]

SIZES, FIGURES, PARTS = 8, 5, 13
HEADER = SIZES + FIGURES + PARTS + 1
"""Sizes (channels, periods, columns, groups, sampled parameters, lags, widths of rows over periods and over
columns), the figures of the pool, then the starts of the parts and the end of the last. Rows are padded
with zeros to whole blocks of what the processor works on at once."""


@inlined
def sizes_of(data: Array) -> tuple[int, int, int, int, int, int, int]:
    """Read the sizes."""
    return int(data[0]), int(data[1]), int(data[2]), int(data[3]), int(data[5]), int(data[6]), int(data[7])


@strict
def _part(data: Array, place: int) -> Array:
    at = SIZES + FIGURES + place
    return data[int(data[at]) : int(data[at + 1])]


@inlined
def spread_out(theta: Array, data: Array) -> Array:
    """Put what is sampled in its place among all parameters; the rest stands at its resting value."""
    full = _part(data, 12).copy()
    places = _part(data, 11)
    for i in range(theta.shape[0]):
        full[int(places[i])] = theta[i]
    return full


@inlined
def _deviations(full: Array, channels: int, scale: Array, group: Array, deviation: Array) -> None:
    """Prior standard deviation of each coefficient of the baseline."""
    for k in range(scale.shape[0]):
        g = int(group[k])
        deviation[k] = scale[k] if g < 0 else scale[k] * math.exp(full[4 * channels + g])


@strict
def log_density(theta: Array, data: Array, gradient: Array) -> float:
    """Give the log-density, up to a constant, and write its gradient over `gradient`."""
    channels, periods, columns, groups, n_lags, width, wide = sizes_of(data)
    basis = _part(data, 3).reshape((columns, width))
    scale, group = _part(data, 5), _part(data, 6)
    observed = (
        _part(data, 0).reshape((channels, width)),
        _part(data, 1),
        _part(data, 8),
        _part(data, 10).reshape((3, channels)),
    )
    beliefs = _part(data, 9).reshape((3, 5, channels))
    full = spread_out(theta, data)
    slope, at_second = np.empty(full.shape[0]), 4 * channels + groups + 2
    stated = (beliefs[0], beliefs[1], beliefs[2], _part(data, 8), _part(data, 7))
    density = prior(full, data[SIZES : SIZES + FIGURES], stated, slope)
    work = new_work(channels, width, n_lags)
    residual, ceiling, total = _part(data, 2).copy(), np.empty(channels), np.empty(channels)
    media(full, observed, (periods, at_second), work, residual, ceiling, total)

    at_noise = 4 * channels + groups
    inverse_variance = math.exp(-2.0 * full[at_noise])
    deviation, mean, diagonal = np.zeros(wide), np.empty(columns), np.empty(wide)
    lower, inverse = np.empty((columns, wide)), np.empty((columns, wide))
    _deviations(full, channels, scale, group, deviation)
    gram = _part(data, 4).reshape((columns, wide))
    density -= 0.5 * factor(gram, deviation, inverse_variance, lower) + periods * full[at_noise]
    for k in range(columns):
        mean[k] = deviation[k] * dot(basis[k], residual) * inverse_variance
    solve(lower, mean)
    inverse_diagonal(lower, inverse, diagonal)
    for k in range(columns):
        add_multiple(residual, -deviation[k] * mean[k], basis[k])
    misfit = dot(residual, residual) * inverse_variance
    density -= 0.5 * (misfit + dot(mean, mean))

    slope[at_noise] += misfit - periods
    for k in range(columns):
        slope[at_noise] += 1.0 - diagonal[k]
        if group[k] >= 0:
            slope[4 * channels + int(group[k])] += mean[k] * mean[k] - 1.0 + diagonal[k]
    for t in range(width):
        residual[t] *= inverse_variance
    media_gradient(full, observed, (periods, at_second), work, residual, ceiling, total, slope)
    places = _part(data, 11)
    for i in range(theta.shape[0]):
        gradient[i] = slope[int(places[i])]
    return density


@strict
def complete_draws(thetas: Array, normals: Array, data: Array, coefficients: Array, effects: Array) -> None:
    """Draw the baseline's coefficients given each draw of the parameters, exactly; fill the effects.

    `coefficients` are deviations from the prior means; `effects` the ceilings of the channels.
    """
    channels, periods, columns, groups, n_lags, width, wide = sizes_of(data)
    basis, gram = _part(data, 3).reshape((columns, width)), _part(data, 4).reshape((columns, wide))
    scale, group, outcome = _part(data, 5), _part(data, 6), _part(data, 2)
    observed = (
        _part(data, 0).reshape((channels, width)),
        _part(data, 1),
        _part(data, 8),
        _part(data, 10).reshape((3, channels)),
    )
    work = new_work(channels, width, n_lags)
    residual, total, deviation = np.empty(width), np.empty(channels), np.zeros(wide)
    lower, mean, noise = np.empty((columns, wide)), np.empty(columns), np.empty(columns)
    for n in range(thetas.shape[0]):
        residual[:] = outcome
        full = spread_out(thetas[n], data)
        media(full, observed, (periods, 4 * channels + groups + 2), work, residual, effects[n], total)
        inverse_variance = math.exp(-2.0 * full[4 * channels + groups])
        _deviations(full, channels, scale, group, deviation)
        factor(gram, deviation, inverse_variance, lower)
        noise[:] = normals[n]
        for k in range(columns):
            mean[k] = deviation[k] * dot(basis[k], residual) * inverse_variance
        solve(lower, mean)
        solve_transposed(lower, noise)
        coefficients[n] = deviation[:columns] * (mean + noise)


_pointer: Any = types.CPointer(types.double)


@entry(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer))
def log_density_entry(size: int, position: Any, gradient: Any, density: Any, user_data: Any) -> int:
    """C entry for the sampler."""
    n = int(size)
    header = numba.carray(user_data, (HEADER,))
    data = numba.carray(user_data, (int(header[HEADER - 1]),))
    slope = numba.carray(gradient, (n,))
    value = log_density(numba.carray(position, (n,)), data, slope)
    numba.carray(density, (1,))[0] = value
    return status(value, slope)
