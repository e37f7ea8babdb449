"""Facts: one row per period, one column per quantity that a KPI formula may name.

A quantity that was not measured in a period is missing, never zero.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from mmm.model.panel_values import labels, outcome_values, panel_values
from mmm.params import RunParams
from mmm.params.data import Frequency
from mmm.steering.aggregates import Table, daily, table_columns
from mmm.steering.audience_facts import CUSTOMERS, SEO, WEB, customers_there, seo_rows, web_rows
from mmm.steering.periods import period_end

DELIVERIES = ("impressions", "clicks", "conversions", "opens", "engagements")


def observed_facts(params: RunParams, tables: Mapping[str, Table], panel: xr.Dataset) -> pd.DataFrame:
    """Give every observed quantity per period of the panel, oldest first.

    Columns: `spend`, `full_cost`, `<channel>_spend`, `<channel>_full_cost`; `selling_cost`
    (the declared cost of selling to each new customer); each outcome (and its
    `<outcome>_margin` when it is money); each control; `impressions`, `clicks`,
    `conversions`, `opens`, `engagements` as the platforms count them, in total and as
    `<channel>_clicks`; `spend_with_clicks` and so on (spend of the rows where those are
    counted), also by channel; the funnel's stages; the facts of `WEB`, `SEO` and `CUSTOMERS`; `promoters`,
    `detractors`, `nps_answers`; `purchases` and `purchases_value` (transactions);
    `journeys_value` and `paid_journeys_value` (journeys converted in the period, the
    second by last touch on one of the channels).
    """
    periods = pd.DatetimeIndex(panel["period"].values, name="period")
    sums = _Sums(periods, params.calendar.frequency)
    parts = (
        _costs(panel, periods),
        _outcomes(params, panel, periods),
        _deliveries(tables, sums),
        _funnel(tables, sums),
        *(_summed(rows, sums) for rows in (web_rows(tables), seo_rows(tables))),
        customers_there(params, tables, periods, params.calendar.frequency),
        _satisfaction(tables, sums),
        _purchases(tables, sums),
        _journeys(params, tables, sums),
    )
    found = pd.concat(parts, axis="columns", sort=False)
    return found.loc[:, ~found.columns.duplicated()].astype(float)


class _Sums:
    """Sums rows into the panel's periods."""

    def __init__(self, periods: pd.DatetimeIndex, frequency: Frequency) -> None:
        self.periods = periods
        self.last_day = pd.Timestamp(period_end(periods[-1], frequency))

    def by_period(self, rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
        """Sum columns per period; missing where no row has a value."""
        dates = pd.to_datetime(rows["date"])
        inside = (dates >= self.periods[0]) & (dates < self.last_day + pd.Timedelta(days=1))
        kept = rows.loc[inside, columns].astype(float)
        place = self.periods.searchsorted(dates[inside], side="right") - 1
        return kept.groupby(self.periods[place]).sum(min_count=1).reindex(self.periods)


def _costs(panel: xr.Dataset, periods: pd.DatetimeIndex) -> pd.DataFrame:
    found = {}
    for name in ("spend", "full_cost"):
        by_channel = panel[name].sum("geo", skipna=False)
        found[name] = by_channel.sum("channel", skipna=False).to_numpy()
        for channel in panel["channel"].to_numpy():
            found[f"{channel}_{name}"] = by_channel.sel(channel=channel).to_numpy()
    return pd.DataFrame(found, index=periods)


def _outcomes(params: RunParams, panel: xr.Dataset, periods: pd.DatetimeIndex) -> pd.DataFrame:
    found = {}
    for name, declared in params.outcomes.items():
        found[name] = outcome_values(panel, name).to_numpy().astype(float)
        if declared.unit == "money":
            found[f"{name}_margin"] = found[name] * declared.margin_rate
    found["selling_cost"] = _selling_cost(params, found, len(periods))
    controls = panel_values(panel, "control")
    for name in () if controls is None else labels(panel, "control"):
        assert controls is not None
        of_control = controls.sel(control=name)
        found[name] = (of_control.mean("geo") if "geo" in of_control.dims else of_control).to_numpy()
    return pd.DataFrame(found, index=periods)


def _selling_cost(params: RunParams, outcomes: Mapping[str, Any], n_periods: int) -> Any:
    declared = params.customers
    if declared is None or declared.new_customers is None:
        return np.zeros(n_periods)
    return declared.sales_cost * outcomes[declared.new_customers]


def _of_content(tables: Mapping[str, Table], content: str) -> Iterator[pd.DataFrame]:
    for table in tables.values():
        if table.content == content:
            yield table.to_pandas()


def _deliveries(tables: Mapping[str, Table], sums: _Sums) -> pd.DataFrame:
    rows = media_rows(tables)
    counted = [name for name in DELIVERIES if name in rows and rows[name].notna().any()]
    found = sums.by_period(rows, counted) if counted else pd.DataFrame(index=sums.periods)
    for name in counted:
        with_count = rows[rows[name].notna()]
        found[f"spend_with_{name}"] = sums.by_period(with_count, ["spend"])["spend"]
    if {"impressions", "clicks"} <= set(counted):
        both = rows[rows["clicks"].notna()]
        found["impressions_with_clicks"] = sums.by_period(both, ["impressions"])["impressions"]
    for channel, of_channel in rows.groupby("channel"):
        paid_for = {
            f"spend_with_{name}": of_channel["spend"].where(of_channel[name].notna()) for name in counted
        }
        by_period = sums.by_period(of_channel.assign(rows=1.0, **paid_for), [*counted, *paid_for, "rows"])
        for name in counted:
            if by_period[name].notna().any():
                # no campaign delivers nothing; a campaign not counted is unknown
                for fact in (name, f"spend_with_{name}"):
                    found[f"{channel}_{fact}"] = by_period[fact].where(by_period["rows"].notna(), 0.0)
    return found


def media_rows(tables: Mapping[str, Table]) -> pd.DataFrame:
    """Give the rows of every media source together, whatever columns each has."""
    frames = [rows.drop(columns="row", errors="ignore") for rows in _of_content(tables, "media")]
    if not frames:
        return pd.DataFrame(columns=["date", "channel", "campaign", "spend"])
    return pd.concat([frame.dropna(axis="columns", how="all") for frame in frames], ignore_index=True)


def funnel_stages(tables: Mapping[str, Table]) -> tuple[str, ...]:
    """Give the funnel's stages, first to last."""
    return tuple(name for rows in _of_content(tables, "funnel") for name in _figures(rows))


def _figures(rows: pd.DataFrame) -> list[str]:
    return [str(name) for name in rows.columns if name not in {"row", "date"}]


def _funnel(tables: Mapping[str, Table], sums: _Sums) -> pd.DataFrame:
    frames = [sums.by_period(rows, _figures(rows)) for rows in _of_content(tables, "funnel")]
    return pd.concat(frames, axis="columns") if frames else pd.DataFrame(index=sums.periods)


def _summed(rows: pd.DataFrame, sums: _Sums) -> pd.DataFrame:
    columns = [str(name) for name in rows.columns if name != "date"]
    return sums.by_period(rows, columns) if columns else pd.DataFrame(index=sums.periods)


def _satisfaction(tables: Mapping[str, Table], sums: _Sums) -> pd.DataFrame:
    frames = list(_of_content(tables, "nps"))
    if not frames:
        return pd.DataFrame(index=sums.periods)
    rows = pd.concat(frames, ignore_index=True).dropna(subset=["score"])
    rows = rows[rows["score"].between(0, 10)]  # the others are findings, and no answer to the question
    counted = rows.assign(
        promoters=(rows["score"] >= 9).astype(float),
        detractors=(rows["score"] <= 6).astype(float),
        nps_answers=1.0,
    )
    found = sums.by_period(counted, ["promoters", "detractors", "nps_answers"])
    answered = found["nps_answers"].notna()
    between = answered.cummax() & answered[::-1].cummax()[::-1]
    return found.fillna(0.0).where(between)


def _purchases(tables: Mapping[str, Table], sums: _Sums) -> pd.DataFrame:
    for table in tables.values():
        if table.content == "transactions":
            rows = daily(table, "amount")
            columns = {"amount": "purchases_value", "rows": "purchases"}
            return sums.by_period(rows, list(columns)).rename(columns=columns)
    return pd.DataFrame(index=sums.periods)


def _journeys(params: RunParams, tables: Mapping[str, Table], sums: _Sums) -> pd.DataFrame:
    for table in tables.values():
        if table.content == "journeys" and "converted" in table_columns(table):
            rows = daily(table, "value", by="channel", only="converted")
            paid = rows[rows["channel"].isin(list(params.channels))]
            every = sums.by_period(rows, ["value"])["value"]
            of_channels = sums.by_period(paid, ["value"])["value"]
            none_paid = every.notna() & of_channels.isna()
            return pd.DataFrame(
                {"journeys_value": every, "paid_journeys_value": of_channels.mask(none_paid, 0.0)}
            )
    return pd.DataFrame(index=sums.periods)


def planned_facts(
    params: RunParams, planned: pd.DataFrame, targets: pd.DataFrame, periods: pd.DatetimeIndex
) -> pd.DataFrame:
    """Give `spend_plan` and `<outcome>_target` per period; missing where nothing is planned."""
    found = {"spend_plan": planned.groupby("date")["spend"].sum().reindex(periods)}
    for outcome in params.outcomes:
        rows = targets[targets["outcome"] == outcome]
        found[f"{outcome}_target"] = rows.groupby("date")["value"].sum().reindex(periods)
    return pd.DataFrame(found, index=periods).astype(float)


def fact_names(params: RunParams) -> tuple[str, ...]:
    """Give every name that a formula may hold, measured in this analysis or not."""
    counts = tuple(
        f"{channel}_{name}"
        for channel in params.channels
        for name in ("spend", "full_cost", *DELIVERIES, *(f"spend_with_{name}" for name in DELIVERIES))
    )
    outcomes = tuple(
        f"{name}{suffix}" for name in params.outcomes for suffix in ("", "_margin", "_incremental", "_target")
    )
    controls = tuple(
        name
        for source in params.sources.values()
        if source.content in {"control", "funnel"}
        for name in source.columns
        if name != "date"
    )
    return (*_ALWAYS, *counts, *outcomes, *controls)


_ALWAYS = (
    "spend",
    "full_cost",
    *DELIVERIES,
    *(f"spend_with_{name}" for name in DELIVERIES),
    *("visits", "leads", "mql", "sql", "sales"),
    "impressions_with_clicks",
    *WEB.values(),
    *SEO.values(),
    *CUSTOMERS,
    "selling_cost",
    *("promoters", "detractors", "nps_answers"),
    *("purchases", "purchases_value", "repurchase_rate"),
    *("journeys_value", "paid_journeys_value"),
    *("revenue", "revenue_margin", "revenue_incremental", "new_customers", "new_customers_incremental"),
    "revenue_target",
    "new_customers_target",
    "spend_plan",
    "ltv",
)
