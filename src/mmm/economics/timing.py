"""What money is worth later, and when it comes back. Rates are per year, times in months."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

MONTHS_PER_YEAR = 12


def discount_factor(months: ArrayLike, rate_per_year: float) -> NDArray[np.float64]:
    """Worth today of one unit of money received in so many months.

    The rate compounds yearly: (1 + rate) ** (-months / 12). Money that comes
    all along a month is discounted from its middle: pass 0.5, 1.5, ...

    Examples
    --------
    >>> discount_factor(np.array([0.0, 12.0]), 0.25)
    array([1. , 0.8])
    """
    if rate_per_year <= -1:
        raise ValueError(f"rate_per_year must be above -1, got {rate_per_year}")
    return np.asarray((1.0 + rate_per_year) ** (-np.asarray(months, dtype=float) / MONTHS_PER_YEAR))


def payback_months(cumulative_margin: ArrayLike, acquisition_cost: float) -> float:
    """Months until the margin of a customer has covered what acquiring them cost.

    Parameters
    ----------
    cumulative_margin : array of shape (n_months + 1,)
        Margin earned so far at the end of month 0 (the first purchase), 1, 2, ...
    acquisition_cost
        Same money, per customer.

    Returns
    -------
    float
        0 when the first purchase pays; infinite when the horizon ends before the money is back.

    Examples
    --------
    >>> payback_months([10.0, 18.0, 25.0], 20.0)
    2.0
    """
    paid = np.flatnonzero(np.asarray(cumulative_margin, dtype=float) >= acquisition_cost)
    return float(paid[0]) if paid.size else float("inf")


def payback_draws(cumulative_margin: ArrayLike, acquisition_cost: ArrayLike) -> NDArray[np.float64]:
    """Give `payback_months` draw by draw; infinite where the horizon ends before the money is back.

    Parameters
    ----------
    cumulative_margin : array of shape (n_draws, n_months + 1)
    acquisition_cost : array of shape (n_draws,)

    Examples
    --------
    >>> payback_draws([[10.0, 18.0], [1.0, 2.0]], [15.0, 15.0])
    array([ 1., inf])
    """
    covered = np.asarray(cumulative_margin, dtype=float) >= np.asarray(acquisition_cost, dtype=float)[:, None]
    return np.where(covered.any(axis=1), covered.argmax(axis=1).astype(float), np.inf)
