"""Ratios of money to money and of money to customers.

Numbers or arrays that broadcast (draws, channels) go in; an array comes out.
Costs are full costs: media, agency fees and tools. Modelled revenue and
customers are the *incremental* ones, never the channel's total sales.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def return_on_cost(revenue: ArrayLike, full_cost: ArrayLike) -> FloatArray:
    """Revenue per unit of full cost, so 1 means break-even on revenue.

    Examples
    --------
    >>> float(return_on_cost(300.0, 120.0))
    2.5
    """
    return np.asarray(revenue, dtype=float) / _positive(full_cost, "a return")


def romi(revenue: ArrayLike, full_cost: ArrayLike) -> FloatArray:
    """Return on marketing investment: (revenue - cost) / cost, so 0 means break-even.

    Pass the margin instead of the revenue for a ROMI on margin; name it so.

    Examples
    --------
    >>> float(romi(300.0, 120.0))
    1.5
    """
    return return_on_cost(revenue, full_cost) - 1.0


def marginal_romi(extra_revenue: ArrayLike, extra_media_spend: ArrayLike, fee_rate: ArrayLike) -> FloatArray:
    """ROMI of the next unit of money: its cost is spend x (1 + fee rate), fixed fees being paid already.

    Examples
    --------
    >>> round(float(marginal_romi(162.0, 100.0, 0.08)), 6)
    0.5
    """
    extra_cost = np.asarray(extra_media_spend, dtype=float) * (1.0 + np.asarray(fee_rate, dtype=float))
    return romi(extra_revenue, extra_cost)


def cac(full_cost: ArrayLike, new_customers: ArrayLike) -> FloatArray:
    """Full cost per new customer; infinite where the money brought none.

    Examples
    --------
    >>> cac(1000.0, np.array([20.0, 0.0]))
    array([50., inf])
    """
    cost, customers = np.broadcast_arrays(
        _positive(full_cost, "a CAC"), np.asarray(new_customers, dtype=float)
    )
    return np.asarray(np.divide(cost, customers, out=np.full(cost.shape, np.inf), where=customers > 0))


def ltv_cac(ltv: ArrayLike, acquisition_cost: ArrayLike) -> FloatArray:
    """Lifetime value per unit of acquisition cost; 0 where the cost is infinite.

    Examples
    --------
    >>> ltv_cac(150.0, np.array([50.0, np.inf]))
    array([3., 0.])
    """
    return np.asarray(ltv, dtype=float) / _positive(acquisition_cost, "LTV/CAC")


def _positive(cost: ArrayLike, purpose: str) -> FloatArray:
    checked = np.asarray(cost, dtype=float)
    if not np.all(checked > 0):
        raise ValueError(f"cost must be positive to compute {purpose}, got {checked.min()}")
    return checked
