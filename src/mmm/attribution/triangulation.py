"""Model, journeys and platforms side by side: where they agree on a channel's share, and where not.

Every column is a share of the same paid channels, so that figures compare:
journeys through channels without a media cost (direct, organic) are left aside
and the rest adds up to 1. A channel that leaves no touch is unknown to journeys,
not worth nothing.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm.attribution.reconciliation import Measurement
from mmm.params import RunParams
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.sources import SourceTable

METHOD = "markov"
"""Method that stands for journeys."""
UNKNOWN = float("nan")


def triangulation_table(
    attribution: pd.DataFrame,
    channel_summary: pd.DataFrame | None,
    platform_totals: Mapping[str, float],
    channels: Sequence[str],
    experiments: Mapping[str, Measurement] | None = None,
) -> pd.DataFrame:
    """Tabulate shares by channel and how far they agree.

    Parameters
    ----------
    attribution
        What `attribution_table` gives.
    channel_summary
        Rows of one outcome, geo `all`; None without a model.
    platform_totals
        Conversions that platforms claim, by channel; only channels that report them.
    channels
        Paid channels, in the order wanted.
    experiments
        log of the contribution that tests measured, on the model's total, by channel. Shown as a share
        of what the model gives all these channels.

    Returns
    -------
    DataFrame
        `agreement` is a text key, `agreement.<word>`: agree, journeys_higher, journeys_lower,
        not_in_journeys, no_model. The judgement compares intervals among channels that both see.
    """
    journeys = attribution[attribution["method"] == METHOD].set_index("channel").reindex(list(channels))
    seen = journeys["share"].notna().to_numpy()
    model = _model(channel_summary, channels)
    platform = pd.Series(dict(platform_totals), dtype=float).reindex(list(channels))
    total = float(model["mean"].sum())
    tested = {name: float(np.exp(one.log_mean)) for name, one in (experiments or {}).items()}
    rows = {
        "channel": list(channels),
        "model": model["mean"].to_numpy() / total,
        "experiment": [tested[name] / total if name in tested else UNKNOWN for name in channels],
        "journeys": _shares(journeys["share"]),
        "platform": _shares(platform),
        "agreement": _agreement(model, journeys, seen),
    }
    return pd.DataFrame(rows)[list(TABLES["triangulation"])]


def media_totals(params: RunParams, tables: "Mapping[str, SourceTable]") -> dict[str, float]:
    """Conversions that platforms claim by channel over the calendar; channels without a figure are absent."""
    totals: dict[str, float] = {}
    for source in tables.values():
        if source.content != "media" or "conversions" not in source.table.columns:
            continue
        lines = source.table
        inside = (lines.date >= params.calendar.start) & (lines.date <= params.calendar.end)
        counted = (
            lines.filter(inside, lines.channel.isin(list(params.channels)))
            .group_by("channel")
            .aggregate(conversions=lines.conversions.sum())
            .order_by("channel")
            .execute()
        )
        for channel, conversions in counted.dropna().itertuples(index=False):
            totals[channel] = totals.get(channel, 0.0) + float(conversions)
    return totals


def _model(channel_summary: pd.DataFrame | None, channels: Sequence[str]) -> pd.DataFrame:
    columns = {f"contribution_{stat}": stat for stat in ("mean", "p05", "p95")}
    if channel_summary is None or channel_summary.empty:
        return pd.DataFrame(UNKNOWN, index=list(channels), columns=list(columns.values()))
    by_channel = channel_summary.set_index("channel")[list(columns)].rename(columns=columns)
    return by_channel.reindex(list(channels))


def _shares(figures: "pd.Series[float]") -> NDArray[np.float64]:
    """Shares of what is known; unknown where the channel reports nothing."""
    total = figures.sum()
    return np.asarray(figures / total if total > 0 else figures * UNKNOWN, dtype=np.float64)


def _agreement(model: pd.DataFrame, journeys: pd.DataFrame, seen: NDArray[np.bool_]) -> list[str]:
    """Compare intervals of shares among the channels that journeys can see."""
    both = model[seen]
    model_total, journey_total = both["mean"].sum(), journeys["share"].sum()
    words = []
    for position, channel in enumerate(model.index):
        if np.isnan(model.loc[channel, "mean"]):
            words.append("no_model")
        elif not seen[position]:
            words.append("not_in_journeys")
        else:
            low, high = (model.loc[channel, stat] / model_total for stat in ("p05", "p95"))
            lower, upper = (journeys.loc[channel, limit] / journey_total for limit in ("lower", "upper"))
            words.append("journeys_higher" if lower > high else "journeys_lower" if upper < low else "agree")
    return [f"agreement.{word}" for word in words]
