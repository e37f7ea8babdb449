"""What a fit of several geos says of each geo, and of all of them together.

Geos are taken one at a time, so that memory does not grow with their number.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.draws import MAX_DRAWS, FloatArray, thinned
from mmm.effects.intervals import interval
from mmm.effects.media_curves import media_curves
from mmm.transforms import reached

if TYPE_CHECKING:
    from mmm.inference import Fit


def geo_media(fit: "Fit", max_draws: int = MAX_DRAWS) -> Iterator[tuple[str, FloatArray]]:
    """Give what each channel brought in each geo: its name, then (draw, channel, period) in KPI units."""
    geo = fit.design.geo
    if geo is None:
        raise ValueError("the fit has one geo only")
    draws = thinned(fit, max_draws)
    curves = media_curves(fit, draws)
    effect = draws["effect_geo"].transpose("draw", "geo", "channel").to_numpy()
    for at, name in enumerate(geo.geos):
        unit = geo.kpi_scale[at]
        share = reached(curves, np.ascontiguousarray(geo.x[at].T), geo.carry_in[at])
        yield name, effect[:, at, :, None] * share * unit


def all_geos(fit: "Fit", max_draws: int = MAX_DRAWS) -> FloatArray | None:
    """Sum of `geo_media` over geos, (draw, channel, period); None for a national fit."""
    if fit.design.geo is None:
        return None
    total: FloatArray | None = None
    for _, brought in geo_media(fit, max_draws):
        total = brought if total is None else total + brought
    return total


def geo_contributions(fit: "Fit", max_draws: int = MAX_DRAWS) -> xr.DataArray:
    """Give what each channel brought in each geo over the window, (draw, geo, channel), in KPI units."""
    names, totals = zip(*((name, b.sum(axis=-1)) for name, b in geo_media(fit, max_draws)), strict=True)
    return xr.DataArray(
        np.stack(totals, axis=1),
        dims=("draw", "geo", "channel"),
        coords={"geo": list(names), "channel": list(fit.design.channels)},
    )


def geo_returns_table(fit: "Fit", panel: xr.Dataset, max_draws: int = MAX_DRAWS) -> pd.DataFrame:
    """Tabulate contribution and return of each channel in each geo, with their 90 % intervals.

    Parameters
    ----------
    panel : Dataset
        The panel that was fitted: gives the full cost.

    Returns
    -------
    DataFrame
        Columns outcome, geo, channel, full_cost, contribution_{mean,p05,p50,p95} in KPI units,
        return_{mean,p05,p50,p95} in KPI units per unit of full cost (NaN where nothing was spent); one
        row per geo and channel, then `all`.
    """
    brought = geo_contributions(fit, max_draws)
    cost = panel["full_cost"].sum("period").sel(geo=brought["geo"], channel=brought["channel"])
    together = brought.sum("geo").expand_dims(geo=["all"], axis=1)
    whole = xr.concat([brought, together], dim="geo")
    paid = np.vstack([cost.transpose("geo", "channel").to_numpy(), cost.sum("geo").to_numpy()])
    values = whole.to_numpy()
    returns = np.divide(
        values, paid, out=np.full(values.shape, np.nan), where=np.broadcast_to(paid > 0, values.shape)
    )
    columns = {f"contribution_{name}": stat.ravel() for name, stat in interval(values).items()}
    columns |= {f"return_{name}": stat.ravel() for name, stat in interval(returns).items()}
    n_geos, n_channels = paid.shape
    return pd.DataFrame(
        {
            "outcome": fit.spec.outcome,
            "geo": np.repeat(whole["geo"].to_numpy(), n_channels),
            "channel": np.tile(whole["channel"].to_numpy(), n_geos),
            "full_cost": paid.ravel(),
            **columns,
        }
    )


def noise_sd(fit: "Fit", draws: xr.Dataset) -> FloatArray:
    """Give the standard deviation of a period's noise over all geos, (draw,), in units of the mean KPI.

    Of a count, at its mean; of Student-t noise, its standard deviation and not its scale.
    """
    geo = fit.design.geo
    weight = np.ones(1) if geo is None else geo.weight
    if "dispersion" in draws:
        extra = np.square(draws["dispersion"].to_numpy()) * np.square(weight).sum()
        return np.asarray(np.sqrt(extra + 1 / fit.design.outcome_scale))
    sigma = np.asarray(draws["sigma"].to_numpy(), dtype=float)
    if fit.spec.likelihood == "student_t":
        sigma = sigma * np.sqrt(fit.spec.beliefs.degrees / (fit.spec.beliefs.degrees - 2))
    if geo is None:
        return sigma
    relative = np.log(weight * len(weight))
    exponent = draws["noise_exponent"].to_numpy()[:, None]
    return np.asarray(sigma * np.sqrt((weight**2 * np.exp(-exponent * relative)).sum(axis=1)))


def geo_noise_sd(fit: "Fit", draws: xr.Dataset) -> FloatArray:
    """Give the standard deviation of a period's noise in each geo, (draw, geo), in units of its mean KPI.

    See `noise_sd`.
    """
    geo = fit.design.geo
    if geo is None:
        raise ValueError("the fit has one geo only")
    if "dispersion" in draws:
        extra = np.square(draws["dispersion"].to_numpy())[:, None]
        return np.asarray(np.sqrt(extra + 1 / geo.kpi_scale))
    sigma = np.asarray(draws["sigma"].to_numpy(), dtype=float)[:, None]
    if fit.spec.likelihood == "student_t":
        sigma = sigma * np.sqrt(fit.spec.beliefs.degrees / (fit.spec.beliefs.degrees - 2))
    relative = np.log(geo.weight * len(geo.weight))
    return np.asarray(sigma * np.exp(-0.5 * draws["noise_exponent"].to_numpy()[:, None] * relative))
