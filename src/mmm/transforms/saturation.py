"""Saturation: what one more euro adds falls as pressure rises.

`pressure` is adstocked spend, `half_saturation` the pressure at half of the ceiling, in the same
unit. No pressure means exactly no effect, whatever the slope.
"""

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
    return np.where(amount > 0, power / safe * reached * (1 - reached), at_zero)


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
