"""Saturation of one row, in every family, with the slopes that gradients need.

For each period: `level`, the logarithm of pressure (over the half-saturation where there is one);
`reached`, the share of the ceiling or the unbounded response; `rise`, its derivative by the logarithm
of pressure. All but `level` are exactly 0 where there is no pressure. Logarithms and exponentials have
loops of their own: one with both runs out of registers and takes half as long again.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.carry_over import NO_PRESSURE
from mmm.inference.kernels.compiling import inlined, straight
from mmm.inference.kernels.elementary import exp, log

Array = NDArray[np.float64]
HILL, MICHAELIS_MENTEN, LOGISTIC, EXPONENTIAL, POWER, LINEAR = 0, 1, 2, 3, 4, 5
"""Places in `mmm.transforms.SATURATIONS`."""
LOG_OF_ONE, LOG_OF_HALF = math.log(math.log(3.0)), math.log(math.log(2.0))
"""The logistic is one half at log 3 times its rate, the exponential at log 2."""


@inlined
def steepness(code: int, parameter: float) -> tuple[float, float]:
    """Give the exponent that the family raises pressure to, and its relative slope in what is sampled."""
    if code == HILL:
        return math.exp(parameter), 1.0
    if code == POWER:
        exponent = 1.0 / (1.0 + math.exp(-parameter))
        return exponent, 1.0 - exponent
    return 1.0, 0.0


@inlined
def saturate(
    code: int, pressure: Array, log_half: float, exponent: float, level: Array, reached: Array, rise: Array
) -> None:
    """Fill the three rows; `log_half` is not read by power and none."""
    if code <= MICHAELIS_MENTEN:
        _hill(pressure, log_half, exponent, level, reached, rise)
    elif code == LOGISTIC:
        _logistic(pressure, log_half - LOG_OF_ONE, level, reached, rise)
    elif code == EXPONENTIAL:
        _exponential(pressure, log_half - LOG_OF_HALF, level, reached, rise)
    else:
        _power(pressure, exponent, level, reached, rise)


@straight
def _hill(
    pressure: Array, log_half: float, exponent: float, level: Array, reached: Array, rise: Array
) -> None:
    for t in range(pressure.shape[0]):
        level[t] = log(max(pressure[t], NO_PRESSURE)) - log_half
    for t in range(pressure.shape[0]):
        share = 1.0 / (1.0 + exp(-exponent * level[t]))
        reached[t] = share if pressure[t] > 0.0 else 0.0
        rise[t] = exponent * reached[t] * (1.0 - reached[t])


@straight
def _logistic(pressure: Array, log_rate: float, level: Array, reached: Array, rise: Array) -> None:
    rate = math.exp(-log_rate)
    for t in range(pressure.shape[0]):
        scaled = rate * pressure[t]
        left = exp(-scaled)
        reached[t] = (1.0 - left) / (1.0 + left) if scaled > 1e-5 else 0.5 * scaled
        rise[t] = 0.5 * scaled * (1.0 - reached[t] * reached[t])
        level[t] = 0.0


@straight
def _exponential(pressure: Array, log_rate: float, level: Array, reached: Array, rise: Array) -> None:
    rate = math.exp(-log_rate)
    for t in range(pressure.shape[0]):
        scaled = rate * pressure[t]
        left = exp(-scaled)
        reached[t] = 1.0 - left if scaled > 1e-5 else scaled * (1.0 - 0.5 * scaled)
        rise[t] = scaled * left
        level[t] = 0.0


@straight
def _power(pressure: Array, exponent: float, level: Array, reached: Array, rise: Array) -> None:
    for t in range(pressure.shape[0]):
        level[t] = log(max(pressure[t], NO_PRESSURE))
    for t in range(pressure.shape[0]):
        reached[t] = exp(exponent * level[t]) if pressure[t] > 0.0 else 0.0
        rise[t] = exponent * reached[t]


@straight
def rise_of_rise(
    code: int, exponent: float, pressure: Array, log_half: float, reached: Array, rise: Array, found: Array
) -> None:
    """Fill the derivative of `rise` by the logarithm of pressure."""
    rate = 0.0
    if code == LOGISTIC:
        rate = math.exp(LOG_OF_ONE - log_half)
    elif code == EXPONENTIAL:
        rate = math.exp(LOG_OF_HALF - log_half)
    for t in range(pressure.shape[0]):
        if code <= MICHAELIS_MENTEN:
            found[t] = exponent * rise[t] * (1.0 - 2.0 * reached[t])
        elif code == LOGISTIC:
            found[t] = rise[t] * (1.0 - rate * pressure[t] * reached[t])
        elif code == EXPONENTIAL:
            found[t] = rise[t] * (1.0 - rate * pressure[t])
        else:
            found[t] = exponent * rise[t]
