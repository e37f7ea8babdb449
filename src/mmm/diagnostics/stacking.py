"""How much each specification weighs: stacking of their forecasts of periods that no fit saw."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

PSEUDO_PERIODS = 2.0
"""Held-out periods' worth of belief that specifications weigh alike: see docs/method/average.md."""
_MAX_STEPS = 5000
_TOLERANCE = 1e-10


def stacking_weights(log_scores: FloatArray, pseudo_periods: float = PSEUDO_PERIODS) -> FloatArray:
    """Give the weights under which the mixture of forecasts would have forecast best.

    They maximise the sum over periods of `log(sum over k of w_k * density_k)`, plus what
    `pseudo_periods` per specification add, which credit that one alone: a concave problem with one
    solution, reached by steps that each raise it. Without any held-out period weights are equal.

    Parameters
    ----------
    log_scores : ndarray of shape (period, specification)
        Log predictive density of what was seen; see `log_score`.

    Returns
    -------
    ndarray of shape (specification,)
        0 to 1, sum 1.

    References
    ----------
    Yao, Vehtari, Simpson and Gelman (2018), "Using stacking to average Bayesian predictive
    distributions", Bayesian Analysis 13(3), equation 4; here with scores of rolling origins.

    Examples
    --------
    >>> stacking_weights(np.empty((0, 2)))
    array([0.5, 0.5])
    >>> stacking_weights(np.log([[0.2, 0.1]] * 30)).round(2)
    array([0.89, 0.11])
    """
    n_periods, n_members = log_scores.shape
    weights = np.full(n_members, 1.0 / n_members)
    if n_periods == 0:
        return weights
    density = np.exp(log_scores - log_scores.max(axis=1, keepdims=True))
    for _ in range(_MAX_STEPS):
        credit = weights * density
        credit /= credit.sum(axis=1, keepdims=True)
        following = (credit.sum(axis=0) + pseudo_periods) / (n_periods + pseudo_periods * n_members)
        if np.abs(following - weights).max() < _TOLERANCE:
            return np.asarray(following)
        weights = following
    return weights


def mixture_log_score(log_scores: FloatArray, weights: FloatArray) -> FloatArray:
    """Give the log predictive density of the mixture, per period."""
    top = log_scores.max(axis=1, keepdims=True)
    return np.asarray(np.log(np.exp(log_scores - top) @ weights) + top[:, 0])
