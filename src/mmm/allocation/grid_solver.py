"""The best plan by channel, geo and period under nested limits, with a bound where curves bend down.

Each step maximises a separable quadratic model of profit under all limits, by
the same pricing as `mmm.allocation.nested`, then moves along it as far as
profit rises. Where every draw is concave the tangent at the plan bounds every
other plan: profit plus the best that the gradient promises within the limits.
Elsewhere there is no certificate.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.grid import GridResponse
from mmm.allocation.nested import NestedMarket, nest
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.quadratic import Quadratic
from mmm.errors import InfeasibleBudgetError

FloatArray = NDArray[np.float64]
MAX_STEPS = 150
TOLERANCE = 1e-5
"""Gap at which to stop, as a share of the margin that the plan brings."""
CHECK_EVERY = 5
SLOW_CONCAVE, SLOW, N_SLOW = 1e-10, 1e-7, 3
"""Steps in a row that bring less than this share end the search."""
ARMIJO = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class GridProblem:
    """Limits on a plan by channel, geo and period."""

    budget: BudgetProblem
    """Total, limits of channels over the horizon, groups."""
    start: FloatArray
    """(channel, geo, period), the plan of today."""
    lower: FloatArray
    """(channel, geo, period)."""
    upper: FloatArray
    """(channel, geo, period)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridAllocation:
    """A plan by channel, geo and period, never worse than where it started."""

    spend: FloatArray
    """(channel, geo, period)."""
    profit: float
    start: FloatArray
    """Today's plan, or an allowed plan near it."""
    start_profit: float
    bound: float | None
    """What no plan within the limits exceeds; None where a curve is an S."""
    steps: int


def allocate_grid(problem: GridProblem, response: GridResponse) -> GridAllocation:
    """Find the plan of highest expected profit from several starts; see the module.

    Raises
    ------
    InfeasibleBudgetError
        No plan meets the limits of cells, channels and groups together, or groups cross.
    """
    search = _Search(problem, response)
    today = search.nearest(problem.start)
    starts = [today]
    if not response.is_concave:
        starts += [search.nearest(_even(problem)), search.nearest(_pulsed(problem))]
    found = [search.climb(start) for start in starts]
    best = max(found, key=lambda one: one[1])
    shape = problem.start.shape
    return GridAllocation(
        spend=best[0].reshape(shape),
        profit=best[1],
        start=today.reshape(shape),
        start_profit=response.expected(today.reshape(shape))[0],
        bound=best[2] if response.is_concave else None,
        steps=sum(one[3] for one in found),
    )


class _Search:
    """Limits laid out over cells, and the steps within them."""

    def __init__(self, problem: GridProblem, response: GridResponse) -> None:
        self.problem, self.response, self.shape = problem, response, problem.start.shape
        self.low, self.high = problem.lower.ravel(), problem.upper.ravel()
        self.limits = nest(_groups(problem), problem.start.size)
        if self.limits is None:
            raise InfeasibleBudgetError(
                "schedule", ["groups overlap without one holding the other: leave out one of them"]
            )
        size = problem.start.mean(axis=2, keepdims=True)
        self.size = np.broadcast_to(np.maximum(size, 1e-6 * problem.budget.total), self.shape).ravel()

    def nearest(self, plan: FloatArray) -> FloatArray:
        """Give the allowed plan nearest to another, moves weighed by the size of each cell."""
        flat = plan.ravel()
        return self._solve(
            Quadratic(center=flat, gradient=np.zeros(flat.size), curvature=1 / self.size), 1.0
        )[0]

    def climb(self, start: FloatArray) -> tuple[FloatArray, float, float, int]:
        """Climb from a plan; give the plan, its profit, the tangent's bound and the steps taken."""
        plan, stretch, bound = start, 1.0, np.inf
        value, gradient = self._value(plan)
        step = slow = 0
        for step in range(1, MAX_STEPS + 1):
            curvature = self._curvature(plan, gradient) / stretch
            target, _ = self._solve(
                Quadratic(center=plan, gradient=gradient, curvature=curvature), float(np.median(gradient))
            )
            move = target - plan
            length, ahead, slope = self._along(plan, move, value, gradient)
            if length == 0:
                break
            least = SLOW_CONCAVE if self.response.is_concave else SLOW
            slow = slow + 1 if ahead - value <= least * self._brought(plan, value) else 0
            bend = float(move @ (gradient - slope)) * length
            stretch = float(
                np.clip((curvature * stretch * move**2).sum() * length**2 / max(bend, 1e-300), 0.05, 50)
            )
            plan, value, gradient = plan + length * move, ahead, slope
            if slow == N_SLOW:
                break
            if step % CHECK_EVERY == 0 and self.response.is_concave:
                bound = min(bound, self._tangent(plan, value, gradient))
                if bound - value <= TOLERANCE * self._brought(plan, value):
                    break
        if self.response.is_concave:
            bound = min(bound, self._tangent(plan, value, gradient))
        return plan, value, bound, step

    def _along(
        self, plan: FloatArray, move: FloatArray, value: float, gradient: FloatArray
    ) -> tuple[float, float, FloatArray]:
        """Halve a move until profit rises as the gradient promises; 0 where it never does."""
        promise, length = float(gradient @ move), 1.0
        if not promise > 1e-13 * max(abs(value), 1.0):
            return 0.0, value, gradient
        for _ in range(30):
            ahead, slope = self._value(plan + length * move)
            if ahead >= value + ARMIJO * length * promise:
                return length, ahead, slope
            length /= 2
        return 0.0, value, gradient

    def _value(self, plan: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = self.response.expected(plan.reshape(self.shape))
        return value, gradient.ravel()

    def _curvature(self, plan: FloatArray, gradient: FloatArray) -> FloatArray:
        """Guess how fast each cell's marginal profit falls: as a saturating curve's would."""
        cost = np.broadcast_to(self.response.cost_rate[:, None, None], self.shape).ravel()
        gross = np.maximum(gradient + cost, 1e-3 * cost)
        found: FloatArray = gross / (plan + self.size)
        return found

    def _tangent(self, plan: FloatArray, value: float, gradient: FloatArray) -> float:
        _, promise = self._solve(
            Quadratic(center=plan, gradient=gradient, curvature=np.zeros(plan.size)),
            float(np.median(gradient)),
        )
        return value + promise

    def _brought(self, plan: FloatArray, value: float) -> float:
        return value + float(self.response.cost_rate @ plan.reshape(self.shape).sum(axis=(1, 2)))

    def _solve(self, model: Quadratic, guess: float) -> tuple[FloatArray, float]:
        assert self.limits is not None
        found = NestedMarket(model, self.limits).relax(self.low, self.high, guess or 1.0)
        if found is None:
            raise InfeasibleBudgetError(
                "schedule",
                ["limits of periods leave no plan within the limits of channels: widen period_change"],
            )
        return found.plan, found.bound


def _groups(problem: GridProblem) -> list[tuple[NDArray[np.intp], float, float]]:
    """Give the cells, least and most of every channel, group, and the total last."""
    budget, shape = problem.budget, problem.start.shape
    cells = np.arange(problem.start.size).reshape(shape[0], -1)
    channels = [
        (cells[c], float(low), float(high))
        for c, (low, high) in enumerate(zip(budget.lower, budget.upper, strict=True))
    ]
    groups = [
        (
            np.concatenate([cells[budget.channels.index(name)] for name in group.channels]),
            group.minimum,
            group.maximum,
        )
        for group in budget.groups
    ]
    low = budget.total if budget.is_spent else -np.inf
    return [*channels, *groups, (cells.ravel(), low, budget.total)]


def _even(problem: GridProblem) -> FloatArray:
    return np.broadcast_to(problem.start.mean(axis=2, keepdims=True), problem.start.shape)


def _pulsed(problem: GridProblem) -> FloatArray:
    """Concentrate each cell's spend in every other period: what an S rewards."""
    on = np.arange(problem.start.shape[2]) % 2 == 0
    return np.where(on, 2.0 * problem.start.mean(axis=2, keepdims=True), 0.0)
