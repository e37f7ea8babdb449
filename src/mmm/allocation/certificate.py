"""An upper bound that no plan can beat, S-shaped curves included.

Under the tents of `mmm.allocation.tents` the budget question has curves of
straight lines, whose best plan `mmm.allocation.branching` proves. No plan
within the limits earns more under the true curves. That plan says where to know
the curves better, and bound and plan meet.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.branching import Market, Proven, prove
from mmm.allocation.markets import market_of
from mmm.allocation.outlines import Outlines, outlines
from mmm.allocation.problem import BudgetProblem, Response
from mmm.allocation.stepped import RestrictedMarket
from mmm.allocation.switched import Switched
from mmm.allocation.tents import Tents, first_tents, refine
from mmm.errors import InfeasibleBudgetError

FloatArray = NDArray[np.float64]
TOLERANCE = 1e-6
"""Gap at which the search stops, as a share of what the channels bring."""
MAX_ROUNDS = 14
MAX_NODES = 150
"""Boxes per round: a count, not a time, so that the answer does not depend on the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What no plan can exceed, and the best plan met on the way."""

    bound: float
    """Expected profit before fixed costs."""
    spend: FloatArray
    """(channel,), a plan within the limits."""
    known: tuple[Tents, ...]
    """What was found out about the curves, in money: it serves other questions about the same response."""


def certify(
    problem: BudgetProblem,
    response: Response,
    tolerance: float = TOLERANCE,
    known: tuple[Tents, ...] | None = None,
) -> Certificate:
    """Bound the profit of every plan, knowing the curves better where it matters until the bound is met.

    `known` is what an earlier search found out about the same response.

    Raises
    ------
    InfeasibleBudgetError
        Limits that only bind together (amounts that must be nothing or enough) leave no plan.
    """
    tents = first_tents(problem, response, known)
    bound, best, plan, price = np.inf, -np.inf, np.empty(0), 1.0
    for _ in range(MAX_ROUNDS):
        found = best_under(problem, outlines([channel.outline() for channel in tents]), price)
        share, price = found.plan, float(found.relaxation.limit_price[-1]) or 1.0
        value = sum(t.floor(float(amount)) for t, amount in zip(tents, share, strict=True))
        if value > best:
            best, plan = value, share
        bound = min(bound, found.bound)
        if bound - best <= tolerance * sum(float(np.abs(t.value).max()) for t in tents):
            break
        around = np.stack([share, *found.relaxation.ends], axis=1)
        tents = tuple(
            refine(problem, response, c, tents[c], np.unique(around[c]).tolist()) for c in range(len(tents))
        )
    return Certificate(
        bound=bound * problem.total,
        spend=np.clip(plan * problem.total, problem.lower, problem.upper),
        known=tuple(channel.scaled(problem.total) for channel in tents),
    )


def best_under(
    problem: BudgetProblem, curves: Outlines, price: float = 1.0, tolerance: float = TOLERANCE / 10
) -> Proven:
    """Prove the best plan under curves of straight lines.

    Parameters
    ----------
    curves : Outlines
        From the least to the most of each channel; amounts and heights in shares of the budget.
    price : float
        Near that of one more unit of budget: it saves time only.

    Raises
    ------
    InfeasibleBudgetError
        Limits that only bind together leave no plan.
    """
    box = curves.amount[:, 0], curves.amount[:, -1]
    rows, low, high = problem.rows
    limits = rows, low / problem.total, high / problem.total
    market: Market = market_of(curves, *limits)
    if (problem.least_if_used > 0).any():
        least = np.maximum(problem.least_if_used / problem.total, box[0])
        switched = Switched(inner=curves, least=np.where(problem.least_if_used > 0, least, 0.0))
        market = RestrictedMarket(market=market_of(switched, *limits), curves=switched)
    found = prove(market, box, tolerance=tolerance, max_nodes=MAX_NODES, guess=price)
    if found is None or not np.isfinite(found.value):
        raise InfeasibleBudgetError(
            "budget problem",
            ["no plan gives every channel nothing or its minimum once used: lower a minimum_if_used"],
        )
    return found
