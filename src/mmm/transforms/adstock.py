"""Carry-over: how the spend of one period goes on working in the periods that follow.

The last axis is the period, oldest first. Weights sum to 1, so the unit of the spend is kept.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
