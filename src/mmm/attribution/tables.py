"""The journeys' part of a run in one call: credit by method, and beside it what model and platforms say."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import xarray as xr

from mmm.attribution.bootstrap import share_intervals
from mmm.attribution.checks import path_checks
from mmm.attribution.evidence import campaign_table, measured_by_experiments
from mmm.attribution.markov import choose_order
from mmm.attribution.methods import credits, shares_of
from mmm.attribution.paths import JourneyPaths, JourneyRules, read_paths
from mmm.attribution.reconciliation import reconciliation_table
from mmm.attribution.triangulation import media_totals, triangulation_table
from mmm.customers import exchange_rate
from mmm.params import RunParams
from mmm.params.modelling import AttributionParams
from mmm.records import TABLES, CheckResult

if TYPE_CHECKING:
    from mmm.sources import SourceTable


def attribution_tables(
    params: RunParams,
    tables: "Mapping[str, SourceTable]",
    channel_summary: pd.DataFrame | None = None,
    contributions: pd.DataFrame | None = None,
    panel: xr.Dataset | None = None,
) -> dict[str, pd.DataFrame]:
    """Credit journeys and set the result beside the model's shares and the platforms' claims.

    Parameters
    ----------
    params
        Without an `attribution` section there is nothing to compute, and no table.
    tables
        Sources read, by name.
    channel_summary
        Of the run; None when no model was fitted.
    contributions
        The same by period: experiments and campaigns are then compared over the time they cover.
    panel
        Full costs, for ROMI by campaign.

    Returns
    -------
    dict
        `attribution`, `triangulation`, `reconciliation` and `campaign_split`, in their published columns.

    Raises
    ------
    UserInputError
        No journey, a path without channel, negative counts, a currency without a rate.
    """
    if params.attribution is None:
        return {}
    attribution = attribution_table(tables[params.attribution.source].table, params)
    decided = _decided(params, channel_summary)
    by_period = _decided(params, contributions)
    tested = measured_by_experiments(params.attribution.experiments, by_period)
    claimed = media_totals(params, tables)
    found = {
        "attribution": attribution,
        "triangulation": triangulation_table(attribution, decided, claimed, list(params.channels), tested),
        "reconciliation": reconciliation_table(attribution, decided, tested, seed=params.seed),
    }
    if panel is not None:
        found["campaign_split"] = campaign_table(params, tables, panel, decided, by_period)
    return found


def attribution_checks(params: RunParams, tables: "Mapping[str, SourceTable]") -> tuple[CheckResult, ...]:
    """Check what a reader must know of the journeys."""
    if params.attribution is None:
        return ()
    paths = _paths(tables[params.attribution.source].table, params)
    return path_checks(paths, list(params.channels), params.attribution.direct_channels)


def attribution_table(table: ibis.Table, params: RunParams) -> pd.DataFrame:
    """Tabulate the credit of every channel by method; `lower` and `upper` bound its share.

    The table is empty when no journey converts: there is then nothing to credit.
    """
    paths = _paths(table, params)
    columns = list(TABLES["attribution"])
    total = paths.conversions.sum()
    if total <= 0:
        return pd.DataFrame(columns=columns)
    rate = exchange_rate(params, _asked(params).source)
    asked = _asked(params)
    order = choose_order(paths) if asked.markov_order == "auto" else asked.markov_order
    limits = share_intervals(paths, shares_of(paths, asked.direct_channels, order), params.seed)
    parts = [
        pd.DataFrame(
            {
                "method": method,
                "channel": list(paths.channels),
                "conversions": credit.conversions,
                "value": credit.value * rate,
                "share": credit.conversions / total,
                "lower": limits[method][0],
                "upper": limits[method][1],
            }
        )
        for method, credit in credits(paths, asked.direct_channels, order).items()
    ]
    return pd.concat(parts, ignore_index=True)[columns]


def _paths(table: ibis.Table, params: RunParams) -> JourneyPaths:
    asked = _asked(params)
    rules = JourneyRules(
        lookback_days=asked.lookback_days,
        session_minutes=asked.session_minutes,
        half_life_days=asked.half_life_days,
    )
    return read_paths(table, asked.source, rules)


def _asked(params: RunParams) -> AttributionParams:
    if params.attribution is None:
        raise ValueError("journeys are read only for params with an attribution section")
    return params.attribution


def _decided(params: RunParams, channel_summary: pd.DataFrame | None) -> pd.DataFrame | None:
    """Rows of the outcome on which budgets are decided, the whole market."""
    if channel_summary is None or channel_summary.empty:
        return None
    outcome = params.allocation.outcome if params.allocation else next(iter(params.outcomes))
    chosen = channel_summary["outcome"].eq(outcome) & channel_summary["geo"].eq("all")
    return channel_summary[chosen]
