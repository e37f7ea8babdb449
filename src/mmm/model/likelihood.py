"""Likelihoods whose mean or unit differs from that of the Normal."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmm.model.design import Design

FloatArray = NDArray[np.float64]
SMOOTHING = 0.01
"""How far above 0 the mean of a count stays where the linear model says 0, in units of the mean KPI."""


def positive_part(expected: ArrayLike) -> FloatArray:
    """Give a mean above 0 that is the expected KPI itself wherever that is well above 0.

    Examples
    --------
    >>> positive_part([-1.0, 0.0, 1.0]).round(6)
    array([1.0000e-04, 1.0000e-02, 1.0001e+00])
    """
    mean = np.asarray(expected, dtype=float)
    return np.asarray(0.5 * (mean + np.sqrt(mean**2 + 4 * SMOOTHING**2)))


def count_unit(design: Design) -> FloatArray:
    """Give the count that 1 of the model's KPI means: one number, or one per geo as (geo, 1)."""
    if design.geo is None:
        return np.array(design.outcome_scale)
    return np.asarray(design.geo.kpi_scale[:, None])
