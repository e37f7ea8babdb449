"""What the model would expect had spend, prices and base sales been as planned.

The plan side of each driver: media as budgeted; controls (price first) where they
stood just before the window, as a plan that says nothing of them supposes; the
calendar as it is, since it is known to whoever plans; base sales (level and trend)
at what the target then implies.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mmm.effects.contributions import baseline_parts
from mmm.effects.draws import media_draws, saturation
from mmm.model.design import extend_basis, scaled_spend
from mmm.model.panel_values import panel_values
from mmm.steering.pacing import plan_by_channel
from mmm.steering.periods import Window
from mmm.steering.shapley import Sides

if TYPE_CHECKING:
    from mmm.inference import Fit

Mask = npt.NDArray[np.bool_]
MAX_DRAWS = 300
CALENDAR = ("season", "holidays", "events")
PRICE, OTHER_CONTROLS = "price", "other_controls"


def driver_sides(
    fit: "Fit", panel: xr.Dataset, planned: pd.DataFrame, window: Window, target: float
) -> dict[str, Sides]:
    """Give both sides of every driver that the model and the plan know, over a window.

    Drivers: spend (media as budgeted; no gap where the window is not planned), price
    (controls whose name starts with `price`), other_controls, season (with holidays
    and events), baseline. The plan sides add up to the target, the actual sides to
    what the model expects of what happened.
    """
    starts = pd.DatetimeIndex(panel["period"].to_numpy())
    inside = np.asarray((starts >= window.start) & (starts <= window.last))
    found = {"spend": _media(fit, panel, planned, window, inside)}
    is_price = {name for name in fit.spec.controls if name.startswith("price")}
    for driver, names in ((PRICE, is_price), (OTHER_CONTROLS, set(fit.spec.controls) - is_price)):
        if names:
            found[driver] = _controls(fit, panel, names, window, inside)
    parts, values = baseline_parts(fit, np.asarray(fit.design.basis), MAX_DRAWS)
    total = dict(zip(parts, values.mean(axis=0)[inside].sum(axis=0).tolist(), strict=True))
    calendar = sum(total.get(part, 0.0) for part in CALENDAR)
    found["season"] = Sides(plan=calendar, actual=calendar)
    expected = sum(total.values()) + found["spend"].actual
    found["baseline"] = Sides(
        plan=target - sum(sides.plan for sides in found.values()),
        actual=expected - sum(sides.actual for sides in found.values()),
    )
    return found


def _media(
    fit: "Fit",
    panel: xr.Dataset,
    planned: pd.DataFrame,
    window: Window,
    inside: Mask,
) -> Sides:
    media = media_draws(fit, MAX_DRAWS)
    paths = {"actual": panel, "plan": _as_planned(panel, planned, window)}
    totals = {}
    for side, data in paths.items():
        exposure = np.ascontiguousarray(scaled_spend(fit.design, data).T)
        brought = media.ceiling[..., None] * saturation(media, exposure)
        totals[side] = float(brought[..., inside].sum(axis=(1, 2)).mean())
    return Sides(**totals)


def _as_planned(panel: xr.Dataset, planned: pd.DataFrame, window: Window) -> xr.Dataset:
    """The panel with the window's spend as budgeted; unchanged where the window is not planned."""
    channels = tuple(str(name) for name in panel["channel"].to_numpy())
    plan = plan_by_channel(planned, channels).loc[window.start : window.last]
    if len(plan) < window.n_periods:
        return panel
    spend = panel["spend"].sum("geo").transpose("period", "channel").to_pandas()
    spend.loc[plan.index] = plan
    return panel.drop_vars("spend").assign(spend=(("period", "channel"), spend.to_numpy()))


def _controls(fit: "Fit", panel: xr.Dataset, names: set[str], window: Window, inside: Mask) -> Sides:
    """What some controls moved in the window, against their last value before it held all along."""
    values = panel_values(panel, "control")
    assert values is not None
    before = panel["period"].to_numpy() < np.datetime64(window.start)
    last = int(np.flatnonzero(before)[-1]) if before.any() else 0
    chosen = xr.DataArray([str(name) in names for name in values["control"].to_numpy()], dims="control")
    in_window = xr.DataArray(inside, dims="period")
    held = values.where(~(chosen & in_window), values.isel(period=last, drop=True)).transpose(*values.dims)
    totals = {}
    for side, data in (("actual", panel), ("plan", panel.assign({str(values.name): held}))):
        parts, by_part = baseline_parts(fit, extend_basis(fit.design, data), MAX_DRAWS)
        totals[side] = float(by_part.mean(axis=0)[inside, parts.index("controls")].sum())
    return Sides(plan=0.0, actual=totals["actual"] - totals["plan"])
