"""Budget questions: the best plan, the proof that it is the best, and the chance that it pays.

Names are looked up when they are used, so that the simulator page loads numpy alone.
"""

from typing import TYPE_CHECKING

from mmm.lazy import exporter

if TYPE_CHECKING:
    from mmm.allocation.feasibility import GroupLimit
    from mmm.allocation.fitted import response_draws
    from mmm.allocation.problem import BudgetProblem, budget_problem
    from mmm.allocation.response import ResponseDraws
    from mmm.allocation.simulator import (
        Answer,
        Simulator,
        load_simulator,
        save_simulator,
        simulate_budget,
    )
    from mmm.allocation.solver import Allocation, allocate
    from mmm.allocation.tables import AllocationResult, allocation_tables, decide
    from mmm.allocation.todays_plan import check_budget

__all__ = [
    "Allocation",
    "AllocationResult",
    "Answer",
    "BudgetProblem",
    "GroupLimit",
    "ResponseDraws",
    "Simulator",
    "allocate",
    "allocation_tables",
    "budget_problem",
    "check_budget",
    "decide",
    "load_simulator",
    "response_draws",
    "save_simulator",
    "simulate_budget",
]

__getattr__ = exporter(
    __name__,
    {
        "Allocation": "solver",
        "AllocationResult": "tables",
        "Answer": "simulator",
        "BudgetProblem": "problem",
        "GroupLimit": "feasibility",
        "ResponseDraws": "response",
        "Simulator": "simulator",
        "allocate": "solver",
        "allocation_tables": "tables",
        "budget_problem": "problem",
        "check_budget": "todays_plan",
        "decide": "tables",
        "load_simulator": "simulator",
        "response_draws": "fitted",
        "save_simulator": "simulator",
        "simulate_budget": "simulator",
    },
)
