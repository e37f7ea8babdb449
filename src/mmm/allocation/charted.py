"""What each channel brings at a grid of amounts, draw by draw: what draws alone would choose.

Evaluated once, it answers hundreds of questions about single draws and parts of
the draws, between the grid's amounts by straight lines.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

from mmm.allocation.certificate import best_under
from mmm.allocation.outlines import Outlines
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws

FloatArray = NDArray[np.float64]
N_AMOUNTS = 21
N_SINGLE = 200
"""Draws whose own best plans are found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """Profit before fixed costs at a grid of amounts within the limits of each channel."""

    amount: FloatArray
    """(channel, amount), ascending, from the least to the most."""
    profit: FloatArray
    """(draw, channel, amount)."""
    fixed_cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBest:
    """The best plan of each of some draws, by itself."""

    draws: NDArray[np.int64]
    """(own,), their places among all draws."""
    profit: FloatArray
    """(own,); minus infinity where none was found."""
    spend: FloatArray
    """(own, channel)."""


def charted(problem: BudgetProblem, response: ResponseDraws) -> Charted:
    """Evaluate every draw over the limits of each channel; amounts are closer where curves bend most."""
    steps = np.linspace(0.0, 1.0, N_AMOUNTS)
    grid = np.empty((len(problem.channels), N_AMOUNTS))
    for c, (low, high) in enumerate(zip(problem.lower, problem.upper, strict=True)):
        grid[c] = low + (steps**2 if low < 0.1 * high else steps) * (high - low)
    brought = np.stack([response.contribution(amounts) for amounts in grid.T], axis=2)
    return Charted(
        amount=grid,
        profit=brought - response.cost_rate[:, None] * grid,
        fixed_cost=float(response.fixed_cost.sum()),
    )


def best_of(problem: BudgetProblem, chart: Charted, draws: NDArray[np.int64]) -> FloatArray:
    """Give the best plan, (channel,), if only these draws were possible."""
    curves = Outlines(
        amount=chart.amount / problem.total, height=chart.profit[draws].mean(axis=0) / problem.total
    )
    found = best_under(problem, curves, tolerance=1e-4).plan * problem.total
    return np.clip(found, problem.lower, problem.upper)


def own_best(problem: BudgetProblem, chart: Charted) -> OwnBest:
    """Find the best plan of each of up to 200 draws by a linear program over the grid.

    A plan between two amounts counts as the line between them, and one that
    an S-shaped curve would avoid as the mixture of the two around it: profit
    is that of the curves' concave hull, a little high where they are S-shaped.
    """
    n_draws = len(chart.profit)
    draws = np.linspace(0, n_draws - 1, min(n_draws, N_SINGLE)).round().astype(np.int64)
    table, low, high = _rows(problem, chart.amount)
    limits = LinearConstraint(table, low, high)
    profit, spend = np.full(len(draws), -np.inf), np.full((len(draws), len(chart.amount)), np.nan)
    for k, draw in enumerate(draws):
        solution = milp(-chart.profit[draw].ravel() / problem.total, constraints=limits)
        if solution.x is not None:
            profit[k] = -solution.fun * problem.total - chart.fixed_cost
            spend[k] = (solution.x.reshape(chart.amount.shape) * chart.amount).sum(axis=1)
    return OwnBest(draws=draws, profit=profit, spend=spend)


def _rows(problem: BudgetProblem, grid: FloatArray) -> tuple[csr_array, FloatArray, FloatArray]:
    """Write the rows: weights of a channel sum to 1, amounts to the budget and within the groups."""
    n_channels, n_amounts = grid.shape
    owner = np.repeat(np.arange(n_channels), n_amounts)
    rows, low, high = problem.rows
    size = np.maximum(np.abs(rows).max(axis=1), 1e-300)
    sums = (rows / size[:, None])[:, owner] * (grid / problem.total).ravel()
    one = np.ones(n_channels)
    return (
        csr_array(np.vstack([np.eye(n_channels)[:, owner], sums])),
        np.concatenate([one, low / size / problem.total]),
        np.concatenate([one, high / size / problem.total]),
    )
