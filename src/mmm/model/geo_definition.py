"""The model of a geo panel in PyMC; `definition` explains the two forms, docs/method/model.md the formulas.

Curves, shares and the shared columns of the baseline are those of the national model. Each geo has a
level, a line and, for channels that are not national, an effect of its own, all partially pooled.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from mmm.model.design import Design
from mmm.model.geo_design import GEO_BASIS, GeoDesign, shared_columns
from mmm.model.spec import ModelSpec

Tensor = TensorVariable[Any, Any]
FloatArray = NDArray[np.float64]


def geo_coords(design: Design, geo: GeoDesign) -> dict[str, object]:
    """Names along the dimensions that only a geo panel has."""
    names = np.array(design.channels)
    return {"geo": list(geo.geos), "geo_channel": names[~geo.is_national], "geo_basis": list(GEO_BASIS)}


def effects_by_geo(geo: GeoDesign, spec: ModelSpec) -> Tensor:
    """Effect of each channel in each geo over that of the channel, (geo, channel); 1 where national."""
    local = np.flatnonzero(~geo.is_national)
    ratio: Tensor = pt.ones(geo.carry_in.shape)
    if not local.size:
        return ratio
    median, spread = spec.beliefs.geo_effect
    by_channel = pm.LogNormal("geo_spread", np.log(median), spread, dims="geo_channel")
    standard = pm.Normal("standard_effect", 0.0, 1.0, dims=("geo", "geo_channel"))
    return pt.set_subtensor(ratio[:, local], pt.exp(by_channel * standard))


def mean_reached(geo: GeoDesign, reached: Tensor, ratio: Tensor) -> Tensor:
    """What multiplies a channel's effect in its share of the KPI: mean by geo, weighted by KPI."""
    return (geo.weight[:, None] * ratio * reached.mean(axis=1)).sum(axis=0)


def noise_by_geo(geo: GeoDesign, spec: ModelSpec, noise: Tensor) -> Tensor:
    """Standard deviation of the noise of each geo: smaller where more is sold, (geo, 1)."""
    exponent = pm.Beta("noise_exponent", *spec.beliefs.noise_exponent)
    relative = np.log(geo.weight * len(geo.weight))
    return noise * pt.exp(-0.5 * exponent * relative)[:, None]


def amplitude_by_geo(spec: ModelSpec) -> Tensor:
    """Standard deviation of levels and of lines between geos, (geo_basis)."""
    median, spread = np.array([spec.beliefs.geo_level, spec.beliefs.geo_line]).T
    return pm.LogNormal("amplitude_geo", np.log(median), spread, dims="geo_basis")


def own_baseline(geo: GeoDesign, spec: ModelSpec) -> Tensor:
    """Level and line of each geo beyond the shared ones, (geo, period)."""
    amplitude = amplitude_by_geo(spec)
    standard = pm.Normal("standard_coefficient_geo", 0.0, 1.0, dims=("geo", "geo_basis"))
    coefficient = pm.Deterministic("coefficient_geo", amplitude * standard, dims=("geo", "geo_basis"))
    return coefficient @ geo.basis.T


def marginal_covariance(
    design: Design, geo: GeoDesign, deviation: Tensor | FloatArray, own: Tensor, noise: Tensor
) -> Tensor:
    """Covariance of all geos and periods, geos first, with every coefficient integrated out."""
    n_geos, n_periods = geo.y.shape
    shared = shared_columns(design.basis, geo).reshape(n_geos * n_periods, -1) * deviation
    pair = geo.basis * own
    same_geo = np.kron(np.eye(n_geos), np.ones((n_periods, n_periods)))
    by_pair = pt.tile(pair @ pair.T, (n_geos, n_geos)) * same_geo
    return shared @ shared.T + by_pair + pt.diag(pt.repeat(noise[:, 0] ** 2, n_periods))
