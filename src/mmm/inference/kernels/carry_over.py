"""Carry-over of one row, in every family, and what a pull on the carried row means for its parameters.

A row is one channel's path over the periods; `before` is its constant value in all earlier periods.
Parameters are those that are sampled: logit retention or log scale first, log delay or log shape second.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import inlined, straight, strict
from mmm.inference.kernels.elementary import (
    add_lagged,
    add_multiple,
    copy_row,
    dot,
    dot_difference,
    exp,
    log,
    scan,
    scan_back,
    total_of,
)

Array = NDArray[np.float64]
NONE, GEOMETRIC, DELAYED, WEIBULL_DENSITY = 0, 1, 2, 3
"""Places in `mmm.transforms.ADSTOCKS`; 4 is weibull_survival."""
NO_PRESSURE = 1e-200
"""Carried spend below this counts as none: its logarithm is of no use, and denormals are slow."""


@strict
def lag_weights(code: int, first: float, second: float, weights: Array, slopes: Array) -> None:
    """Fill the weight of each lag, and its derivatives in the two sampled parameters, (2, lag).

    The weights sum to 1 over the window; geometric has no window and never comes here.
    """
    if code == DELAYED:
        _delayed(first, second, weights, slopes)
    else:
        _survival(first, second, weights, slopes)
        _from_survival(code == WEIBULL_DENSITY, weights, 1.0)
        _from_survival(code == WEIBULL_DENSITY, slopes[0], 0.0)
        _from_survival(code == WEIBULL_DENSITY, slopes[1], 0.0)
    total = total_of(weights)
    for lag in range(weights.shape[0]):
        weights[lag] /= total
    for parameter in range(2):
        moved = total_of(slopes[parameter]) / total
        for lag in range(weights.shape[0]):
            slopes[parameter, lag] = slopes[parameter, lag] / total - weights[lag] * moved


@straight
def _delayed(first: float, second: float, weights: Array, slopes: Array) -> None:
    retention, delay = 1.0 / (1.0 + math.exp(-first)), math.exp(second)
    fall = math.log(retention)
    for lag in range(weights.shape[0]):
        away = lag - delay
        weights[lag] = exp(away * away * fall)
        slopes[0, lag] = weights[lag] * away * away * (1.0 - retention)
        slopes[1, lag] = -2.0 * weights[lag] * away * delay * fall


@straight
def _survival(log_scale: float, log_shape: float, survival: Array, slopes: Array) -> None:
    """exp(-(lag / scale)^shape) at lags from 1, and its derivatives in the logarithms of scale and shape."""
    shape, places = math.exp(log_shape), slopes[1]
    for at in range(survival.shape[0]):
        places[at] = shape * (log(at + 1.0) - log_scale)
    for at in range(survival.shape[0]):
        slopes[0, at] = exp(min(places[at], 50.0))
    for at in range(survival.shape[0]):
        survival[at] = exp(-slopes[0, at])
    for at in range(survival.shape[0]):
        fall = survival[at] * slopes[0, at]
        slopes[0, at] = fall * shape
        slopes[1, at] = -fall * places[at]


@strict
def _from_survival(is_density: bool, row: Array, at_zero: float) -> None:
    """Bring values at lags from 1 to lags from 0; for a density, to what is lost until the next lag."""
    for lag in range(row.shape[0] - 1, 0, -1):
        row[lag] = row[lag - 1] - row[lag] if is_density else row[lag - 1]
    row[0] = at_zero - row[0] if is_density else at_zero


@inlined
def carry(code: int, first: float, path: Array, before: float, weights: Array, carried: Array) -> None:
    """Fill the carried row; `weights` are those of `lag_weights`, not read by none and geometric."""
    periods = path.shape[0]
    if code == NONE:
        copy_row(carried, path)
    elif code == GEOMETRIC:
        retention = 1.0 / (1.0 + math.exp(-first))
        _fade(path, retention, before, carried)
    else:
        _window(path, before, weights, carried)
    for t in range(periods):
        carried[t] = max(carried[t], NO_PRESSURE) - NO_PRESSURE


@straight
def _fade(path: Array, retention: float, before: float, carried: Array) -> None:
    for t in range(path.shape[0]):
        carried[t] = (1.0 - retention) * path[t]
    scan(carried, retention, before, carried)


@strict
def _window(path: Array, before: float, weights: Array, carried: Array) -> None:
    """Sum of lagged paths; what came before the first period keeps its constant value."""
    periods, left = path.shape[0], 1.0
    add_lagged(path, weights[: min(weights.shape[0], periods)], carried)
    if before != 0.0:
        for t in range(min(weights.shape[0] - 1, periods)):
            left -= weights[t]
            carried[t] += left * before


@inlined
def pull_carry(
    code: int,
    first: float,
    path: Array,
    before: float,
    slopes: Array,
    carried: Array,
    pull: Array,
    spare: Array,
) -> tuple[float, float]:
    """Give what a pull on the carried row says of the two sampled parameters."""
    if code == NONE:
        return 0.0, 0.0
    if code == GEOMETRIC:
        retention = 1.0 / (1.0 + math.exp(-first))
        scan_back(pull, retention, spare)
        moved = spare[0] * (before - path[0])
        moved += dot_difference(spare[1:], carried, path[1:])
        return moved * retention * (1.0 - retention), 0.0
    periods, left = path.shape[0], 0.0
    moved_first, moved_second = 0.0, 0.0
    left_first, left_second = 0.0, 0.0
    for lag in range(min(slopes.shape[1], periods)):
        left = dot(pull[lag:], path[: periods - lag])
        moved_first += slopes[0, lag] * left
        moved_second += slopes[1, lag] * left
    if before != 0.0:
        for t in range(min(slopes.shape[1] - 1, periods)):
            left_first -= slopes[0, t]
            left_second -= slopes[1, t]
            moved_first += pull[t] * left_first * before
            moved_second += pull[t] * left_second * before
    return moved_first, moved_second


@inlined
def pull_path(code: int, first: float, weights: Array, pull: Array, pulled: Array) -> float:
    """Fill what a pull on the carried row says of the path; give what it says of `before`."""
    periods, earlier = pull.shape[0], 0.0
    if code == NONE:
        copy_row(pulled, pull)
        return 0.0
    if code == GEOMETRIC:
        retention = 1.0 / (1.0 + math.exp(-first))
        scan_back(pull, retention, pulled)
        earlier = retention * pulled[0]
        for t in range(periods):
            pulled[t] *= 1.0 - retention
        return earlier
    pulled[:] = 0.0
    left = 1.0
    for lag in range(min(weights.shape[0], periods)):
        add_multiple(pulled[: periods - lag], weights[lag], pull[lag:])
        left -= weights[lag]
        earlier += left * pull[lag]
    return earlier
