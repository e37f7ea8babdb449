"""Lifetime value of a newly acquired customer, with its uncertainty.

Convention, the same wherever an LTV is shown: margin of the first purchase
(today, not discounted) plus margin of the repeat purchases expected in the
`horizon_months` after it, month by month, each discounted from its middle.
A month is 365.25 / 12 days. Acquisition cost is not taken off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.customers.buying import Belief, BuyingDraws, belief_from, draw_buying, sample_buying
from mmm.customers.expectations import expected_purchases
from mmm.customers.families import FamilyName
from mmm.customers.gamma_gamma import SpendBelief, draw_mean_spend, fit_gamma_gamma, spend_belief_from
from mmm.customers.patterns import DAYS, Cohort, SpendPatterns, TimeUnit, pooled
from mmm.customers.sampled import NotMixedError
from mmm.economics import discount_factor
from mmm.params.modelling import Intervals

FloatArray = NDArray[np.float64]

DAYS_PER_MONTH = 365.25 / 12.0
MIN_REPEATERS_TO_FIT = 10
"""Fewer customers who bought again say nothing of a rate: no repeat purchase is then counted on."""
MIN_REPEATERS_OF_ITS_OWN = 100
"""A channel with fewer owes more to the customers of the other channels than to its own."""


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
    is_sampled: bool = False
    """Whether the draws of buying come from the sampler, not from Laplace's approximation."""
    cumulative_margin: FloatArray
    """Discounted margin by the end of month 0 (the first purchase), 1, ...; (n_draws, n_months + 1)."""

    @property
    def draws(self) -> FloatArray:
        """Value over the whole horizon, one number per draw."""
        return np.asarray(self.cumulative_margin[:, -1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Everyone:
    """All customers together, and what they make us believe of a part of them."""

    cohort: Cohort
    family: FamilyName
    """How customers buy and stop."""
    buying: Belief | None
    """None when too few bought again: no repeat purchase is then counted on."""
    intervals: Intervals
    """How draws of buying are made."""
    spend: SpendBelief | None
    """None when mean spend has no finite model: the mean of the purchases seen is used."""


def learn_from(
    cohorts: Sequence[Cohort], family: FamilyName = "bg_nbd", intervals: Intervals = "laplace"
) -> Everyone:
    """Learn from all customers what is believed of each channel before its own purchases speak."""
    cohort = pooled(cohorts)
    fits = can_fit(cohort)
    return Everyone(
        cohort=cohort,
        family=family,
        intervals=intervals,
        buying=belief_from(cohort.purchases, family) if fits else None,
        spend=spend_belief_from(cohort.spend) if fits and has_finite_mean(cohort.spend) else None,
    )


def draw_ltv(cohort: Cohort, everyone: Everyone, terms: LtvTerms, n_draws: int, seed: int) -> Ltv:
    """Draw the value of a new customer of `cohort`.

    Parameters
    ----------
    cohort
        Customers of one acquisition channel.
    everyone
        All customers: what they do is believed of the cohort, until its own purchases say otherwise.
    terms
        Margin, discount, horizon.
    n_draws, seed
        Draws of one channel depend on the seed and on its name, not on the other channels.
    """
    rng = np.random.default_rng([seed, *cohort.channel.encode()])
    first = _mean_draws(cohort.first_spend, cohort.first_count, n_draws, rng)
    later = np.zeros((n_draws, terms.horizon_months))
    is_sampled = False
    if everyone.buying is not None:
        drawn, is_sampled = _draw_buying(cohort, everyone, n_draws, rng)
        middles = np.arange(terms.horizon_months) + 0.5
        purchases = monthly_purchases(drawn, terms.horizon_months, cohort.purchases.unit)
        spend = draw_repeat_spend(cohort, everyone, n_draws, rng)[:, None]
        later = spend * purchases * discount_factor(middles, terms.discount_rate)
    margin = terms.margin_rate * np.column_stack([first, later])
    return Ltv(
        channel=cohort.channel,
        n_customers=cohort.n_customers,
        repeat_rate=cohort.repeat_rate,
        is_sampled=is_sampled,
        cumulative_margin=margin.cumsum(axis=1),
    )


def _draw_buying(
    cohort: Cohort, everyone: Everyone, n_draws: int, rng: np.random.Generator
) -> tuple[BuyingDraws, bool]:
    """Draw parameters as asked; by Laplace where chains do not mix. The second says whether sampled."""
    belief, family = everyone.buying, everyone.family
    if everyone.intervals == "sampling":
        try:
            seed = int(rng.integers(2**31))
            return sample_buying(cohort.purchases, n_draws, seed, belief, family), True
        except NotMixedError:
            pass
    return draw_buying(cohort.purchases, n_draws, rng, belief, family), False


def average_ltv(parts: list[Ltv], channel: str = "all") -> Ltv:
    """Value of a customer over several channels, weighted by their customers, draw by draw."""
    weight = np.array([part.n_customers for part in parts], dtype=float)
    stacked = np.stack([part.cumulative_margin for part in parts])
    return Ltv(
        channel=channel,
        n_customers=int(weight.sum()),
        repeat_rate=float(np.average([part.repeat_rate for part in parts], weights=weight)),
        is_sampled=all(part.is_sampled for part in parts),
        cumulative_margin=np.average(stacked, axis=0, weights=weight),
    )


def monthly_purchases(draws: BuyingDraws, horizon_months: int, unit: TimeUnit) -> FloatArray:
    """Repeat purchases of a new customer in each month; shape (n_draws, horizon_months)."""
    column = BuyingDraws(family=draws.family, values=tuple(part[:, None] for part in draws.values))
    times = np.arange(1, horizon_months + 1) * DAYS_PER_MONTH / DAYS[unit]
    return np.diff(expected_purchases(column, times), prepend=0.0, axis=1)


def draw_repeat_spend(
    cohort: Cohort, everyone: Everyone, n_draws: int, rng: np.random.Generator
) -> FloatArray:
    """Draw the mean value of a repeat purchase.

    Gamma-Gamma where its mean exists over all customers; else the mean of the
    purchases seen, with its standard error by customer.
    """
    if everyone.spend is None:
        return _seen_spend(cohort if stands_alone(cohort) else everyone.cohort, n_draws, rng)
    if not cohort.spend.n_customers:
        return draw_mean_spend(everyone.cohort.spend, n_draws, rng)
    return draw_mean_spend(cohort.spend, n_draws, rng, everyone.spend)


def _seen_spend(cohort: Cohort, n_draws: int, rng: np.random.Generator) -> FloatArray:
    spend = cohort.spend
    purchases = float(spend.frequency @ spend.count)
    mean = float((spend.frequency * spend.mean_spend) @ spend.count) / purchases
    apart = spend.frequency * (spend.mean_spend - mean)
    error = float(np.sqrt(apart**2 @ spend.count)) / purchases
    return np.asarray(np.maximum(mean + error * rng.standard_normal(n_draws), 0.0))


def has_finite_mean(spend: SpendPatterns) -> bool:
    """Whether the fitted Gamma-Gamma has a mean over customers (q above 1)."""
    return bool(np.isfinite(fit_gamma_gamma(spend).mean))


def can_fit(cohort: Cohort) -> bool:
    """Whether enough customers bought again, over some time, to speak of a rate."""
    return cohort.purchases.n_repeaters >= MIN_REPEATERS_TO_FIT and cohort.spend.n_customers > 0


def stands_alone(cohort: Cohort) -> bool:
    """Whether the cohort has repeaters enough to speak for itself."""
    enough = MIN_REPEATERS_OF_ITS_OWN
    return cohort.purchases.n_repeaters >= enough and cohort.spend.n_customers >= enough


def _mean_draws(values: FloatArray, count: FloatArray, n_draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw the mean of a population from the mean seen and its standard error."""
    n = count.sum()
    mean = float(values @ count) / n
    error = np.sqrt(float((values - mean) ** 2 @ count) / max(n - 1.0, 1.0) / n)
    return np.asarray(np.maximum(mean + error * rng.standard_normal(n_draws), 0.0))
