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

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, hyp2f1

from mmm.customers.likelihood import laplace_draws, maximise, undetermined
from mmm.errors import UserInputError

FloatArray = NDArray[np.float64]
_BOX = 8.0
_PRIOR_PRECISION = 0.25


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
    return _fit(survivors, n_parameters=2)


def fit_bdw(survivors: Sequence[float]) -> Contractual:
    """Fit the beta-discrete-Weibull model by maximum likelihood. See `fit_sbg`."""
    return _fit(survivors, n_parameters=3)


def draw_contractual(
    survivors: Sequence[float], n_draws: int, rng: np.random.Generator, *, weibull: bool = False
) -> Contractual:
    """Draw parameters from the Laplace approximation on their logs; arrays of shape (n_draws,)."""
    density = _Density(_checked(survivors), 3 if weibull else 2)
    mode = maximise(density, np.zeros(density.n_parameters), _BOX, density.n_customers).point
    logs = laplace_draws(density, mode, _PRIOR_PRECISION, n_draws, rng)
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


@dataclass(frozen=True, slots=True, eq=False)
class _Density:
    """Log-likelihood in the logs of (alpha, beta) or (alpha, beta, power), with its gradient."""

    survivors: FloatArray
    n_parameters: int

    @property
    def n_customers(self) -> float:
        """Customers at the start."""
        return float(self.survivors[0])

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray]:
        alpha, beta = np.exp(point[:2])
        power = float(np.exp(point[2])) if self.n_parameters > 2 else 1.0
        time = np.arange(len(self.survivors), dtype=float)
        worn = time**power
        log_alive = betaln(alpha, beta + worn) - betaln(alpha, beta)
        together = digamma(alpha + beta) - digamma(alpha + beta + worn)
        log_time = np.log(np.maximum(time, 1.0))
        slope = np.stack(
            [
                together,
                digamma(beta + worn) - digamma(beta) + together,
                (digamma(beta + worn) - digamma(alpha + beta + worn)) * worn * log_time,
            ]
        )
        alive = np.exp(log_alive)
        left = np.maximum(alive[:-1] - alive[1:], 1e-300)
        d_left = (slope[:, :-1] * alive[:-1] - slope[:, 1:] * alive[1:]) / left
        lost, kept = -np.diff(self.survivors), self.survivors[-1]
        value = float(lost @ np.log(left) + kept * log_alive[-1])
        gradient = (d_left @ lost + kept * slope[:, -1]) * np.array([alpha, beta, power])
        return value, gradient[: self.n_parameters]


def _fit(survivors: Sequence[float], n_parameters: int) -> Contractual:
    density = _Density(_checked(survivors), n_parameters)
    found = maximise(density, np.zeros(n_parameters), _BOX, density.n_customers)
    alpha, beta, *power = np.exp(found.point).tolist()
    names = np.array(["alpha", "beta", "power"][:n_parameters])
    return Contractual(
        alpha=alpha,
        beta=beta,
        power=power[0] if power else 1.0,
        log_likelihood=found.value,
        n_customers=round(density.n_customers),
        undetermined=tuple(str(name) for name in names[undetermined(density, found)]),
    )


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
