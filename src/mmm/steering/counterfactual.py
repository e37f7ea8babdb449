"""What the model would expect had spend, prices and base sales been as planned.

The plan side of each driver: media as budgeted; controls (price first) where they
stood just before the window, as a plan that says nothing of them supposes; the
calendar as it is, since it is known to whoever plans; contacts at what they cost
before; base sales (level and trend) at what the target then implies.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from mmm.effects.contributions import baseline_parts
from mmm.effects.draws import MediaDraws, media_draws, saturation
from mmm.model.design import extend_basis, scaled_spend
from mmm.model.panel_values import panel_values
from mmm.steering.pacing import plan_by_channel
from mmm.steering.periods import Window
from mmm.steering.shapley import Causes, Sides

if TYPE_CHECKING:
    from mmm.inference import Fit

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
MAX_DRAWS = 300
CALENDAR = ("season", "holidays", "events")
SPEND, EFFICIENCY = "spend", "efficiency"
PRICE, OTHER_CONTROLS = "price", "other_controls"


def gap_causes(
    fit: "Fit",
    panel: xr.Dataset,
    planned: pd.DataFrame,
    window: Window,
    target: float,
    *,
    bought: Mapping[str, float] | None = None,
) -> Causes:
    """Give both sides of every driver that the model and the plan know, over a window.

    Drivers: spend (media as budgeted; no gap where the window is not planned), efficiency
    (contacts that a unit of spend bought, where they are counted), price (controls whose
    name starts with `price`), other_controls, season (with holidays and events), baseline.
    The plan sides add up to the target, the actual sides to what the model expects of what
    happened.

    Parameters
    ----------
    bought : mapping, optional
        Channel: contacts that a unit of spend bought in the window over those that it bought
        before, above 0. See `contacts_bought`.
    """
    starts = pd.DatetimeIndex(panel["period"].to_numpy())
    inside = np.asarray((starts >= window.start) & (starts <= window.last))
    media = _media(fit, panel, _as_planned(panel, planned, window), inside, bought or {})
    found = {}
    is_price = {name for name in fit.spec.controls if name.startswith("price")}
    for driver, names in ((PRICE, is_price), (OTHER_CONTROLS, set(fit.spec.controls) - is_price)):
        if names:
            found[driver] = _controls(fit, panel, names, window, inside)
    parts, values = baseline_parts(fit, np.asarray(fit.design.basis), MAX_DRAWS)
    total = dict(zip(parts, values.mean(axis=0)[inside].sum(axis=0).tolist(), strict=True))
    calendar = sum(total.get(part, 0.0) for part in CALENDAR)
    found["season"] = Sides(plan=calendar, actual=calendar)
    found["baseline"] = Sides(
        plan=target - media[frozenset()] - sum(sides.plan for sides in found.values()),
        actual=sum(total.values()) - sum(sides.actual for sides in found.values()),
    )
    return Causes(media_drivers=(SPEND, EFFICIENCY) if bought else (SPEND,), media=media, sides=found)


def _media(
    fit: "Fit",
    panel: xr.Dataset,
    planned: xr.Dataset,
    inside: Mask,
    bought: Mapping[str, float],
) -> dict[frozenset[str], float]:
    """What media bring in the window by which of spend and efficiency are as they were."""
    media = media_draws(fit, MAX_DRAWS)
    channels = [str(name) for name in fit.design.channels]
    rate = np.array([bought.get(channel, 1.0) for channel in channels])
    paid = {frozenset(): planned, frozenset({SPEND}): panel}
    found = {}
    for moved, data in paid.items():
        spend = scaled_spend(fit.design, data)
        found[moved] = _brought(media, spend, inside)
        if bought:
            found[moved | {EFFICIENCY}] = _brought(
                media, np.where(inside[:, None], spend * rate, spend), inside
            )
    return found


def _brought(media: MediaDraws, spend: FloatArray, inside: Mask) -> float:
    """Mean over draws of what `spend`, (period, channel), brings in the window at the usual price."""
    reached = saturation(media, np.ascontiguousarray(spend.T))
    return float((media.ceiling[..., None] * reached)[..., inside].sum(axis=(1, 2)).mean())


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
