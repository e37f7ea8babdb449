"""Would it have forecast the last periods? Hold them out, refit, compare."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from scipy.special import bdtr

from mmm.diagnostics.results import result
from mmm.diagnostics.scores import crps, log_score, seasonal_naive
from mmm.effects import forecast
from mmm.effects.intervals import predictive
from mmm.model import ModelSpec, spec_from_params
from mmm.model.panel_values import outcome_values
from mmm.model.spec import PERIODS_PER_YEAR
from mmm.params import RunParams
from mmm.records import TABLES, CheckResult

if TYPE_CHECKING:
    from mmm.sampling import Progress

MIN_SKILL = 0.0
NOMINAL = 0.8
LEAST_SEEN = 0.5
"""Share of the history that an earlier origin must leave to the fit."""
CHANCE = 0.01
"""Of so low a coverage, were the intervals right and periods independent."""


def backtests(
    panel: xr.Dataset, params: RunParams, n_folds: int = 1, progress: "Progress | None" = None
) -> pd.DataFrame:
    """Hold out periods of every outcome, refit, and forecast them.

    `params.model.backtest_periods` says how many; 0 means none, and the table is empty.

    Parameters
    ----------
    n_folds : int
        Origins tried: 1 holds out the last periods; each further one steps back by as many.
    """
    held = params.model.backtest_periods
    if held == 0:
        return pd.DataFrame(columns=list(TABLES["backtest"]))
    tables = []
    for outcome in params.outcomes:
        spec = spec_from_params(params, outcome)
        length = default_held(panel.sizes["period"], spec) if held is None else held
        for fold in range(1, n_folds + 1):
            n_seen = panel.sizes["period"] - fold * length
            if fold == 1 or n_seen >= panel.sizes["period"] * LEAST_SEEN:
                upto = panel.isel(period=slice(0, n_seen + length))
                tables.append(backtest(upto, spec, params.seed, length, progress).assign(fold=fold))
    return pd.concat(tables, ignore_index=True)


def backtest(
    panel: xr.Dataset,
    spec: ModelSpec,
    seed: int,
    n_held: int | None = None,
    progress: "Progress | None" = None,
) -> pd.DataFrame:
    """Forecast the last periods of a panel from a fit that did not see them.

    Spend, controls, holidays and events of the held-out periods are known to the
    forecast, as a plan's would be; the KPI is not.

    Parameters
    ----------
    n_held : int, optional
        Periods held out: by default a quarter, or a tenth of the rows where that is shorter.

    Returns
    -------
    DataFrame
        One row per held-out period; `naive` repeats the KPI of a year earlier.
    """
    from mmm.inference import fit  # noqa: PLC0415  numba is slow to import

    n_periods = panel.sizes["period"]
    held = default_held(n_periods, spec) if n_held is None else n_held
    seen = panel.isel(period=slice(0, n_periods - held))
    ahead = panel.isel(period=slice(n_periods - held, n_periods))
    found = fit(seen, spec, seed, progress)
    expected = forecast(found, ahead)
    draws = expected.predicted(seed)
    kpi = outcome_values(panel, spec.outcome).to_numpy().astype(float)
    actual = kpi[-held:]
    table = {
        "outcome": spec.outcome,
        "specification": spec.name,
        "fold": 1,
        "horizon": np.arange(1, held + 1),
        "period": ahead["period"].to_numpy(),
        "actual": actual,
        **predictive(draws),
        "crps": crps(draws, actual),
        "naive": seasonal_naive(kpi[:-held], held, PERIODS_PER_YEAR[spec.frequency]),
        "log_score": log_score(expected.mean, expected.sigma, actual),
    }
    return pd.DataFrame(table)[list(TABLES["backtest"])]


def default_held(n_periods: int, spec: ModelSpec) -> int:
    """Give the periods to hold out: a quarter, or a tenth of the rows where shorter or data are annual."""
    tenth = max(1, n_periods // 10)
    return tenth if spec.frequency == "annual" else min(PERIODS_PER_YEAR[spec.frequency] // 4, tenth)


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
