"""BG/BB: purchases at fixed opportunities (a donation a year, an event a season), and when they stop.

At each opportunity an active customer buys with probability Beta(alpha, beta) of their own, and
before each one leaves for good with probability Beta(gamma, delta) of their own.

References
----------
Fader, Hardie and Shang (2010), "Customer-base analysis in a discrete-time noncontractual setting",
Marketing Science 29(6), equations (5) to (13).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, digamma, gammaln, logsumexp

from mmm.customers.likelihood import maximise, undetermined

FloatArray = NDArray[np.float64]
_BOX = 9.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpportunityPatterns:
    """Distinct (purchases, last purchase, opportunities) rows and how many customers have each."""

    frequency: FloatArray
    """Opportunities taken after the first purchase."""
    last: FloatArray
    """Number of the last opportunity taken, 0 without any."""
    opportunities: FloatArray
    """Opportunities there were."""
    count: FloatArray
    """Customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BgBb:
    """A fitted BG/BB model. The estimates are those of maximum likelihood."""

    alpha: float
    beta: float
    gamma: float
    delta: float
    log_likelihood: float
    undetermined: tuple[str, ...]
    """Parameters that these data do not determine."""


def fit_bgbb(patterns: OpportunityPatterns) -> BgBb:
    """Fit BG/BB by maximum likelihood on distinct rows with counts."""

    def density(point: FloatArray) -> tuple[float, FloatArray]:
        logs, slopes = _ways(np.exp(point), patterns.frequency, patterns.last, patterns.opportunities)
        each = logsumexp(logs, axis=0)
        shares = np.exp(logs - each)
        gradient = np.einsum("wr,pwr,r->p", shares, slopes, patterns.count) * np.exp(point)
        return float(each @ patterns.count), gradient

    found = maximise(density, np.zeros(4), _BOX, float(patterns.count.sum()))
    names = np.array(["alpha", "beta", "gamma", "delta"])
    alpha, beta, gamma, delta = np.exp(found.point).tolist()
    return BgBb(
        alpha=alpha,
        beta=beta,
        gamma=gamma,
        delta=delta,
        log_likelihood=found.value,
        undetermined=tuple(str(name) for name in names[undetermined(density, found)]),
    )


def active_at_opportunity(
    model: BgBb, ahead: int, *, frequency: ArrayLike, last: ArrayLike, opportunities: ArrayLike
) -> FloatArray:
    """Chance that a customer with this history is active at the `ahead`-th opportunity from now."""
    x, t, n = (np.asarray(part, dtype=float) for part in (frequency, last, opportunities))
    alive = betaln(model.alpha + x, model.beta + n - x) - betaln(model.alpha, model.beta)
    alive += betaln(model.gamma, model.delta + n + ahead) - betaln(model.gamma, model.delta)
    return np.asarray(np.exp(alive - _log_likelihood(model, x, t, n)))


def expected_at_opportunities(
    model: BgBb, ahead: int, *, frequency: ArrayLike, last: ArrayLike, opportunities: ArrayLike
) -> FloatArray:
    """Purchases of a customer with this history over the next `ahead` opportunities."""
    x, t, n = (np.asarray(part, dtype=float) for part in (frequency, last, opportunities))
    buys = betaln(model.alpha + x + 1.0, model.beta + n - x) - betaln(model.alpha, model.beta)
    steps = np.arange(1.0, ahead + 1.0).reshape(-1, *np.ones(np.ndim(n), dtype=int))
    stays = betaln(model.gamma, model.delta + n + steps) - betaln(model.gamma, model.delta)
    return np.asarray(np.exp(buys + stays - _log_likelihood(model, x, t, n)).sum(axis=0))


def opportunity_probability(model: BgBb, frequency: ArrayLike, opportunities: int) -> FloatArray:
    """Chance that a new customer takes exactly `frequency` of so many opportunities."""
    x = np.asarray(frequency, dtype=float)[..., None]
    lived = np.arange(opportunities + 1.0)
    choose = gammaln(lived + 1) - gammaln(x + 1) - gammaln(np.maximum(lived - x, 0) + 1)
    taken = betaln(model.alpha + x, model.beta + np.maximum(lived - x, 0)) - betaln(model.alpha, model.beta)
    gone = betaln(model.gamma + 1.0, model.delta + lived) - betaln(model.gamma, model.delta)
    gone[-1] = float(betaln(model.gamma, model.delta + opportunities) - betaln(model.gamma, model.delta))
    return np.asarray(np.where(lived >= x, np.exp(choose + taken + gone), 0.0).sum(axis=-1))


def _log_likelihood(model: BgBb, x: FloatArray, t: FloatArray, n: FloatArray) -> FloatArray:
    shape = np.broadcast_shapes(x.shape, t.shape, n.shape)
    rows = [np.broadcast_to(part, shape).ravel() for part in (x, t, n)]
    parameters = np.array([model.alpha, model.beta, model.gamma, model.delta])
    logs, _ = _ways(parameters, *rows)
    return np.asarray(logsumexp(logs, axis=0)).reshape(shape)


def _ways(
    parameters: FloatArray, x: FloatArray, t: FloatArray, n: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Log-probability (way, row) of each way a history came about, and its slopes (parameter, way, row).

    A way is the number of opportunities lived, from the last one taken to all of them.
    """
    alpha, beta, gamma, delta = parameters
    lived = t + np.arange(int((n - t).max(initial=0)) + 1.0)[:, None]
    possible, whole = lived <= n, lived >= n
    lived = np.minimum(lived, n)
    leaves = np.where(whole, 0.0, 1.0)
    logs = (
        betaln(alpha + x, beta + lived - x) - betaln(alpha, beta)
        + betaln(gamma + leaves, delta + lived) - betaln(gamma, delta)
    )  # fmt: skip
    buying = digamma(alpha + beta) - digamma(alpha + beta + lived)
    leaving = digamma(gamma + delta) - digamma(gamma + delta + leaves + lived)
    slopes = np.stack(
        [
            digamma(alpha + x) - digamma(alpha) + buying,
            digamma(beta + lived - x) - digamma(beta) + buying,
            digamma(gamma + leaves) - digamma(gamma) + leaving,
            digamma(delta + lived) - digamma(delta) + leaving,
        ]
    )
    return np.where(possible, logs, -np.inf), slopes
