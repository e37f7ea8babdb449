"""Round a plan to a unit, exact to the cent, within every limit."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from mmm.allocation.problem import BudgetProblem

FloatArray = NDArray[np.float64]
CENT = 0.01


def rounded(problem: BudgetProblem, spend: FloatArray, marginal: FloatArray) -> tuple[FloatArray, float]:
    """Give the plan in multiples of `problem.round_to`, and the unit used.

    One channel takes the remainder of the total; a channel whose limits hold no
    multiple keeps its amount, to the cent. Where the limits leave no room, the
    unit is divided by ten until they do.

    Parameters
    ----------
    spend : ndarray of shape (channel,)
        A plan within the limits.
    marginal : ndarray of shape (channel,)
        Marginal profit at that plan: rounding moves as little as it can, and to where it pays.
    """
    unit = problem.round_to
    while unit >= CENT * 0.999:
        found = _in_multiples(problem, spend, marginal, unit)
        if found is not None:
            return found, unit
        unit /= 10
    return spend, 0.0


def _in_multiples(
    problem: BudgetProblem, spend: FloatArray, marginal: FloatArray, unit: float
) -> FloatArray | None:
    """Try each channel as the one that takes the remainder, the widest first."""
    low, high = np.ceil(problem.lower / unit - 1e-9), np.floor(problem.upper / unit + 1e-9)
    is_free = low <= high
    candidates = [int(c) for c in np.argsort(problem.lower - problem.upper, kind="stable")]
    for odd in candidates:
        found = _with_remainder_on(problem, spend, marginal, unit, is_free, odd)
        if found is not None:
            return found
    return None


def _with_remainder_on(
    problem: BudgetProblem,
    spend: FloatArray,
    marginal: FloatArray,
    unit: float,
    is_free: NDArray[np.bool_],
    odd: int,
) -> FloatArray | None:
    """Solve for whole multiples; the odd channel's amount is what is left of the total.

    Columns: amounts in units, then each one's distance from the plan.
    """
    n, plan = len(spend), spend / unit
    kept = np.round(spend, 2) / unit
    is_whole = is_free.copy()
    is_whole[odd] = False
    is_kept = ~is_free
    is_kept[odd] = False
    lower = np.where(is_kept, kept, problem.lower / unit)
    upper = np.where(is_kept, kept, problem.upper / unit)
    one, nothing = np.eye(n), np.zeros((1, n))
    rows = problem.group_rows
    solution = milp(
        np.concatenate([-_pull(marginal), np.ones(n)]),
        integrality=np.concatenate([is_whole.astype(float), np.zeros(n)]),
        bounds=Bounds(np.concatenate([lower, np.zeros(n)]), np.concatenate([upper, np.full(n, np.inf)])),
        constraints=[
            LinearConstraint(
                np.hstack([np.ones((1, n)), nothing]), problem.total / unit, problem.total / unit
            ),
            LinearConstraint(np.hstack([one, -one]), -np.inf, plan),
            LinearConstraint(np.hstack([one, one]), plan, np.inf),
            LinearConstraint(
                np.hstack([rows, np.zeros_like(rows)]), problem.group_lower / unit, problem.group_upper / unit
            ),
        ],
        options={"node_limit": 1000},
    )
    if solution.x is None:
        return None
    return _to_the_cent(problem, np.asarray(solution.x)[:n], kept, unit, is_whole, odd)


def _pull(marginal: FloatArray) -> FloatArray:
    """Give where rounding should lean: less than one, so that distance still decides first."""
    spread = marginal - marginal.mean()
    size = float(np.abs(spread).max())
    return 0.5 * spread / size if size > 0 else spread


def _to_the_cent(
    problem: BudgetProblem,
    found: FloatArray,
    kept: FloatArray,
    unit: float,
    is_whole: NDArray[np.bool_],
    odd: int,
) -> FloatArray | None:
    """Turn multiples into cents that add up exactly, and look at every limit again."""
    cents = np.round(np.where(is_whole, np.round(found), kept) * unit * 100).astype(np.int64)
    cents[odd] = 0
    cents[odd] = round(problem.total * 100) - int(cents.sum())
    amounts: FloatArray = cents / 100.0
    return amounts if problem.holds(amounts, tolerance=1e-6) else None
