"""The best split of a budget over expected profit, with its certificate."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, minimize

from mmm.allocation.certificate import TOLERANCE, certify
from mmm.allocation.problem import BudgetProblem, Response
from mmm.allocation.rounding import rounded
from mmm.allocation.tents import Tents
from mmm.errors import InfeasibleBudgetError

FloatArray = NDArray[np.float64]
PROBE = 1e-3
"""Step of the second difference, as a share of the budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A plan that meets every limit, never worse than where it started, and the proof of how good it is."""

    channels: tuple[str, ...]
    spend: FloatArray
    """(channel,), media spend over the horizon, rounded; it adds up to the budget to the cent."""
    exact: FloatArray
    """(channel,), the same before rounding."""
    start: FloatArray
    """(channel,), the plan of today, or the nearest plan within the limits."""
    starts_from_current: bool
    """Whether the plan of today meets the limits."""
    profit: float
    """Expected contribution at margin minus full cost, fixed costs included."""
    start_profit: float
    """The same for `start`."""
    bound: float | None
    """What no plan within the limits can exceed; None when nothing is proved."""
    round_to: float
    """Unit of the amounts; finer than asked when the limits leave no room for it."""
    known: tuple[Tents, ...] | None = field(default=None, repr=False, compare=False)
    """What the search found out about the curves, which spares another search of the same response."""

    @property
    def gap(self) -> float | None:
        """Money that a better plan could still bring at most, rounding included."""
        return None if self.bound is None else max(self.bound - self.profit, 0.0)


def allocate(
    problem: BudgetProblem,
    response: Response,
    tolerance: float = TOLERANCE,
    *,
    is_rounded: bool = True,
    known: tuple[Tents, ...] | None = None,
) -> Allocation:
    """Find the plan of highest expected profit and bound what any other plan could bring.

    The global search (`certify`) gives a plan and a bound; SLSQP polishes that
    plan on the exact curves. The best of all, rounded, is the
    answer; where rounding costs more than the search gained, the start is.
    `tolerance` is the gap at which the search stops, as a share of what the channels bring. Plans that
    are only compared need not be rounded. `known` is that of an earlier answer about the same response.

    Raises
    ------
    InfeasibleBudgetError
        Limits that only bind together leave no plan, or a free budget is best not spent at all.
    """
    certificate = certify(problem, response, tolerance, known)
    start = feasible_start(problem)
    if not problem.holds(start):
        start = certificate.spend
    if not problem.is_spent and float(np.round(certificate.spend.sum(), 2)) <= 0:
        raise InfeasibleBudgetError(
            "allocation.budget",
            [
                "free: no channel earns what it costs at any amount within its limits, so the best budget "
                "is 0: give an amount, or look at the value and the margin rate of the outcome"
            ],
        )
    settled = problem.settled(certificate.spend)
    bend = bends(settled, response, certificate.spend)
    plans = [start, certificate.spend, _polish(settled, response, certificate.spend, bend)]
    valued = [profit_and_marginal(response, plan) for plan in plans]
    best = max(range(len(plans)), key=lambda k: valued[k][0])
    final = problem.settled(plans[best])
    whole, unit = plans[best], 0.0
    if is_rounded:
        whole, unit = rounded(final, plans[best], valued[best][1], bend)
    profit, start_profit = expected_profit(response, whole), valued[0][0]
    is_start_better = start_profit > profit
    bound = certificate.bound - float(response.fixed_cost.sum())
    return Allocation(
        channels=problem.channels,
        spend=start if is_start_better else whole,
        exact=plans[best],
        start=start,
        starts_from_current=problem.holds(problem.current),
        profit=max(profit, start_profit),
        start_profit=start_profit,
        bound=bound if np.isfinite(bound) else None,
        round_to=0.01 if is_start_better else unit,
        known=certificate.known,
    )


def profit_and_marginal(response: Response, spend: FloatArray) -> tuple[float, FloatArray]:
    """Give expected contribution at margin minus full cost, and what one more unit on each channel adds."""
    pairs = [response.expected(c, spend[c : c + 1]) for c in range(len(spend))]
    brought, slopes = np.array([value[0] for value, _ in pairs]), np.array([slope[0] for _, slope in pairs])
    cost = float(response.cost_rate @ spend) + float(response.fixed_cost.sum())
    return float(brought.sum()) - cost, slopes - response.cost_rate


def expected_profit(response: Response, spend: FloatArray) -> float:
    """Give expected contribution at margin minus full cost."""
    return profit_and_marginal(response, spend)[0]


def marginal_profit(response: Response, spend: FloatArray) -> FloatArray:
    """Give what one more unit of spend on each channel brings after its full cost, (channel,)."""
    return profit_and_marginal(response, spend)[1]


def feasible_start(problem: BudgetProblem) -> FloatArray:
    """Give the plan of today to the cent, or the plan within the limits that moves least money from it."""
    if problem.holds(problem.current):
        start = np.round(problem.current, 2)
        start[np.argmax(start)] += round(problem.total - float(start.sum()), 2)
        if problem.holds(start):
            return start
    return nearest_plan(problem, problem.current)


def nearest_plan(problem: BudgetProblem, wanted: FloatArray) -> FloatArray:
    """Give the plan within the limits that moves least money away from `wanted`.

    Columns of the program: spend, then the distance of each channel.
    """
    n, unit = len(wanted), problem.total
    rows, low, high = problem.rows
    size = np.maximum(np.abs(rows).max(axis=1), 1e-300)
    rows, low, high = rows / size[:, None], low / size / unit, high / size / unit
    one, nothing = np.eye(n), np.zeros_like(rows)
    is_equal = low == high
    has_low, has_high = np.isfinite(low) & ~is_equal, np.isfinite(high) & ~is_equal
    solution = linprog(
        np.concatenate([np.zeros(n), np.ones(n)]),
        A_ub=np.block(
            [
                [one, -one],
                [-one, -one],
                [rows[has_high], nothing[has_high]],
                [-rows[has_low], nothing[has_low]],
            ]
        ),
        b_ub=np.concatenate([wanted / unit, -wanted / unit, high[has_high], -low[has_low]]),
        A_eq=np.hstack([rows, nothing])[is_equal] if is_equal.any() else None,
        b_eq=high[is_equal] if is_equal.any() else None,
        bounds=[*zip(problem.lower / unit, problem.upper / unit, strict=True), *[(0, None)] * n],
        method="highs",
    )
    return np.clip(np.asarray(solution.x)[:n] * unit, problem.lower, problem.upper)


def bends(problem: BudgetProblem, response: Response, plan: FloatArray) -> FloatArray:
    """Give how fast each channel's marginal profit falls with spend, (channel,), above zero.

    A channel that bends the other way, or hardly, counts for a hundredth of the mean.
    """
    step = PROBE * problem.total
    low, high = np.maximum(plan - step, 0.0), plan + step
    slopes = [response.expected(c, np.array([low[c], high[c]]))[1] for c in range(len(plan))]
    fall = np.array([slope[0] - slope[1] for slope in slopes]) / (high - low)
    mean = float(np.abs(fall).mean())
    return np.maximum(fall, 0.01 * mean) if mean > 0 else np.ones_like(fall)


def _polish(problem: BudgetProblem, response: Response, plan: FloatArray, bend: FloatArray) -> FloatArray:
    """Follow the gradient from a plan with SLSQP.

    Spend is measured in units in which every channel bends alike, and profit
    above the plan's in units in which that bend is one, the mean slope left out
    because the total is spent in full. The first step is then nearly Newton's,
    and no tolerance depends on the currency.
    """
    from_profit, from_marginal = profit_and_marginal(response, plan)
    common = float(from_marginal.mean())
    unit = problem.total * np.sqrt(bend.mean() / bend)
    size = float(bend.mean()) * problem.total**2
    rows, low, high = problem.rows
    size_of = np.maximum(np.abs(rows).max(axis=1), 1e-300) * problem.total
    rows, low, high = rows * unit / size_of[:, None], low / size_of, high / size_of
    limits = [LinearConstraint(rows[-1:], low[-1:], high[-1:])]
    if len(rows) > 1:
        limits.append(LinearConstraint(rows[:-1], low[:-1], high[:-1]))

    def loss(position: FloatArray) -> tuple[float, FloatArray]:
        spend = np.clip(position * unit, problem.lower, problem.upper)
        profit, marginal = profit_and_marginal(response, spend)
        above = profit - from_profit - common * float(spend.sum() - plan.sum())
        return -above / size, -(marginal - common) * unit / size

    solution = minimize(
        loss,
        plan / unit,
        jac=True,
        bounds=Bounds(problem.lower / unit, problem.upper / unit),
        constraints=limits,
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 100},
    )
    found = np.clip(np.asarray(solution.x) * unit, problem.lower, problem.upper)
    return found if problem.holds(found, tolerance=1e-7 * problem.total) else plan
