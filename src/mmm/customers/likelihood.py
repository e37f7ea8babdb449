"""Maximum of a smooth log-density and its Gaussian approximation there (Laplace).

Parameters are on a scale without bounds (logs). A parameter that the data push
against the search box, or leave free over more than a factor 1,000, has no
estimate: `undetermined` says which.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

FloatArray = NDArray[np.float64]
Density = Callable[[FloatArray], tuple[float, FloatArray]]
"""Point to log-density and gradient."""

TO_THE_DIGIT, TO_COMPARE = 1e-15, 1e-10
"""Tolerances of a search: for estimates, and for figures that are only compared (in half the time)."""
_EDGE = 1e-3
_FREE = 3.5
"""Standard deviation of a log beyond which a parameter is anybody's guess."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """Where a log-density is highest inside a box."""

    point: FloatArray
    value: float
    gradient_norm: float
    """Largest component of the gradient per observation; near 0 at a true maximum."""
    at_edge: NDArray[np.bool_]
    """Parameters that the data push against the box: they have no finite estimate."""


def maximise(
    density: Density,
    start: FloatArray,
    half_width: float,
    n_observations: float,
    tolerance: float = TO_THE_DIGIT,
) -> Maximum:
    """Find the highest point of a log-density in a box around 0.

    Parameters
    ----------
    density
        Log-density and gradient, a sum over observations.
    start : ndarray
        Point inside the box.
    half_width
        The box is from minus to plus this, on every axis.
    n_observations
        The density is divided by it, so that tolerances mean the same at any size.
    tolerance
        Relative change of the density per observation at which the search stops.
    """

    def scaled(point: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = density(point)
        return -value / n_observations, -gradient / n_observations

    found = minimize(
        scaled,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-half_width, half_width)] * len(start),
        options={"ftol": tolerance, "gtol": max(1e-9, 1e4 * tolerance), "maxiter": 500, "maxcor": 20},
    )
    point = np.asarray(found.x, dtype=float)
    value, gradient = density(point)
    at_edge = np.abs(point) > half_width - _EDGE
    inner = np.abs(gradient[~at_edge]) / n_observations
    return Maximum(
        point=point, value=float(value), gradient_norm=float(inner.max(initial=0.0)), at_edge=at_edge
    )


def precision_at(density: Density, point: FloatArray, step: float = 1e-4) -> FloatArray:
    """Minus the matrix of second derivatives, by central differences of the gradient."""
    columns = []
    for axis in np.eye(len(point)) * step:
        _, above = density(point + axis)
        _, below = density(point - axis)
        columns.append((above - below) / (2.0 * step))
    hessian = np.array(columns)
    return -(hessian + hessian.T) / 2.0


def undetermined(density: Density, found: Maximum) -> NDArray[np.bool_]:
    """Say which parameters the data do not determine: at the edge, or free over `_FREE` in logs."""
    precision = precision_at(density, found.point) + np.eye(len(found.point)) / _FREE**4
    spread = np.sqrt(np.abs(np.diagonal(np.linalg.inv(precision))))
    return np.asarray(found.at_edge | (spread > _FREE))


def laplace_draws(
    posterior: Density, mode: FloatArray, least_precision: float, n_draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draw from the normal approximation of a posterior at its mode.

    `least_precision` (that of the prior) bounds every direction from below, so
    that a direction on which the data are silent is as wide as the prior, not infinite.

    Returns
    -------
    ndarray of shape (n_draws, n_parameters)
    """
    scale = laplace_scale(posterior, mode, least_precision)
    return mode + rng.standard_normal((n_draws, len(mode))) @ scale.T


def laplace_scale(posterior: Density, mode: FloatArray, least_precision: float) -> FloatArray:
    """Matrix that turns standard normals into deviations from the mode. See `laplace_draws`."""
    values, vectors = np.linalg.eigh(precision_at(posterior, mode))
    return np.asarray(vectors / np.sqrt(np.maximum(values, least_precision)))
