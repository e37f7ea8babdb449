"""Alerts on abnormal variations: which series are watched, and what a run of odd periods becomes."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mmm.params import RunParams
from mmm.steering.abnormal import departures_of_many, false_discovery_mask
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
    frames = [
        judged[judged.index.isin(recent)].assign(kpi=name, level=observed[name].kpi.level)
        for series in _by_span(history[history["kpi"].isin(list(observed))], database.periods)
        for name, judged in departures_of_many(
            series, calendar.reindex(series.index), params.calendar.frequency, month
        ).items()
    ]
    judged = pd.concat(frames).rename_axis("period").reset_index() if frames else pd.DataFrame()
    if judged.empty:
        return []
    odd = pd.concat(
        group[false_discovery_mask(group["p_value"].to_numpy(dtype=float), rate)]
        for _, group in judged.groupby(["level", "period"], sort=True)
    )
    alerts = [
        _alert(observed[str(name)], run, database)
        for name, of_kpi in odd.sort_values("period").groupby("kpi", sort=True)
        for run in _runs(of_kpi, observed[str(name)], recent)
    ]
    return _with_tracking_losses(alerts, observed, params)


def _with_tracking_losses(
    alerts: list[Row], observed: Mapping[str, KpiReading], params: RunParams
) -> list[Row]:
    """Tell an outage of the measurement from one of the business: sales went on while a counter stopped."""
    outcomes = set(params.outcomes)
    of_sales = {name for name, reading in observed.items() if outcomes & set(reading.kpi.parsed.columns)}
    fallen = {
        row["period"] for row in alerts if row["subject"] in of_sales and row["value"] < row["expected"]
    }
    return [
        {**row, "shape": "tracking_loss"}
        if row["shape"] == "outage" and row["subject"] not in of_sales and row["period"] not in fallen
        else row
        for row in alerts
    ]


def _by_span(history: pd.DataFrame, periods: pd.DatetimeIndex) -> Iterator[pd.DataFrame]:
    """Give the series that were measured over the same periods together, one per column."""
    spans: dict[tuple[pd.Timestamp, pd.Timestamp], dict[str, pd.Series[float]]] = {}
    for name, of_kpi in history.groupby("kpi", sort=True):
        series = of_kpi.set_index("period")["value"]
        series = series.loc[unbroken(pd.DatetimeIndex(series.index), periods)]
        if len(series):
            spans.setdefault((series.index[0], series.index[-1]), {})[str(name)] = series
    for of_span in spans.values():
        yield pd.DataFrame(of_span)


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
        "shape": last["shape"],
    }


def _worth(reading: KpiReading, row: "pd.Series[Any]", database: FactsDatabase) -> float:
    window = Window(name="period", start=row["period"], last=row["period"], n_periods=1)
    return money_per_unit(reading.kpi, database, window)
