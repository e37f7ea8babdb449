"""Gamma-Gamma: what a purchase is worth, customer by customer.

Purchases of one customer are Gamma(p, nu) with nu drawn from Gamma(q, v); how
much one spends is independent of how often one buys. The mean over customers is
p v / (q - 1): it exists only when q > 1.

References
----------
Fader and Hardie (2013), "The Gamma-Gamma model of monetary value", note 025.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmm.customers.families import KernelDensity, spend_density
from mmm.customers.likelihood import laplace_draws, maximise, undetermined
from mmm.customers.patterns import SpendPatterns

FloatArray = NDArray[np.float64]

PRIOR_SD = 2.0
"""Weak belief behind the draws, on the logs of p and q - 1; flat on the log of the mean."""
COHORT_SD = 0.5
"""How far a cohort's parameters may be from those of all customers, on their logs."""
_BOX = 14.0
_START = np.array([1.0, 1.0, 0.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaGamma:
    """A fitted Gamma-Gamma model. The estimates are those of maximum likelihood."""

    p: float
    q: float
    v: float
    """In money."""
    log_likelihood: float
    n_customers: int
    undetermined: tuple[str, ...]
    """Parameters that these data do not determine, such as p when everybody always spends the same."""

    @property
    def mean(self) -> float:
        """Mean spend per purchase over customers; infinite when q <= 1."""
        return self.p * self.v / (self.q - 1.0) if self.q > 1.0 else float("inf")


def fit_gamma_gamma(patterns: SpendPatterns) -> GammaGamma:
    """Fit Gamma-Gamma by maximum likelihood on distinct rows with counts.

    Raises
    ------
    ValueError
        No customer with a repeat purchase worth something.
    """
    scale = _mean_spend(patterns)
    likelihood, _ = spend_density(patterns, scale)
    found = maximise(likelihood, np.log([4.0, 3.0, 0.5]), _BOX, patterns.n_customers)
    p, q, v = np.exp(found.point)
    names = np.array(["p", "q", "v"])
    return GammaGamma(
        p=float(p),
        q=float(q),
        v=float(v) * scale,
        log_likelihood=found.value,
        n_customers=patterns.n_customers,
        undetermined=tuple(str(name) for name in names[undetermined(likelihood, found)]),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpendBelief:
    """Where the logs of (p, q - 1, mean spend) are before a cohort's own purchases speak; mean in money."""

    centre: FloatArray
    sd: FloatArray


def spend_belief_from(patterns: SpendPatterns) -> SpendBelief:
    """Belief on a cohort that is part of these customers. See `mmm.customers.buying.belief_from`."""
    scale = _mean_spend(patterns)
    mode = _highest(patterns, _posterior(patterns, _weak(scale)), _START)
    return SpendBelief(centre=mode + _to_money(scale), sd=np.full(3, COHORT_SD))


def draw_mean_spend(
    patterns: SpendPatterns, n_draws: int, rng: np.random.Generator, belief: SpendBelief | None = None
) -> FloatArray:
    """Draw the mean spend per purchase, in money, from the Laplace approximation.

    The mean itself is one of the coordinates (with p and q - 1), so its draws
    stay finite. Only for data where the mean exists: see `GammaGamma.mean`.
    """
    scale = _mean_spend(patterns)
    held = belief or _weak(scale)
    posterior = _posterior(patterns, held)
    mode = _highest(patterns, posterior, held.centre - _to_money(scale))
    drawn = laplace_draws(posterior, mode, float(held.sd[0]) ** -2, n_draws, rng)
    return np.asarray(np.exp(drawn[:, 2]) * scale)


def _weak(scale: float) -> SpendBelief:
    return SpendBelief(centre=_START + _to_money(scale), sd=np.array([PRIOR_SD, PRIOR_SD, np.inf]))


def _posterior(patterns: SpendPatterns, belief: SpendBelief) -> KernelDensity:
    scale = _mean_spend(patterns)
    _, in_mean = spend_density(patterns, scale)
    return in_mean.with_prior(belief.centre - _to_money(scale), belief.sd)


def _highest(patterns: SpendPatterns, posterior: KernelDensity, start: FloatArray) -> FloatArray:
    return maximise(posterior, np.clip(start, -_BOX, _BOX), _BOX, patterns.n_customers).point


def _to_money(scale: float) -> FloatArray:
    """Added to logs, brings the mean from the fit's unit of money back to money."""
    return np.array([0.0, 0.0, np.log(scale)])


def expected_spend(model: GammaGamma, frequency: ArrayLike, mean_spend: ArrayLike) -> FloatArray:
    """Spend per future purchase of customers with this history; the population's mean without repeat."""
    x, z = np.asarray(frequency, dtype=float), np.asarray(mean_spend, dtype=float)
    return np.asarray((model.v + x * z) * model.p / (model.p * x + model.q - 1.0))


def spend_frequency_correlation(patterns: SpendPatterns) -> float:
    """Correlation of spend and frequency over customers; the model assumes none."""
    weighted = np.cov(patterns.frequency, patterns.mean_spend, fweights=patterns.count.astype(int))
    spread = float(np.sqrt(weighted[0, 0] * weighted[1, 1]))
    return float(weighted[0, 1]) / spread if spread > 0 else 0.0


def _mean_spend(patterns: SpendPatterns) -> float:
    if not patterns.n_customers:
        raise ValueError("Gamma-Gamma needs repeat purchases worth something, found none")
    return float(np.average(patterns.mean_spend, weights=patterns.count))
