"""Full cost by period and channel: media, commission, fixed fees spread by days.

A fee row covers the calendar month of its date, or the year, the week or the
day, whichever the dates of its source are spaced by. A fee of channel `all` is
shared by the spend of the period, or by total spend where a period has none.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from mmm.panel.geos import has_geo, places
from mmm.panel.money import summed
from mmm.params import RunParams
from mmm.quality.periods import Periods

if TYPE_CHECKING:
    from mmm.sources import SourceTable

ALL = "all"
_HELD_DAYS = 91
FloatArray = npt.NDArray[np.float64]


def of_content(tables: "Mapping[str, SourceTable]", content: str) -> "list[SourceTable]":
    """Give the sources of one content, in the order declared."""
    return [table for table in tables.values() if table.content == content]


def spend_by_period(
    params: RunParams, tables: "Mapping[str, SourceTable]", content: str, span: Periods
) -> pd.DataFrame:
    """Sum spend by period start and channel, inside the analysis or not."""
    parts = []
    for source in of_content(tables, content):
        table = source.table if "currency" in source.table.columns else source.table.mutate(currency=_null())
        parts.append(summed(table, "spend", ("date", "channel"), params))
    rows = (
        pd.concat(parts) if parts else pd.DataFrame({"date": pd.to_datetime([]), "channel": [], "spend": []})
    )
    rows = rows.assign(date=span.start_of(rows["date"]))
    return rows.groupby(["date", "channel"])[["spend"]].sum().reset_index()


def spend_by_geo(
    params: RunParams, tables: "Mapping[str, SourceTable]", content: str, span: Periods
) -> pd.DataFrame:
    """Sum spend by period start, channel and place of the geo; -1 where a source does not say."""
    parts = []
    for source in of_content(tables, content):
        table = source.table if "currency" in source.table.columns else source.table.mutate(currency=_null())
        if has_geo(source):
            rows = summed(table, "spend", ("date", "channel", "geo"), params)
            parts.append(rows.assign(place=places(params, rows["geo"])).drop(columns="geo"))
        else:
            parts.append(summed(table, "spend", ("date", "channel"), params).assign(place=-1))
    empty = pd.DataFrame({"date": pd.to_datetime([]), "channel": [], "spend": [], "place": []})
    rows = pd.concat(parts) if parts else empty
    rows = rows.assign(date=span.start_of(rows["date"]))
    return rows.groupby(["date", "channel", "place"])[["spend"]].sum().reset_index()


def grid_by_geo(rows: pd.DataFrame, span: Periods, channels: list[str], split: FloatArray) -> FloatArray:
    """Lay spend out as (geo, period, channel).

    Parameters
    ----------
    split : ndarray of shape (geo, channel)
        How spend of the whole market falls on geos; each column sums to 1.
    """
    together = grid(rows[rows["place"] < 0], span, channels)
    own = [grid(rows[rows["place"] == at], span, channels) for at in range(len(split))]
    return np.asarray(split[:, None, :] * together + np.stack(own))


def _null() -> object:
    import ibis  # noqa: PLC0415

    return ibis.null("string")


def grid(rows: pd.DataFrame, span: Periods, channels: list[str]) -> FloatArray:
    """Lay spend out as (period, channel); nothing reported is no spend."""
    wide = rows.pivot_table(index="date", columns="channel", values="spend", aggfunc="sum")
    return wide.reindex(index=span.starts, columns=channels).fillna(0.0).to_numpy(dtype=float)


def fixed_cost(
    params: RunParams, tables: "Mapping[str, SourceTable]", span: Periods, spend: FloatArray, *, hold: bool
) -> FloatArray:
    """Spread fixed fees by days over (period, channel).

    With `hold`, days after the last fee of a source take its daily average of
    the last 91 days known: a plan pays its tools and its agency too.
    """
    channels = list(params.channels)
    daily = np.zeros((len(span.days), len(channels) + 1))
    for source in of_content(tables, "fees"):
        fees = summed(source.table, "amount", ("date", "channel"), params)
        if not fees.empty:
            daily += _daily(fees, span.days, [*channels, ALL], hold=hold)
    by_period = np.zeros((len(span), len(channels) + 1))
    np.add.at(by_period, span.position_of_days, daily)
    return by_period[:, :-1] + by_period[:, -1:] * _spend_shares(spend)


def _daily(fees: pd.DataFrame, days: pd.DatetimeIndex, channels: list[str], *, hold: bool) -> FloatArray:
    unit = _unit(fees["date"])
    covered = pd.DatetimeIndex(fees["date"]).to_period(unit)
    length = (covered.end_time.normalize() - covered.start_time).days + 1
    known = pd.DataFrame({"unit": covered, "channel": fees["channel"], "per_day": fees["amount"] / length})
    wide = known.pivot_table(index="unit", columns="channel", values="per_day", aggfunc="sum")
    unknown = set(wide.columns) - set(channels)
    if unknown:
        raise ValueError(f"fees of unknown channels {sorted(unknown)}: quality.gate was not called")
    wide = wide.reindex(columns=channels).fillna(0.0)
    last = covered.max().end_time.normalize()
    all_days = pd.date_range(covered.min().start_time, max(last, days[-1]), freq="D")
    per_day = wide.reindex(all_days.to_period(unit)).fillna(0.0).to_numpy()
    if hold:
        is_known = np.asarray(all_days <= last)
        usual = per_day[is_known][-_HELD_DAYS:].mean(axis=0)
        per_day = np.where(is_known[:, None], per_day, usual)
    return pd.DataFrame(per_day, index=all_days).reindex(days).fillna(0.0).to_numpy()


def _unit(dates: pd.Series) -> str:
    """Give what one row covers: a year, a month, a week ending as it starts, or a day."""
    distinct = dates.drop_duplicates().sort_values()
    gap = distinct.diff().dt.days.min()
    if pd.isna(gap) or 27 < gap < 360:
        return "M"
    if gap >= 360:
        return "Y"
    weekly = gap == 7 and len(set(distinct.dt.day_of_week)) == 1
    last_day = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"][distinct.dt.day_of_week.iloc[0]]
    return f"W-{last_day}" if weekly else "D"


def _spend_shares(spend: FloatArray) -> FloatArray:
    total = spend.sum(axis=1, keepdims=True)
    overall = spend.sum(axis=0)
    fallback = overall / overall.sum() if overall.sum() > 0 else np.full(spend.shape[1], 1 / spend.shape[1])
    return np.where(total > 0, spend / np.where(total > 0, total, 1.0), fallback)


def fee_rates(params: RunParams) -> FloatArray:
    """Give the agency commission of each channel, as a share of media spend."""
    return np.array([channel.fee_rate for channel in params.channels.values()])
