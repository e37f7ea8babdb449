"""The plan that moves only where it is likely to pay."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.judgement import UNMOVED, move_gains
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.solver import Allocation, allocate
from mmm.errors import InfeasibleBudgetError

FloatArray = NDArray[np.float64]
LIKELY = 0.8
"""Least chance that a move pays."""
ROUGH = 1e-4
"""Gap at which each search stops, as a share of what the channels bring."""


def no_regret_plan(
    problem: BudgetProblem, response: ResponseDraws, allocation: Allocation
) -> FloatArray | None:
    """Keep the channel whose move is least likely to pay, share out the rest, and so on.

    It ends when every move that is left pays in four draws of five. Today's plan is the
    answer when none does. None where today's plan breaks a limit: then something must move.
    """
    if not problem.holds(problem.current):
        return None
    plan, known = allocation.spend, allocation.known
    kept = np.zeros(len(plan), dtype=bool)
    for _ in range(len(plan)):
        moved = np.abs(plan - problem.current) >= UNMOVED
        pays = (move_gains(response, problem.current, plan) > 0).mean(axis=0)
        unsure = moved & (pays < LIKELY)
        if not unsure.any():
            return plan
        kept[int(np.where(unsure, pays, np.inf).argmin())] = True
        try:
            fixed = replace(
                problem,
                lower=np.where(kept, problem.current, problem.lower),
                upper=np.where(kept, problem.current, problem.upper),
            )
        except InfeasibleBudgetError:
            return problem.current
        found = allocate(fixed, response, ROUGH, known=known)
        known = found.known
        plan = np.where(kept, problem.current, found.spend)
    return problem.current
