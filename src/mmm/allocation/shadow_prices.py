"""What one more unit of money on each limit would bring."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, minimize

from mmm.allocation.judgement import Spread, spread
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.solver import bends

FloatArray = NDArray[np.float64]
BEND = 1e-3
"""Weight of the curves' bend beside their slope: it only decides between moves that pay alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowPrice:
    """Profit that one more unit of money on a binding limit brings, with what it takes."""

    limit: str
    """budget, group_maximum, group_minimum, resource, upper or lower."""
    subject: str
    """Group or channel; `budget` for the total."""
    profit: Spread
    direction: FloatArray
    """(channel,), how the plan would move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """A row of the tangent problem: `low <= row @ move <= high`."""

    kind: str
    subject: str
    row: FloatArray
    low: float
    high: float


def shadow_prices(
    problem: BudgetProblem, response: ResponseDraws, exact: FloatArray, only: str | None = None
) -> tuple[ShadowPrice, ...]:
    """Price the budget and every limit that binds at the optimum, before rounding.

    Each price is a one-sided derivative along the way the optimum moves when the
    limit gives way by one: to where the next unit pays most, spread over channels
    that pay alike as their curves bend. A floor or a minimum gives way downwards,
    so its price is what the commitment costs. Without a way to use the relief
    (every channel at its ceiling), a limit has no price. `only` asks for one kind of limit.
    """
    marginal = response.marginal(exact) - response.cost_rate
    bend = bends(problem, response, exact)
    bend /= bend.mean()
    binding = _binding(problem, exact)
    found = []
    asked = [k for k, limit in enumerate(binding) if only in {None, limit.kind}]
    for moved in asked:
        direction = _direction(marginal.mean(axis=0), bend, binding, moved)
        if direction is not None:
            limit = binding[moved]
            found.append(
                ShadowPrice(
                    limit=limit.kind,
                    subject=limit.subject,
                    profit=spread(marginal @ direction),
                    direction=direction,
                )
            )
    return tuple(found)


def _binding(problem: BudgetProblem, exact: FloatArray) -> list[_Limit]:
    close = 1e-6 * problem.total
    rows, low, high = problem.rows
    one, spent = np.eye(len(exact)), rows @ exact
    found = []
    if problem.is_spent:
        found.append(_Limit(kind="budget", subject="budget", row=rows[-1], low=0.0, high=0.0))
    elif spent[-1] >= problem.total - close:
        found.append(_Limit(kind="budget", subject="budget", row=rows[-1], low=-np.inf, high=0.0))
    named = [(group.name, "group_maximum", "group_minimum") for group in problem.groups]
    named += [(resource.name, "resource", "") for resource in problem.resources]
    for k, (name, above, below) in enumerate(named):
        size = float(np.abs(rows[k]).max())
        if spent[k] >= high[k] - close * size:
            found.append(_Limit(kind=above, subject=name, row=rows[k], low=-np.inf, high=0.0))
        if spent[k] <= low[k] + close * size and low[k] > 0:
            found.append(_Limit(kind=below, subject=name, row=rows[k], low=0.0, high=np.inf))
    for c, channel in enumerate(problem.channels):
        if exact[c] >= problem.upper[c] - close:
            found.append(_Limit(kind="upper", subject=channel, row=one[c], low=-np.inf, high=0.0))
        if exact[c] <= problem.lower[c] + close:
            found.append(_Limit(kind="lower", subject=channel, row=one[c], low=0.0, high=np.inf))
    return found


def _direction(
    gradient: FloatArray, bend: FloatArray, binding: list[_Limit], moved: int
) -> FloatArray | None:
    """Find the best move when one limit gives way by one unit and the others hold."""
    low = np.array([limit.low for limit in binding])
    high = np.array([limit.high for limit in binding])
    kind = binding[moved].kind
    if kind == "budget" and low[moved] == high[moved]:
        low[moved] = high[moved] = 1.0
    elif kind in {"group_minimum", "lower"}:
        low[moved] = -1.0
    else:
        high[moved] = 1.0
    rows = np.stack([limit.row for limit in binding])
    slope = gradient / max(float(np.abs(gradient).max()), 1e-300)

    def loss(move: FloatArray) -> tuple[float, FloatArray]:
        return float(0.5 * BEND * (bend * move**2).sum() - slope @ move), BEND * bend * move - slope

    solution = minimize(
        loss,
        np.zeros(len(gradient)),
        jac=True,
        constraints=[
            LinearConstraint(rows[part], low[part], high[part])
            for part in (low == high, low != high)
            if part.any()
        ],
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 200},
    )
    return np.asarray(solution.x) if solution.success else None
