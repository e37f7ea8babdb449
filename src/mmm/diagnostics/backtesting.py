"""Would it have forecast the last periods? Hold them out, refit, compare."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import bdtr

from mmm.diagnostics.origins import rolling_origins
from mmm.diagnostics.results import result
from mmm.model import specifications
from mmm.params import RunParams
from mmm.records import TABLES, CheckResult

MIN_SKILL = 0.0
NOMINAL = 0.8
CHANCE = 0.01
"""Of so low a coverage, were the intervals right and periods independent."""


def backtests(panel: xr.Dataset, params: RunParams, n_folds: int = 2) -> pd.DataFrame:
    """Hold out periods of every outcome, refit each specification, and forecast them.

    `params.model.backtest_periods` says how many; 0 means none, and the table is empty.

    Parameters
    ----------
    n_folds : int
        Origins tried: see `rolling_origins`.
    """
    held = params.model.backtest_periods
    if held == 0:
        return pd.DataFrame(columns=list(TABLES["backtest"]))
    tables = [
        rolling_origins(panel, specifications(params, outcome), params.seed, n_folds, held)
        for outcome in params.outcomes
    ]
    return pd.concat(tables, ignore_index=True)


def backtest_checks(table: pd.DataFrame) -> list[CheckResult]:
    """Check coverage and skill of each outcome and specification of a backtest.

    Skill is 1 minus the ratio of mean absolute errors, model over naive: 0.2 is
    a fifth closer. Too low a coverage is one that chance would give once in a
    hundred with correct intervals.
    """
    found = []
    for (outcome, specification), rows in table.groupby(["outcome", "specification"], sort=False):
        coverage = float(((rows["actual"] >= rows["p10"]) & (rows["actual"] <= rows["p90"])).mean())
        least = least_covered(len(rows)) / len(rows)
        gain = skill(rows)
        asked = [("backtest_coverage", coverage, least), ("backtest_skill", gain, MIN_SKILL)]
        found += [
            result(
                check,
                str(outcome),
                passed=value >= limit,
                value=value,
                threshold=limit,
                specification=str(specification),
            )
            for check, value, limit in asked
        ]
    return found


def least_covered(n_periods: int) -> int:
    """Give the fewest periods inside correct 80 % intervals that chance leaves, once in a hundred.

    Examples
    --------
    >>> least_covered(13)
    7
    """
    return int(np.searchsorted(bdtr(np.arange(n_periods + 1), n_periods, NOMINAL), CHANCE))


def skill(rows: pd.DataFrame) -> float:
    """Give 1 minus the model's mean absolute error over that of repeating last year."""
    model = float((rows["p50"] - rows["actual"]).abs().mean())
    naive = float((rows["naive"] - rows["actual"]).abs().mean())
    return 1.0 - model / naive if naive > 0 else 0.0
