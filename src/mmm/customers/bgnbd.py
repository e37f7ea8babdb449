"""BG/NBD: how often customers without a contract buy, and when they stop.

While active, a customer buys at a Poisson rate drawn from Gamma(r, alpha);
after each repeat purchase they leave for good with a probability drawn from
Beta(a, b). Time is in the unit of the patterns (weeks by default), so is alpha.

References
----------
Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing
Science 24(2). Equations (6) and (8) in the stable form of docs/method/customers.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from mmm.customers.likelihood import (
    Density,
    Maximum,
    laplace_draws,
    maximise,
    undetermined,
    with_normal_prior,
)
from mmm.customers.patterns import PurchasePatterns, TimeUnit

FloatArray = NDArray[np.float64]

PRIOR_SD = 2.0
"""Weak belief behind the draws: each parameter within a factor 50 of 1 (alpha: of the longest age)."""
COHORT_SD = 0.5
"""How far a cohort's parameters may be from those of all customers, on their logs."""
_BOX = 12.0
_START = np.log([0.5, 0.5, 0.5, 2.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class BgNbd:
    """A fitted BG/NBD model. The estimates are those of maximum likelihood."""

    r: float
    alpha: float
    """In `unit`."""
    a: float
    b: float
    log_likelihood: float
    n_customers: int
    unit: TimeUnit
    undetermined: tuple[str, ...]
    """Parameters that these data do not determine; the others then mean little alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BgNbdDraws:
    """Draws of the parameters; one number per draw."""

    r: FloatArray
    alpha: FloatArray
    a: FloatArray
    b: FloatArray


def fit_bgnbd(patterns: PurchasePatterns) -> BgNbd:
    """Fit BG/NBD by maximum likelihood on distinct rows with counts.

    Raises
    ------
    ValueError
        No customer, or nobody observed for any time: there is nothing to fit.
    """
    likelihood = _density(patterns)
    found = _highest(patterns, likelihood)
    r, alpha, a, b = np.exp(found.point)
    names = np.array(["r", "alpha", "a", "b"])
    return BgNbd(
        r=float(r),
        alpha=float(alpha) * _scale(patterns),
        a=float(a),
        b=float(b),
        log_likelihood=found.value,
        n_customers=patterns.n_customers,
        unit=patterns.unit,
        undetermined=tuple(str(name) for name in names[undetermined(likelihood, found)]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Belief:
    """Where the logs of (r, alpha, a, b) are before a cohort's own purchases speak; alpha in its unit."""

    centre: FloatArray
    sd: float


def belief_from(patterns: PurchasePatterns) -> Belief:
    """Belief on a cohort that is part of these customers: within a factor 2.3 of them, 9 times in 10."""
    weak = _weak(patterns)
    mode = _highest(patterns, _posterior(patterns, weak)).point
    return Belief(centre=mode + _to_unit(patterns), sd=COHORT_SD)


def draw_bgnbd(
    patterns: PurchasePatterns, n_draws: int, rng: np.random.Generator, belief: Belief | None = None
) -> BgNbdDraws:
    """Draw parameters from the Laplace approximation of the posterior, on their logs.

    Without a belief the prior is weak (`PRIOR_SD`): it weighs nothing where the
    data speak, and keeps finite what they cannot tell (nobody ever leaves;
    nobody buys twice). With one, a small cohort leans on it as much as it must.
    """
    held = belief or _weak(patterns)
    posterior = _posterior(patterns, held)
    mode = _highest(patterns, posterior, held.centre - _to_unit(patterns)).point
    logs = laplace_draws(posterior, mode, held.sd**-2, n_draws, rng) + _to_unit(patterns)
    r, alpha, a, b = np.exp(logs).T
    return BgNbdDraws(r=r, alpha=alpha, a=a, b=b)


def _weak(patterns: PurchasePatterns) -> Belief:
    return Belief(centre=_to_unit(patterns), sd=PRIOR_SD)


def _posterior(patterns: PurchasePatterns, belief: Belief) -> Density:
    centre = belief.centre - _to_unit(patterns)
    return with_normal_prior(_density(patterns), centre, np.full(4, belief.sd))


def _to_unit(patterns: PurchasePatterns) -> FloatArray:
    """Added to logs, brings alpha from the fit's unit of time back to the patterns' unit."""
    return np.array([0.0, np.log(_scale(patterns)), 0.0, 0.0])


def _highest(patterns: PurchasePatterns, density: Density, start: FloatArray = _START) -> Maximum:
    return maximise(density, np.clip(start, -_BOX, _BOX), _BOX, patterns.n_customers)


def _scale(patterns: PurchasePatterns) -> float:
    """Unit of time inside the fit: the longest age."""
    if not patterns.n_customers or patterns.age.max() <= 0:
        raise ValueError("BG/NBD needs customers observed for some time, found none")
    return float(patterns.age.max())


def _density(patterns: PurchasePatterns) -> Density:
    """Log-likelihood and gradient in the logs of (r, alpha / longest age, a, b).

    Gamma functions depend on the frequency alone, so they are computed once per
    distinct frequency; the rest costs three logs a row.
    """
    frequencies, which = np.unique(patterns.frequency, return_inverse=True)
    scale = _scale(patterns)
    recency, age, count = patterns.recency / scale, patterns.age / scale, patterns.count
    # Each purchase is a density in time: back to the data's own unit, so that values can be compared.
    constant = -float(patterns.frequency @ count) * np.log(scale)
    totals = np.bincount(which, weights=count)
    repeated = patterns.frequency > 0
    before = np.maximum(frequencies - 1.0, 0.0)

    def density(logs: FloatArray) -> tuple[float, FloatArray]:
        r, alpha, a, b = np.exp(logs)
        exponent = (r + frequencies)[which]
        log_age, log_recency = np.log(alpha + age), np.log(alpha + recency)
        stays = -exponent * log_age
        left = (logs[2] - np.log(b + before))[which] - exponent * log_recency
        either = np.where(repeated, np.logaddexp(stays, left), stays)
        p_left = np.where(repeated, np.exp(left - either), 0.0)
        p_stays = 1.0 - p_left
        by_frequency = (
            gammaln(r + frequencies) - gammaln(r) + r * logs[1]
            + gammaln(a + b) + gammaln(b + frequencies) - gammaln(b) - gammaln(a + b + frequencies)
        )  # fmt: skip
        value = _total(count, either) + _total(totals, by_frequency) + constant
        left_total = np.bincount(which, weights=count * p_left)
        together = digamma(a + b) - digamma(a + b + frequencies)
        d_r = _total(totals, digamma(r + frequencies) - digamma(r) + logs[1]) - _total(
            count, p_stays * log_age + p_left * log_recency
        )
        d_alpha = totals.sum() * r / alpha - _total(
            count, exponent * (p_stays / (alpha + age) + p_left / (alpha + recency))
        )
        d_a = _total(totals, together) + left_total.sum() / a
        d_b = _total(totals, together + digamma(b + frequencies) - digamma(b)) - _total(
            left_total, 1.0 / (b + before)
        )
        return value, np.array([d_r * r, d_alpha * alpha, d_a * a, d_b * b])

    return density


def _total(weight: FloatArray, value: FloatArray) -> float:
    """Weighted sum, always added in one order: a product of vectors may split over threads."""
    return float(np.sum(weight * value))
