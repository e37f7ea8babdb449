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
from mmm.inference.kernels.elementary import add_multiple, copy_row, dot, status
from mmm.inference.kernels.gaussian import factor, inverse_diagonal, solve, solve_transposed
from mmm.inference.kernels.media import Media, Work, media, media_gradient, new_work
from mmm.inference.kernels.prior import prior

Array = NDArray[np.float64]
Rows = tuple[Array, Array, Array, Array, Array]
"""What `_collapse` fills."""

SIZES, FIGURES, PARTS = 8, 5, 13
HEADER = SIZES + FIGURES + PARTS + 1
"""Sizes (channels, periods, columns, groups, sampled parameters, lags, widths of rows over periods and over
columns), the figures of the pool, then the starts of the parts and the end of the last. Rows are padded
with zeros to whole blocks of what the processor works on at once."""


@inlined
def sizes_of(data: Array) -> tuple[int, int, int, int, int, int, int]:
    """Read the sizes."""
    return int(data[0]), int(data[1]), int(data[2]), int(data[3]), int(data[5]), int(data[6]), int(data[7])


@inlined
def _part(data: Array, place: int) -> Array:
    at = SIZES + FIGURES + place
    return data[int(data[at]) : int(data[at + 1])]


@inlined
def _observed(data: Array, channels: int, width: int) -> Media:
    """Spend, spend before the first period, kinds of strength, families."""
    return (
        _part(data, 0).reshape((channels, width)),
        _part(data, 1),
        _part(data, 8),
        _part(data, 10).reshape((3, channels)),
    )


@strict
def _new_rows(data: Array) -> Rows:
    """Room for `_collapse`."""
    channels, _, columns, _, _, width, wide = sizes_of(data)
    return np.empty(width), np.empty(channels), np.empty(channels), np.zeros(wide), np.empty(columns)


@strict
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
def _collapse(full: Array, data: Array, work: Work, rows: Rows, lower: Array) -> float:
    """Integrate the baseline out: give the log-determinant, and fill what a density or a draw starts from.

    `rows` become the KPI less media, ceilings and totals of the channels, prior deviation and posterior mean
    (in prior deviations) of each coefficient; `lower` the factor of their precision.
    """
    channels, periods, columns, groups, _, width, wide = sizes_of(data)
    residual, ceiling, total, deviation, mean = rows
    observed, at_noise = _observed(data, channels, width), 4 * channels + groups
    copy_row(residual, _part(data, 2))
    media(full, observed, (periods, at_noise + 2), work, residual, ceiling, total)
    basis, gram = _part(data, 3).reshape((columns, width)), _part(data, 4).reshape((columns, wide))
    inverse_variance = math.exp(-2.0 * full[at_noise])
    _deviations(full, channels, _part(data, 5), _part(data, 6), deviation)
    log_determinant = factor(gram, deviation, inverse_variance, lower)
    for k in range(columns):
        mean[k] = deviation[k] * dot(basis[k], residual) * inverse_variance
    solve(lower, mean)
    return float(log_determinant)


@strict
def log_density(theta: Array, data: Array, gradient: Array) -> float:
    """Give the log-density, up to a constant, and write its gradient over `gradient`."""
    channels, periods, columns, groups, n_lags, width, wide = sizes_of(data)
    basis, group = _part(data, 3).reshape((columns, width)), _part(data, 6)
    observed, beliefs = _observed(data, channels, width), _part(data, 9).reshape((3, 5, channels))
    full = spread_out(theta, data)
    slope, at_noise = np.empty(full.shape[0]), 4 * channels + groups
    stated = (beliefs[0], beliefs[1], beliefs[2], _part(data, 8), _part(data, 7))
    density = prior(full, data[SIZES : SIZES + FIGURES], stated, slope)
    work, rows, lower = new_work(channels, width, n_lags), _new_rows(data), np.empty((columns, wide))
    log_determinant = _collapse(full, data, work, rows, lower)
    residual, ceiling, total, deviation, mean = rows
    inverse_variance = math.exp(-2.0 * full[at_noise])
    density -= 0.5 * log_determinant + periods * full[at_noise]
    inverse, diagonal = np.empty((columns, wide)), np.empty(wide)
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
    media_gradient(full, observed, (periods, at_noise + 2), work, residual, ceiling, total, slope)
    places = _part(data, 11)
    for i in range(theta.shape[0]):
        gradient[i] = slope[int(places[i])]
    return density


@strict
def complete_draws(thetas: Array, normals: Array, data: Array, coefficients: Array, effects: Array) -> None:
    """Draw the baseline's coefficients given each draw of the parameters, exactly; fill the effects.

    `coefficients` are deviations from the prior means; `effects` the ceilings of the channels.
    """
    channels, _, columns, _, n_lags, width, wide = sizes_of(data)
    work, rows, lower = new_work(channels, width, n_lags), _new_rows(data), np.empty((columns, wide))
    _, ceiling, _, deviation, mean = rows
    noise = np.empty(columns)
    for n in range(thetas.shape[0]):
        _collapse(spread_out(thetas[n], data), data, work, rows, lower)
        copy_row(effects[n], ceiling)
        copy_row(noise, normals[n])
        solve_transposed(lower, noise)
        for k in range(columns):
            coefficients[n, k] = deviation[k] * (mean[k] + noise[k])


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
