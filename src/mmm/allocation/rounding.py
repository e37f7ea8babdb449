"""Round a plan to a unit, exact to the cent, within every limit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from mmm.allocation.problem import BudgetProblem

FloatArray = NDArray[np.float64]
CENT = 0.01
MAX_NODES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Which channels take whole units, which keep their cents, and which one takes the remainder."""

    unit: float
    odd: int
    """Channel that takes the remainder of the total."""
    is_whole: NDArray[np.bool_]
    kept: FloatArray
    """(channel,), amounts in units, to the cent, of the channels that keep theirs."""
    lower: FloatArray
    """(channel,), in units."""
    upper: FloatArray
    """(channel,), in units."""


def rounded(problem: BudgetProblem, spend: FloatArray, marginal: FloatArray) -> tuple[FloatArray, float]:
    """Give the plan in multiples of `problem.round_to`, and the unit used.

    One channel takes the remainder of the total; a channel whose limits hold no
    multiple keeps its amount, to the cent. Where the limits leave no room, the
    unit is divided by ten until they do; 0 says that not even cents fit.

    Parameters
    ----------
    spend : ndarray of shape (channel,)
        A plan within the limits.
    marginal : ndarray of shape (channel,)
        Marginal profit at that plan: rounding moves as little as it can, and to where it pays.
    """
    unit = problem.round_to
    while unit >= CENT * 0.999:
        for odd in np.argsort(problem.lower - problem.upper, kind="stable"):  # the widest range first
            found = _in_multiples(problem, spend, marginal, _grid(problem, spend, unit, int(odd)))
            if found is not None:
                return found, unit
        unit /= 10
    return spend, 0.0


def _grid(problem: BudgetProblem, spend: FloatArray, unit: float, odd: int) -> _Grid:
    kept = np.round(spend, 2) / unit
    has_multiple = np.ceil(problem.lower / unit - 1e-9) <= np.floor(problem.upper / unit + 1e-9)
    is_odd = np.arange(len(spend)) == odd
    is_kept = ~has_multiple & ~is_odd
    return _Grid(
        unit=unit,
        odd=odd,
        is_whole=has_multiple & ~is_odd,
        kept=kept,
        lower=np.where(is_kept, kept, problem.lower / unit),
        upper=np.where(is_kept, kept, problem.upper / unit),
    )


def _in_multiples(
    problem: BudgetProblem, spend: FloatArray, marginal: FloatArray, grid: _Grid
) -> FloatArray | None:
    """Solve for whole multiples; columns are amounts in units, then each one's distance from the plan."""
    n, plan, total = len(spend), spend / grid.unit, problem.total / grid.unit
    one = np.eye(n)
    rows, low, high = (found[:-1] for found in problem.rows)
    solution = milp(
        np.concatenate([-_pull(marginal), np.ones(n)]),
        integrality=np.concatenate([grid.is_whole.astype(float), np.zeros(n)]),
        bounds=Bounds(
            np.concatenate([grid.lower, np.zeros(n)]), np.concatenate([grid.upper, np.full(n, np.inf)])
        ),
        constraints=[
            LinearConstraint(np.concatenate([np.ones(n), np.zeros(n)])[None, :], total, total),
            LinearConstraint(np.hstack([one, -one]), -np.inf, plan),
            LinearConstraint(np.hstack([one, one]), plan, np.inf),
            *(
                [LinearConstraint(np.hstack([rows, np.zeros_like(rows)]), low / grid.unit, high / grid.unit)]
                if len(rows)
                else []
            ),
        ],
        options={"node_limit": MAX_NODES},
    )
    return None if solution.x is None else _to_the_cent(problem, np.asarray(solution.x)[:n], grid)


def _pull(marginal: FloatArray) -> FloatArray:
    """Give where rounding should lean: less than one, so that distance still decides first."""
    lean = marginal - marginal.mean()
    size = float(np.abs(lean).max())
    return 0.5 * lean / size if size > 0 else lean


def _to_the_cent(problem: BudgetProblem, found: FloatArray, grid: _Grid) -> FloatArray | None:
    """Turn multiples into cents that add up exactly, and look at every limit again."""
    units = np.where(grid.is_whole, np.round(found), grid.kept)
    cents = np.round(units * grid.unit * 100).astype(np.int64)
    cents[grid.odd] = 0
    cents[grid.odd] = round(problem.total * 100) - int(cents.sum())
    amounts: FloatArray = cents / 100.0
    return amounts if problem.holds(amounts, tolerance=1e-6) else None
