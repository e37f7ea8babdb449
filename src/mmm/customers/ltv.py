"""Lifetime value of a newly acquired customer, with its uncertainty.

Convention, the same wherever an LTV is shown: margin of the first purchase
(today, not discounted) plus margin of the repeat purchases expected in the
`horizon_months` after it, month by month, each discounted from its middle.
A month is 365.25 / 12 days. Acquisition cost is not taken off.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.customers.bgnbd import BgNbdDraws, draw_bgnbd
from mmm.customers.expectations import expected_purchases
from mmm.customers.gamma_gamma import draw_mean_spend, fit_gamma_gamma
from mmm.customers.patterns import DAYS, Cohort, SpendPatterns, TimeUnit
from mmm.economics import discount_factor

FloatArray = NDArray[np.float64]

DAYS_PER_MONTH = 365.25 / 12.0
MIN_REPEATERS_TO_FIT = 10
"""Fewer customers who bought again say nothing of a rate: no repeat purchase is then counted on."""
MIN_REPEATERS_OF_ITS_OWN = 100
"""A channel with fewer takes the rates and the spend of all customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LtvTerms:
    """What turns purchases into value."""

    margin_rate: float
    """Gross margin as a share of the amount paid."""
    discount_rate: float
    """Per year."""
    horizon_months: int
    """Months of repeat purchases that count."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ltv:
    """Value of one new customer of a channel, draw by draw."""

    channel: str
    n_customers: int
    repeat_rate: float
    """Share of the channel's customers who bought again."""
    cumulative_margin: FloatArray
    """Discounted margin by the end of month 0 (the first purchase), 1, ...; (n_draws, n_months + 1)."""
    is_own_fit: bool
    """Whether the channel has enough repeaters for rates of its own."""

    @property
    def draws(self) -> FloatArray:
        """Value over the whole horizon, one number per draw."""
        return np.asarray(self.cumulative_margin[:, -1])


def draw_ltv(cohort: Cohort, everyone: Cohort, terms: LtvTerms, n_draws: int, seed: int) -> Ltv:
    """Draw the value of a new customer of `cohort`.

    Parameters
    ----------
    cohort
        Customers of one acquisition channel.
    everyone
        All customers: their rates serve where the cohort has too few repeaters.
    terms
        Margin, discount, horizon.
    n_draws, seed
        Draws of one channel depend on the seed and on its name, not on the other channels.
    """
    rng = np.random.default_rng([seed, *cohort.channel.encode()])
    is_own = cohort.purchases.n_repeaters >= MIN_REPEATERS_OF_ITS_OWN
    basis = cohort if is_own else everyone
    first = _mean_draws(cohort.first_spend, cohort.first_count, n_draws, rng)
    monthly = _discounted_purchases(basis, terms, n_draws, rng)
    value = draw_repeat_spend(basis.spend, n_draws, rng)[:, None] * monthly if monthly.any() else monthly
    margin = terms.margin_rate * np.column_stack([first, value])
    return Ltv(
        channel=cohort.channel,
        n_customers=cohort.n_customers,
        repeat_rate=cohort.repeat_rate,
        cumulative_margin=margin.cumsum(axis=1),
        is_own_fit=is_own,
    )


def average_ltv(parts: list[Ltv], channel: str = "all") -> Ltv:
    """Value of a customer over several channels, weighted by their customers, draw by draw."""
    weight = np.array([part.n_customers for part in parts], dtype=float)
    stacked = np.stack([part.cumulative_margin for part in parts])
    return Ltv(
        channel=channel,
        n_customers=int(weight.sum()),
        repeat_rate=float(np.average([part.repeat_rate for part in parts], weights=weight)),
        cumulative_margin=np.average(stacked, axis=0, weights=weight),
        is_own_fit=True,
    )


def monthly_purchases(draws: BgNbdDraws, horizon_months: int, unit: TimeUnit) -> FloatArray:
    """Repeat purchases of a new customer in each month; shape (n_draws, horizon_months)."""
    column = BgNbdDraws(**{name: getattr(draws, name)[:, None] for name in ("r", "alpha", "a", "b")})
    times = np.arange(1, horizon_months + 1) * DAYS_PER_MONTH / DAYS[unit]
    return np.diff(expected_purchases(column, times), prepend=0.0, axis=1)


def draw_repeat_spend(spend: SpendPatterns, n_draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw the mean value of a repeat purchase.

    Gamma-Gamma where its mean exists; else the mean of the purchases seen, with
    its standard error by customer. No repeat purchase worth anything is worth 0.
    """
    if not spend.n_customers:
        return np.zeros(n_draws)
    if has_finite_mean(spend):
        return draw_mean_spend(spend, n_draws, rng)
    purchases = float(spend.frequency @ spend.count)
    mean = float((spend.frequency * spend.mean_spend) @ spend.count) / purchases
    apart = spend.frequency * (spend.mean_spend - mean)
    error = float(np.sqrt(apart**2 @ spend.count)) / purchases
    return np.asarray(np.maximum(mean + error * rng.standard_normal(n_draws), 0.0))


def has_finite_mean(spend: SpendPatterns) -> bool:
    """Whether the fitted Gamma-Gamma has a mean over customers (q above 1)."""
    return bool(np.isfinite(fit_gamma_gamma(spend).mean))


def _discounted_purchases(
    basis: Cohort, terms: LtvTerms, n_draws: int, rng: np.random.Generator
) -> FloatArray:
    if not can_fit(basis):
        return np.zeros((n_draws, terms.horizon_months))
    drawn = draw_bgnbd(basis.purchases, n_draws, rng)
    middles = np.arange(terms.horizon_months) + 0.5
    purchases = monthly_purchases(drawn, terms.horizon_months, basis.purchases.unit)
    return np.asarray(purchases * discount_factor(middles, terms.discount_rate))


def can_fit(cohort: Cohort) -> bool:
    """Whether enough customers bought again, over some time, to speak of a rate."""
    return cohort.purchases.n_repeaters >= MIN_REPEATERS_TO_FIT and cohort.spend.n_customers > 0


def _mean_draws(values: FloatArray, count: FloatArray, n_draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw the mean of a population from the mean seen and its standard error."""
    n = count.sum()
    mean = float(values @ count) / n
    error = np.sqrt(float((values - mean) ** 2 @ count) / max(n - 1.0, 1.0) / n)
    return np.asarray(np.maximum(mean + error * rng.standard_normal(n_draws), 0.0))
