"""Closed forms of Pareto/NBD and Gompertz/NBD: customers stop at a random time of death.

Arrays broadcast; parameters come first. A customer alive now buys at a rate whose mean is
(r + x) / (alpha + age), as long as they live.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, hyperu

from mmm.customers.families import unit_nodes

FloatArray = NDArray[np.float64]
Values = Sequence[FloatArray]
"""Parameters in the order of the family, or (frequency, recency, age)."""
_PARETO = np.asarray(0.0)
"""Growth of Gompertz's law whose limit is Pareto's."""


def purchases(values: Values, time: FloatArray) -> FloatArray:
    """Pareto/NBD: repeat purchases of a new customer within `time`."""
    r, alpha, s, beta = values
    return np.asarray(r / alpha * _lived(s, beta, time))


def purchases_given(values: Values, time: FloatArray, history: Values) -> FloatArray:
    """Pareto/NBD: purchases within `time` from now."""
    r, alpha, s, beta = values
    x, _, age = history
    rate = (r + x) / (alpha + age)
    return rate * _lived(s, beta + age, time) * active(values, history)


def active(values: Values, history: Values) -> FloatArray:
    """Pareto/NBD: chance of being alive."""
    return gompertz_active((*values, _PARETO), history)


def probability(values: Values, x: FloatArray, time: FloatArray) -> FloatArray:
    """Pareto/NBD: chance of exactly x repeat purchases within `time`."""
    return gompertz_probability((*values, _PARETO), x, time)


def discounted(values: Values, rate: ArrayLike, history: Values) -> FloatArray:
    """Pareto/NBD: purchases to come, discounted continuously (DERT).

    Tricomi's function is evaluated itself: its two-term form by Kummer's cancels for high rates.
    """
    r, alpha, s, beta = values
    x, _, age = history
    since, discount = beta + age, np.asarray(rate, dtype=float)
    lived = np.exp((s - 1.0) * np.log(discount) + s * np.log(since)) * hyperu(s, s, discount * since)
    return np.asarray((r + x) / (alpha + age) * lived * active(values, history))


def gompertz_purchases(values: Values, time: FloatArray) -> FloatArray:
    """Gompertz/NBD: repeat purchases of a new customer within `time`."""
    r, alpha, s, beta, growth = values
    return np.asarray(r / alpha * _gompertz_lived(s, beta, growth, np.asarray(0.0), time))


def gompertz_purchases_given(values: Values, time: FloatArray, history: Values) -> FloatArray:
    """Gompertz/NBD: purchases within `time` from now."""
    r, alpha, s, beta, growth = values
    x, _, age = history
    rate = (r + x) / (alpha + age)
    alive = gompertz_active(values, history)
    return np.asarray(rate * _gompertz_lived(s, beta, growth, age, time) * alive)


def gompertz_active(values: Values, history: Values) -> FloatArray:
    """Gompertz/NBD: chance of being alive."""
    from mmm.customers import kernels  # noqa: PLC0415 - numba is loaded when it is needed

    parts = np.broadcast_arrays(*values, *history)
    flat = [np.ascontiguousarray(part, dtype=float).ravel() for part in parts]
    nodes, weights = unit_nodes()
    table = np.stack([nodes, weights, np.log(weights)])
    died = kernels.death_between(np.stack(flat[:5]), np.stack(flat[5:]), table)
    lives = -(flat[0] + flat[5]) * np.log(flat[1] + flat[7])
    lives -= flat[2] * np.log(flat[3] + _grown(flat[7], flat[4]))
    return np.asarray(1.0 / (1.0 + np.exp(np.minimum(died - lives, 700.0)))).reshape(parts[0].shape)


def gompertz_probability(values: Values, x: FloatArray, time: FloatArray) -> FloatArray:
    """Gompertz/NBD: chance of exactly x repeat purchases within `time`.

    Purchases until death or `time`, whichever comes first, averaged over the time of death.
    """
    r, alpha, s, beta, growth = values
    nodes, weights = unit_nodes()
    parts = np.broadcast_arrays(*values, x, time)
    r, alpha, s, beta, growth, x, time = (np.asarray(part, dtype=float)[..., None] for part in parts)
    near = np.minimum(alpha, np.where(growth > 0, np.log1p(beta) / np.maximum(growth, 1e-300), beta))
    stretch = np.log1p(time / near)
    death = near * np.expm1(stretch * nodes)
    grown = _grown(death, growth)
    density = s * np.where(growth > 0, growth, 1.0) * np.exp(
        growth * death + s * np.log(beta) - (s + 1.0) * np.log(beta + grown)
    )  # fmt: skip
    dies = np.sum(weights * stretch * (near + death) * density * _counts(r, alpha, x, death), axis=-1)
    lives = np.exp(-s * np.log1p(_grown(time, growth) / beta)) * _counts(r, alpha, x, time)
    return np.asarray(dies + lives[..., 0])


def _counts(r: FloatArray, alpha: FloatArray, x: FloatArray, time: FloatArray) -> FloatArray:
    """Chance of exactly x purchases in a time lived."""
    share = time / (alpha + time)
    log_share = np.where(x > 0, x * np.log(np.maximum(share, 1e-300)), 0.0)
    return np.exp(gammaln(r + x) - gammaln(r) - gammaln(x + 1.0) - r * np.log1p(time / alpha) + log_share)


def _lived(s: FloatArray, beta: FloatArray, time: FloatArray) -> FloatArray:
    """Mean time lived: (beta / (s - 1)) (1 - (beta / (beta + t)) ** (s - 1)), with its limit at s = 1."""
    longer = np.log1p(time / beta)
    power = (s - 1.0) * longer
    ratio = np.where(np.abs(power) < 1e-12, 1.0, -np.expm1(-power) / np.where(power == 0, 1.0, power))
    return np.asarray(beta * longer * ratio)


def _gompertz_lived(
    s: FloatArray, beta: FloatArray, growth: FloatArray, age: FloatArray, time: FloatArray
) -> FloatArray:
    """Mean time lived within `time` after `age`, of those alive at `age`, by quadrature of survival."""
    nodes, weights = unit_nodes()
    s, beta, growth, age, time = (part[..., None] for part in np.broadcast_arrays(s, beta, growth, age, time))
    stretch = np.log1p(growth * time)
    after = np.expm1(stretch * nodes) / growth
    log_alive = -s * (np.log(beta + _grown(age + after, growth)) - np.log(beta + _grown(age, growth)))
    return np.asarray(np.sum(weights * stretch * (after + 1.0 / growth) * np.exp(log_alive), axis=-1))


def _grown(time: FloatArray, growth: FloatArray) -> FloatArray:
    return np.where(growth > 0, np.expm1(np.minimum(growth * time, 690.0)), time)
