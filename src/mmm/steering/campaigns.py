"""Campaigns of the last quarter: cost, volume, cost per result, trend, status."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mmm.params.data import Frequency
from mmm.records import TABLES
from mmm.steering.aggregates import Table
from mmm.steering.facts import DELIVERIES, media_rows
from mmm.steering.periods import MONTH, QUARTER, period_end

DEAR, CHEAP = 1.3, 0.8
"""Cost per result over the channel's: above the first a campaign is dear, below the second efficient."""


def campaigns_table(
    tables: Mapping[str, Table], periods: pd.DatetimeIndex, frequency: Frequency
) -> pd.DataFrame:
    """Tabulate the campaigns that spent in the last quarter, largest spend first.

    `cpc` and `cpa` are media spend per click and per conversion that the platform
    claims. `trend` is the change of the cost per result (conversion, else click) over
    the last month against the month before; missing without both. `status` compares
    that cost with the channel's: efficient, in_line, dear; ended when nothing was spent
    in the last month; not_measured when neither clicks nor conversions are counted.
    """
    rows = media_rows(tables)
    if rows.empty or "campaign" not in rows:
        return pd.DataFrame(columns=list(TABLES["campaigns"]))
    dates = pd.to_datetime(rows["date"])
    rows = rows.assign(date=dates, **{name: rows.get(name, np.nan) for name in DELIVERIES})
    end = pd.Timestamp(period_end(periods[-1], frequency))
    recent = rows[(dates >= periods[-min(QUARTER[frequency], len(periods))]) & (dates <= end)]
    table = _totals(recent, ["channel", "campaign"])
    table = table[table["spend"] > 0]
    table["share_of_spend"] = table["spend"] / table["spend"].sum()
    month = _totals(recent[recent["date"] >= periods[-MONTH[frequency]]], ["channel", "campaign"])
    table["trend"] = _trend(recent, month, periods, frequency).reindex(table.index)
    table["status"] = _statuses(table, _totals(recent, ["channel"]), month)
    ordered = table.reset_index().sort_values(["spend", "campaign"], ascending=[False, True])
    return ordered[list(TABLES["campaigns"])].reset_index(drop=True)


def _totals(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    found = rows.groupby(keys)[["spend", *DELIVERIES]].sum(min_count=1)
    found["ctr"] = found["clicks"] / found["impressions"].replace(0, np.nan)
    found["cpc"] = found["spend"] / found["clicks"].replace(0, np.nan)
    found["cpa"] = found["spend"] / found["conversions"].replace(0, np.nan)
    return found


def _cost_per_result(totals: pd.DataFrame) -> "pd.Series[float]":
    return totals["cpa"].fillna(totals["cpc"])


def _trend(
    rows: pd.DataFrame, month: pd.DataFrame, periods: pd.DatetimeIndex, frequency: Frequency
) -> "pd.Series[float]":
    n_periods = MONTH[frequency]
    if len(periods) < 2 * n_periods:
        return pd.Series(dtype=float)
    before = rows[(rows["date"] >= periods[-2 * n_periods]) & (rows["date"] < periods[-n_periods])]
    return _cost_per_result(month) / _cost_per_result(_totals(before, ["channel", "campaign"])) - 1


def _statuses(table: pd.DataFrame, channels: pd.DataFrame, month: pd.DataFrame) -> list[str]:
    usual = _cost_per_result(channels).reindex(table.index.get_level_values("channel")).to_numpy()
    relative = _cost_per_result(table).to_numpy() / usual
    still = month["spend"].reindex(table.index).fillna(0.0).to_numpy() > 0
    return [_status(float(cost), bool(runs)) for cost, runs in zip(relative, still, strict=True)]


def _status(relative_cost: float, is_running: bool) -> str:
    if not is_running:
        return "ended"
    if not np.isfinite(relative_cost):
        return "not_measured"
    if relative_cost > DEAR:
        return "dear"
    return "efficient" if relative_cost < CHEAP else "in_line"
