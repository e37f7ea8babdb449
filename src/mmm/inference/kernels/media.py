"""What channels bring, row by row, and what a pull on it means for each parameter."""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.carry_over import DELAYED, NO_PRESSURE, carry, lag_weights, pull_carry, pull_path
from mmm.inference.kernels.compiling import compiled, inlined, straight, strict
from mmm.inference.kernels.elementary import add_multiple, copy_row, dot, product, shifted_multiple, total_of
from mmm.inference.kernels.prior import COEFFICIENT, MARGINAL
from mmm.inference.kernels.saturation import rise_of_rise, saturate, steepness

Array = NDArray[np.float64]
Media = tuple[Array, Array, Array, Array]
"""Spend (channel, width), zeros after the last period; constant spend before the first period (channel);
kind of the strength (channel); families (3, channel): carry-over, saturation, whether saturation is first."""
Work = tuple[Array, Array, Array, Array, Array, Array, Array]
"""(channel, width): pressure, its level, share of the ceiling reached, its rise, and that carried over;
weights (channel, lag) and their slopes (channel, 2, lag)."""
Curve = tuple[float, float, float, float]
"""Sampled parameters of one channel: carry-over first and second, log half-saturation, slope."""


@strict
def new_work(channels: int, width: int, n_lags: int) -> Work:
    """Room for `media`."""
    return (
        np.empty((channels, width)),
        np.empty((channels, width)),
        np.empty((channels, width)),
        np.empty((channels, width)),
        np.empty((channels, width)),
        np.empty((channels, n_lags)),
        np.empty((channels, 2, n_lags)),
    )


@inlined
def curve_of(full: Array, c: int, channels: int, at_second: int) -> Curve:
    """Sampled parameters of a channel's curve."""
    return full[c], full[at_second + c], full[channels + c], full[2 * channels + c]


@inlined
def respond(
    curve: Curve, families: Array, spend: Array, before: float, rows: tuple[Array, ...], periods: int
) -> None:
    """Fill one row: pressure, level, reached and rise, and the last carried over when saturation is first.

    After the last period nothing is reached.
    """
    first, second, log_half, slope = curve
    pressure, level, reached, rise, late, weights, slopes = rows
    code, saturation = int(families[0]), int(families[1])
    exponent, _ = steepness(saturation, slope)
    if code >= DELAYED:
        lag_weights(code, first, second, weights, slopes)
    if families[2] == 0.0:
        carry(code, first, spend, before, weights, pressure)
        pressure[periods:] = 0.0
        saturate(saturation, pressure, log_half, exponent, level, reached, rise)
        return
    copy_row(pressure, spend)
    saturate(saturation, pressure, log_half, exponent, level, late, rise)
    start = bent_before(saturation, before, log_half, exponent)
    carry(code, first, late, start[0], weights, reached)
    reached[periods:] = 0.0


@strict
def bent_before(
    saturation: int, before: float, log_half: float, exponent: float
) -> tuple[float, float, float]:
    """Share reached by the constant spend before the first period, its level and its rise."""
    row, level, reached, rise = np.full(1, before), np.empty(1), np.empty(1), np.empty(1)
    saturate(saturation, row, log_half, exponent, level, reached, rise)
    return reached[0], level[0], rise[0]


@inlined
def media(
    full: Array,
    data: Media,
    places: tuple[int, int],
    work: Work,
    residual: Array,
    ceiling: Array,
    total: Array,
) -> None:
    """Subtract each channel's contribution from `residual`; fill what the gradient needs.

    `places`: the number of periods, and where the second parameters of carry-over stand in `full`.
    """
    spend, before, kind, families = data
    periods, at_second = places
    channels = spend.shape[0]
    for c in range(channels):
        rows = (work[0][c], work[1][c], work[2][c], work[3][c], work[4][c], work[5][c], work[6][c])
        respond(curve_of(full, c, channels, at_second), families[:, c], spend[c], before[c], rows, periods)
        total[c] = total_of(rows[3]) if kind[c] == MARGINAL else total_of(rows[2])
        strength = full[3 * channels + c]
        ceiling[c] = strength if kind[c] == COEFFICIENT else math.exp(strength) * periods / total[c]
        add_multiple(residual, -ceiling[c], rows[2])


@inlined
def media_gradient(
    full: Array,
    data: Media,
    places: tuple[int, int],
    work: Work,
    pull: Array,
    ceiling: Array,
    total: Array,
    gradient: Array,
) -> None:
    """Add to `gradient` what the likelihood says of each channel; `pull` is its slope in the mean."""
    spend, before, kind, families = data
    periods, at_second = places
    channels, width = spend.shape
    on_reached, bend, spare = np.empty(width), np.empty(width), np.empty(width)
    for c in range(channels):
        rows = (work[0][c], work[1][c], work[2][c], work[3][c], work[4][c], work[5][c], work[6][c])
        along = dot(pull, rows[2])
        signed = kind[c] == COEFFICIENT
        gradient[3 * channels + c] += along if signed else ceiling[c] * along
        centre = 0.0 if signed else ceiling[c] * along / total[c]
        on_rise_each = -centre if kind[c] == MARGINAL else 0.0
        shift = 0.0 if kind[c] == MARGINAL else centre
        shifted_multiple(on_reached, ceiling[c], pull, -shift)
        on_reached[periods:] = 0.0
        curve = curve_of(full, c, channels, at_second)
        slopes = pull_back(
            curve, families[:, c], spend[c], before[c], rows, (on_reached, bend, spare), on_rise_each
        )
        gradient[c] += slopes[0]
        gradient[at_second + c] += slopes[1]
        gradient[channels + c] += slopes[2]
        gradient[2 * channels + c] += slopes[3]


@inlined
def pull_back(
    curve: Curve,
    families: Array,
    spend: Array,
    before: float,
    rows: tuple[Array, ...],
    spares: tuple[Array, Array, Array],
    on_rise: float,
) -> tuple[float, float, float, float]:
    """Give what a pull on the reached row says of the four parameters of a curve.

    `spares` are three rows: the first holds the pull and is used up. `on_rise` is a pull on the sum of
    the rises, for channels whose belief is on their marginal return (carry-over first only).
    """
    first, _, log_half, slope = curve
    pressure, level, reached, rise, _, _, slopes = rows
    pull, bend, spare = spares
    code, saturation = int(families[0]), int(families[1])
    exponent, steeper = steepness(saturation, slope)
    if families[2] > 0.0:
        return _pull_back_late(curve, families, before, rows, spares)
    if on_rise != 0.0:
        rise_of_rise(saturation, exponent, pressure, log_half, reached, rise, bend)
        by_slope = on_rise * (total_of(rise) + dot(level, bend))
        for t in range(pull.shape[0]):
            bend[t] = pull[t] * rise[t] + on_rise * bend[t]
        by_slope += _dot_three(pull, rise, level)
    else:
        product(bend, pull, rise)
        by_slope = dot(bend, level)
    by_half = -total_of(bend)
    over_pressure(bend, pressure)
    by_first, by_second = pull_carry(code, first, spend, before, slopes, pressure, bend, spare)
    return by_first, by_second, by_half, steeper * by_slope


@strict
def _pull_back_late(
    curve: Curve, families: Array, before: float, rows: tuple[Array, ...], spares: tuple[Array, Array, Array]
) -> tuple[float, float, float, float]:
    """The same when saturation comes before carry-over."""
    first, _, log_half, slope = curve
    _, level, reached, rise, late, weights, slopes = rows
    pull, bend, spare = spares
    code, saturation = int(families[0]), int(families[1])
    exponent, steeper = steepness(saturation, slope)
    start, start_level, start_rise = bent_before(saturation, before, log_half, exponent)
    by_first, by_second = pull_carry(code, first, late, start, slopes, reached, pull, spare)
    on_start = pull_path(code, first, weights, pull, bend)
    for t in range(bend.shape[0]):
        bend[t] *= rise[t]
    by_slope = dot(bend, level) + on_start * start_rise * start_level
    by_half = -total_of(bend) - on_start * start_rise
    return by_first, by_second, by_half, steeper * by_slope


@straight
def over_pressure(bend: Array, pressure: Array) -> None:
    """From slopes in the logarithm of pressure to slopes in pressure."""
    for t in range(bend.shape[0]):
        bend[t] /= max(pressure[t], NO_PRESSURE)


@compiled
def _dot_three(a: Array, b: Array, c: Array) -> float:
    total = 0.0
    for t in range(a.shape[0]):
        total += a[t] * b[t] * c[t]
    return total
