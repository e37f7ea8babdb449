"""What a model of buying says of a customer: purchases to come, chance of being active.

Every function takes a fit, or draws against times: parameters and arguments broadcast.
Times are in the model's unit. The forms are those in which the number of past
purchases leaves every exponent, so that 3,000 of them are no overflow.

References
----------
Fader, Hardie and Lee (2005), Marketing Science 24(2), equations (8) to (11); for the other
families the papers named in `mmm.customers.buying`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmm.customers import geometric, lifetimes
from mmm.customers.families import FamilyName

FloatArray = NDArray[np.float64]


class Buying(Protocol):
    """Parameters of a family: a fit, or draws of shape (n_draws,) or (n_draws, 1)."""

    @property
    def family(self) -> FamilyName: ...  # noqa: D102
    @property
    def values(self) -> Sequence[ArrayLike]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    """Closed forms of one family; parameters first, then what is asked."""

    purchases: Callable[..., FloatArray]
    purchases_given: Callable[..., FloatArray]
    active: Callable[..., FloatArray]
    probability: Callable[..., FloatArray]


_FORMS: dict[FamilyName, _Forms] = {
    "bg_nbd": _Forms(
        purchases=geometric.purchases,
        purchases_given=geometric.purchases_given,
        active=geometric.active,
        probability=geometric.probability,
    ),
    "mbg_nbd": _Forms(
        purchases=geometric.purchases_early,
        purchases_given=geometric.purchases_given_early,
        active=geometric.active_early,
        probability=geometric.probability_early,
    ),
    "pareto_nbd": _Forms(
        purchases=lifetimes.purchases,
        purchases_given=lifetimes.purchases_given,
        active=lifetimes.active,
        probability=lifetimes.probability,
    ),
    "gompertz_nbd": _Forms(
        purchases=lifetimes.gompertz_purchases,
        purchases_given=lifetimes.gompertz_purchases_given,
        active=lifetimes.gompertz_active,
        probability=lifetimes.gompertz_probability,
    ),
}


def expected_purchases(model: Buying, time: ArrayLike) -> FloatArray:
    """Repeat purchases that a new customer makes within `time` of the first one."""
    return _FORMS[model.family].purchases(_parameters(model), _floats(time))


def expected_purchases_given(
    model: Buying, time: ArrayLike, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> FloatArray:
    """Purchases that a customer with this history makes within `time` from now."""
    history = (_floats(frequency), _floats(recency), _floats(age))
    return _FORMS[model.family].purchases_given(_parameters(model), _floats(time), history)


def probability_active(
    model: Buying, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> FloatArray:
    """Chance that a customer with this history has not left.

    With BG/NBD it is 1 for whoever never bought again: there one leaves only after
    a repeat purchase. That is a property of the model, not good news.
    """
    history = (_floats(frequency), _floats(recency), _floats(age))
    return _FORMS[model.family].active(_parameters(model), history)


def purchase_probability(model: Buying, frequency: ArrayLike, time: ArrayLike) -> FloatArray:
    """Chance that a new customer makes exactly `frequency` repeat purchases within `time`."""
    return _FORMS[model.family].probability(_parameters(model), _floats(frequency), _floats(time))


def discounted_purchases_given(
    model: Buying, rate: float, *, frequency: ArrayLike, recency: ArrayLike, age: ArrayLike
) -> FloatArray:
    """Purchases to come over an endless future, discounted continuously (DERT).

    Parameters
    ----------
    rate
        Continuous discount rate per unit of time of the model: a yearly rate d gives
        log(1 + d) / 52.18 for weeks.

    Returns
    -------
    ndarray
        Pareto/NBD by its closed form (Fader, Hardie and Lee, 2005, JMR 42(4), equation 12); the
        others by Gauss-Laguerre quadrature of rate * E[Y(t)] * exp(-rate * t), which is the same quantity.
    """
    if rate <= 0:
        raise ValueError(f"rate must be positive for an endless future to have a value, got {rate}")
    history = (_floats(frequency), _floats(recency), _floats(age))
    if model.family == "pareto_nbd":
        return lifetimes.discounted(_parameters(model), rate, history)
    nodes, weights = np.polynomial.laguerre.laggauss(60)
    found = [
        weight
        * expected_purchases_given(
            model, node / rate, frequency=history[0], recency=history[1], age=history[2]
        )
        for node, weight in zip(nodes, weights, strict=True)
    ]
    return np.asarray(np.sum(found, axis=0))


def _parameters(model: Buying) -> list[FloatArray]:
    return [_floats(part) for part in model.values]


def _floats(given: ArrayLike) -> FloatArray:
    return np.asarray(given, dtype=float)
