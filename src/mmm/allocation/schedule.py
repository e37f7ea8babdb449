"""When the recommended money is spent: as today's plan spreads it, or as pays most."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm.allocation.grid import GridResponse
from mmm.allocation.grid_solver import GridAllocation, GridProblem, allocate_grid
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.allocation.solver import Allocation

FloatArray = NDArray[np.float64]
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Spend by channel and period, (channel, period), and what choosing its timing gains."""

    current: FloatArray
    recommended: FloatArray
    gain: FloatArray
    """(draw,), profit above that of the same totals spread as today's plan; zero where timing is given."""
    chosen: GridAllocation | None


def given_schedule(response: ResponseDraws, allocation: "Allocation") -> Schedule:
    """Spread the recommended totals as today's plan spreads its own."""
    return Schedule(
        current=response.pattern * response.current[:, None],
        recommended=_to_the_cent(response.pattern * allocation.spend[:, None], allocation.spend),
        gain=np.zeros(response.n_draws),
        chosen=None,
    )


def chosen_schedule(
    problem: BudgetProblem,
    response: ResponseDraws,
    allocation: "Allocation",
    grid: GridResponse,
    period_change: float,
) -> Schedule:
    """Choose the timing of the recommended totals, each period within a share of its given amount.

    No period spends more than was ever seen in the data, unless the given amount does.
    """
    given = response.pattern * allocation.spend[:, None]
    ceiling = np.maximum(response.observed_peak[:, None], given)
    fixed = replace(
        problem,
        total=float(allocation.spend.sum()),
        lower=allocation.spend,
        upper=allocation.spend,
        groups=(),
        resources=(),
        least_if_used=np.zeros(0),
        is_spent=True,
    )
    found = allocate_grid(
        GridProblem(
            budget=fixed,
            start=given[:, None],
            lower=(1 - period_change) * given[:, None],
            upper=np.minimum((1 + period_change) * given, ceiling)[:, None],
        ),
        grid,
    )
    recommended = _to_the_cent(found.spend[:, 0], allocation.spend)
    return Schedule(
        current=response.pattern * response.current[:, None],
        recommended=recommended,
        gain=grid.profit(recommended[:, None]) - grid.profit(given[:, None]),
        chosen=found,
    )


def schedule_table(response: ResponseDraws, schedule: Schedule) -> pd.DataFrame:
    """Tabulate today's and the recommended spend by channel and period."""
    n_channels, n_periods = schedule.current.shape
    table = pd.DataFrame(
        {
            "geo": ALL,
            "channel": np.repeat(list(response.channels), n_periods),
            "period": np.tile([str(period) for period in response.periods], n_channels),
            "current": np.round(schedule.current, 2).ravel(),
            "recommended": schedule.recommended.ravel(),
        }
    )
    return table[list(TABLES["schedule"])]


def _to_the_cent(path: FloatArray, totals: FloatArray) -> FloatArray:
    """Round every period to the cent; a channel's largest period takes what its total misses."""
    found: FloatArray = np.round(path, 2)
    largest = found.argmax(axis=1)
    row = np.arange(len(found))
    found[row, largest] = np.round(found[row, largest] + totals - found.sum(axis=1), 2)
    return found
