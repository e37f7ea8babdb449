"""Closed forms of BG/NBD and MBG/NBD: one leaves after a purchase, with a chance of one's own.

MBG/NBD is BG/NBD with one more chance to leave, right after the first purchase: who stayed then
is a BG/NBD customer whose b is larger by 1. Arrays broadcast; parameters come first.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln, gammaln, hyp2f1

FloatArray = NDArray[np.float64]
Values = Sequence[FloatArray]
"""Parameters in the order of the family, or (frequency, recency, age)."""

_NEAR = 1e-6
"""Closer to a removable singularity than this, the parameter is moved away by as much."""


def purchases(values: Values, time: FloatArray) -> FloatArray:
    """BG/NBD: repeat purchases of a new customer within `time`."""
    r, alpha, a, b = values
    a = _away_from(a, 1.0)
    return _growth(r, alpha, a, a + b - 1.0, time)


def purchases_early(values: Values, time: FloatArray) -> FloatArray:
    """MBG/NBD: repeat purchases of a new customer within `time`."""
    r, alpha, a, b = values
    return b / (a + b) * purchases((r, alpha, a, b + 1.0), time)


def purchases_given(values: Values, time: FloatArray, history: Values) -> FloatArray:
    """BG/NBD: purchases within `time` from now."""
    r, alpha, a, b = values
    x, _, age = history
    apart = _away_from(a, 1.0)
    to_come = _growth(r + x, alpha + age, apart, apart + b + x - 1.0, time)
    return to_come * active(values, history)


def purchases_given_early(values: Values, time: FloatArray, history: Values) -> FloatArray:
    """MBG/NBD: purchases within `time` from now."""
    r, alpha, a, b = values
    x, _, age = history
    apart = _away_from(a, 1.0)
    to_come = _growth(r + x, alpha + age, apart, apart + b + x, time)
    return to_come * active_early(values, history)


def active(values: Values, history: Values) -> FloatArray:
    """BG/NBD: chance of not having left; 1 for whoever never bought again."""
    r, alpha, a, b = values
    x, _, _ = history
    stays = active_early((r, alpha, a, b - 1.0 + (x == 0)), history)
    return np.where(x > 0, stays, 1.0)


def active_early(values: Values, history: Values) -> FloatArray:
    """MBG/NBD: chance of not having left."""
    r, alpha, a, b = values
    x, recency, age = history
    longer = np.log(alpha + age) - np.log(alpha + recency)
    log_odds_left = np.log(a) - np.log(b + x) + (r + x) * longer
    return np.asarray(1.0 / (1.0 + np.exp(np.minimum(log_odds_left, 700.0))))


def probability(values: Values, x: FloatArray, time: FloatArray) -> FloatArray:
    """BG/NBD: chance of exactly x repeat purchases within `time`."""
    r, alpha, a, b = values
    a = _away_from(a, 1.0)
    share = time / (alpha + time)
    log_stays = (
        betaln(a, b + x) - betaln(a, b)
        + gammaln(r + x) - gammaln(r) - gammaln(x + 1.0)
        - r * np.log1p(time / alpha) + x * np.log(share)
    )  # fmt: skip
    bought = np.maximum(x, 1.0)
    leaves = np.exp(betaln(a + 1.0, b + bought - 1.0) - betaln(a, b)) * betainc(bought, r, share)
    return np.asarray(np.exp(log_stays) + np.where(x > 0, leaves, 0.0))


def probability_early(values: Values, x: FloatArray, time: FloatArray) -> FloatArray:
    """MBG/NBD: chance of exactly x repeat purchases within `time`."""
    r, alpha, a, b = values
    stays = b / (a + b)
    return stays * probability((r, alpha, a, b + 1.0), x, time) + np.where(x == 0, 1.0 - stays, 0.0)


def _growth(r: FloatArray, alpha: FloatArray, a: FloatArray, top: FloatArray, time: FloatArray) -> FloatArray:
    """Give top / (a - 1) * (1 - s ** (a - 1) * 2F1(top - r, a - 1; top; 1 - s)), s = alpha / (alpha + t)."""
    top = _away_from(top, 0.0)
    share = time / (alpha + time)
    longer = np.log1p(time / alpha)
    with np.errstate(invalid="ignore", over="ignore"):
        kept = np.exp(-(a - 1.0) * longer) * hyp2f1(top - r, a - 1.0, top, share)
        # A huge a (nobody comes back) leaves 0 times infinity: Euler's other form then has moderate terms.
        other = np.exp(-r * longer) * hyp2f1(r, top - a + 1.0, top, share)
    return np.asarray(top / (a - 1.0) * (1.0 - np.where(np.isfinite(kept), kept, other)))


def _away_from(value: FloatArray, singular: float) -> FloatArray:
    gap = value - singular
    return np.where(np.abs(gap) < _NEAR, singular + np.where(gap < 0, -_NEAR, _NEAR), value)
