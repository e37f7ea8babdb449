"""SMART objectives: where each stands and the probability of reaching it by its deadline."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from mmm.errors import UserInputError
from mmm.params import RunParams, nearest
from mmm.params.data import Frequency
from mmm.params.deciding import Objective
from mmm.records import TABLES
from mmm.steering.database import draws_of, open_facts
from mmm.steering.future import future_facts, periods_until
from mmm.steering.kpi_values import KpiReading
from mmm.steering.modelled import MEAN, N_DRAWS
from mmm.steering.periods import QUARTER, YEAR, Window
from mmm.steering.reference import Kpi, KpiReference

REACHED, ON_TRACK, AT_RISK, OFF = "reached", "on_track", "at_risk", "off"
LIKELY, UNLIKELY = 0.7, 0.3
"""Probabilities above which an objective is on track and below which it is off."""


def check_objectives(params: RunParams, reference: KpiReference) -> None:
    """Refuse objectives on a KPI that the reference lacks, or that ask for less than the baseline.

    Raises
    ------
    UserInputError
        Every problem at once.
    """
    problems = []
    for name, objective in ({} if params.steering is None else params.steering.objectives).items():
        kpi = reference.kpis.get(objective.kpi)
        where = f"steering.objectives.{name}"
        if kpi is None:
            hint = nearest(objective.kpi, list(reference.kpis))
            problems.append(f"{where}.kpi: {objective.kpi} is not in {reference.file.name}, {hint}")
        elif kpi.gap(objective.baseline, objective.target) <= 0:
            problems.append(
                f"{where}: target {objective.target:g} is no better than baseline {objective.baseline:g} "
                f"where {kpi.direction} is better: correct one of them"
            )
    if problems:
        raise UserInputError(str(params.file), problems)


def objectives_table(
    params: RunParams,
    found: Mapping[str, KpiReading],
    observed: pd.DataFrame,
    modelled: pd.DataFrame,
    forecast: pd.DataFrame | None,
    plan: xr.Dataset | None,
) -> pd.DataFrame:
    """Tabulate objectives; their KPI is read over the quarter that ends at the deadline."""
    wanted = {} if params.steering is None else params.steering.objectives
    rows = []
    for name, objective in wanted.items():
        reading = found.get(objective.kpi)
        if reading is None:
            continue
        value = reading.value()
        chance = _probability(objective, reading.kpi, params, observed, modelled, forecast, plan)
        rows.append(
            {
                "objective": name,
                "kpi": objective.kpi,
                "level": reading.kpi.level,
                "owner": objective.owner,
                "baseline": objective.baseline,
                "target": objective.target,
                "deadline": pd.Timestamp(objective.deadline),
                "value": value,
                "probability": chance,
                "status": _status(chance, is_over=pd.Timestamp(objective.deadline) <= observed.index[-1]),
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


def _probability(
    objective: Objective,
    kpi: Kpi,
    params: RunParams,
    observed: pd.DataFrame,
    modelled: pd.DataFrame,
    forecast: pd.DataFrame | None,
    plan: xr.Dataset | None,
) -> float:
    frequency = params.calendar.frequency
    ahead = periods_until(observed.index[-1], frequency, pd.Timestamp(objective.deadline))
    future = future_facts(observed, forecast, plan, ahead, frequency, params.seed)
    paths = joined_paths(observed, modelled, future, frequency)
    periods = pd.DatetimeIndex(paths.index.unique("period"))
    periods = periods[periods <= (ahead[-1] if len(ahead) else pd.Timestamp(objective.deadline))]
    quarter = QUARTER[frequency]
    if len(periods) < quarter:
        return float("nan")
    window = Window(name="deadline", start=periods[-quarter], last=periods[-1], n_periods=quarter)
    values = draws_of(open_facts(pd.DataFrame(index=paths.index.unique("period")), paths), kpi.parsed, window)
    known = values.dropna()
    if len(known) < len(values) / 2 or known.empty:
        return float("nan")
    return float((kpi.direction == "higher") * (known >= objective.target).mean()) + float(
        (kpi.direction == "lower") * (known <= objective.target).mean()
    )


def joined_paths(
    observed: pd.DataFrame, modelled: pd.DataFrame, future: pd.DataFrame, frequency: Frequency
) -> pd.DataFrame:
    """Put the last year and the future together, draw by draw, with the modelled columns carried on.

    What media bring per euro of full cost over the last year is taken to hold ahead.
    """
    recent = observed.tail(2 * QUARTER[frequency])
    past = pd.concat(dict.fromkeys(range(N_DRAWS), recent), names=["draw"])
    paths = pd.concat([past, future]).sort_index()
    drawn = modelled.drop(index=MEAN, level="draw")
    for name in modelled.columns:
        known = drawn[name].reindex(paths.index)
        if name.endswith("_incremental"):
            year = drawn[name].unstack("period").iloc[:, -YEAR[frequency] :]
            cost = observed["full_cost"].reindex(year.columns).sum()
            rate = (year.sum(axis="columns") / cost).reindex(paths.index.get_level_values("draw")).to_numpy()
            ahead = pd.Series(rate * paths["full_cost"].to_numpy(), index=paths.index)
        else:
            ahead = drawn[name].groupby("draw").first().reindex(paths.index.get_level_values("draw"))
            ahead.index = paths.index
        paths[name] = known.fillna(ahead)
    return paths
