"""Which way of pricing fits the limits: nested ones directly, others by a linear program."""

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.branching import Market
from mmm.allocation.crossing import CrossingMarket
from mmm.allocation.curve_kinds import Curves
from mmm.allocation.nested import NestedMarket, nest

FloatArray = NDArray[np.float64]


def market_of(curves: Curves, rows: FloatArray, low: FloatArray, high: FloatArray) -> Market:
    """Price curves under `low <= rows @ amounts <= high`.

    Parameters
    ----------
    rows : ndarray of shape (limit, channel)
        0 or 1 for sums of money, any weights for other resources; the total last, all ones.
        Prices of other resources are those of the largest use of one unit of money.
    """
    if ((rows == 0) | (rows == 1)).all():
        groups = [
            (np.flatnonzero(row), float(least), float(most))
            for row, least, most in zip(rows, low, high, strict=True)
        ]
        nested = nest(groups, curves.n_channels)
        if nested is not None:
            return NestedMarket(curves, nested)
    size = np.maximum(np.abs(rows).max(axis=1), 1e-300)  # a linear program drops coefficients near 1e-9
    return CrossingMarket(curves, rows / size[:, None], low / size, high / size)
