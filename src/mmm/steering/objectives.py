"""SMART objectives: where each stands and the probability of reaching it by its deadline."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mmm.params import RunParams
from mmm.params.data import Frequency
from mmm.params.deciding import Objective
from mmm.records import TABLES
from mmm.steering.database import draws_of, open_facts
from mmm.steering.future import future_facts, periods_until
from mmm.steering.kpi_values import KpiReading
from mmm.steering.modelled import MEAN, N_DRAWS
from mmm.steering.periods import QUARTER, YEAR, Window
from mmm.steering.reference import Kpi

FloatArray = npt.NDArray[np.float64]
REACHED, ON_TRACK, AT_RISK, OFF = "reached", "on_track", "at_risk", "off"
LIKELY, UNLIKELY = 0.7, 0.3
"""Probabilities above which an objective is on track and below which it is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is known of the past and expected of the periods to come."""

    observed: pd.DataFrame
    modelled: pd.DataFrame
    forecast: pd.DataFrame | None
    """Published forecast of the outcomes under the plan."""
    drawn: Mapping[str, pd.DataFrame]
    """Outcome: the model's own predictive paths under the plan, one row per draw, one column per period."""
    plan: xr.Dataset | None
    frequency: Frequency
    seed: int


def objectives_table(params: RunParams, found: Mapping[str, KpiReading], outlook: Outlook) -> pd.DataFrame:
    """Tabulate objectives; their KPI is read over the quarter that ends at the deadline."""
    wanted = {} if params.steering is None else params.steering.objectives
    rows = []
    for name, objective in wanted.items():
        reading = found.get(objective.kpi)
        if reading is None:
            continue
        paths = values_at_deadline(objective, reading.kpi, outlook)
        chance = _share_reaching(objective, reading.kpi, paths)
        lower, upper = np.quantile(paths, [0.05, 0.95]) if len(paths) else (np.nan, np.nan)
        is_over = pd.Timestamp(objective.deadline) <= outlook.observed.index[-1]
        rows.append(
            {
                "objective": name,
                "kpi": objective.kpi,
                "level": reading.kpi.level,
                "owner": objective.owner,
                "baseline": objective.baseline,
                "target": objective.target,
                "deadline": pd.Timestamp(objective.deadline),
                "value": reading.value(),
                "expected": float(paths.mean()) if len(paths) else np.nan,
                "lower": lower,
                "upper": upper,
                "probability": chance,
                "status": _status(chance, is_over=is_over),
            }
        )
    return pd.DataFrame(rows, columns=list(TABLES["objectives"]))


def _status(probability: float, *, is_over: bool) -> str:
    if not np.isfinite(probability):
        return "no_data"
    if is_over:
        return REACHED if probability >= 0.5 else OFF
    if probability >= LIKELY:
        return ON_TRACK
    return OFF if probability < UNLIKELY else AT_RISK


def values_at_deadline(objective: Objective, kpi: Kpi, outlook: Outlook) -> FloatArray:
    """Give the KPI over the quarter that ends at the deadline, path by path.

    Empty where the deadline is too early for a quarter, or a fact of the KPI cannot be carried on.
    """
    deadline, quarter = pd.Timestamp(objective.deadline), QUARTER[outlook.frequency]
    ahead = periods_until(outlook.observed.index[-1], outlook.frequency, deadline)
    paths = joined_paths(outlook, ahead)
    periods = pd.DatetimeIndex(paths.index.unique("period"))
    until = periods[periods <= (ahead[-1] if len(ahead) else deadline)]
    if len(until) < quarter:
        return np.empty(0)
    window = Window(name="deadline", start=until[-quarter], last=until[-1], n_periods=quarter)
    database = open_facts(pd.DataFrame(index=periods), paths)
    values = draws_of(database, kpi.parsed, window).to_numpy(dtype=float)
    return np.asarray(values if np.isfinite(values).all() else [], dtype=np.float64)


def _share_reaching(objective: Objective, kpi: Kpi, values: FloatArray) -> float:
    if not len(values):
        return float("nan")
    is_reached = values >= objective.target if kpi.direction == "higher" else values <= objective.target
    return float(is_reached.mean())


def joined_paths(outlook: Outlook, ahead: pd.DatetimeIndex) -> pd.DataFrame:
    """Put the last two quarters and the future together, draw by draw.

    Modelled facts are carried on: the value of a customer as it is, incremental
    outcomes at last year's rate per euro of full cost.
    """
    observed, modelled = outlook.observed, outlook.modelled
    future = future_facts(
        observed,
        outlook.forecast,
        outlook.plan,
        ahead,
        drawn=outlook.drawn,
        frequency=outlook.frequency,
        seed=outlook.seed,
    )
    recent = observed.tail(2 * QUARTER[outlook.frequency])
    past = pd.concat(dict.fromkeys(range(N_DRAWS), recent), names=["draw"])
    paths = pd.concat([past, future]).sort_index()
    drawn = modelled.drop(index=MEAN, level="draw")
    year = observed.index[-YEAR[outlook.frequency] :]
    for name in modelled.columns:
        if name.endswith("_incremental"):
            in_year = drawn.loc[drawn.index.isin(year, level="period"), name].groupby("draw").sum()
            rate = in_year / observed.loc[year, "full_cost"].sum()
            carried = paths["full_cost"] * _by_draw(rate, paths.index)
        else:
            carried = _by_draw(drawn[name].groupby("draw").first(), paths.index)
        paths[name] = drawn[name].reindex(paths.index).fillna(carried)
    return paths


def _by_draw(values: "pd.Series[float]", index: pd.Index) -> "pd.Series[float]":
    return pd.Series(values.reindex(index.get_level_values("draw")).to_numpy(), index=index)
