"""Experiments and campaigns beside the model: figures of one window brought to the model's, and back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import xarray as xr
from ibis import _

from mmm.attribution.campaigns import campaign_split
from mmm.attribution.methods import credits
from mmm.attribution.paths import JourneyRules, read_paths
from mmm.attribution.reconciliation import Measurement, combined, measurement
from mmm.customers import in_currency
from mmm.params import RunParams
from mmm.params.modelling import Experiment
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.sources import SourceTable

_BETWEEN = "\x1e"
_STATS = ("mean", "p05", "p95")


def share_in_window(contributions: pd.DataFrame, channel: str, start: date, end: date) -> float:
    """Give the share of a channel's modelled contribution that falls in periods starting in a window.

    Parameters
    ----------
    contributions
        Rows of one outcome, geo `all`.
    """
    own = contributions[contributions["component"] == channel]
    days = pd.to_datetime(own["period"])
    inside = days.between(pd.Timestamp(start), pd.Timestamp(end))
    total = float(own["mean"].sum())
    return float(own.loc[inside, "mean"].sum()) / total if total > 0 else float("nan")


def measured_by_experiments(
    experiments: Mapping[str, Experiment], contributions: pd.DataFrame | None
) -> dict[str, Measurement]:
    """Give what experiments measured, by channel, brought to the whole calendar as the model spreads it.

    Several experiments on a channel are weighed by their precisions. One that measured no positive
    effect, or in whose window the model sees nothing, says nothing here.
    """
    found: dict[str, Measurement] = {}
    if contributions is None or contributions.empty:
        return found
    for tested in experiments.values():
        share = share_in_window(contributions, tested.channel, tested.start, tested.end)
        if not share > 0:
            continue
        one = measurement(tested.incremental / share, tested.low / share, tested.high / share)
        if one is not None:
            found[tested.channel] = combined(one, found.get(tested.channel))
    return found


def campaign_table(
    params: RunParams,
    tables: "Mapping[str, SourceTable]",
    panel: xr.Dataset,
    summary: pd.DataFrame | None,
    contributions: pd.DataFrame | None,
) -> pd.DataFrame:
    """Split the model's totals over campaigns as journeys do, over the time that journeys cover.

    Parameters
    ----------
    params, tables
        Of the run; journeys say each touch's campaign, media sources what each campaign spent.
    panel
        Full cost and spend by channel and period.
    summary, contributions
        Rows of one outcome, geo `all`; None without a model.

    Returns
    -------
    DataFrame
        See `campaign_split`; empty where journeys name no campaign or nothing was modelled.
    """
    empty = pd.DataFrame(columns=list(TABLES["campaign_split"]))
    asked = params.attribution
    if asked is None or summary is None or contributions is None or contributions.empty:
        return empty
    touches = tables[asked.source].table
    if "campaign" not in touches.columns:
        return empty
    known = touches.drop_null(["campaign", "date"])
    named = known.filter(known.channel.isin(list(params.channels)))
    seen = named.aggregate(first=_.date.cast("date").min(), last=_.date.cast("date").max()).execute()
    if pd.isna(seen["first"].iloc[0]):
        return empty
    start = max(pd.Timestamp(seen["first"].iloc[0]).date(), params.calendar.start)
    end = min(pd.Timestamp(seen["last"].iloc[0]).date(), params.calendar.end)
    rules = JourneyRules(
        lookback_days=asked.lookback_days,
        session_minutes=asked.session_minutes,
        half_life_days=asked.half_life_days,
    )
    credited = _credited(touches, asked.source, rules, list(params.channels))
    inside = [share_in_window(contributions, str(name), start, end) for name in summary["channel"]]
    within = summary.assign(
        **{f"contribution_{stat}": summary[f"contribution_{stat}"] * inside for stat in _STATS}
    )
    return campaign_split(within, credited, _costs(params, tables, panel, start, end))


def _credited(touches: ibis.Table, source: str, rules: JourneyRules, channels: Sequence[str]) -> pd.DataFrame:
    """Conversions by channel and campaign: Markov on touches told apart by campaign."""
    both = _.channel.concat(_BETWEEN, _.campaign).coalesce(_.channel)
    paths = read_paths(touches.mutate(channel=both), source, rules)
    earned = credits(paths)["markov"].conversions
    parts = pd.DataFrame(
        [name.split(_BETWEEN) for name in paths.channels if _BETWEEN in name], columns=["channel", "campaign"]
    )
    parts["conversions"] = [
        amount for name, amount in zip(paths.channels, earned, strict=True) if _BETWEEN in name
    ]
    return parts[parts["channel"].isin(channels)]


def _costs(
    params: RunParams, tables: "Mapping[str, SourceTable]", panel: xr.Dataset, start: date, end: date
) -> dict[tuple[str, str], float]:
    """Full cost by channel and campaign in a window: a campaign bears fees in proportion to its spend."""
    spent: dict[tuple[str, str], float] = {}
    for name, source in tables.items():
        if source.content != "media" or not {"campaign", "spend"} <= set(source.table.columns):
            continue
        lines = in_currency(source.table, "spend", params, name)
        inside = lines.filter(lines.date >= ibis.literal(start), lines.date <= ibis.literal(end))
        summed = inside.group_by("channel", "campaign").aggregate(spend=_.spend.sum()).execute()
        for row in summed.dropna().to_dict("records"):
            key = (str(row["channel"]), str(row["campaign"]))
            spent[key] = spent.get(key, 0.0) + float(row["spend"])
    periods = panel["period"].to_numpy().astype("datetime64[D]")
    within = (periods >= np.datetime64(start)) & (periods <= np.datetime64(end))
    totals = panel[["full_cost", "spend"]].isel(period=within).sum(["geo", "period"])
    ratio = (totals["full_cost"] / totals["spend"].where(totals["spend"] > 0)).fillna(1.0)
    known = set(ratio["channel"].to_numpy().tolist())
    return {key: cost * float(ratio.sel(channel=key[0])) for key, cost in spent.items() if key[0] in known}
