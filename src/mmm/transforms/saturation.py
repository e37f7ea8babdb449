"""Saturation: what one more euro adds falls as pressure rises.

`pressure` is adstocked spend, `half_saturation` the pressure at half of the ceiling, in the same
unit. No pressure means exactly no effect, whatever the slope.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def hill(pressure: ArrayLike, half_saturation: ArrayLike, slope: ArrayLike) -> FloatArray:
    """Give the share of the ceiling reached, 0 to 1: `p**slope / (p**slope + half**slope)`.

    A slope above 1 makes an S, a half-saturation far above the pressures a straight line.

    Examples
    --------
    >>> hill([0.0, 2.0, 6.0], 2.0, 1.0)
    array([0.  , 0.5 , 0.75])
    """
    reached, _ = _reached(pressure, half_saturation, slope)
    return reached


def hill_slope_in_pressure(pressure: ArrayLike, half_saturation: ArrayLike, slope: ArrayLike) -> FloatArray:
    """Give the derivative of `hill` with respect to the pressure.

    At no pressure it is the limit from above: infinite when slope < 1, `1 / half_saturation`
    when slope is 1, 0 when slope > 1.

    Examples
    --------
    >>> hill_slope_in_pressure([0.0, 2.0], 2.0, 1.0)
    array([0.5  , 0.125])
    """
    reached, _ = _reached(pressure, half_saturation, slope)
    power = np.asarray(slope, dtype=float)
    amount = np.asarray(pressure, dtype=float)
    at_zero = np.where(
        power < 1, np.inf, np.where(power > 1, 0.0, 1 / np.asarray(half_saturation, dtype=float))
    )
    safe = np.where(amount > 0, amount, 1.0)
    # The share by the pressure first: what is carried decays to 1e-310, whose inverse times 0 is no number.
    return np.where(amount > 0, reached / safe * power * (1 - reached), at_zero)


def hill_slopes_in_parameters(
    pressure: ArrayLike, half_saturation: ArrayLike, slope: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Give the derivatives of `hill` in `half_saturation` and in `slope`; 0 where there is no pressure."""
    reached, log_odds = _reached(pressure, half_saturation, slope)
    power = np.asarray(slope, dtype=float)
    bend = reached * (1 - reached)
    finite = np.where(np.isfinite(log_odds), log_odds, 0.0)
    return -power / np.asarray(half_saturation, dtype=float) * bend, finite / power * bend


def _reached(
    pressure: ArrayLike, half_saturation: ArrayLike, slope: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Share reached, and slope * log(pressure / half): its log-odds."""
    with np.errstate(divide="ignore", over="ignore"):
        log_odds = np.asarray(slope, dtype=float) * (
            np.log(np.asarray(pressure, dtype=float)) - np.log(np.asarray(half_saturation, dtype=float))
        )
        return np.asarray(1 / (1 + np.exp(-log_odds)), dtype=float), log_odds


LOGISTIC_HALF = float(np.log(3.0))
"""(1 - exp(-r)) / (1 + exp(-r)) is one half at this rate times pressure."""
EXPONENTIAL_HALF = float(np.log(2.0))
"""1 - exp(-r) is one half here."""


def saturate(
    code: ArrayLike, pressure: ArrayLike, half_saturation: ArrayLike, slope: ArrayLike
) -> FloatArray:
    """Give what each draw's own family makes of the pressure.

    Hill, Michaelis-Menten (Hill of slope 1), logistic and exponential give the share of the
    ceiling reached, 0 to 1, and one half at `half_saturation`; power gives `pressure**slope`,
    none the pressure itself: these have no ceiling.

    Parameters
    ----------
    code : array of int
        Places in `mmm.transforms.SATURATIONS`.
    pressure : array
        Adstocked spend, 0 or more.
    half_saturation : array
        In the unit of `pressure`; not read by power and none.
    slope : array
        Of Hill, or the exponent of power (0 to 1); not read by the others.

    All arrays broadcast against each other.

    Examples
    --------
    >>> saturate([0, 2, 4], 2.0, [2.0, 2.0, np.nan], [1.3, np.nan, 0.5]).round(3)
    array([0.5  , 0.5  , 1.414])
    """
    return _by_family(code, pressure, half_saturation, slope, _VALUES)


def saturate_slope(
    code: ArrayLike, pressure: ArrayLike, half_saturation: ArrayLike, slope: ArrayLike
) -> FloatArray:
    """Give the derivative of `saturate` with respect to the pressure; at none, its limit from above."""
    return _by_family(code, pressure, half_saturation, slope, _SLOPES)


def _by_family(
    code: ArrayLike,
    pressure: ArrayLike,
    half_saturation: ArrayLike,
    slope: ArrayLike,
    functions: "tuple[_Family, ...]",
) -> FloatArray:
    codes = np.asarray(code)
    present = np.unique(codes)
    if present.size == 1:
        return functions[int(present[0])](
            np.asarray(pressure, dtype=float), np.asarray(half_saturation, float), np.asarray(slope, float)
        )
    arrays = np.broadcast_arrays(codes, pressure, half_saturation, slope)
    found = np.empty(arrays[0].shape)
    for family in present:
        chosen = arrays[0] == family
        amount, half, power = (values[chosen].astype(float) for values in arrays[1:])
        found[chosen] = functions[int(family)](amount, half, power)
    return found


def _logistic(pressure: FloatArray, half: FloatArray, _: FloatArray) -> FloatArray:
    return np.asarray(np.tanh(0.5 * LOGISTIC_HALF * pressure / half))


def _logistic_slope(pressure: FloatArray, half: FloatArray, _: FloatArray) -> FloatArray:
    rate = 0.5 * LOGISTIC_HALF / half
    return np.asarray(rate * (1 - np.tanh(rate * pressure) ** 2))


def _exponential(pressure: FloatArray, half: FloatArray, _: FloatArray) -> FloatArray:
    return np.asarray(-np.expm1(-EXPONENTIAL_HALF * pressure / half))


def _exponential_slope(pressure: FloatArray, half: FloatArray, _: FloatArray) -> FloatArray:
    rate = EXPONENTIAL_HALF / half
    return np.asarray(rate * np.exp(-rate * pressure))


def _power(pressure: FloatArray, _: FloatArray, exponent: FloatArray) -> FloatArray:
    return np.where(pressure > 0, np.power(np.where(pressure > 0, pressure, 1.0), exponent), 0.0)


def _power_slope(pressure: FloatArray, _: FloatArray, exponent: FloatArray) -> FloatArray:
    at_zero = np.where(exponent < 1, np.inf, 1.0)
    safe = np.where(pressure > 0, pressure, 1.0)
    return np.where(pressure > 0, exponent * np.power(safe, exponent - 1), at_zero)


_Family = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
_VALUES: tuple[_Family, ...] = (
    hill,
    lambda pressure, half, _: hill(pressure, half, 1.0),
    _logistic,
    _exponential,
    _power,
    lambda pressure, *_: pressure,
)
_SLOPES: tuple[_Family, ...] = (
    hill_slope_in_pressure,
    lambda pressure, half, _: hill_slope_in_pressure(pressure, half, 1.0),
    _logistic_slope,
    _exponential_slope,
    _power_slope,
    lambda pressure, *_: np.ones_like(pressure),
)
