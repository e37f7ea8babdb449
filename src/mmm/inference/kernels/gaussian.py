"""The coefficients of the baseline, integrated out: Woodbury in the columns of the basis."""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import straight, strict
from mmm.inference.kernels.elementary import add_multiple, dot

Array = NDArray[np.float64]


@straight
def factor(gram: Array, deviation: Array, inverse_variance: float, lower: Array) -> float:
    """Cholesky factor of I + D G D / noise variance, column by column; gives its log-determinant.

    Rows are updated element by element, never summed over: the order of operations is fixed.
    Indices are written out, because a slice of a short row costs more than the work on it.
    """
    size = deviation.shape[0]
    log_determinant = 0.0
    column = np.empty(size)
    for i in range(size):
        scale = deviation[i] * inverse_variance
        for k in range(i + 1):
            lower[i, k] = scale * gram[i, k] * deviation[k]
        lower[i, i] += 1.0
    for j in range(size):
        pivot = math.sqrt(lower[j, j])
        log_determinant += 2.0 * math.log(pivot)
        lower[j, j] = pivot
        for i in range(j + 1, size):
            factor_of_row = lower[i, j] / pivot
            lower[i, j] = factor_of_row
            column[i] = factor_of_row
            for k in range(j + 1, i + 1):
                lower[i, k] -= factor_of_row * column[k]
    return log_determinant


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
    """Diagonal of the inverse of L L': the squared norms of the columns of L's inverse."""
    size = diagonal.shape[0]
    for i in range(size):
        diagonal[i] = 0.0
        for k in range(i + 1):
            inverse[i, k] = 0.0
        for j in range(i):
            factor_of_row = lower[i, j]
            for k in range(j + 1):
                inverse[i, k] -= factor_of_row * inverse[j, k]
        inverse[i, i] = 1.0
        pivot = lower[i, i]
        for k in range(i + 1):
            inverse[i, k] /= pivot
            diagonal[k] += inverse[i, k] * inverse[i, k]
