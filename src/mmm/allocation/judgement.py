"""How good a plan is, draw by draw: gains, chances, regret beside other plans."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws

FloatArray = NDArray[np.float64]
REGRET_DRAWS = 200
REGRET_AMOUNTS = 17
UNMOVED = 0.005
"""Half a cent: a smaller move is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A mean with its central 90 % interval over draws."""

    mean: float
    p05: float
    p95: float


def spread(draws: FloatArray) -> Spread:
    """Give the mean and the 5 % and 95 % quantiles over draws.

    Examples
    --------
    >>> spread(np.array([1.0, 2.0, 3.0])).mean
    2.0
    """
    p05, p95 = np.quantile(draws, [0.05, 0.95])
    return Spread(mean=float(draws.mean()), p05=float(p05), p95=float(p95))


def chance(draws: FloatArray) -> float:
    """Give the share of draws above zero.

    Examples
    --------
    >>> chance(np.array([-1.0, 0.0, 2.0, 3.0]))
    0.5
    """
    return float((draws > 0).mean())


def move_gains(response: ResponseDraws, current: FloatArray, spend: FloatArray) -> FloatArray:
    """Give what each move brings at margin minus what it costs more, (draw, channel).

    Fixed costs are in both plans and leave the difference.
    """
    brought = response.contribution(spend) - response.contribution(current)
    gains: FloatArray = brought - response.cost_rate * (spend - current)
    return np.where(np.abs(spend - current) < UNMOVED, 0.0, gains)


def extrapolates(response: ResponseDraws, spend: FloatArray) -> NDArray[np.bool_]:
    """Say which channels would spend more in one period than was ever seen, (channel,)."""
    peak = response.pattern.max(axis=1) * spend
    beyond: NDArray[np.bool_] = peak > response.observed_peak * (1 + 1e-9)
    return beyond


def regrets(
    problem: BudgetProblem, response: ResponseDraws, plans: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Give what each plan loses to the plan that knows the draw, on up to 200 draws.

    The best plan of a draw is bounded by that of its curves' concave hull, so
    the regret of S-shaped curves is overstated, never understated.
    """
    kept = np.linspace(0, response.n_draws - 1, min(response.n_draws, REGRET_DRAWS)).round().astype(int)
    profits = {name: response.profit(spend)[kept] for name, spend in plans.items()}
    best = np.maximum.reduce([_best_profits(problem, response, kept), *profits.values()])
    return {name: best - profit for name, profit in profits.items()}


def _best_profits(problem: BudgetProblem, response: ResponseDraws, kept: NDArray[np.int64]) -> FloatArray:
    """Solve each draw's budget question over a grid of amounts, (draw,)."""
    grid = np.linspace(problem.lower, problem.upper, REGRET_AMOUNTS)
    values = np.stack([response.contribution(amounts)[kept] for amounts in grid], axis=2)
    values -= response.cost_rate[:, None] * grid.T
    table, low, high = _grid_rows(problem, grid)
    fixed = float(response.fixed_cost.sum())
    best = np.empty(len(kept))
    for draw, value in enumerate(values / problem.total):
        solution = milp(-value.ravel(), constraints=LinearConstraint(table, low, high))
        best[draw] = -np.inf if solution.x is None else -solution.fun * problem.total - fixed
    return best


def _grid_rows(problem: BudgetProblem, grid: FloatArray) -> tuple[csr_array, FloatArray, FloatArray]:
    """Write the rows: weights of a channel sum to 1, amounts to the budget and within the groups."""
    n_channels = len(problem.channels)
    amount = (grid.T / problem.total).ravel()
    owner = np.repeat(np.arange(n_channels), len(grid))
    rows, low, high = problem.rows
    size = np.maximum(np.abs(rows).max(axis=1), 1e-300)
    table = np.vstack([np.eye(n_channels)[:, owner], (rows / size[:, None])[:, owner] * amount])
    one = np.ones(n_channels)
    return (
        csr_array(table),
        np.concatenate([one, low / size / problem.total]),
        np.concatenate([one, high / size / problem.total]),
    )
