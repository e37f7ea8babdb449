"""Elementary functions and sums over rows, written so that LLVM turns them into vectors."""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import compiled, straight, strict

Array = NDArray[np.float64]

ROUND = 6755399441055744.0
"""Adding 1.5 * 2**52 rounds to an integer, which then sits in the lowest bits."""
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
HALF_ROOT_BITS, BIASED_52 = np.int64(0x3FE6A09E667F3BCD), np.int64(0x4330000000000000)
"""Bits of the root of one half, and of 2**52: an integer put below the latter becomes a float."""


@straight
def exp(x: float) -> float:
    """Exponential, to 1e-14: polynomial in the remainder, n added to the exponent.

    Its parts are summed side by side: a chain of multiplications would wait for each.
    """
    x = min(max(x, -700.0), 700.0)
    shifted = x * 1.4426950408889634 + ROUND
    n = shifted - ROUND
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r) + (0.5 + 1.0 / 6.0 * r) * r2
    middle = (1.0 / 24.0 + 1.0 / 120.0 * r) + (1.0 / 720.0 + 1.0 / 5040.0 * r) * r2
    high = (1.0 / 40320.0 + 1.0 / 362880.0 * r) + (1.0 / 3628800.0 + 1.0 / 39916800.0 * r) * r2
    p = low + (middle + high * r4) * r4
    bits = np.float64(p).view(np.int64) + (np.float64(shifted).view(np.int64) << np.int64(52))
    return np.int64(bits).view(np.float64)


@straight
def log(x: float) -> float:
    """Logarithm of a positive normal number, to 1e-13: e log 2 plus the series of 2 atanh(f)."""
    bits = np.float64(x).view(np.int64)
    exponent = np.uint64(bits - HALF_ROOT_BITS + (np.int64(1023) << np.int64(52))) >> np.uint64(52)
    e = np.int64(np.int64(exponent) | BIASED_52).view(np.float64) - (4503599627370496.0 + 1023.0)
    m = np.int64(bits - ((np.int64(exponent) - np.int64(1023)) << np.int64(52))).view(np.float64)
    f = (m - 1.0) / (m + 1.0)
    s = f * f
    s2 = s * s
    s4 = s2 * s2
    low = (1.0 + 1.0 / 3.0 * s) + (1.0 / 5.0 + 1.0 / 7.0 * s) * s2
    middle = (1.0 / 9.0 + 1.0 / 11.0 * s) + (1.0 / 13.0 + 1.0 / 15.0 * s) * s2
    p = low + middle * s4
    return e * LN2_HIGH + (2.0 * f * p + e * LN2_LOW)


@compiled
def dot(left: Array, right: Array) -> float:
    """Sum of products."""
    total = 0.0
    for i in range(left.shape[0]):
        total += left[i] * right[i]
    return total


@compiled
def dot_difference(left: Array, right: Array, taken: Array) -> float:
    """Sum of products of a row with the difference of two others, as long as the first."""
    total = 0.0
    for i in range(left.shape[0]):
        total += left[i] * (right[i] - taken[i])
    return total


@compiled
def total_of(values: Array) -> float:
    """Sum."""
    total = 0.0
    for i in range(values.shape[0]):
        total += values[i]
    return total


@straight
def add_multiple(target: Array, factor: float, row: Array) -> None:
    """Add a multiple of a row to another."""
    for i in range(target.shape[0]):
        target[i] += factor * row[i]


@straight
def shifted_multiple(target: Array, factor: float, row: Array, shift: float) -> None:
    """Fill with a multiple of a row, shifted."""
    for i in range(target.shape[0]):
        target[i] = factor * row[i] + shift


@straight
def _add_four(weights: Array, row: Array, found: Array) -> None:
    one, two, three, four = weights[0], weights[1], weights[2], weights[3]
    second, third, fourth = row[2:], row[1:], row[0:]
    first = row[3:]
    for t in range(found.shape[0]):
        found[t] += (one * first[t] + two * second[t]) + (three * third[t] + four * fourth[t])


@straight
def add_lagged(row: Array, weights: Array, found: Array) -> None:
    """Fill with the sum of a row's lags, each with its weight, nothing standing before the row.

    Four lags at a time: each sum is read and written a quarter as often.
    """
    size, n_lags, lag = row.shape[0], weights.shape[0], 0
    for t in range(size):
        found[t] = 0.0
    while lag + 4 <= min(n_lags, size - 3):
        for later in range(3):
            for t in range(3 - later):
                found[lag + later + t] += weights[lag + later] * row[t]
        _add_four(weights[lag : lag + 4], row[: size - lag], found[lag + 3 :])
        lag += 4
    while lag < n_lags:
        add_multiple(found[lag:], weights[lag], row[: size - lag])
        lag += 1


@straight
def copy_row(target: Array, row: Array) -> None:
    """Fill with a row as long. Assigning a slice compiles numba's error message, for two seconds."""
    for i in range(target.shape[0]):
        target[i] = row[i]


@straight
def product(target: Array, left: Array, right: Array) -> None:
    """Fill with products."""
    for i in range(target.shape[0]):
        target[i] = left[i] * right[i]


@straight
def scan(added: Array, kept: float, before: float, found: Array) -> None:
    """Fill `found[t] = added[t] + kept * found[t - 1]`, `before` standing before the first.

    Four steps at a time: the plain recursion would wait for each multiplication.
    """
    size = added.shape[0]
    second, third = kept * kept, kept * kept * kept
    fourth, last, t = second * second, before, 0
    while t + 4 <= size:
        one = added[t + 1] + kept * added[t]
        two = added[t + 2] + kept * one
        three = added[t + 3] + kept * two
        found[t] = added[t] + kept * last
        found[t + 1] = one + second * last
        found[t + 2] = two + third * last
        last = three + fourth * last
        found[t + 3] = last
        t += 4
    while t < size:
        last = added[t] + kept * last
        found[t] = last
        t += 1


@straight
def scan_back(added: Array, kept: float, found: Array) -> None:
    """Fill `found[t] = added[t] + kept * found[t + 1]`, nothing standing after the last."""
    size = added.shape[0]
    second, third = kept * kept, kept * kept * kept
    fourth, last, t = second * second, 0.0, size - 1
    while t >= 3:
        one = added[t - 1] + kept * added[t]
        two = added[t - 2] + kept * one
        three = added[t - 3] + kept * two
        found[t] = added[t] + kept * last
        found[t - 1] = one + second * last
        found[t - 2] = two + third * last
        last = three + fourth * last
        found[t - 3] = last
        t -= 4
    while t >= 0:
        last = added[t] + kept * last
        found[t] = last
        t -= 1


@strict
def status(value: float, slope: Array) -> int:
    """Give a C entry's answer to the sampler: 0 when all is finite, else an error it may recover from."""
    if not math.isfinite(value):
        return 4
    for i in range(slope.shape[0]):
        if not math.isfinite(slope[i]):
            return 3
    return 0
