"""The plans that the recommended one is judged beside."""

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.no_regret import no_regret_plan
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.solver import Allocation, nearest_plan

FloatArray = NDArray[np.float64]


def compared_plans(
    problem: BudgetProblem, response: ResponseDraws, allocation: Allocation
) -> dict[str, FloatArray]:
    """Give the plans that the recommended one is judged beside.

    `no_regret` moves only where a move is likely to pay (absent where today's plan breaks a limit).
    `equal` and `proportional` are the plans within the limits that are nearest
    to the same amount for every channel, and to each channel's share of what
    channels bring under today's plan.
    """
    share = np.maximum(response.contribution(problem.current).mean(axis=0), 0.0)
    if not share.sum() > 0:
        share = np.ones_like(share)
    even = np.full(len(problem.channels), problem.total / len(problem.channels))
    careful = no_regret_plan(problem, response, allocation)
    return {
        "recommended": allocation.spend,
        "current": problem.current,
        **({} if careful is None else {"no_regret": careful}),
        "equal": nearest_plan(problem, even),
        "proportional": nearest_plan(problem, problem.total * share / share.sum()),
    }
