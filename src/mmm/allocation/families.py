"""The saturation families as the solver evaluates them: share reached, derivative, steepest point.

Written for speed and for bounds: `mmm.transforms.saturate` says what the
families are, and tests hold these to it. Arrays are (draw, step) for exposure
and (draw, 1) for parameters. Each family's derivative has at most one peak, so
its range between two exposures follows from both ends and that peak.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.transforms.families import EXPONENTIAL, HILL, LINEAR, LOGISTIC, MICHAELIS_MENTEN, POWER

FloatArray = NDArray[np.float64]
Share = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
Rise = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]
_LOGISTIC_RATE, _EXPONENTIAL_RATE = 0.5 * np.log(3.0), np.log(2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One saturation family."""

    share: Share
    """Of exposure, half-saturation, slope: the share of the ceiling, zero at zero."""
    rise: Rise
    """Of exposure, its share, half-saturation, slope: the derivative by exposure, which may be infinite."""


def _hill(exposure: FloatArray, half: FloatArray, slope: FloatArray) -> FloatArray:
    """Work in logarithms, because exp and log are vectorised and powers are not."""
    with np.errstate(divide="ignore", over="ignore"):
        share: FloatArray = np.log(exposure)
        share -= np.log(half)
        share *= -slope
        np.exp(share, out=share)
    share += 1.0
    return np.reciprocal(share, out=share)


def _hill_rise(exposure: FloatArray, share: FloatArray, half: FloatArray, slope: FloatArray) -> FloatArray:
    rise: FloatArray = 1.0 - share
    rise *= share
    rise *= slope
    with np.errstate(divide="ignore", invalid="ignore"):
        rise /= exposure
        if (exposure == 0).any():
            limit = np.where(slope < 1, np.inf, np.where(slope > 1, 0.0, 1 / half))
            rise = np.where(exposure == 0, limit, rise)
    return rise


def _michaelis_menten(exposure: FloatArray, half: FloatArray, _: FloatArray) -> FloatArray:
    return exposure / (exposure + half)


def _michaelis_menten_rise(
    exposure: FloatArray, _share: FloatArray, half: FloatArray, _: FloatArray
) -> FloatArray:
    return np.asarray(half / (exposure + half) ** 2)


def _logistic(exposure: FloatArray, half: FloatArray, _: FloatArray) -> FloatArray:
    return np.asarray(np.tanh(exposure * (_LOGISTIC_RATE / half)))


def _logistic_rise(_exposure: FloatArray, share: FloatArray, half: FloatArray, _: FloatArray) -> FloatArray:
    return np.asarray((1.0 - share**2) * (_LOGISTIC_RATE / half))


def _exponential(exposure: FloatArray, half: FloatArray, _: FloatArray) -> FloatArray:
    return np.asarray(-np.expm1(exposure * (-_EXPONENTIAL_RATE / half)))


def _exponential_rise(
    exposure: FloatArray, _share: FloatArray, half: FloatArray, _: FloatArray
) -> FloatArray:
    rate = _EXPONENTIAL_RATE / half
    return np.asarray(np.exp(-rate * exposure) * rate)


def _power(exposure: FloatArray, _half: FloatArray, exponent: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.log(exposure) * exponent))


def _power_rise(
    exposure: FloatArray, share: FloatArray, _half: FloatArray, exponent: FloatArray
) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        rise = exponent * share / exposure
    return np.where(exposure == 0, np.where(exponent < 1, np.inf, 1.0), rise)


FAMILIES = {
    HILL: Family(share=_hill, rise=_hill_rise),
    MICHAELIS_MENTEN: Family(share=_michaelis_menten, rise=_michaelis_menten_rise),
    LOGISTIC: Family(share=_logistic, rise=_logistic_rise),
    EXPONENTIAL: Family(share=_exponential, rise=_exponential_rise),
    POWER: Family(share=_power, rise=_power_rise),
    LINEAR: Family(
        share=lambda exposure, _half, _slope: exposure.copy(),
        rise=lambda exposure, _share, _half, _slope: np.ones_like(exposure),
    ),
}
"""By code; all but Hill above slope 1 are concave (power: its exponent is at most 1)."""


def steepest(code: int, half: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the exposure where the share rises fastest, and its derivative there; -1 where there is none.

    Only a Hill curve of slope n above 1 has such a point: `half ((n - 1) / (n + 1)) ** (1 / n)`.
    """
    if code != HILL:
        return np.full_like(half, -1.0), np.zeros_like(half)
    is_s = slope > 1
    power = np.where(is_s, slope, 2.0)
    at = half * ((power - 1) / (power + 1)) ** (1 / power)
    return np.where(is_s, at, -1.0), (power**2 - 1) / (4 * power * at)
