"""Customers with a contract: how many renew, and how long they stay (sBG and BdW).

Each customer leaves at a renewal with a probability drawn from Beta(alpha, beta). With sBG it is the
same at every renewal; with BdW renewals wear on or off: time counts as t ** c, and sBG is c = 1.
Survivors per renewal of one cohort are all that is needed: no customer.

References
----------
Fader and Hardie (2007), "How to project customer retention", J. of Interactive Marketing 21(1);
the same with Liu, Davin and Steenburgh (2018), J. of Interactive Marketing 43, for BdW.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, hyp2f1

from mmm.customers.contracts import Renewals
from mmm.customers.families import KernelDensity, renewal_density
from mmm.customers.likelihood import laplace_draws, maximise, undetermined
from mmm.customers.sampled import sample_logs
from mmm.errors import UserInputError

FloatArray = NDArray[np.float64]
RenewalFamily = Literal["sbg", "bdw"]
N_PARAMETERS: dict[RenewalFamily, int] = {"sbg": 2, "bdw": 3}
_BOX = 8.0
_PRIOR_PRECISION = 0.25
_WEAK_SD, _CHANNEL_SD = 2.0, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contractual:
    """A fitted sBG (`power` 1) or BdW model, or draws of one: parameters broadcast."""

    alpha: ArrayLike
    beta: ArrayLike
    power: ArrayLike = 1.0
    """The exponent c of time: below 1 renewals become more likely than under sBG, above 1 less."""
    log_likelihood: float = float("nan")
    n_customers: int = 0
    undetermined: tuple[str, ...] = ()
    """Parameters that these survivors do not determine."""


def fit_sbg(survivors: Sequence[float]) -> Contractual:
    """Fit the shifted-beta-geometric model by maximum likelihood.

    Parameters
    ----------
    survivors
        Customers of one cohort active at the start, after the first renewal, the second, ...

    Raises
    ------
    UserInputError
        Fewer than two figures, one that is negative or no number, or one above the figure before it.
    """
    return fit_renewals(_cohort(survivors), "sbg")


def fit_bdw(survivors: Sequence[float]) -> Contractual:
    """Fit the beta-discrete-Weibull model by maximum likelihood. See `fit_sbg`."""
    return fit_renewals(_cohort(survivors), "bdw")


def fit_renewals(seen: Renewals, family: RenewalFamily) -> Contractual:
    """Fit a family by maximum likelihood to customers of any age, those still there included."""
    density = renewal_density(seen.lost, seen.kept, N_PARAMETERS[family])
    found = maximise(density, np.zeros(density.n_parameters), _BOX, seen.n_customers)
    alpha, beta, *power = np.exp(found.point).tolist()
    names = np.array(["alpha", "beta", "power"][: density.n_parameters])
    return Contractual(
        alpha=alpha,
        beta=beta,
        power=power[0] if power else 1.0,
        log_likelihood=found.value,
        n_customers=round(seen.n_customers),
        undetermined=tuple(str(name) for name in names[undetermined(density, found)]),
    )


def draw_contractual(
    survivors: Sequence[float], n_draws: int, rng: np.random.Generator, *, weibull: bool = False
) -> Contractual:
    """Draw parameters from the Laplace approximation on their logs; arrays of shape (n_draws,)."""
    seen = _cohort(survivors)
    density = renewal_density(seen.lost, seen.kept, 3 if weibull else 2)
    mode = maximise(density, np.zeros(density.n_parameters), _BOX, seen.n_customers).point
    return _as_draws(laplace_draws(density, mode, _PRIOR_PRECISION, n_draws, rng))


def renewal_belief(seen: Renewals, family: RenewalFamily) -> FloatArray:
    """Give the logs of the parameters of all customers: what is believed of those of one channel."""
    return _posterior(seen, family, None).mode


def draw_renewals(
    seen: Renewals,
    family: RenewalFamily,
    n_draws: int,
    rng: np.random.Generator,
    belief: FloatArray | None = None,
) -> Contractual:
    """Draw parameters from the Laplace approximation of the posterior on their logs.

    A belief holds a channel within a factor 2.3 of all customers, 9 times in 10; without one
    the prior is weak, and only keeps finite what nobody's leaving tells.
    """
    held = _posterior(seen, family, belief)
    return _as_draws(laplace_draws(held.density, held.mode, held.least_precision, n_draws, rng))


def sample_renewals(
    seen: Renewals, family: RenewalFamily, n_draws: int, seed: int, belief: FloatArray | None = None
) -> Contractual:
    """Draw from the same posterior as `draw_renewals` by the No-U-Turn sampler: exact, and slower.

    Raises
    ------
    NotMixedError
        R-hat is above `mmm.sampling.GATE`: the Laplace draws remain.
    """
    held = _posterior(seen, family, belief)
    return _as_draws(sample_logs(held.density, held.mode, held.least_precision, n_draws, seed))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Posterior:
    density: KernelDensity
    mode: FloatArray
    least_precision: float
    """That of the prior."""


def _posterior(seen: Renewals, family: RenewalFamily, belief: FloatArray | None) -> _Posterior:
    centre = np.zeros(N_PARAMETERS[family]) if belief is None else belief
    sd = _WEAK_SD if belief is None else _CHANNEL_SD
    likelihood = renewal_density(seen.lost, seen.kept, len(centre))
    density = likelihood.with_prior(centre, np.full(len(centre), sd))
    mode = maximise(density, centre, _BOX, max(seen.n_customers, 1.0)).point
    return _Posterior(density=density, mode=mode, least_precision=sd**-2)


def _as_draws(logs: FloatArray) -> Contractual:
    alpha, beta, *power = np.exp(logs).T
    return Contractual(alpha=alpha, beta=beta, power=power[0] if power else 1.0)


def survival(model: Contractual, periods: ArrayLike) -> FloatArray:
    """Share of a cohort still active after so many renewals."""
    alpha, beta, power = _parameters(model)
    worn = np.asarray(periods, dtype=float) ** power
    return np.exp(betaln(alpha, beta + worn) - betaln(alpha, beta))


def retention(model: Contractual, periods: ArrayLike) -> FloatArray:
    """Share of those active before a renewal (1, 2, ...) who renew; it rises as the hesitant leave."""
    reached = np.asarray(periods, dtype=float)
    return survival(model, reached) / survival(model, reached - 1.0)


def discounted_lifetime(model: Contractual, rate: float) -> float:
    """Periods paid by a new customer, discounted at `rate` per period; the first payment is now (DEL).

    Closed form for sBG (Fader and Hardie, 2010, Marketing Science 29(1)); a sum for BdW.
    """
    return _discounted(model, rate, 0)


def discounted_residual_lifetime(model: Contractual, rate: float, renewals: int) -> float:
    """Payments still to come of a customer who has renewed so many times, the next renewal included (DERL).

    The next payment, if made, comes now: it is decided at this renewal and not discounted.
    """
    if renewals < 1:
        raise ValueError(f"renewals must be 1 or more, got {renewals}: for a new customer see the DEL")
    return _discounted(model, rate, renewals)


def _discounted(model: Contractual, rate: float, renewals: int) -> float:
    if rate <= 0:
        raise ValueError(f"rate must be positive for an endless future to have a value, got {rate}")
    alpha, beta, power = _parameters(model)
    if float(power) == 1.0:
        ahead = beta + renewals
        kept = 1.0 if renewals == 0 else float((ahead - 1.0) / (alpha + ahead - 1.0))
        return kept * float(hyp2f1(1.0, ahead, alpha + ahead, 1.0 / (1.0 + rate)))
    periods = np.arange(renewals, renewals + round(40.0 / np.log1p(rate)) + 1)
    before = max(renewals - 1, 0)
    paid = survival(model, periods) / survival(model, before)
    return float(np.sum(paid * (1.0 + rate) ** -(periods - renewals).astype(float)))


def residual_lifetimes(model: Contractual, rate: float, n_renewals: int) -> FloatArray:
    """DERL before each of the renewals 1 to `n_renewals`, by draw: shape (n_draws, n_renewals).

    Infinite where `rate` is not positive. See `discounted_residual_lifetime`.
    """
    alpha, beta, power = (part.reshape(-1, 1) for part in np.broadcast_arrays(*_parameters(model)))
    if rate <= 0:
        return np.full((len(alpha), n_renewals), np.inf)
    if (power == 1.0).all():
        ahead = beta + np.arange(1, n_renewals + 1)
        kept = (ahead - 1.0) / (alpha + ahead - 1.0)
        return np.asarray(kept * hyp2f1(1.0, ahead, alpha + ahead, 1.0 / (1.0 + rate)))
    n_periods = n_renewals + round(40.0 / np.log1p(rate))
    alive = survival(Contractual(alpha=alpha, beta=beta, power=power), np.arange(n_periods + 1))
    ahead = np.zeros_like(alive)
    ahead[:, -1] = alive[:, -1]
    for period in range(n_periods - 1, -1, -1):
        ahead[:, period] = alive[:, period] + ahead[:, period + 1] / (1.0 + rate)
    return np.asarray(ahead[:, 1 : n_renewals + 1] / np.maximum(alive[:, :n_renewals], 1e-300))


def _cohort(survivors: Sequence[float]) -> Renewals:
    """Write the survivors of one cohort as lives: those of the last figure are still there."""
    given = _checked(survivors)
    kept = np.zeros(len(given))
    kept[-1] = given[-1]
    return Renewals(lost=-np.diff(given), kept=kept)


def _checked(survivors: Sequence[float]) -> FloatArray:
    given = np.asarray(survivors, dtype=float)
    problems = []
    if len(given) < 2:
        problems.append(f"found {len(given)} figures, expected survivors at the start and after renewals")
    elif not np.isfinite(given).all() or (given < 0).any() or given[0] <= 0:
        problems.append("found a figure that is negative or no number, expected counts of customers")
    elif (np.diff(given) > 0).any():
        at = int(np.flatnonzero(np.diff(given) > 0)[0]) + 1
        problems.append(
            f"renewal {at}: {given[at]:,.0f} active after {given[at - 1]:,.0f}, "
            "expected no more than before: count one cohort, without those who joined later"
        )
    if problems:
        raise UserInputError("survivors of a cohort", problems)
    return given


def _parameters(model: Contractual) -> tuple[FloatArray, FloatArray, FloatArray]:
    alpha, beta, power = (np.asarray(part, dtype=float) for part in (model.alpha, model.beta, model.power))
    return alpha, beta, power
