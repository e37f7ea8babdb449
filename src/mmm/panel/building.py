"""The panel that every later part works on, and its continuation over the plan."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mmm.panel.costs import fee_rates, fixed_cost, grid_by_geo, of_content, spend_by_geo
from mmm.panel.days import event_shares, holiday_shares
from mmm.panel.geos import geo_names, population, refuse_missing_geos, refuse_unknown_geos
from mmm.panel.series import control_values, outcome_values
from mmm.params import RunParams
from mmm.quality.periods import Periods, periods

if TYPE_CHECKING:
    import xarray as xr

    from mmm.sources import SourceTable

FloatArray = npt.NDArray[np.float64]


def build_panel(params: RunParams, tables: "Mapping[str, SourceTable]") -> "xr.Dataset":
    """Lay every figure out by geo, period and channel, in the analysis' currency.

    Returns
    -------
    xarray.Dataset
        `spend`, `fixed_cost` and `full_cost` (geo, period, channel), `fee_rate` (channel),
        `kpi` (outcome, geo, period; NaN where nothing was reported), `control_value`
        (geo, period, control), `holiday_share` (period, holiday) and `event_share`
        (period, event), shares of the period's days, `population` (geo). Attributes:
        `currency`, `frequency`, `vat`, `period_end` (last day of the last period). With several
        geos also `is_national` (channel): no source says where it was spent, so it falls on geos
        by population.

    Raises
    ------
    UserInputError
        Rows of geos that are not declared, geos without an outcome; every problem at once.
    """
    refuse_unknown_geos(params, tables)
    span, channels = periods(params.calendar), list(params.channels)
    rows = spend_by_geo(params, tables, "media", span)
    people = population(params)
    split = np.repeat((people / people.sum())[:, None], len(channels), axis=1)
    spend = grid_by_geo(rows, span, channels, split)
    figures = _figures(params, tables, span, spend, hold=False)
    panel = _dataset(params, span, figures, holiday_shares(params, span))
    kpi = outcome_values(params, tables, span)
    if params.geos:
        refuse_missing_geos(params, span, kpi)
        placed = set(rows.loc[rows["place"] >= 0, "channel"])
        national = np.array([channel not in placed for channel in channels])
        panel = panel.assign(is_national=("channel", national))
    return panel.assign_coords(outcome=list(params.outcomes)).assign(kpi=(("outcome", "geo", "period"), kpi))


def build_plan(
    params: RunParams, tables: "Mapping[str, SourceTable]", panel: "xr.Dataset"
) -> "xr.Dataset | None":
    """Continue the panel over the periods planned after it; None without a plan for them.

    Controls past their data hold their last value, fixed fees their average of the last quarter. A
    plan that does not say where a channel is spent follows the geos' shares of its spend so far.
    """
    if not of_content(tables, "plan"):
        return None
    past = periods(params.calendar)
    refuse_unknown_geos(params, tables)
    rows = spend_by_geo(params, tables, "plan", past)
    future = rows[rows["date"] > past.starts[-1]]
    if future.empty:
        return None
    span = past.following(
        params.allocation.horizon_periods if params.allocation else future["date"].nunique()
    )
    so_far = panel["spend"].sum("period").transpose("geo", "channel").to_numpy()
    people = population(params)[:, None] / population(params).sum()
    total = so_far.sum(axis=0)
    split = np.where(total > 0, so_far / np.where(total > 0, total, 1.0), people)
    spend = grid_by_geo(future, span, list(params.channels), split)
    figures = _figures(params, tables, span, spend, hold=True)
    names = tuple(str(name) for name in panel["holiday"].to_numpy())
    plan = _dataset(params, span, figures, holiday_shares(params, span, names))
    return plan.assign(is_national=panel["is_national"]) if "is_national" in panel else plan


def _figures(
    params: RunParams, tables: "Mapping[str, SourceTable]", span: Periods, spend: FloatArray, *, hold: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Spend, fixed fees and controls by geo and period; fees fall on geos by spend of the channel."""
    together = spend.sum(axis=0)
    fixed = fixed_cost(params, tables, span, together, hold=hold)
    people = population(params)[:, None, None] / population(params).sum()
    shares = np.where(together > 0, spend / np.where(together > 0, together, 1.0), people)
    return spend, shares * fixed, control_values(params, tables, span, hold=hold)


def _dataset(
    params: RunParams,
    span: Periods,
    figures: tuple[FloatArray, FloatArray, FloatArray],
    holidays: Mapping[str, FloatArray],
) -> "xr.Dataset":
    import xarray as xr  # noqa: PLC0415 - `mmm check` builds no panel

    spend, fixed, controls = figures
    rate, events = fee_rates(params), event_shares(params, span)
    cost = ("geo", "period", "channel")
    return xr.Dataset(
        {
            "spend": (cost, spend),
            "fixed_cost": (cost, fixed),
            "full_cost": (cost, spend * (1 + rate) + fixed),
            "fee_rate": ("channel", rate),
            "control_value": (("geo", "period", "control"), controls),
            "holiday_share": (("period", "holiday"), _columns(holidays, len(span))),
            "event_share": (("period", "event"), _columns(events, len(span))),
            "population": ("geo", population(params)),
        },
        coords={
            "geo": geo_names(params),
            "period": span.starts.as_unit("ns"),
            "channel": list(params.channels),
            "control": np.array(params.model.controls, dtype=str),
            "holiday": np.array(list(holidays), dtype=str),
            "event": np.array(list(events), dtype=str),
        },
        attrs={
            "currency": params.currency,
            "frequency": span.frequency,
            "vat": params.vat,
            "period_end": str(span.end.date()),
        },
    )


def _columns(values: Mapping[str, FloatArray], length: int) -> FloatArray:
    return np.column_stack(list(values.values())) if values else np.zeros((length, 0))
