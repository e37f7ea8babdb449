"""The panel that every later part works on, and its continuation over the plan."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mmm.panel.costs import fee_rates, fixed_cost, grid, of_content, spend_by_period
from mmm.panel.days import event_shares, holiday_shares
from mmm.panel.series import control_values, outcome_values
from mmm.params import RunParams
from mmm.quality.periods import Periods, periods

if TYPE_CHECKING:
    import xarray as xr

    from mmm.sources import SourceTable

FloatArray = npt.NDArray[np.float64]
NATION = "all"


def build_panel(params: RunParams, tables: "Mapping[str, SourceTable]") -> "xr.Dataset":
    """Lay every figure out by geo, period and channel, in the analysis' currency.

    Returns
    -------
    xarray.Dataset
        `spend`, `fixed_cost` and `full_cost` (geo, period, channel), `fee_rate` (channel),
        `kpi` (outcome, geo, period; NaN where nothing was reported), `control_value`
        (geo, period, control), `holiday_share` (period, holiday) and `event_share`
        (period, event), shares of the period's days, `population` (geo). Attributes:
        `currency`, `frequency`, `vat`, `period_end` (last day of the last period).
    """
    span = periods(params.calendar)
    spend = grid(spend_by_period(params, tables, "media", span), span, list(params.channels))
    fixed = fixed_cost(params, tables, span, spend, hold=False)
    controls = control_values(params, tables, span, hold=False)
    panel = _dataset(params, span, (spend, fixed, controls), holiday_shares(params, span))
    kpi = outcome_values(params, tables, span)
    return panel.assign_coords(outcome=list(params.outcomes)).assign(
        kpi=(("outcome", "geo", "period"), kpi[:, None, :])
    )


def build_plan(
    params: RunParams, tables: "Mapping[str, SourceTable]", panel: "xr.Dataset"
) -> "xr.Dataset | None":
    """Continue the panel over the periods planned after it; None without a plan for them.

    Controls past their data hold their last value, fixed fees their average of the last quarter.
    """
    if not of_content(tables, "plan"):
        return None
    past = periods(params.calendar)
    rows = spend_by_period(params, tables, "plan", past)
    future = rows[rows["date"] > past.starts[-1]]
    if future.empty:
        return None
    span = past.following(
        params.allocation.horizon_periods if params.allocation else future["date"].nunique()
    )
    spend = grid(future, span, list(params.channels))
    fixed = fixed_cost(params, tables, span, spend, hold=True)
    controls = control_values(params, tables, span, hold=True)
    names = tuple(str(name) for name in panel["holiday"].to_numpy())
    return _dataset(params, span, (spend, fixed, controls), holiday_shares(params, span, names))


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
            "spend": (cost, spend[None]),
            "fixed_cost": (cost, fixed[None]),
            "full_cost": (cost, (spend * (1 + rate) + fixed)[None]),
            "fee_rate": ("channel", rate),
            "control_value": (("geo", "period", "control"), controls[None]),
            "holiday_share": (("period", "holiday"), _columns(holidays, len(span))),
            "event_share": (("period", "event"), _columns(events, len(span))),
            "population": ("geo", np.ones(1)),
        },
        coords={
            "geo": [NATION],
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
