"""Paths of every fact to come, so that a KPI can be asked what it will be at a deadline.

Costs follow the plan; outcomes the model's forecast; what is left repeats the same
periods of last year at this year's level, with past errors drawn in blocks, the
same block for every column so that numerator and denominator move together.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mmm.params.data import Frequency
from mmm.steering.modelled import N_DRAWS
from mmm.steering.periods import QUARTER, YEAR

FloatArray = npt.NDArray[np.float64]
SHARED = 0.5
"""Without the model's own paths: share of a forecast's variance that all periods ahead have in common."""
_QUANTILES = {"p025": 0.025, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p975": 0.975}


def periods_until(last: pd.Timestamp, frequency: Frequency, until: pd.Timestamp) -> pd.DatetimeIndex:
    """Give the periods after `last` that end on `until` or before."""
    step = {
        "daily": pd.DateOffset(days=1),
        "weekly": pd.DateOffset(weeks=1),
        "monthly": pd.DateOffset(months=1),
        "annual": pd.DateOffset(years=1),
    }[frequency]
    starts = pd.date_range(last, until + pd.Timedelta(days=1), freq=step)[1:]
    return starts[[start + step <= until + pd.Timedelta(days=1) for start in starts]]


def future_facts(
    observed: pd.DataFrame,
    forecast: pd.DataFrame | None,
    plan: xr.Dataset | None,
    ahead: pd.DatetimeIndex,
    *,
    drawn: Mapping[str, pd.DataFrame],
    frequency: Frequency,
    seed: int,
) -> pd.DataFrame:
    """Draw paths of the observed facts over the periods ahead: index (draw, period).

    Parameters
    ----------
    forecast
        Published forecast, used for the outcomes that are not in `drawn`.
    drawn
        Outcome: the model's own predictive paths, one row per draw, one column per period.
    """
    rng = np.random.default_rng(seed)
    paths = _repeated(observed, ahead, frequency, rng)
    for name, values in _planned(plan, ahead).items():
        paths[name] = np.where(np.isfinite(values), values, paths[name])
    paths_of = {name: rows.reindex(columns=ahead).to_numpy() for name, rows in drawn.items()}
    for outcome, values in {**_forecast(forecast, ahead, rng), **paths_of}.items():
        if outcome not in paths:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = values / paths[outcome]
        paths[outcome] = np.where(np.isfinite(values), values, paths[outcome])
        margin = f"{outcome}_margin"
        if margin in paths:
            paths[margin] = np.where(np.isfinite(ratio), ratio, 1.0) * paths[margin]
    index = pd.MultiIndex.from_product([range(N_DRAWS), ahead], names=["draw", "period"])
    return pd.DataFrame({name: values.ravel() for name, values in paths.items()}, index=index)


def _repeated(
    observed: pd.DataFrame, ahead: pd.DatetimeIndex, frequency: Frequency, rng: np.random.Generator
) -> dict[str, FloatArray]:
    values = observed.to_numpy(dtype=float)
    season = YEAR[frequency] if len(values) >= YEAR[frequency] + 2 * QUARTER[frequency] else 1
    level = _level(values, season, QUARTER[frequency])
    errors = _errors(values, season, QUARTER[frequency])
    rows = len(values) - season + np.arange(len(ahead)) % season
    starts = rng.integers(0, max(1, len(errors)), size=N_DRAWS)
    places = (starts[:, None] + np.arange(len(ahead))) % max(1, len(errors))
    noise = errors[places] if len(errors) else np.zeros((N_DRAWS, len(ahead), values.shape[1]))
    paths = values[rows] * level * np.exp(noise)
    return {str(name): paths[:, :, place] for place, name in enumerate(observed.columns)}


def _level(values: FloatArray, season: int, quarter: int) -> FloatArray:
    """Give the level of this year over that of last year, by column, from the last quarter."""
    if season == 1:
        recent = values[-quarter:].mean(axis=0)
        return _factor(recent, values[-1])
    return _factor(
        values[-quarter:].sum(axis=0), values[-quarter - season : -season or None][:quarter].sum(axis=0)
    )


def _factor(above: FloatArray, below: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = above / below
    return np.where(np.isfinite(ratio) & (ratio > 0), ratio, 1.0)


def _errors(values: FloatArray, season: int, quarter: int) -> FloatArray:
    """Log errors that this way of predicting made in the past: (period, column)."""
    found = []
    for end in range(season + quarter, len(values)):
        known = values[:end]
        predicted = known[-season] * _level(known, season, quarter)
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.log(values[end] / predicted)
        found.append(np.where(np.isfinite(error), error, 0.0))
    return np.asarray(found).reshape(-1, values.shape[1])


def _planned(plan: xr.Dataset | None, ahead: pd.DatetimeIndex) -> Mapping[str, FloatArray]:
    if plan is None:
        return {}
    found = {}
    for name in ("spend", "full_cost"):
        values = plan[name].sum("geo").reindex(period=ahead)
        found[name] = values.sum("channel", skipna=False).to_numpy()
        for channel in plan["channel"].to_numpy():
            found[f"{channel}_{name}"] = values.sel(channel=channel).to_numpy()
    return {name: np.broadcast_to(values, (N_DRAWS, len(ahead))) for name, values in found.items()}


def _forecast(
    forecast: pd.DataFrame | None, ahead: pd.DatetimeIndex, rng: np.random.Generator
) -> Mapping[str, FloatArray]:
    from scipy.special import ndtr  # noqa: PLC0415 - only where objectives are asked

    found = {}
    if forecast is None:
        return {}
    for outcome, of_outcome in forecast.groupby("outcome", sort=True):
        rows = of_outcome.groupby("period")[list(_QUANTILES)].sum().reindex(ahead)
        shared = rng.standard_normal((N_DRAWS, 1)) * np.sqrt(SHARED)
        rank = ndtr(shared + rng.standard_normal((N_DRAWS, len(ahead))) * np.sqrt(1 - SHARED))
        values = [
            np.interp(rank[:, place], list(_QUANTILES.values()), row)
            for place, row in enumerate(rows.to_numpy())
        ]
        found[str(outcome)] = np.stack(values, axis=1)
    return found
