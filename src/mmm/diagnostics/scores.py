"""How good a probabilistic forecast was, and what repeating last year would have given."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

FloatArray = NDArray[np.float64]


def crps(draws: FloatArray, actual: FloatArray) -> FloatArray:
    """Give the continuous ranked probability score of each period, in the unit of the KPI; less is better.

    `E|X - y| - E|X - X'| / 2` over the draws. For a single draw it is the absolute error.

    Parameters
    ----------
    draws : ndarray of shape (draw, period)
    actual : ndarray of shape (period,)

    References
    ----------
    Gneiting and Raftery (2007), "Strictly proper scoring rules", JASA 102, equation 21.

    Examples
    --------
    >>> crps(np.array([[1.0], [3.0]]), np.array([2.0]))
    array([0.5])
    """
    n_draws = len(draws)
    ordered = np.sort(draws, axis=0)
    rank_weight = 2.0 * np.arange(1, n_draws + 1) - n_draws - 1.0
    spread = 2.0 * rank_weight @ ordered / n_draws**2
    return np.asarray(np.abs(draws - actual).mean(axis=0) - spread / 2.0)


def log_score(expected: FloatArray, sigma: FloatArray, actual: FloatArray) -> FloatArray:
    """Give the log predictive density of each period under Normal noise; more is better.

    Parameters
    ----------
    expected : ndarray of shape (draw, period)
        KPI expected by each draw, in KPI units.
    sigma : ndarray of shape (draw,)
        Noise of each draw, in KPI units.
    """
    scale = sigma[:, None]
    density = -0.5 * ((actual - expected) / scale) ** 2 - np.log(scale) - 0.5 * np.log(2.0 * np.pi)
    return np.asarray(logsumexp(density, axis=0) - np.log(len(expected)))


def seasonal_naive(history: FloatArray, horizon: int, season: int) -> FloatArray:
    """Repeat what happened one season earlier; the last figure where history is shorter than a season.

    Examples
    --------
    >>> seasonal_naive(np.array([1.0, 2.0, 3.0, 4.0]), 3, 2)
    array([3., 4., 3.])
    >>> seasonal_naive(np.array([1.0, 2.0]), 2, 52)
    array([2., 2.])
    """
    if len(history) < season:
        return np.full(horizon, history[-1])
    last = history[-season:]
    return last[np.arange(horizon) % season]
