"""How often customers without a contract buy, and when they stop: four models, one way to fit them.

While active, a customer buys at a Poisson rate drawn from Gamma(r, alpha). They leave for good
- BG/NBD: after a repeat purchase, with a probability drawn from Beta(a, b);
- MBG/NBD: the same, and after the first purchase too;
- Pareto/NBD: at a time drawn from an exponential whose rate is drawn from Gamma(s, beta);
- Gompertz/NBD: the same with Gompertz's law, of the given growth of the rate.
Times are in the unit of the patterns (weeks by default).

References
----------
Fader, Hardie and Lee (2005), Marketing Science 24(2), equation (6). Batislam, Denizel and Filiztekin
(2007), Int. J. of Research in Marketing 24(3). Schmittlein, Morrison and Colombo (1987), Management
Science 33(1). Bemmaor and Glady (2012), Management Science 58(5). Stable forms: docs/method/customers.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mmm.customers.families import FAMILIES, FamilyName, KernelDensity, buying_density, to_unit
from mmm.customers.likelihood import (
    TO_THE_DIGIT,
    Maximum,
    laplace_draws,
    maximise,
    precision_at,
    undetermined,
)
from mmm.customers.patterns import PurchasePatterns, TimeUnit
from mmm.customers.sampled import sample_logs

FloatArray = NDArray[np.float64]

PRIOR_SD = 2.0
"""Weak belief behind the draws: each parameter within a factor 50 of 1 (times: of the longest age)."""
COHORT_SD = 0.5
"""How far a cohort's parameters may be from those of all customers, on their logs."""
_BOX = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fitted:
    log_likelihood: float
    n_customers: int
    unit: TimeUnit
    undetermined: tuple[str, ...]
    """Parameters that these data do not determine; the others then mean little alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BgNbd(_Fitted):
    """A fitted BG/NBD model. The estimates are those of maximum likelihood."""

    family: ClassVar[FamilyName] = "bg_nbd"
    r: float
    alpha: float
    """In `unit`."""
    a: float
    b: float

    @property
    def values(self) -> tuple[float, ...]:
        """Parameters in the order of the family."""
        return self.r, self.alpha, self.a, self.b


@dataclass(frozen=True, slots=True, kw_only=True)
class MbgNbd(BgNbd):
    """A fitted MBG/NBD model: who never bought again may have left at once."""

    family: ClassVar[FamilyName] = "mbg_nbd"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParetoNbd(_Fitted):
    """A fitted Pareto/NBD model. The estimates are those of maximum likelihood."""

    family: ClassVar[FamilyName] = "pareto_nbd"
    r: float
    alpha: float
    """In `unit`."""
    s: float
    beta: float
    """In `unit`."""

    @property
    def values(self) -> tuple[float, ...]:
        """Parameters in the order of the family."""
        return self.r, self.alpha, self.s, self.beta


@dataclass(frozen=True, slots=True, kw_only=True)
class GompertzNbd(_Fitted):
    """A fitted Gompertz/NBD model. The estimates are those of maximum likelihood."""

    family: ClassVar[FamilyName] = "gompertz_nbd"
    r: float
    alpha: float
    """In `unit`."""
    s: float
    beta: float
    growth: float
    """Per `unit`."""

    @property
    def values(self) -> tuple[float, ...]:
        """Parameters in the order of the family."""
        return self.r, self.alpha, self.s, self.beta, self.growth


BuyingModel = BgNbd | MbgNbd | ParetoNbd | GompertzNbd


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BuyingDraws:
    """Draws of the parameters of one family."""

    family: FamilyName
    values: tuple[FloatArray, ...]
    """One array per parameter, in the order of the family; one number per draw."""


def fit_bgnbd(patterns: PurchasePatterns, tolerance: float = TO_THE_DIGIT) -> BgNbd:
    """Fit BG/NBD by maximum likelihood on distinct rows with counts.

    Raises
    ------
    ValueError
        No customer, or nobody observed for any time: there is nothing to fit.
    """
    (r, alpha, a, b), fitted = _fit("bg_nbd", patterns, tolerance)
    return BgNbd(r=r, alpha=alpha, a=a, b=b, **fitted)


def fit_mbgnbd(patterns: PurchasePatterns, tolerance: float = TO_THE_DIGIT) -> MbgNbd:
    """Fit MBG/NBD by maximum likelihood. See `fit_bgnbd`."""
    (r, alpha, a, b), fitted = _fit("mbg_nbd", patterns, tolerance)
    return MbgNbd(r=r, alpha=alpha, a=a, b=b, **fitted)


def fit_pareto_nbd(patterns: PurchasePatterns, tolerance: float = TO_THE_DIGIT) -> ParetoNbd:
    """Fit Pareto/NBD by maximum likelihood. See `fit_bgnbd`."""
    (r, alpha, s, beta), fitted = _fit("pareto_nbd", patterns, tolerance)
    return ParetoNbd(r=r, alpha=alpha, s=s, beta=beta, **fitted)


def fit_gompertz_nbd(patterns: PurchasePatterns, tolerance: float = TO_THE_DIGIT) -> GompertzNbd:
    """Fit Gompertz/NBD by maximum likelihood. See `fit_bgnbd`.

    Pareto/NBD is its limit for a small growth: data that follow Pareto leave `growth`, `s` and
    `beta` at the edge, and `undetermined` says so.
    """
    (r, alpha, s, beta, growth), fitted = _fit("gompertz_nbd", patterns, tolerance)
    return GompertzNbd(r=r, alpha=alpha, s=s, beta=beta, growth=growth, **fitted)


FITS: dict[FamilyName, Callable[[PurchasePatterns, float], BuyingModel]] = {
    "bg_nbd": fit_bgnbd,
    "mbg_nbd": fit_mbgnbd,
    "pareto_nbd": fit_pareto_nbd,
    "gompertz_nbd": fit_gompertz_nbd,
}


def fit_buying(
    patterns: PurchasePatterns, family: FamilyName = "bg_nbd", tolerance: float = TO_THE_DIGIT
) -> BuyingModel:
    """Fit the family of that name. See `fit_bgnbd`, and `mmm.customers.likelihood.maximise`."""
    return FITS[family](patterns, tolerance)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Belief:
    """Where the logs of the parameters are before a cohort's own purchases speak; times in its unit."""

    centre: FloatArray
    sd: float


def belief_from(patterns: PurchasePatterns, family: FamilyName = "bg_nbd") -> Belief:
    """Belief on a cohort that is part of these customers: within a factor 2.3 of them, 9 times in 10."""
    mode = _highest(patterns, _posterior(patterns, _weak(patterns, family), family), family).point
    return Belief(centre=mode + to_unit(family, patterns), sd=COHORT_SD)


def draw_buying(
    patterns: PurchasePatterns,
    n_draws: int,
    rng: np.random.Generator,
    belief: Belief | None = None,
    family: FamilyName = "bg_nbd",
) -> BuyingDraws:
    """Draw parameters from the Laplace approximation of the posterior, on their logs.

    Without a belief the prior is weak (`PRIOR_SD`): it weighs nothing where the
    data speak, and keeps finite what they cannot tell (nobody ever leaves;
    nobody buys twice). With one, a small cohort leans on it as much as it must.
    """
    held = belief or _weak(patterns, family)
    posterior = _posterior(patterns, held, family)
    shift = to_unit(family, patterns)
    mode = _highest(patterns, posterior, family, held.centre - shift).point
    logs = laplace_draws(posterior, mode, held.sd**-2, n_draws, rng) + shift
    return BuyingDraws(family=family, values=tuple(np.exp(logs).T))


def sample_buying(
    patterns: PurchasePatterns,
    n_draws: int,
    seed: int,
    belief: Belief | None = None,
    family: FamilyName = "bg_nbd",
) -> BuyingDraws:
    """Draw from the same posterior as `draw_buying` by the No-U-Turn sampler: exact, and slower.

    Raises
    ------
    NotMixedError
        R-hat is above `mmm.sampling.GATE`: the Laplace draws remain.
    """
    held = belief or _weak(patterns, family)
    posterior = _posterior(patterns, held, family)
    shift = to_unit(family, patterns)
    mode = _highest(patterns, posterior, family, held.centre - shift).point
    logs = sample_logs(posterior, mode, held.sd**-2, n_draws, seed) + shift
    return BuyingDraws(family=family, values=tuple(np.exp(logs).T))


def _fit(
    family: FamilyName, patterns: PurchasePatterns, tolerance: float
) -> tuple[list[float], dict[str, Any]]:
    likelihood = buying_density(family, patterns)
    found = _highest(patterns, likelihood, family, tolerance=tolerance)
    names = np.array(FAMILIES[family].parameters)
    return np.exp(found.point + to_unit(family, patterns)).tolist(), {
        "log_likelihood": found.value,
        "n_customers": patterns.n_customers,
        "unit": patterns.unit,
        "undetermined": tuple(str(name) for name in names[undetermined(likelihood, found)]),
    }


def _weak(patterns: PurchasePatterns, family: FamilyName) -> Belief:
    return Belief(centre=to_unit(family, patterns), sd=PRIOR_SD)


def _posterior(patterns: PurchasePatterns, belief: Belief, family: FamilyName) -> KernelDensity:
    centre = belief.centre - to_unit(family, patterns)
    return buying_density(family, patterns).with_prior(centre, np.full(len(centre), belief.sd))


def _highest(
    patterns: PurchasePatterns,
    density: KernelDensity,
    family: FamilyName,
    start: FloatArray | None = None,
    tolerance: float = TO_THE_DIGIT,
) -> Maximum:
    point = np.log(FAMILIES[family].start) if start is None else start
    return maximise(density, np.clip(point, -_BOX, _BOX), _BOX, patterns.n_customers, tolerance)


def standard_errors(model: BuyingModel, patterns: PurchasePatterns) -> FloatArray:
    """Standard errors of the estimates, from the curvature of the likelihood at its maximum.

    Infinite where the data do not determine a parameter.
    """
    values = np.array(model.values)
    precision = precision_at(
        buying_density(model.family, patterns), np.log(values) - to_unit(model.family, patterns)
    )
    variance = np.diagonal(np.linalg.pinv(precision))
    known = np.array([name not in model.undetermined for name in FAMILIES[model.family].parameters])
    return np.where(known & (variance > 0), values * np.sqrt(np.abs(variance)), np.inf)
