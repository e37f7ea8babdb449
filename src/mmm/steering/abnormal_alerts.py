"""Alerts on abnormal variations: which series are watched, and what a run of odd periods becomes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mmm.params import RunParams
from mmm.steering.abnormal import departures, false_discovery_mask
from mmm.steering.alerts import ABNORMAL, GOOD_SURPRISE, Row
from mmm.steering.database import FactsDatabase
from mmm.steering.kpi_values import KpiReading, money_per_unit
from mmm.steering.periods import MONTH, Window
from mmm.texts import say


def abnormal_alerts(
    found: Mapping[str, KpiReading],
    history: pd.DataFrame,
    calendar: pd.DataFrame,
    database: FactsDatabase,
    params: RunParams,
) -> list[Row]:
    """Alert on abnormal variations of observed KPIs over the last month, false discoveries held.

    Benjamini and Hochberg's procedure works within a level and a period. Consecutive
    odd periods of a KPI are one alert, of the newest period, whose money is their sum.
    """
    rate = 0.1 if params.steering is None else params.steering.false_discovery_rate
    observed = {
        name: reading
        for name, reading in found.items()
        if set(reading.kpi.parsed.columns) <= set(database.observed)
    }
    month = MONTH[params.calendar.frequency]
    recent = database.periods[-min(month, len(database.periods)) :]
    frames = []
    for name, reading in observed.items():
        series = history.loc[history["kpi"] == name].set_index("period")["value"]
        series = series.loc[unbroken(pd.DatetimeIndex(series.index), database.periods)]
        judged = departures(series, calendar.reindex(series.index), params.calendar.frequency, month)
        frames.append(judged[judged.index.isin(recent)].assign(kpi=name, level=reading.kpi.level))
    judged = pd.concat(frames).rename_axis("period").reset_index() if frames else pd.DataFrame()
    if judged.empty:
        return []
    odd = pd.concat(
        group[false_discovery_mask(group["p_value"].to_numpy(dtype=float), rate)]
        for _, group in judged.groupby(["level", "period"], sort=True)
    )
    return [
        _alert(observed[str(name)], run, database)
        for name, of_kpi in odd.sort_values("period").groupby("kpi", sort=True)
        for run in _runs(of_kpi, observed[str(name)], recent)
    ]


def unbroken(index: pd.DatetimeIndex, periods: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Give the last run of periods without a gap."""
    known = np.flatnonzero(periods.isin(index))
    breaks = np.flatnonzero(np.diff(known) > 1)
    return periods[known[breaks[-1] + 1 :]] if len(breaks) else periods[known]


def _runs(odd: pd.DataFrame, reading: KpiReading, recent: pd.DatetimeIndex) -> list[pd.DataFrame]:
    """Split the odd periods of one KPI where they stop following each other or change side."""
    place = pd.Series(recent.get_indexer(pd.DatetimeIndex(odd["period"])), index=odd.index)
    is_bad = pd.Series(_is_bad(odd, reading), index=odd.index)
    is_new = (place.diff() != 1) | (is_bad != is_bad.shift())
    return [run for _, run in odd.groupby(is_new.cumsum())]


def _is_bad(odd: pd.DataFrame, reading: KpiReading) -> list[bool]:
    pairs = odd[["value", "expected"]].to_numpy(dtype=float).tolist()
    return [reading.kpi.gap(value, expected) > 0 for value, expected in pairs]


def _alert(reading: KpiReading, run: pd.DataFrame, database: FactsDatabase) -> Row:
    kpi, last = reading.kpi, run.iloc[-1]
    is_bad = _is_bad(run, reading)[-1]
    kind = ABNORMAL if is_bad else GOOD_SURPRISE
    money = [
        abs(row["value"] - row["expected"]) * _worth(reading, row, database) for _, row in run.iterrows()
    ]
    return {
        "alert": f"{kind}/{reading.name}/{run['period'].iloc[0]:%Y-%m-%d}",
        "kind": kind,
        "level": kpi.level,
        "subject": reading.name,
        "period": last["period"],
        **{name: last[name] for name in ("value", "expected", "lower", "upper")},
        "money_at_stake": float(np.sum(money)),
        "action": kpi.action.en if is_bad else say("alert.good_surprise.action", "en"),
        "owner": kpi.owner,
        "since": run["period"].iloc[0],
    }


def _worth(reading: KpiReading, row: "pd.Series[Any]", database: FactsDatabase) -> float:
    window = Window(name="period", start=row["period"], last=row["period"], n_periods=1)
    return money_per_unit(reading.kpi, database, window)
