"""Geometric carry-over of a plan by its own recursion: for responses made by hand, and as a second opinion."""

from math import ceil, log

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
REMAINING_WEIGHT = 0.01
MAX_PERIODS_AFTER = 104


def geometric_carry_over(
    exposure: FloatArray, retention: FloatArray, carry_in: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Run the geometric adstock of one unit of money, and of what history left, until it has come out.

    Parameters
    ----------
    exposure : ndarray of shape (channel, period)
        What one unit of money over the horizon buys in each period.
    retention, carry_in : ndarray of shape (draw, channel)
        Share carried into the next period; adstock in the period before the horizon.

    Returns
    -------
    tuple of ndarray of shape (draw, channel, step)
        Background and per unit; a channel's steps after its own carry-over are zero in `per_unit`.
    """
    n_periods = exposure.shape[1]
    after = np.array([_periods_after(float(slowest)) for slowest in retention.max(axis=0)])
    n_steps = n_periods + int(after.max())
    per_unit = np.empty((*retention.shape, n_steps))
    carried = np.zeros(retention.shape)
    for step in range(n_steps):
        added = exposure[:, step] if step < n_periods else 0.0
        carried = np.where(step < n_periods + after, retention * carried + (1.0 - retention) * added, 0.0)
        per_unit[:, :, step] = carried
    decay = retention[:, :, None] ** np.arange(1, n_steps + 1)
    return carry_in[:, :, None] * decay, per_unit


def _periods_after(retention: float) -> int:
    if retention <= 0:
        return 0
    if retention >= 1:
        return MAX_PERIODS_AFTER
    return min(MAX_PERIODS_AFTER, ceil(log(REMAINING_WEIGHT) / log(retention)))
