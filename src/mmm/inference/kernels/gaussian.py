"""The coefficients of the baseline, integrated out: Woodbury in the columns of the basis."""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import straight, strict
from mmm.inference.kernels.elementary import add_multiple, dot

Array = NDArray[np.float64]
LARGE = 1e100
"""The product of pivots is logged before it overflows: one logarithm instead of one per column."""


@straight
def factor(gram: Array, deviation: Array, inverse_variance: float, lower: Array) -> float:
    """Cholesky factor of I + D G D / noise variance, column by column; gives its log-determinant.

    `gram` and `lower` have rows of a width that `inference.buffer` pads, `deviation` has that width: work
    on whole rows, zeros and all, costs half of work on the short rows of a triangle. What stands above the
    diagonal of `lower` means nothing. Elements are updated, never summed over: their order is fixed.
    """
    size, width = gram.shape
    log_determinant, product = 0.0, 1.0
    column = np.zeros(width)
    for i in range(size):
        scale = deviation[i] * inverse_variance
        for k in range(width):
            lower[i, k] = scale * gram[i, k] * deviation[k]
        lower[i, i] += 1.0
    for j in range(size):
        pivot = math.sqrt(lower[j, j])
        product *= pivot
        if product > LARGE:
            log_determinant, product = log_determinant + math.log(product), 1.0
        lower[j, j] = pivot
        column[j] = 0.0
        for i in range(j + 1, size):
            lower[i, j] /= pivot
            column[i] = lower[i, j]
        for i in range(j + 1, size):
            row, share = lower[i], column[i]
            for k in range(width):
                row[k] -= share * column[k]
    return 2.0 * (log_determinant + math.log(product))


@strict
def solve(lower: Array, right: Array) -> None:
    """Solve L L' x = right in place."""
    size = right.shape[0]
    for i in range(size):
        right[i] = (right[i] - dot(lower[i, :i], right[:i])) / lower[i, i]
    solve_transposed(lower, right)


@strict
def solve_transposed(lower: Array, right: Array) -> None:
    """Solve L' x = right in place."""
    for i in range(right.shape[0] - 1, -1, -1):
        right[i] /= lower[i, i]
        add_multiple(right[:i], -right[i], lower[i, :i])


@straight
def inverse_diagonal(lower: Array, inverse: Array, diagonal: Array) -> None:
    """Diagonal of the inverse of L L': squared norms of the columns of L's inverse; rows as in `factor`."""
    size, width = lower.shape
    diagonal[:] = 0.0
    for i in range(size):
        row = inverse[i]
        row[:] = 0.0
        for j in range(i):
            share, earlier = lower[i, j], inverse[j]
            for k in range(width):
                row[k] -= share * earlier[k]
        row[i] = 1.0
        scale = 1.0 / lower[i, i]
        for k in range(width):
            row[k] *= scale
            diagonal[k] += row[k] * row[k]
