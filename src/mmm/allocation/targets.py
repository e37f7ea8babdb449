"""The budget that a target asks for: least for a volume, largest for a ROMI or a CAC.

Every budget is tried with its most profitable plan. What that plan brings rises
with the budget, and what one unit of cost brings falls, so the budget is found
by halving.
"""

from collections.abc import Callable

import numpy as np

from mmm.allocation.problem import BudgetProblem, budget_problem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.solver import Allocation, allocate
from mmm.errors import InfeasibleBudgetError
from mmm.params import RunParams
from mmm.params.deciding import Target

MAX_HALVINGS = 40
Answer = tuple[BudgetProblem, Allocation]


def answer_to(params: RunParams, response: ResponseDraws) -> Answer:
    """Give the budget question of the params with its best plan, the budget found where a target asks for it.

    Raises
    ------
    InfeasibleBudgetError
        The limits conflict, or no budget within them reaches the target; with what they allow.
    """
    target = params.allocation.target if params.allocation else None
    if target is None:
        problem = budget_problem(params, response)
        return problem, allocate(problem, response)
    return _reach(params, response, target)


def _reach(params: RunParams, response: ResponseDraws, target: Target) -> Answer:
    """Halve between the least and the most that the limits allow."""

    def at(total: float) -> Answer:
        problem = budget_problem(params, response, total=total)
        return problem, allocate(problem, response)

    widest = budget_problem(params, response)
    low, high = float(widest.lower.sum()), float(widest.upper.sum())
    wants_least, measured, is_reached = _test(params, response, target)
    unit = max(widest.round_to, 0.01)
    low, high = max(np.ceil(low / unit) * unit, unit), max(np.floor(high / unit) * unit, unit)
    best, other = (high, low) if wants_least else (low, high)
    found = at(best)
    if not is_reached(found):
        raise InfeasibleBudgetError("allocation.target", [_missed(target, measured(found), best, widest)])
    easy = at(other)
    if is_reached(easy):
        return easy
    for _ in range(MAX_HALVINGS):
        middle = np.round((best + other) / 2 / unit) * unit
        if not min(best, other) < middle < max(best, other):
            break
        tried = at(float(middle))
        if is_reached(tried):
            best, found = float(middle), tried
        else:
            other = float(middle)
    return found


def _test(
    params: RunParams, response: ResponseDraws, target: Target
) -> tuple[bool, Callable[[Answer], float], Callable[[Answer], bool]]:
    """Give whether the least budget is wanted, the figure that is measured, and whether it suffices."""
    worth = unit_value(params)

    def brought(answer: Answer) -> float:
        return float(response.contribution(answer[1].spend).sum(axis=1).mean()) / worth

    def cost(answer: Answer) -> float:
        return float(response.full_cost(answer[1].spend).sum())

    if target.volume is not None:
        wanted = target.volume
        return True, brought, lambda answer: brought(answer) >= wanted
    value = revenue_value(params)
    if target.romi is not None:
        least = target.romi

        def romi(answer: Answer) -> float:
            return brought(answer) * value / cost(answer) - 1

        return False, romi, lambda answer: romi(answer) >= least
    most = target.cac or 0.0

    def cac(answer: Answer) -> float:
        units = brought(answer)
        return cost(answer) / units if units > 0 else np.inf

    return False, cac, lambda answer: cac(answer) <= most


def revenue_value(params: RunParams) -> float:
    """Give the money that one unit of the outcome is worth before margin."""
    outcome = params.outcomes[params.allocation.outcome] if params.allocation else None
    return 1.0 if outcome is None or outcome.value_per_unit is None else outcome.value_per_unit


def unit_value(params: RunParams) -> float:
    """Give the margin that one unit of the outcome is worth."""
    outcome = params.outcomes[params.allocation.outcome] if params.allocation else None
    return revenue_value(params) * (1.0 if outcome is None else outcome.margin_rate)


def _missed(target: Target, found: float, total: float, problem: BudgetProblem) -> str:
    name, wanted = next((key, value) for key, value in target.model_dump().items() if value is not None)
    return (
        f"{name} of {wanted:,.6g} is out of reach: the limits allow {found:,.6g} at a budget of "
        f"{total:,.0f} {problem.currency}: change the target or the limits"
    )
