"""Modelled facts: what the model says per period, with draws, so that a KPI has an interval."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

FloatArray = npt.NDArray[np.float64]
N_DRAWS = 400
MEAN = -1
"""Number of the row that holds the posterior mean, beside draws 0, 1, 2, ..."""
_Z90 = 1.6448536269514722


def modelled_facts(
    run_tables: Mapping[str, pd.DataFrame],
    periods: pd.DatetimeIndex,
    channels: tuple[str, ...],
    seed: int,
    *,
    contributions: Mapping[str, xr.DataArray] | None = None,
) -> pd.DataFrame:
    """Give the modelled quantities by draw and period.

    Columns: `<outcome>_incremental` (what all media brought in the period) and `ltv`
    (value of a customer, the same in every period). Without the posterior's own draws
    (`contributions`), they are drawn from the published intervals: one rank for all
    periods of a channel, channels independent.

    Parameters
    ----------
    run_tables
        `contributions`, `cac` or `customers`, as published; those missing give no column.
    contributions
        Outcome: draws with dims draw, geo, period, component.

    Returns
    -------
    DataFrame
        Index (draw, period); draw -1 is the mean.
    """
    ranks, drawn = _Ranks(np.random.default_rng(seed)), contributions or {}
    published = run_tables.get("contributions", pd.DataFrame(columns=["outcome"]))
    columns: dict[str, FloatArray] = {}
    for outcome, rows in published.groupby("outcome", sort=True):
        values = _from_intervals(rows, periods, channels, ranks)
        if outcome in drawn:  # the mean stays the published one: a figure is the same on every page
            values[1:] = _from_draws(drawn[str(outcome)], periods, channels)
        columns[f"{outcome}_incremental"] = values
    value = customer_value(run_tables)
    if value is not None:
        lifetime = np.concatenate([[value["mean"]], ranks.drawn(value["p05"], value["mean"], value["p95"])])
        columns["ltv"] = np.repeat(lifetime[:, None], len(periods), axis=1)
    index = pd.MultiIndex.from_product([range(MEAN, N_DRAWS), periods], names=["draw", "period"])
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()}, index=index)


class _Ranks:
    """Draws of independent quantities from their published intervals, evenly spread."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def drawn(self, p05: Any, p50: Any, p95: Any) -> FloatArray:
        """Draw one rank for all the values given: shape (draws, *shape of p50)."""
        from scipy.special import ndtri  # noqa: PLC0415 - only where there is no posterior at hand

        score = ndtri((self._rng.permutation(N_DRAWS) + 0.5) / N_DRAWS)
        low, middle, high = (np.asarray(values, dtype=float) for values in (p05, p50, p95))
        score = score.reshape((-1, *(1 for _ in middle.shape)))
        side = np.where(score < 0, middle - low, high - middle) / _Z90
        return np.asarray(middle + side * score)


def _from_intervals(
    table: pd.DataFrame, periods: pd.DatetimeIndex, channels: tuple[str, ...], ranks: _Ranks
) -> FloatArray:
    total = np.zeros((N_DRAWS + 1, len(periods)))
    of_media = table[table["component"].isin(channels) & table["geo"].isin(_geos(table))]
    for _, rows in of_media.groupby("component", sort=True):
        stats = rows.groupby("period")[["mean", "p05", "p50", "p95"]].sum().reindex(periods)
        total[0] += stats["mean"].to_numpy()
        total[1:] += ranks.drawn(stats["p05"], stats["p50"], stats["p95"])
    return total


def _geos(table: pd.DataFrame) -> list[str]:
    """The rows of the whole market: geo `all` when there, otherwise every geo."""
    geos = table["geo"].unique()
    return ["all"] if "all" in geos else list(geos)


def _from_draws(drawn: xr.DataArray, periods: pd.DatetimeIndex, channels: tuple[str, ...]) -> FloatArray:
    known = [name for name in channels if name in drawn["component"].to_numpy()]
    total = drawn.sel(component=known).sum("component").sum("geo").transpose("draw", "period")
    values = np.asarray(total.reindex(period=periods).to_numpy(), dtype=float)
    kept = np.linspace(0, len(values) - 1, N_DRAWS).round().astype(int)
    return np.asarray(values[kept], dtype=np.float64)


def customer_value(run_tables: Mapping[str, pd.DataFrame]) -> dict[str, float] | None:
    """Give the LTV of an average customer with its interval, as published."""
    for name in ("cac", "customers"):
        row = all_customers(run_tables.get(name))
        if row is not None and np.isfinite(float(row["ltv_mean"])):
            return {stat: float(row[f"ltv_{stat}"]) for stat in ("mean", "p05", "p95")}
    return None


def all_customers(table: pd.DataFrame | None) -> "pd.Series[Any] | None":
    """Give the row of a customers' table that is about everybody."""
    if table is None or table.empty:
        return None
    rows = table[(table["segment"] == "all") & (table["channel"] == "all")]
    return None if rows.empty else rows.iloc[0]
