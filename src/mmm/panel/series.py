"""Outcomes, controls, plan and targets by period."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mmm.panel.costs import of_content, spend_by_period
from mmm.panel.geos import geo_names, has_geo, places
from mmm.panel.money import rate_of, rates
from mmm.params import RunParams
from mmm.quality.periods import Periods, periods

if TYPE_CHECKING:
    from mmm.sources import SourceTable

FloatArray = npt.NDArray[np.float64]


def outcome_values(params: RunParams, tables: "Mapping[str, SourceTable]", span: Periods) -> FloatArray:
    """Sum each outcome as (outcome, geo, period); a period without rows is NaN, never zero."""
    n_geos = len(geo_names(params))
    values = np.full((len(params.outcomes), n_geos, len(span)), np.nan)
    for at, (name, outcome) in enumerate(params.outcomes.items()):
        currency = params.sources[outcome.source].currency if outcome.unit == "money" else None
        source = tables[outcome.source]
        for geo, series in _by_place(params, source, name, span, "sum"):
            rate = rate_of(currency, rates(params))
            values[at, geo] = series.reindex(span.starts).to_numpy(dtype=float) * rate
    return values


def control_values(
    params: RunParams, tables: "Mapping[str, SourceTable]", span: Periods, *, hold: bool
) -> FloatArray:
    """Average each control as (geo, period, control); one without geos is the same in all.

    With `hold`, periods after the data keep the last known value.
    """
    values = np.full((len(geo_names(params)), len(span), len(params.model.controls)), np.nan)
    for at, name in enumerate(params.model.controls):
        source = next((table for table in of_content(tables, "control") if name in table.columns), None)
        if source is None:
            raise ValueError(f"no control source has {name}: params.references was not checked")
        for geo, found in _by_place(params, source, name, span, "mean"):
            series = found.reindex(found.index.union(span.starts)).ffill() if hold else found
            values[geo, :, at] = series.reindex(span.starts).to_numpy(dtype=float)
    return values


def _by_place(
    params: RunParams, source: "SourceTable", column: str, span: Periods, how: Literal["sum", "mean"]
) -> "Iterator[tuple[int, pd.Series]]":
    """Give the series of each geo; that of a source without geos is the same in all."""
    if not has_geo(source):
        series = _by_period(source, column, span, how)
        yield from ((place, series) for place in range(len(geo_names(params))))
        return
    table = source.table
    known = table.date.notnull() & table[column].notnull()  # noqa: PD004 - ibis
    frame: pd.DataFrame = table.filter(known).select("date", "geo", column).execute()
    place = places(params, frame["geo"])
    for at in range(len(geo_names(params))):
        rows = frame[(place == at).to_numpy()]
        by_start = rows.set_index(span.start_of(rows["date"]))[column].groupby(level=0)
        yield at, (by_start.sum() if how == "sum" else by_start.mean()).sort_index()


def _by_period(source: "SourceTable", column: str, span: Periods, how: Literal["sum", "mean"]) -> pd.Series:
    table = source.table
    known = table.date.notnull() & table[column].notnull()  # noqa: PD004 - ibis
    frame: pd.DataFrame = table.filter(known).select("date", column).execute()
    by_start = frame.set_index(span.start_of(frame["date"]))[column].groupby(level=0)
    return (by_start.sum() if how == "sum" else by_start.mean()).sort_index()


def planned(params: RunParams, tables: "Mapping[str, SourceTable]") -> pd.DataFrame:
    """Give planned media spend, past and future: date (period start), channel, spend."""
    rows = spend_by_period(params, tables, "plan", periods(params.calendar))
    return rows[["date", "channel", "spend"]]


def targets(params: RunParams, tables: "Mapping[str, SourceTable]") -> pd.DataFrame:
    """Give what outcomes should be, past and future: date (period start), outcome, value."""
    span, parts = periods(params.calendar), []
    for source in of_content(tables, "target"):
        for name, outcome in params.outcomes.items():
            if name not in source.columns:
                continue
            currency = params.sources[source.name].currency if outcome.unit == "money" else None
            series = _by_period(source, name, span, "sum") * rate_of(currency, rates(params))
            parts.append(pd.DataFrame({"date": series.index, "outcome": name, "value": series.to_numpy()}))
    if not parts:
        return pd.DataFrame({"date": pd.to_datetime([]), "outcome": [], "value": []})
    return pd.concat(parts, ignore_index=True)
