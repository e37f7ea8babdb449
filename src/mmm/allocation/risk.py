"""Plans that weigh bad outcomes: expected profit and the mean profit of the worst draws.

The worst cases of a plan depend on all channels together, so this objective does
not separate by channel and has no certificate. The search starts from the plan
of highest expected profit and from today's, and keeps the best.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, minimize

from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.rounding import rounded
from mmm.allocation.solver import Allocation, bends, expected_profit
from mmm.params.deciding import Risk

FloatArray = NDArray[np.float64]


def worst_mean(profit: FloatArray, level: float) -> float:
    """Give the mean of the worst share of draws (CVaR, expected shortfall).

    Examples
    --------
    >>> worst_mean(np.array([4.0, 1.0, 3.0, 2.0]), 0.5)
    1.5
    """
    return float(np.sort(profit)[: _n_worst(len(profit), level)].mean())


def utility(response: ResponseDraws, spend: FloatArray, risk: Risk) -> tuple[float, FloatArray]:
    """Give `(1 - weight) mean + weight CVaR` of a plan's profit, and its gradient (channel,)."""
    profit = response.profit(spend)
    marginal = response.marginal(spend) - response.cost_rate
    worst = np.argsort(profit, kind="stable")[: _n_worst(len(profit), risk.level)]
    value = (1 - risk.weight) * profit.mean() + risk.weight * profit[worst].mean()
    slope = (1 - risk.weight) * marginal.mean(axis=0) + risk.weight * marginal[worst].mean(axis=0)
    return float(value), slope


def weigh_risk(
    problem: BudgetProblem, response: ResponseDraws, allocation: Allocation, risk: Risk
) -> Allocation:
    """Give the plan of highest utility found, no worse than today's or the most profitable one."""
    settled = problem.settled(allocation.exact)
    starts = [allocation.exact, allocation.start]
    plans = [allocation.spend, allocation.start]
    for start in starts:
        exact = _climb(settled, response, start, risk)
        bend = bends(settled, response, exact)
        whole, _ = rounded(settled, exact, utility(response, exact, risk)[1], bend)
        plans += [whole] if problem.holds(whole) else []
    best = max(plans, key=lambda plan: utility(response, plan, risk)[0])
    return replace(allocation, spend=best, exact=best, profit=expected_profit(response, best), bound=None)


def _climb(problem: BudgetProblem, response: ResponseDraws, start: FloatArray, risk: Risk) -> FloatArray:
    """Follow the gradient of utility with SLSQP, spend in shares of the budget."""
    unit = problem.total
    size = max(abs(utility(response, start, risk)[0]), 1e-300)
    rows, low, high = problem.rows
    scale = np.maximum(np.abs(rows).max(axis=1), 1e-300)
    rows, low, high = rows / scale[:, None], low / scale / unit, high / scale / unit
    limits = [LinearConstraint(rows[-1:], low[-1:], high[-1:])]
    if len(rows) > 1:
        limits.append(LinearConstraint(rows[:-1], low[:-1], high[:-1]))

    def loss(share: FloatArray) -> tuple[float, FloatArray]:
        value, slope = utility(response, np.clip(share * unit, problem.lower, problem.upper), risk)
        return -value / size, -slope * unit / size

    solution = minimize(
        loss,
        np.clip(start, problem.lower, problem.upper) / unit,
        jac=True,
        bounds=Bounds(problem.lower / unit, problem.upper / unit),
        constraints=limits,
        method="SLSQP",
        options={"ftol": 1e-10, "maxiter": 60},
    )
    found = np.clip(np.asarray(solution.x) * unit, problem.lower, problem.upper)
    return found if problem.holds(found, tolerance=1e-6 * unit) else start


def _n_worst(n_draws: int, level: float) -> int:
    return max(1, round(level * n_draws))
