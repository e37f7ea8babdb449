"""Carry-over: how the spend of one period goes on working in the periods that follow.

The last axis is the period, oldest first. Weights sum to 1, so the unit of the spend is kept.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmm.transforms.families import Adstock

FloatArray = NDArray[np.float64]


def geometric_adstock(spend: ArrayLike, retention: ArrayLike, carry_in: ArrayLike = 0.0) -> FloatArray:
    """Spread each period's spend over all later periods, by its recursion, without truncation.

    `carried[t] = (1 - retention) * spend[t] + retention * carried[t - 1]`.

    Parameters
    ----------
    spend : array of shape (..., n_periods)
        Any unit, oldest period first.
    retention : array that broadcasts to the leading shape
        Share of the effect that remains one period later, 0 to 1.
    carry_in : array that broadcasts to the leading shape
        Adstocked spend just before the first period, in the unit of `spend`.

    Returns
    -------
    ndarray of shape (..., n_periods)
        Effective spend, in the unit of `spend`.

    Examples
    --------
    >>> geometric_adstock([100.0, 0.0, 0.0], 0.5)
    array([50. , 25. , 12.5])
    """
    paid = np.asarray(spend, dtype=float)
    kept = np.asarray(retention, dtype=float)
    leading = np.broadcast_shapes(paid.shape[:-1], kept.shape, np.shape(carry_in))
    carried = np.empty((paid.shape[-1], *leading))
    previous: FloatArray = np.broadcast_to(np.asarray(carry_in, dtype=float), leading)
    for period in range(paid.shape[-1]):
        previous = (1 - kept) * paid[..., period] + kept * previous
        carried[period] = previous
    return np.moveaxis(carried, 0, -1)


def geometric_adstock_slope(spend: ArrayLike, retention: ArrayLike, carry_in: ArrayLike = 0.0) -> FloatArray:
    """Give the derivative of `geometric_adstock` with respect to the retention.

    Same shapes as `geometric_adstock`; `carry_in` is held fixed.

    Examples
    --------
    >>> geometric_adstock_slope([100.0, 0.0, 0.0], 0.5)
    array([-100.,    0.,   25.])
    """
    paid = np.asarray(spend, dtype=float)
    kept = np.asarray(retention, dtype=float)
    carried = geometric_adstock(paid, kept, carry_in)
    before = np.concatenate(
        [np.broadcast_to(np.asarray(carry_in, dtype=float)[..., None], (*carried.shape[:-1], 1)), carried],
        axis=-1,
    )
    slope = np.empty_like(carried)
    previous = np.zeros(carried.shape[:-1])
    for period in range(paid.shape[-1]):
        previous = before[..., period] - paid[..., period] + kept * previous
        slope[..., period] = previous
    return slope


def half_life_periods(retention: ArrayLike) -> FloatArray:
    """Give the periods after which half of the carried effect is gone.

    Examples
    --------
    >>> float(half_life_periods(0.5))
    1.0
    """
    kept = np.asarray(retention, dtype=float)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(0.5) / np.log(kept), dtype=float)


def retention_of_half_life(half_life: ArrayLike) -> FloatArray:
    """Give the retention whose carried effect is halved after `half_life` periods.

    Examples
    --------
    >>> float(retention_of_half_life(1.0))
    0.5
    """
    return np.asarray(0.5 ** (1 / np.asarray(half_life, dtype=float)), dtype=float)


def lag_weights(adstock: Adstock, first: ArrayLike, second: ArrayLike, n_lags: int) -> FloatArray:
    """Give the share of a period's effect that comes 0, 1, ... periods later; shares sum to 1.

    Parameters
    ----------
    adstock
        Geometric and delayed read the retention, the Weibull families a scale in periods.
    first : array
        Retention r, 0 to 1, or scale s > 0.
    second : array
        Delay d of the peak in periods (delayed), or shape k > 0 (Weibull); broadcasts to `first`.
    n_lags : int
        Length of the window, 1 or more; weight beyond it is brought back into it.

    Returns
    -------
    ndarray of shape (..., n_lags)
        Proportional to `r**l`, `r**((l - d)**2)`, `exp(-(l / s)**k)` (survival), or the mass of the
        Weibull distribution between l and l + 1 (density).

    Examples
    --------
    >>> lag_weights("geometric", 0.5, np.nan, 2).round(3)
    array([0.667, 0.333])
    """
    lag = np.arange(n_lags, dtype=float)
    place, form = (np.asarray(values, dtype=float)[..., None] for values in (first, second))
    if adstock == "none":
        raw = np.broadcast_to(lag == 0, (*np.shape(first), n_lags)).astype(float)
    elif adstock == "geometric":
        raw = place**lag
    elif adstock == "delayed":
        raw = place ** ((lag - form) ** 2)
    else:
        raw = np.exp(-((lag / place) ** form))
        if adstock == "weibull_density":
            raw = raw - np.exp(-(((lag + 1) / place) ** form))
    return np.asarray(raw / raw.sum(axis=-1, keepdims=True))


def half_life_of(adstock: Adstock, first: ArrayLike, second: ArrayLike, n_lags: int) -> FloatArray:
    """Give the periods until half of the effect has come, for any carry-over; see `lag_weights`.

    Within a period the effect is taken to come evenly, so the half-life of an effect of which most
    comes at once is under one period; for geometric it is `log(0.5) / log(retention)`.

    Examples
    --------
    >>> float(half_life_of("weibull_density", 2.0, 1.0, 60).round(2))
    1.45
    """
    if adstock == "geometric":
        return half_life_periods(first)
    weights = lag_weights(adstock, first, second, n_lags)
    reached = weights.cumsum(axis=-1)
    at = (reached < 0.5).sum(axis=-1)[..., None]
    before = np.take_along_axis(reached - weights, at, axis=-1)
    return np.asarray((at + (0.5 - before) / np.take_along_axis(weights, at, axis=-1))[..., 0])


def windowed_adstock(spend: ArrayLike, weights: ArrayLike, before: ArrayLike = 0.0) -> FloatArray:
    """Spread each period's spend over the periods that follow, by the weight of each lag.

    Parameters
    ----------
    spend : array of shape (..., n_periods)
        Any unit, oldest period first.
    weights : array of shape (..., n_lags)
        See `lag_weights`; leading shapes broadcast against those of `spend`.
    before : array that broadcasts to the leading shape of `spend`
        Spend of every period before the first one.

    Returns
    -------
    ndarray of shape (..., n_periods)

    Examples
    --------
    >>> windowed_adstock([100.0, 0.0, 0.0], [0.6, 0.4], 10.0)
    array([64., 40.,  0.])
    """
    paid, share = np.asarray(spend, dtype=float), np.asarray(weights, dtype=float)
    leading = np.broadcast_shapes(paid.shape[:-1], np.shape(before))
    history = np.broadcast_to(np.asarray(before, dtype=float)[..., None], (*leading, share.shape[-1] - 1))
    whole = np.concatenate([history, np.broadcast_to(paid, (*leading, paid.shape[-1]))], axis=-1)
    windows = np.lib.stride_tricks.sliding_window_view(whole, share.shape[-1], axis=-1)[..., ::-1]
    return np.asarray(np.einsum("...l,...pl->...p", share, windows))


def median_lag(adstock: Adstock, shape: float) -> float:
    """Give the half-life of a Weibull carry-over of scale 1, in continuous time.

    Examples
    --------
    >>> round(median_lag("weibull_density", 1.0), 6) == round(float(np.log(2)), 6)
    True
    """
    if adstock == "weibull_density":
        return float(np.log(2) ** (1 / shape))
    from scipy.special import gammaincinv  # noqa: PLC0415 - only where a belief is stated

    return float(gammaincinv(1 / shape, 0.5) ** (1 / shape))
