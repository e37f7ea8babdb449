"""Robust regression of many series on one design at once (Huber's M-estimator)."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
MAD_TO_SD = 1.482602218505602
_BEND = 1.345
"""Huber's constant: 95 % efficient on Gaussian noise."""
_ROUNDS = 50
_BEYOND = 3.0
"""Standard deviations from which a surprise says nothing of the usual ones."""
_KEPT_VARIANCE = 0.97334
"""Variance of a standard Gaussian cut at three: 1 - 6 phi(3) / (2 Phi(3) - 1)."""
_ENOUGH = 1e-8


def robust_coefficients(y: FloatArray, design: FloatArray) -> FloatArray:
    """Give Huber's regression coefficients of each series by reweighted least squares.

    The scale of residuals is their median absolute value around zero, renewed at each round.

    Parameters
    ----------
    y : ndarray of shape (n_periods, n_series)
    design : ndarray of shape (n_periods, n_columns)

    Returns
    -------
    ndarray of shape (n_columns, n_series)

    References
    ----------
    Huber and Ronchetti (2009), "Robust Statistics", 2nd edition, chapter 7.
    """
    basis, triangle = np.linalg.qr(design)
    coefficients = basis.T @ y
    active = np.arange(y.shape[1])
    for _ in range(_ROUNDS):
        before = coefficients[:, active]
        residual = y[:, active] - basis @ before
        scale = MAD_TO_SD * np.median(np.abs(residual), axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.minimum(1.0, _BEND * scale / np.abs(residual))
        weight[~np.isfinite(weight)] = 1.0
        after = _weighted(y[:, active], basis, weight)
        coefficients[:, active] = after
        moved = np.abs(after - before).max(axis=0) > _ENOUGH * (scale + 1e-300)
        active = active[moved]
        if not len(active):
            break
    solved = np.linalg.lstsq(triangle, coefficients, rcond=None)[0]
    return np.asarray(solved, dtype=np.float64)


def robust_scale(surprises: FloatArray) -> FloatArray:
    """Give the standard deviation of surprises around zero, those beyond three left out.

    The median absolute value says which are beyond; the others then give a figure that
    wavers half as much as the median alone: fewer alarms that only a low scale makes.

    Parameters
    ----------
    surprises : ndarray of shape (n_periods, ...)

    References
    ----------
    Rousseeuw and Leroy (1987), "Robust Regression and Outlier Detection", section 1.2 (reweighted scale).

    Examples
    --------
    >>> float(robust_scale(np.array([1.0, -1.0, 1.0, -1.0, 50.0])).round(2))
    1.01
    """
    rough = MAD_TO_SD * np.median(np.abs(surprises), axis=0)
    kept = np.abs(surprises) <= _BEYOND * rough
    mean_square = (surprises**2 * kept).sum(axis=0) / np.maximum(1, kept.sum(axis=0))
    return np.asarray(np.sqrt(mean_square / _KEPT_VARIANCE), dtype=np.float64)


def _weighted(y: FloatArray, basis: FloatArray, weight: FloatArray) -> FloatArray:
    n_columns = basis.shape[1]
    pairs = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
    gram = (weight.T @ pairs).reshape(-1, n_columns, n_columns)
    gram += 1e-12 * np.eye(n_columns)
    right = (weight * y).T @ basis
    return np.asarray(np.linalg.solve(gram, right[:, :, None])[:, :, 0].T, dtype=np.float64)
