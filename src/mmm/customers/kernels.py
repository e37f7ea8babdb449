"""Compiled log-densities of the buying models: value and gradient, for fits and for the sampler alike.

Positions are the logs of the parameters; times are in units of the longest age. Everything that
these functions call is in this file, because the disk cache of compiled code looks at one file.
The data come as one flat array, so that the C entries can find them behind a pointer: see `HEADER`.
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

KIND, LENGTH, N_FREQUENCIES, N_AGES, N_RECENCIES, N_ROWS, CONSTANT, N_NODES = range(8)
PRIOR_MEAN, PRIOR_PRECISION = 8, 14
HEADER = 20
"""Cells before the tables: counts, an additive constant, then a normal prior on up to 6 logs.

The tables follow: frequencies, customers by frequency, ages, recencies, then the rows (places of
their frequency, age and recency, and customers), then quadrature nodes, weights and their logs on [0, 1].
For renewals (`N_AGES` of them): customers lost at each, then those still there after none, one, ...
"""
BG, MBG, PARETO, GOMPERTZ, SPEND, RENEWALS = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0
_DEEP = 36.0
"""Where an integrand has fallen by exp(-36), the rest of the integral is rounding."""

_compiled = numba.njit(cache=True, error_model="numpy")


@_compiled
def digamma(value: float) -> float:
    """Slope of the log of the gamma function, for a positive argument; error under 1e-13."""
    shift = 0.0
    while value < 9.0:
        shift -= 1.0 / value
        value += 1.0
    square = 1.0 / (value * value)
    tail = square * (
        1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square * (1.0 / 240 - square / 132)))
    )
    return shift + math.log(value) - 0.5 / value - tail


@_compiled
def add_prior(position: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """Add the normal prior's pull to the gradient and give its log-density, without constant."""
    value = 0.0
    for k in range(len(position)):
        gap = position[k] - data[PRIOR_MEAN + k]
        value -= 0.5 * data[PRIOR_PRECISION + k] * gap * gap
        gradient[k] -= data[PRIOR_PRECISION + k] * gap
    return value


@_compiled
def geometric_dropout(position: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """BG/NBD, and MBG/NBD where a customer may also leave right after the first purchase."""
    early = 1.0 if data[KIND] == MBG else 0.0
    r, alpha, a, b = (
        math.exp(position[0]),
        math.exp(position[1]),
        math.exp(position[2]),
        math.exp(position[3]),
    )
    nf, na, nr, n = int(data[N_FREQUENCIES]), int(data[N_AGES]), int(data[N_RECENCIES]), int(data[N_ROWS])
    frequency, total = data[HEADER : HEADER + nf], data[HEADER + nf : HEADER + 2 * nf]
    at = HEADER + 2 * nf
    log_age, log_recency = np.log(alpha + data[at : at + na]), np.log(alpha + data[at + na : at + na + nr])
    by_age, by_recency = 1.0 / (alpha + data[at : at + na]), 1.0 / (alpha + data[at + na : at + na + nr])
    at += na + nr
    rows = data[at : at + 4 * n].reshape(4, n)
    leaves, by_b = np.zeros(nf), np.zeros(nf)
    value, d_r, d_alpha, d_a, d_b = data[CONSTANT], 0.0, 0.0, 0.0, 0.0
    for f in range(nf):
        x, flips = frequency[f], frequency[f] + early
        beyond = b + max(flips - 1.0, 0.0)
        leaves[f], by_b[f] = position[2] - math.log(beyond), 1.0 / beyond
        value += total[f] * (
            math.lgamma(r + x) - math.lgamma(r) + r * position[1]
            + math.lgamma(a + b) + math.lgamma(b + flips) - math.lgamma(b) - math.lgamma(a + b + flips)
        )  # fmt: skip
        d_r += total[f] * (digamma(r + x) - digamma(r) + position[1])
        together = digamma(a + b) - digamma(a + b + flips)
        d_a += total[f] * together
        d_b += total[f] * (together + digamma(b + flips) - digamma(b))
        d_alpha += total[f] * r / alpha
    for i in range(n):
        f, age, recency, count = int(rows[0, i]), int(rows[1, i]), int(rows[2, i]), rows[3, i]
        exponent = r + frequency[f]
        longer, shorter, p_left = log_age[age], log_recency[recency], 0.0
        value -= count * exponent * longer
        if frequency[f] + early > 0.0:
            odds = leaves[f] + exponent * (longer - shorter)
            small = math.exp(-abs(odds))
            value += count * (max(odds, 0.0) + math.log1p(small))
            p_left = 1.0 / (1.0 + small) if odds > 0.0 else small / (1.0 + small)
            d_a += count * p_left / a
            d_b -= count * p_left * by_b[f]
        p_stays = 1.0 - p_left
        d_r -= count * (p_stays * longer + p_left * shorter)
        d_alpha -= count * exponent * (p_stays * by_age[age] + p_left * by_recency[recency])
    gradient[0], gradient[1], gradient[2], gradient[3] = d_r * r, d_alpha * alpha, d_a * a, d_b * b
    return float(value + add_prior(position, data, gradient))


@_compiled
def _grown(time: float, growth: float) -> float:
    """Gompertz's exp(growth * time) - 1; time itself for Pareto (growth 0)."""
    return time if growth == 0.0 else math.expm1(min(growth * time, 690.0))


@_compiled
def _height(shape: FloatArray, power: float, time: float) -> float:
    """Log of the integrand over the time of death, without constant; shape is alpha, s, beta, growth."""
    log_beta = math.log(shape[2] + _grown(time, shape[3]))
    return float(shape[3] * time - power * math.log(shape[0] + time) - (shape[1] + 1.0) * log_beta)


@_compiled
def _span(shape: FloatArray, power: float, recency: float, age: float) -> tuple[float, float]:
    """Scale near the last purchase and logarithmic length over which the integrand matters."""
    top, low, high, gap = _height(shape, power, recency), 0.0, age - recency, age - recency
    for _ in range(60):
        if _height(shape, power, recency + gap) < top - _DEEP:
            high = gap
        else:
            low = gap
        if high - low < 0.2 * high:
            break
        gap = 0.5 * (low + high)
    turn = math.log1p(shape[2]) / shape[3] if shape[3] > 0.0 else shape[2]
    near = min(shape[0], turn) + recency
    return near, math.log1p(high / near)


@_compiled
def _outcomes(
    shape: FloatArray, history: FloatArray, nodes: FloatArray, logs: FloatArray, slopes: FloatArray
) -> int:
    """Write log-density and slopes of each way a history came about; give how many ways.

    Ways: alive today (first), or dead at each node after the last purchase. History is
    (r + x, recency, age); slopes are in r, alpha, s, beta, growth.
    """
    alpha, s, beta, growth = shape[0], shape[1], shape[2], shape[3]
    power, recency, age = history[0], history[1], history[2]
    grown = _grown(age, growth)
    logs[0] = -power * math.log(alpha + age) - s * math.log(beta + grown)
    slopes[0, 0], slopes[1, 0] = -math.log(alpha + age), -power / (alpha + age)
    slopes[2, 0], slopes[3, 0] = -math.log(beta + grown), -s / (beta + grown)
    slopes[4, 0] = -s * age * (grown + 1.0) / (beta + grown)
    if age <= recency:
        return 1
    near, stretch = _span(shape, power, recency, age)
    rate = growth if growth > 0.0 else 1.0
    scale = math.log(stretch * near * rate * s)
    for j in range(1, nodes.shape[1] + 1):
        further = stretch * nodes[0, j - 1]
        time = recency + near * math.expm1(further)
        grown = _grown(time, growth)
        log_alpha, log_beta = math.log(alpha + time), math.log(beta + grown)
        logs[j] = scale + further + nodes[2, j - 1] + growth * time
        logs[j] -= power * log_alpha + (s + 1.0) * log_beta
        slopes[0, j], slopes[1, j] = -log_alpha, -power / (alpha + time)
        slopes[2, j], slopes[3, j] = 1.0 / s - log_beta, -(s + 1.0) / (beta + grown)
        slopes[4, j] = 1.0 / rate + time - (s + 1.0) * time * (grown + 1.0) / (beta + grown)
    return int(nodes.shape[1] + 1)


@_compiled
def lifetime_dropout(position: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """Pareto/NBD and Gompertz/NBD: purchases stop at a random time of death.

    The time of death between the last purchase and today is integrated by Gauss-Legendre
    nodes on a logarithmic scale, over the part where it is not negligible: no hypergeometric
    function, no overflow, and derivatives for the price of logs.
    """
    parameters, shape = np.ones(5), np.zeros(4)
    parameters[: len(position)] = np.exp(position)
    r, shape[:3] = parameters[0], parameters[1:4]
    shape[3] = parameters[4] if data[KIND] == GOMPERTZ else 0.0
    nf, na, nr, n = int(data[N_FREQUENCIES]), int(data[N_AGES]), int(data[N_RECENCIES]), int(data[N_ROWS])
    frequency, total = data[HEADER : HEADER + nf], data[HEADER + nf : HEADER + 2 * nf]
    at = HEADER + 2 * nf
    ages, recencies = data[at : at + na], data[at + na : at + na + nr]
    at += na + nr
    rows, m = data[at : at + 4 * n].reshape(4, n), int(data[N_NODES])
    nodes = data[at + 4 * n : at + 4 * n + 3 * m].reshape(3, m)
    value, slope = data[CONSTANT], np.zeros(5)
    logs, slopes, history = np.empty(m + 1), np.empty((5, m + 1)), np.empty(3)
    for f in range(nf):
        known = math.lgamma(r + frequency[f]) - math.lgamma(r) + r * position[1] + shape[1] * position[3]
        value += total[f] * known
        slope[0] += total[f] * (digamma(r + frequency[f]) - digamma(r) + position[1])
        slope[1] += total[f] * r / shape[0]
        slope[2] += total[f] * position[3]
        slope[3] += total[f] * shape[1] / shape[2]
    for i in range(n):
        history[0] = r + frequency[int(rows[0, i])]
        history[1], history[2] = recencies[int(rows[2, i])], ages[int(rows[1, i])]
        ways = _outcomes(shape, history, nodes, logs, slopes)
        top, together = -np.inf, 0.0
        for j in range(ways):
            top = max(top, logs[j])
        for j in range(ways):
            logs[j] = math.exp(logs[j] - top)
            together += logs[j]
        value += rows[3, i] * (top + math.log(together))
        for k in range(len(position)):
            pulled = 0.0
            for j in range(ways):
                pulled += logs[j] * slopes[k, j]
            slope[k] += rows[3, i] * pulled / together
    for k in range(len(position)):
        gradient[k] = slope[k] * parameters[k]
    return float(value + add_prior(position, data, gradient))


@_compiled
def death_between(parameters: FloatArray, histories: FloatArray, nodes: FloatArray) -> FloatArray:
    """Give log of the integral over a death after the last purchase, by customer; no constant.

    Columns are customers; rows of `parameters` are r, alpha, s, beta, growth, those of
    `histories` frequency, recency, age. Minus infinity where recency equals age.
    """
    n, m = histories.shape[1], nodes.shape[1]
    found, history = np.full(n, -np.inf), np.empty(3)
    logs, slopes = np.empty(m + 1), np.empty((5, m + 1))
    for i in range(n):
        history[0] = parameters[0, i] + histories[0, i]
        history[1], history[2] = histories[1, i], histories[2, i]
        ways = _outcomes(parameters[1:, i].copy(), history, nodes, logs, slopes)
        if ways > 1:
            top = logs[1:ways].max()
            found[i] = top + math.log(np.sum(np.exp(logs[1:ways] - top)))
    return found


@_compiled
def spend_in_mean(position: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """Gamma-Gamma in (log p, log(q - 1), log mean), where v = mean (q - 1) / p."""
    point, slope = np.empty(3), np.zeros(3)
    log_q = math.log1p(math.exp(-abs(position[1]))) + max(position[1], 0.0)
    point[0], point[1], point[2] = position[0], log_q, position[2] + position[1] - position[0]
    value = spend(point, data, slope)
    gradient[0] = slope[0] - slope[2]
    gradient[1] = slope[1] * math.exp(position[1] - log_q) + slope[2]
    gradient[2] = slope[2]
    return float(value + add_prior(position, data, gradient))


@_compiled
def spend(position: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """Gamma-Gamma in the logs of (p, q, v / unit of money); rows hold a frequency's place and a total."""
    p, q, v = math.exp(position[0]), math.exp(position[1]), math.exp(position[2])
    nf, n = int(data[N_FREQUENCIES]), int(data[N_ROWS])
    frequency, total = data[HEADER : HEADER + nf], data[HEADER + nf : HEADER + 2 * nf]
    log_spent = data[HEADER + 2 * nf : HEADER + 3 * nf]
    rows = data[HEADER + 3 * nf : HEADER + 3 * nf + 3 * n].reshape(3, n)
    weight = np.zeros(nf)
    value, d_p, d_q, d_v = data[CONSTANT], 0.0, 0.0, 0.0
    for i in range(n):
        f, count = int(rows[0, i]), rows[2, i]
        together = v + rows[1, i]
        weight[f] += count * math.log1p(v / rows[1, i])
        d_v -= count * (p * frequency[f] + q) / together
    for f in range(nf):
        x, shape = frequency[f], p * frequency[f]
        value += total[f] * (math.lgamma(shape + q) - math.lgamma(shape) - math.lgamma(q) + q * position[2])
        value -= q * log_spent[f] + (shape + q) * weight[f]
        d_p += x * (total[f] * (digamma(shape + q) - digamma(shape)) - weight[f])
        d_q += total[f] * (digamma(shape + q) - digamma(q) + position[2]) - log_spent[f] - weight[f]
        d_v += total[f] * q / v
    gradient[0], gradient[1], gradient[2] = d_p * p, d_q * q, d_v * v
    return float(value)


@_compiled
def renewals(position: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """SBG in the logs of (alpha, beta), BdW with that of the power of time: lives that ended, and go on."""
    alpha, beta = math.exp(position[0]), math.exp(position[1])
    power = math.exp(position[2]) if len(position) > 2 else 1.0
    n = int(data[N_AGES])
    lost, kept = data[HEADER : HEADER + n], data[HEADER + n : HEADER + 2 * n + 1]
    at_start = math.lgamma(beta) - math.lgamma(alpha + beta)
    both, one = digamma(alpha + beta), digamma(beta)
    value, d_alpha, d_beta, d_power = 0.0, 0.0, 0.0, 0.0
    alive, by_alpha, by_beta, by_power = 1.0, 0.0, 0.0, 0.0
    for t in range(1, n + 1):
        worn = t**power
        log_alive = math.lgamma(beta + worn) - math.lgamma(alpha + beta + worn) - at_start
        worn_both, worn_one = digamma(alpha + beta + worn), digamma(beta + worn)
        to_alpha, to_beta = both - worn_both, worn_one - one + both - worn_both
        to_power = (worn_one - worn_both) * worn * math.log(t)
        after = math.exp(log_alive)
        left = max(alive - after, 1e-300)
        value += lost[t - 1] * math.log(left) + kept[t] * log_alive
        d_alpha += lost[t - 1] * (by_alpha * alive - to_alpha * after) / left + kept[t] * to_alpha
        d_beta += lost[t - 1] * (by_beta * alive - to_beta * after) / left + kept[t] * to_beta
        d_power += lost[t - 1] * (by_power * alive - to_power * after) / left + kept[t] * to_power
        alive, by_alpha, by_beta, by_power = after, to_alpha, to_beta, to_power
    gradient[0], gradient[1] = d_alpha * alpha, d_beta * beta
    if len(position) > 2:
        gradient[2] = d_power * power
    return float(value + add_prior(position, data, gradient))


@_compiled
def log_density(position: FloatArray, data: FloatArray, gradient: FloatArray) -> float:
    """Value of the density that the data ask for; its gradient is written in place."""
    if data[KIND] <= MBG:
        return geometric_dropout(position, data, gradient)
    if data[KIND] <= GOMPERTZ:
        return lifetime_dropout(position, data, gradient)
    if data[KIND] <= SPEND:
        return spend_in_mean(position, data, gradient)
    return renewals(position, data, gradient)


_pointer: Any = types.CPointer(types.double)


@numba.cfunc(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer), cache=True)
def log_density_entry(size: int, position: Any, gradient: Any, density: Any, user_data: Any) -> int:
    """C entry for the sampler: 0 when all is finite, else an error that it may recover from.

    The sampler moves in standard units: the last cells of the data are a centre and a square matrix
    (by rows) that bring its position to the logs of the parameters.
    """
    n = int(size)
    header = numba.carray(user_data, (HEADER,))
    length = int(header[LENGTH])
    data = numba.carray(user_data, (length,))
    centre, scale = data[length - n - n * n : length - n * n], data[length - n * n :].reshape(n, n)
    point, slope, moved = centre.copy(), np.zeros(n), numba.carray(position, (n,))
    for k in range(n):
        for j in range(n):
            point[k] += scale[k, j] * moved[j]
    value = log_density(point, data, slope)
    result = numba.carray(gradient, (n,))
    numba.carray(density, (1,))[0] = value
    if not math.isfinite(value):
        return 4
    for j in range(n):
        result[j] = 0.0
        for k in range(n):
            result[j] += scale[k, j] * slope[k]
        if not math.isfinite(result[j]):
            return 3
    return 0
