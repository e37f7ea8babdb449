"""Forecasts from rolling origins: every specification refitted on what came before, then scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.diagnostics.scores import FloatArray, crps, log_score, seasonal_naive
from mmm.diagnostics.stacking import mixture_log_score, stacking_weights
from mmm.effects import forecast
from mmm.effects.intervals import predictive
from mmm.model import ModelSpec
from mmm.model.panel_values import outcome_values
from mmm.model.spec import PERIODS_PER_YEAR
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.inference import Fit

LEAST_SEEN = 0.5
"""Share of the history that an earlier origin must leave to the fit."""
CHAINS, DRAWS, WARMUP = 2, 400, 300
"""Of the short fits: enough for quantiles and log scores of a forecast, whose error is mostly noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Origin:
    """What every specification forecast from one origin."""

    fold: int
    periods: FloatArray
    actual: FloatArray
    """(period)."""
    naive: FloatArray
    """(period) The KPI of a year earlier."""
    predicted: tuple[FloatArray, ...]
    """Per specification, (draw, period)."""
    log_scores: FloatArray
    """(period, specification)."""


def rolling_origins(
    panel: xr.Dataset, specs: Sequence[ModelSpec], seed: int, n_origins: int, n_held: int | None = None
) -> pd.DataFrame:
    """Forecast periods held out, from one origin or several, by every specification and their average.

    The first origin holds out the last periods; each further one steps back by as many, as long as
    half of the history is left. Spend, controls, holidays and events of the held-out periods are
    known to the forecast, as a plan's would be; the KPI is not. The average of one origin weighs
    specifications by the scores of the other origins alone.

    Parameters
    ----------
    n_held : int, optional
        Periods held out: by default a quarter, or a tenth of the rows where that is shorter.

    Returns
    -------
    DataFrame
        Columns of the table `backtest`.
    """
    n_periods = panel.sizes["period"]
    length = default_held(n_periods, specs[0]) if n_held is None else n_held
    ends = [n_periods - length * fold for fold in range(n_origins)]
    seen = [end - length for end in ends]
    found = [
        _origin(panel.isel(period=slice(0, end)), specs, seed, length, fold)
        for fold, (end, left) in enumerate(zip(ends, seen, strict=True), start=1)
        if fold == 1 or left >= n_periods * LEAST_SEEN
    ]
    tables = [
        _rows(origin, spec, origin.predicted[at], origin.log_scores[:, at])
        for origin in found
        for at, spec in enumerate(specs)
    ]
    if len(specs) > 1:
        tables += [_average(origin, found, specs[0], seed) for origin in found]
    return pd.concat(tables, ignore_index=True)


def default_held(n_periods: int, spec: ModelSpec) -> int:
    """Give the periods to hold out: a quarter, or a tenth of the rows where shorter or data are annual."""
    tenth = max(1, n_periods // 10)
    return tenth if spec.frequency == "annual" else min(PERIODS_PER_YEAR[spec.frequency] // 4, tenth)


def _origin(panel: xr.Dataset, specs: Sequence[ModelSpec], seed: int, n_held: int, fold: int) -> Origin:
    n_seen = panel.sizes["period"] - n_held
    ahead = panel.isel(period=slice(n_seen, None))
    kpi = outcome_values(panel, specs[0].outcome).to_numpy().astype(float)
    expected = [
        forecast(_short_fit(panel.isel(period=slice(0, n_seen)), spec, seed), ahead) for spec in specs
    ]
    return Origin(
        fold=fold,
        periods=ahead["period"].to_numpy(),
        actual=kpi[n_seen:],
        naive=seasonal_naive(kpi[:n_seen], n_held, PERIODS_PER_YEAR[specs[0].frequency]),
        predicted=tuple(each.predicted(seed) for each in expected),
        log_scores=np.stack([log_score(each.mean, each.sigma, kpi[n_seen:]) for each in expected], axis=1),
    )


def _short_fit(panel: xr.Dataset, spec: ModelSpec, seed: int) -> "Fit":
    from mmm.inference import fit_once  # noqa: PLC0415  numba is slow to import
    from mmm.sampling import SamplerSettings  # noqa: PLC0415

    settings = SamplerSettings(chains=CHAINS, draws=DRAWS, warmup=WARMUP)
    found: Fit = fit_once(panel, spec, seed, settings)
    return found


def _average(origin: Origin, origins: Sequence[Origin], spec: ModelSpec, seed: int) -> pd.DataFrame:
    from mmm.inference import AVERAGE  # noqa: PLC0415
    from mmm.inference.joining import shares_of  # noqa: PLC0415

    others = [other.log_scores for other in origins if other is not origin]
    weights = stacking_weights(np.concatenate([np.empty((0, origin.log_scores.shape[1])), *others]))
    rng = np.random.default_rng([seed, origin.fold])
    counts = shares_of(len(origin.predicted[0]), weights.tolist())
    kept = [
        draws[rng.permutation(len(draws))[:count]]
        for draws, count in zip(origin.predicted, counts, strict=True)
    ]
    scores = mixture_log_score(origin.log_scores, weights)
    return _rows(origin, spec, np.concatenate(kept), scores).assign(specification=AVERAGE)


def _rows(origin: Origin, spec: ModelSpec, draws: FloatArray, scores: FloatArray) -> pd.DataFrame:
    table = {
        "outcome": spec.outcome,
        "specification": spec.name,
        "fold": origin.fold,
        "horizon": np.arange(1, len(origin.actual) + 1),
        "period": origin.periods,
        "actual": origin.actual,
        **predictive(draws),
        "crps": crps(draws, origin.actual),
        "naive": origin.naive,
        "log_score": scores,
    }
    return pd.DataFrame(table)[list(TABLES["backtest"])]
