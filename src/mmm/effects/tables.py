"""Every table of effects in one call, as notebook 30 writes them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from mmm.effects.by_geo import geo_returns_table
from mmm.effects.change import waterfall
from mmm.effects.contributions import contributions, contributions_table
from mmm.effects.curves import response_curves
from mmm.effects.forecast import fit_table, forecast_table
from mmm.effects.geo_forecast import geo_forecast_table, is_planned_by_geo
from mmm.effects.parameters import parameters_table
from mmm.effects.summary import channel_summary
from mmm.records import Verdict, VerdictLevel

if TYPE_CHECKING:
    from mmm.inference import Fit


def effect_tables(
    fits: Mapping[str, "Fit"],
    panel: xr.Dataset,
    plan: xr.Dataset | None,
    verdicts: Sequence[Verdict | Mapping[str, Any]] = (),
    seed: int = 0,
) -> dict[str, pd.DataFrame]:
    """Give every table that follows from the posteriors of an analysis.

    Parameters
    ----------
    plan : Dataset or None
        Periods planned ahead; without it there is no forecast.
    verdicts : sequence
        Verdicts, or their plain form as a run folder keeps it.

    Returns
    -------
    dict of DataFrame
        By the names of `mmm.records.TABLES`.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for fit in fits.values():
        for name, table in _of_outcome(fit, panel, plan, seed).items():
            parts.setdefault(name, []).append(table)
    tables = {name: pd.concat(found, ignore_index=True) for name, found in parts.items()}
    return {"channel_summary": channel_summary(fits, panel, levels(verdicts)), **tables}


def levels(verdicts: Sequence[Verdict | Mapping[str, Any]]) -> dict[str, VerdictLevel]:
    """Give the level of each subject that has a verdict."""
    plain = [v if isinstance(v, Mapping) else {"subject": v.subject, "level": v.level} for v in verdicts]
    return {str(verdict["subject"]): VerdictLevel(verdict["level"]) for verdict in plain}


def _of_outcome(fit: "Fit", panel: xr.Dataset, plan: xr.Dataset | None, seed: int) -> dict[str, pd.DataFrame]:
    split = contributions(fit, panel)
    tables = {
        "contributions": contributions_table(fit, panel, split),
        "fit": fit_table(fit, panel, split, seed),
        "waterfall": waterfall(fit, panel, split),
        "response_curves": response_curves(fit, panel),
        "parameters": parameters_table(fit),
    }
    if fit.design.geo is not None:
        tables["geo_returns"] = geo_returns_table(fit, panel)
    if plan is None:
        return tables
    if is_planned_by_geo(fit, plan):
        tables["geo_forecast"] = geo_forecast_table(fit, plan, seed + 2)
    return {**tables, "forecast": forecast_table(fit, plan, seed + 1)}
