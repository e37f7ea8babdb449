"""Carry-over of one row, in every family, and what a pull on the carried row means for its parameters.

A row is one channel's path over the periods; `before` is its constant value in all earlier periods.
Parameters are those that are sampled: logit retention or log scale first, log delay or log shape second.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import inlined, straight, strict
from mmm.inference.kernels.elementary import (
    add_multiple,
    copy_row,
    dot,
    dot_difference,
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
    n_lags = weights.shape[0]
    for lag in range(n_lags):
        if code == DELAYED:
            retention, delay = 1.0 / (1.0 + math.exp(-first)), math.exp(second)
            away = lag - delay
            raw = math.exp(away * away * math.log(retention))
            weights[lag] = raw
            slopes[0, lag] = raw * away * away * (1.0 - retention)
            slopes[1, lag] = -2.0 * raw * away * delay * math.log(retention)
        else:
            raw, by_scale, by_shape = _survival(float(lag), first, second)
            if code == WEIBULL_DENSITY:
                later, later_scale, later_shape = _survival(lag + 1.0, first, second)
                raw, by_scale, by_shape = raw - later, by_scale - later_scale, by_shape - later_shape
            weights[lag] = raw
            slopes[0, lag] = by_scale
            slopes[1, lag] = by_shape
    total = total_of(weights)
    for lag in range(n_lags):
        weights[lag] /= total
    for parameter in range(2):
        moved = total_of(slopes[parameter]) / total
        for lag in range(n_lags):
            slopes[parameter, lag] = slopes[parameter, lag] / total - weights[lag] * moved


@inlined
def _survival(lag: float, log_scale: float, log_shape: float) -> tuple[float, float, float]:
    """exp(-(lag / scale)^shape) and its derivatives in the logarithms of scale and shape."""
    if lag == 0.0:
        return 1.0, 0.0, 0.0
    shape = math.exp(log_shape)
    place = shape * (math.log(lag) - log_scale)
    power = math.exp(min(place, 50.0))
    raw = math.exp(-power)
    return raw, raw * power * shape, -raw * power * place


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
    carried[:] = 0.0
    for lag in range(min(weights.shape[0], periods)):
        add_multiple(carried[lag:], weights[lag], path[: periods - lag])
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
