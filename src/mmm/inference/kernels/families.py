"""One channel through any carry-over and saturation, forward and back, in compiled code.

Families are the places of `mmm.transforms.ADSTOCKS` and `SATURATIONS`. A series has `n_lags` periods
of history before its first period, all alike. Parameters are unconstrained: `first` is the logit of
the retention or the log of the Weibull scale, `second` the log of the delay or of the shape, `half`
a logarithm, `slope` the logarithm of Hill's or the logit of the exponent.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernel import NO_PRESSURE
from mmm.inference.kernel import _add_multiple as add_multiple
from mmm.inference.kernel import _dot as dot
from mmm.inference.kernel import _exp as exp
from mmm.inference.kernel import _log as log
from mmm.inference.kernels.compiling import compiled
from mmm.transforms.families import EXPONENTIAL, HILL, LOGISTIC, MICHAELIS_MENTEN, POWER
from mmm.transforms.saturation import EXPONENTIAL_HALF, LOGISTIC_HALF

Array = NDArray[np.float64]
NO_CARRY_OVER, GEOMETRIC, DELAYED, WEIBULL_DENSITY = 0, 1, 2, 3


@compiled
def weigh(code: int, first: float, second: float, weights: Array, by_first: Array, by_second: Array) -> None:
    """Fill the weight of each lag, brought to a sum of 1, and its slopes before that in both parameters.

    The slopes are those of the raw weights divided by their sum: see `through_weights`.
    """
    n_lags = weights.shape[0]
    total = 0.0
    if code == DELAYED:
        log_kept, left = -math.log1p(math.exp(-first)), 1.0 / (1.0 + math.exp(first))
        delay = math.exp(second)
        for lag in range(n_lags):
            away = lag - delay
            weights[lag] = math.exp(log_kept * away * away)
            by_first[lag] = weights[lag] * away * away * left
            by_second[lag] = -2.0 * weights[lag] * log_kept * away * delay
    else:
        scale, shape = math.exp(first), math.exp(second)
        before, before_first, before_second = 1.0, 0.0, 0.0
        for lag in range(n_lags):
            place = lag if code != WEIBULL_DENSITY else lag + 1.0
            alive, alive_first, alive_second = 1.0, 0.0, 0.0
            if place > 0.0:
                along = math.log(place / scale)
                power = math.exp(shape * along)
                alive = math.exp(-power)
                alive_first = alive * power * shape
                alive_second = -alive * power * shape * along
            if code == WEIBULL_DENSITY:
                weights[lag] = before - alive
                by_first[lag] = before_first - alive_first
                by_second[lag] = before_second - alive_second
                before, before_first, before_second = alive, alive_first, alive_second
            else:
                weights[lag], by_first[lag], by_second[lag] = alive, alive_first, alive_second
    for lag in range(n_lags):
        total += weights[lag]
    for lag in range(n_lags):
        weights[lag] /= total
        by_first[lag] /= total
        by_second[lag] /= total


@compiled
def carry(code: int, first: float, series: Array, weights: Array, out: Array) -> None:
    """Carry a series over to later periods; `weights` are read by the families that have a window."""
    n_lags, n_periods = weights.shape[0], out.shape[0]
    if code == NO_CARRY_OVER:
        out[:] = series[n_lags:]
    elif code == GEOMETRIC:
        kept = 1.0 / (1.0 + math.exp(-first))
        previous = series[n_lags - 1]
        for t in range(n_periods):
            previous = (1.0 - kept) * series[n_lags + t] + kept * previous
            if previous < NO_PRESSURE:
                previous = 0.0
            out[t] = previous
    else:
        out[:] = 0.0
        for lag in range(n_lags):
            add_multiple(out, weights[lag], series[n_lags - lag : n_lags - lag + n_periods])


@compiled
def pull_carry(
    code: int, first: float, series: Array, weights: Array, out: Array, pull: Array, along: Array, back: Array
) -> float:
    """Take a pull on `out` back to the series (into `back`) and to the weights (into `along`).

    Returns the slope in the first parameter of the geometric family, which has no window.
    """
    n_lags, n_periods = weights.shape[0], out.shape[0]
    back[:] = 0.0
    if code == NO_CARRY_OVER:
        back[n_lags:] = pull
        return 0.0
    if code == GEOMETRIC:
        kept = 1.0 / (1.0 + math.exp(-first))
        total, coming = 0.0, 0.0
        for step in range(n_periods):
            t = n_periods - 1 - step
            coming = pull[t] + kept * coming
            previous = out[t - 1] if t > 0 else series[n_lags - 1]
            total += coming * (previous - series[n_lags + t])
            back[n_lags + t] = (1.0 - kept) * coming
        back[n_lags - 1] = kept * coming
        return total * kept * (1.0 - kept)
    for lag in range(n_lags):
        reach = slice(n_lags - lag, n_lags - lag + n_periods)
        along[lag] = dot(pull, series[reach])
        add_multiple(back[reach], weights[lag], pull)
    return 0.0


@compiled
def through_weights(weights: Array, along: Array, slope: Array) -> float:
    """Slope in a parameter of the weights: they are brought to a sum of 1 after `slope` is taken."""
    return dot(along, slope) - dot(along, weights) * slope.sum()


@compiled
def bend(code: int, half: float, slope: float, pressure: Array, out: Array) -> None:
    """Saturate a series; exactly nothing where there is no pressure."""
    n = pressure.shape[0]
    if code in (HILL, MICHAELIS_MENTEN):
        power = math.exp(slope) if code == HILL else 1.0
        for t in range(n):
            share = 1.0 / (1.0 + exp(-power * (log(max(pressure[t], NO_PRESSURE)) - half)))
            out[t] = share if pressure[t] > 0.0 else 0.0
    elif code == LOGISTIC:
        rate = LOGISTIC_HALF * math.exp(-half)
        for t in range(n):
            left = exp(-rate * pressure[t])
            out[t] = (1.0 - left) / (1.0 + left)
    elif code == EXPONENTIAL:
        rate = EXPONENTIAL_HALF * math.exp(-half)
        for t in range(n):
            out[t] = 1.0 - exp(-rate * pressure[t])
    elif code == POWER:
        power = 1.0 / (1.0 + math.exp(-slope))
        for t in range(n):
            value = exp(power * log(max(pressure[t], NO_PRESSURE)))
            out[t] = value if pressure[t] > 0.0 else 0.0
    else:
        out[:] = pressure


@compiled
def pull_bend(
    code: int, half: float, slope: float, pressure: Array, out: Array, pull: Array, back: Array
) -> Any:
    """Take a pull on `out` back to the pressure (into `back`); returns slopes in `half` and `slope`."""
    n = pressure.shape[0]
    in_half, in_slope = 0.0, 0.0
    if code in (HILL, MICHAELIS_MENTEN):
        power = math.exp(slope) if code == HILL else 1.0
        for t in range(n):
            steep = pull[t] * power * out[t] * (1.0 - out[t])
            safe = max(pressure[t], NO_PRESSURE)
            back[t] = steep / safe
            in_half -= steep
            in_slope += steep * (log(safe) - half)
        if code == MICHAELIS_MENTEN:
            in_slope = 0.0
    elif code == LOGISTIC:
        rate = 0.5 * LOGISTIC_HALF * math.exp(-half)
        for t in range(n):
            back[t] = pull[t] * rate * (1.0 - out[t] * out[t])
            in_half -= back[t] * pressure[t]
    elif code == EXPONENTIAL:
        rate = EXPONENTIAL_HALF * math.exp(-half)
        for t in range(n):
            back[t] = pull[t] * rate * (1.0 - out[t])
            in_half -= back[t] * pressure[t]
    elif code == POWER:
        power = 1.0 / (1.0 + math.exp(-slope))
        for t in range(n):
            safe = max(pressure[t], NO_PRESSURE)
            back[t] = pull[t] * power * out[t] / safe
            in_slope += pull[t] * out[t] * log(safe)
        in_slope *= power * (1.0 - power)
    else:
        back[:] = pull
    return in_half, in_slope
