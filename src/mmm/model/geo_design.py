"""`GeoDesign`: a panel of several geos in the units of the model.

The KPI of each geo is in units of its own mean: season, trend and controls move regions that buy much or
little per head by the same share, not by the same amount. Spend is per head, in typical active periods of
the channel over all geos. A geo cut in two (half of the people, the spend and the KPI each) leaves every
scale alone.
"""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.model.baseline import Baseline, baseline_basis
from mmm.model.panel_values import labels, panel_values

FloatArray = NDArray[np.float64]
ALWAYS_ON = 0.75
"""A channel active in this share of the first periods was on before them too."""
GEO_BASIS = ("level", "line")
"""Coefficients that each geo has of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoDesign:
    """The data of one outcome by geo, as the model sees them."""

    geos: tuple[str, ...]
    population: FloatArray
    """(geo)"""
    kpi_scale: FloatArray
    """(geo) Mean KPI per period: 1 in `y`."""
    weight: FloatArray
    """(geo) Share of the KPI."""
    media_scale: FloatArray
    """(channel) Money per head in a typical active period: 1 in `x`."""
    x: FloatArray
    """(geo, period, channel) Spend per head."""
    y: FloatArray
    """(geo, period) KPI; its mean is 1 in each geo."""
    carry_in: FloatArray
    """(geo, channel) Adstocked spend before the first period, in the unit of `x`."""
    controls: FloatArray
    """(geo, period, control) Standardised as `Baseline.control_mean` and `control_scale` say."""
    control_columns: NDArray[np.int64]
    """(control) Place of each in the shared basis, where the national column stands."""
    basis: FloatArray
    """(period, geo_basis) Columns of level and line."""
    is_national: NDArray[np.bool_]
    """(channel) One campaign for all geos: the same per head everywhere, and no effect of its own by geo."""


def has_geos(panel: xr.Dataset) -> bool:
    """Whether a panel has more than one geo."""
    return panel.sizes.get("geo", 1) > 1


def with_geo_controls(baseline: Baseline, panel: xr.Dataset) -> Baseline:
    """Standardise the controls over all geos and periods: a national mean would hide what differs."""
    values = control_values(panel, baseline)
    if not baseline.controls:
        return baseline
    weight = population_weight(panel)
    mean = np.einsum("g,gtc->c", weight, values) / values.shape[1]
    deviation = np.sqrt(np.einsum("g,gtc->c", weight, (values - mean) ** 2) / values.shape[1])
    flat = deviation <= 1e-12 * np.abs(values).max(axis=(0, 1), initial=0)
    return replace(baseline, control_mean=mean, control_scale=np.where(flat, 1.0, deviation))


def build_geo_design(panel: xr.Dataset, outcome: str, baseline: Baseline, first_periods: int) -> GeoDesign:
    """Put a panel of several geos in the units of the model.

    Parameters
    ----------
    baseline : Baseline
        Its controls standardised by `with_geo_controls`.
    first_periods : int
        An always-on channel is taken to have spent its mean of these before the first period.
    """
    kpi = panel_values(panel, "outcome")
    if kpi is None:
        raise ValueError("the panel holds no outcome by period")
    population = panel["population"].to_numpy().astype(float)
    by_geo = kpi.sel(outcome=outcome).transpose("geo", "period").to_numpy().astype(float)
    kpi_scale = by_geo.mean(axis=1)
    spend = spend_per_head(panel, labels(panel, "channel"))
    is_active = (spend > 0) * population_weight(panel)[:, None, None]
    media_scale = (is_active * spend).sum(axis=(0, 1)) / is_active.sum(axis=(0, 1))
    x = spend / media_scale
    return GeoDesign(
        geos=labels(panel, "geo"),
        population=population,
        kpi_scale=kpi_scale,
        weight=kpi_scale / kpi_scale.sum(),
        media_scale=media_scale,
        x=x,
        y=by_geo / kpi_scale[:, None],
        carry_in=carry_in_of(x, first_periods),
        controls=standard_controls(panel, baseline),
        control_columns=np.array([baseline.names.index(name) for name in baseline.controls], dtype=np.int64),
        basis=geo_basis(baseline_basis(baseline, panel), baseline),
        is_national=national_channels(panel),
    )


def carry_in_of(x: FloatArray, first_periods: int) -> FloatArray:
    """Always-on channels start from the mean of their first periods, the others from nothing.

    Parameters
    ----------
    x : ndarray of shape (..., period, channel)
        Spend; the result is (..., channel).
    """
    first = x[..., :first_periods, :]
    always_on = (first > 0).mean(axis=-2) >= ALWAYS_ON
    return np.where(always_on, first.mean(axis=-2), 0.0)


def population_weight(panel: xr.Dataset) -> FloatArray:
    """Share of each geo in the population: (geo)."""
    population = panel["population"].to_numpy().astype(float)
    return np.asarray(population / population.sum())


def spend_per_head(panel: xr.Dataset, channels: tuple[str, ...]) -> FloatArray:
    """Media spend per head, in money: (geo, period, channel)."""
    spend = panel["spend"].sel(channel=list(channels)).transpose("geo", "period", "channel")
    return np.asarray(spend.to_numpy() / panel["population"].to_numpy()[:, None, None], dtype=float)


def national_channels(panel: xr.Dataset) -> NDArray[np.bool_]:
    """Which channels are one campaign for all geos: the panel's `is_national`, none without it."""
    if "is_national" not in panel:
        return np.zeros(panel.sizes["channel"], dtype=bool)
    return np.asarray(panel["is_national"].to_numpy(), dtype=bool)


def control_values(panel: xr.Dataset, baseline: Baseline) -> FloatArray:
    """(geo, period, control) As measured, or its logarithm; a control without geos is the same in all."""
    names = baseline.controls
    shape = (panel.sizes["geo"], panel.sizes["period"], len(names))
    values = panel_values(panel, "control")
    if not names or values is None:
        return np.zeros(shape)
    chosen = values.sel(control=list(names))
    if "geo" not in chosen.dims:
        chosen = chosen.expand_dims(geo=panel["geo"])
    measured = np.array(chosen.transpose("geo", "period", "control").to_numpy(), dtype=float)
    logged = np.isin(names, baseline.log_controls)
    measured[..., logged] = np.log(measured[..., logged])
    return measured


def standard_controls(panel: xr.Dataset, baseline: Baseline) -> FloatArray:
    """(geo, period, control) In standard deviations from the mean of the data."""
    measured = control_values(panel, baseline)
    return np.asarray((measured - baseline.control_mean) / baseline.control_scale, dtype=float)


def national_basis(baseline: Baseline, panel: xr.Dataset, geo: GeoDesign | None) -> FloatArray:
    """(period, basis) Shared columns of all geos together: controls are means weighted by KPI."""
    basis = baseline_basis(baseline, panel)
    if geo is not None and has_geos(panel) and baseline.controls:
        columns = [baseline.names.index(name) for name in baseline.controls]
        values = standard_controls(panel.sel(geo=list(geo.geos)), baseline)
        basis[:, columns] = np.einsum("g,gtc->tc", geo.weight, values)
    return basis


def geo_basis(basis: FloatArray, baseline: Baseline) -> FloatArray:
    """(period, geo_basis) Level and line, which flattens out beyond the data as the shared one does."""
    return np.column_stack([np.ones(len(basis)), basis[:, baseline.names.index("line")]])


def shared_columns(basis: FloatArray, geo: GeoDesign) -> FloatArray:
    """Columns whose coefficients all geos share, (geo, period, basis): controls differ between geos."""
    columns = np.repeat(basis[None], len(geo.geos), axis=0)
    columns[:, :, geo.control_columns] = geo.controls
    return columns
