"""What BG/NBD says of a customer: purchases to come, chance of being active.

Every function takes parameters that broadcast: one model, or draws against
times. Times are in the model's unit. The forms are those in which the number
of past purchases leaves every exponent, so that 3,000 of them are no overflow.

References
----------
Fader, Hardie and Lee (2005), Marketing Science 24(2), equations (8) to (11).
"""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, gammaln, hyp2f1

FloatArray = NDArray[np.float64]

_NEAR = 1e-6
"""Closer to a removable singularity than this, the parameter is moved away by as much."""


class Buying(Protocol):
    """Parameters of BG/NBD: a fit, or draws of shape (n_draws,) or (n_draws, 1)."""

    @property
    def r(self) -> ArrayLike: ...  # noqa: D102
    @property
    def alpha(self) -> ArrayLike: ...  # noqa: D102
    @property
    def a(self) -> ArrayLike: ...  # noqa: D102
    @property
    def b(self) -> ArrayLike: ...  # noqa: D102


def expected_purchases(model: Buying, time: ArrayLike) -> FloatArray:
    """Repeat purchases that a new customer makes within `time` of the first one."""
    r, alpha, a, b = _parameters(model)
    return _growth(r, alpha, a, a + b - 1.0, np.asarray(time, dtype=float))


def expected_purchases_given(
    model: Buying, time: ArrayLike, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> FloatArray:
    """Purchases that a customer with this history makes within `time` from now."""
    r, alpha, a, b = _parameters(model)
    x, horizon = np.asarray(frequency, dtype=float), np.asarray(time, dtype=float)
    since = alpha + np.asarray(age, dtype=float)
    to_come = _growth(r + x, since, a, a + b + x - 1.0, horizon)
    return to_come * probability_active(model, frequency=frequency, recency=recency, age=age)


def probability_active(
    model: Buying, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> FloatArray:
    """Chance that a customer with this history has not left.

    It is 1 for whoever never bought again: in this model one leaves only after
    a repeat purchase. That is a property of the model, not good news.
    """
    r, alpha, a, b = _parameters(model)
    x = np.asarray(frequency, dtype=float)
    longer = np.log(alpha + np.asarray(age, dtype=float)) - np.log(alpha + np.asarray(recency, dtype=float))
    log_odds_left = np.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) + (r + x) * longer
    return np.where(x > 0, 1.0 / (1.0 + np.exp(np.minimum(log_odds_left, 700.0))), 1.0)


def purchase_probability(model: Buying, frequency: ArrayLike, time: ArrayLike) -> FloatArray:
    """Chance that a new customer makes exactly `frequency` repeat purchases within `time`."""
    r, alpha, a, b = _parameters(model)
    x, horizon = np.asarray(frequency, dtype=float), np.asarray(time, dtype=float)
    share = horizon / (alpha + horizon)
    log_stays = (
        betaln(a, b + x) - betaln(a, b)
        + gammaln(r + x) - gammaln(r) - gammaln(x + 1.0)
        - r * np.log1p(horizon / alpha) + x * np.log(share)
    )  # fmt: skip
    bought = np.maximum(x, 1.0)
    leaves = np.exp(betaln(a + 1.0, b + bought - 1.0) - betaln(a, b)) * betainc(bought, r, share)
    return np.asarray(np.exp(log_stays) + np.where(x > 0, leaves, 0.0))


def _parameters(model: Buying) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    r, alpha, a, b = (np.asarray(part, dtype=float) for part in (model.r, model.alpha, model.a, model.b))
    return r, alpha, _away_from(a, 1.0), b


def _growth(r: FloatArray, alpha: FloatArray, a: FloatArray, top: FloatArray, time: FloatArray) -> FloatArray:
    """Give top / (a - 1) * (1 - s ** (a - 1) * 2F1(top - r, a - 1; top; 1 - s)), s = alpha / (alpha + t)."""
    top = _away_from(top, 0.0)
    shrink = np.exp(-(a - 1.0) * np.log1p(time / alpha))
    series = hyp2f1(top - r, a - 1.0, top, time / (alpha + time))
    return np.asarray(top / (a - 1.0) * (1.0 - shrink * series))


def _away_from(value: FloatArray, singular: float) -> FloatArray:
    gap = value - singular
    return np.where(np.abs(gap) < _NEAR, singular + np.where(gap < 0, -_NEAR, _NEAR), value)
