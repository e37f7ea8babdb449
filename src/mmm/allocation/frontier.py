"""What the best plan brings with less or more money."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.judgement import Spread, chance, spread
from mmm.allocation.problem import BudgetProblem, budget_problem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.shadow_prices import shadow_prices
from mmm.allocation.solver import Allocation, allocate
from mmm.errors import InfeasibleBudgetError
from mmm.params import RunParams

FloatArray = NDArray[np.float64]
ROUGH = 1e-5
"""Gap at which the search at another budget stops, as a share of what the channels bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierPoint:
    """The best plan of one budget, beside today's plan."""

    change: float
    """Of the budget asked, as a share of it."""
    allocation: Allocation | None
    """None when the limits leave no plan at this budget."""
    budget: float
    profit: Spread | None = None
    gain: Spread | None = None
    """Profit above that of today's plan."""
    p_gain: float = np.nan
    marginal_profit: Spread | None = None
    """Profit of one more unit of spend."""
    marginal_return: Spread | None = None
    """Margin brought by one more unit of full cost: 1 is break-even."""


def frontier(
    params: RunParams, response: ResponseDraws, asked: tuple[BudgetProblem, Allocation]
) -> tuple[FrontierPoint, ...]:
    """Solve the budget question again at each change of budget that the params list.

    `asked` is the question of the params with its answer, at change 0.
    """
    declared = params.allocation.frontier if params.allocation else ()
    return tuple(_point(params, response, change, asked) for change in sorted({0.0, *declared}))


def _point(
    params: RunParams, response: ResponseDraws, change: float, asked: tuple[BudgetProblem, Allocation]
) -> FrontierPoint:
    problem, allocation = asked
    if change:
        budget = float(np.round(problem.total * (1 + change), 2))
        try:
            problem = budget_problem(params, response, total=budget)
        except InfeasibleBudgetError:
            return FrontierPoint(change=change, allocation=None, budget=budget)
        allocation = allocate(problem, response, ROUGH, known=asked[1].known)
    profit = response.profit(allocation.spend)
    gain = profit - response.profit(response.current)
    per_spend, per_cost = _margins(problem, response, allocation)
    return FrontierPoint(
        change=change,
        allocation=allocation,
        budget=problem.total,
        profit=spread(profit),
        gain=spread(gain),
        p_gain=chance(gain),
        marginal_profit=per_spend,
        marginal_return=per_cost,
    )


def _margins(
    problem: BudgetProblem, response: ResponseDraws, allocation: Allocation
) -> tuple[Spread | None, Spread | None]:
    """Give what one more unit of budget brings: per unit of spend, and per unit of full cost."""
    prices = shadow_prices(problem, response, allocation.exact, only="budget")
    if not prices:
        return None, None
    price = prices[0]
    cost = float(response.cost_rate @ price.direction)
    if cost <= 0:
        return price.profit, None
    brought = response.marginal(allocation.exact) @ price.direction
    return price.profit, spread(brought / cost)
