"""The model in PyMC: the definition that anyone can read, change and sample.

`explicit_model` has the coefficients of the baseline as variables; `marginal_model` has them
integrated out. Tests tie the two to each other, and the compiled density to the second.
The KPI is in units of its mean, pressure in units of a typical active period.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from mmm.model.design import Design
from mmm.model.geo_definition import (
    amplitude_by_geo,
    effects_by_geo,
    geo_coords,
    marginal_covariance,
    mean_reached,
    noise_by_geo,
    own_baseline,
)
from mmm.model.geo_design import shared_columns
from mmm.model.likelihood import SMOOTHING, count_unit
from mmm.model.media_prior import COEFFICIENT, MARGINAL, POOLED, SHARE
from mmm.model.media_terms import curve_coords, curve_tensors, reached_of
from mmm.model.spec import ModelSpec

Tensor = TensorVariable[Any, Any]


def explicit_model(design: Design, spec: ModelSpec) -> pm.Model:
    """State the model with its coefficients: for reading, changing, prior and posterior prediction."""
    baseline, geo = design.baseline, design.geo
    with pm.Model(coords=_coords(design)) as model:
        media = _media(design, spec)
        standard = pm.Normal("standard_coefficient", 0.0, 1.0, dims="basis")
        coefficient = pm.Deterministic(
            "coefficient", baseline.mean + _deviation(design) * standard, dims="basis"
        )
        columns = design.basis if geo is None else shared_columns(design.basis, geo)
        mean = pt.dot(columns, coefficient) + media
        if geo is not None:
            mean = mean + own_baseline(geo, spec)
        expected = pm.Deterministic("expected", mean, dims=_data_dims(design))
        observe(design, spec, expected)
    return model


def marginal_model(design: Design, spec: ModelSpec) -> pm.Model:
    """State the same model with its coefficients integrated out: a Normal likelihood only.

    Raises
    ------
    ValueError
        The likelihood is not Normal: its coefficients cannot be integrated out exactly.
    """
    if spec.likelihood != "normal":
        raise ValueError(f"no closed form of the {spec.likelihood} likelihood without its coefficients")
    baseline, geo = design.baseline, design.geo
    with pm.Model(coords=_coords(design)) as model:
        media = _media(design, spec)
        noise = pm.HalfNormal("sigma", spec.beliefs.noise)
        if geo is None:
            spread = design.basis * _deviation(design)
            covariance = spread @ spread.T + noise**2 * pt.eye(len(design.y))
            mean = design.basis @ baseline.mean + media
            pm.MvNormal("kpi", mu=mean, cov=covariance, observed=design.y, dims="period")
        else:
            by_geo = noise_by_geo(geo, spec, noise)
            own = amplitude_by_geo(spec)
            covariance = marginal_covariance(design, geo, _deviation(design), own, by_geo)
            mean = (shared_columns(design.basis, geo) @ baseline.mean + media).ravel()
            pm.MvNormal("kpi", mu=mean, cov=covariance, observed=geo.y.ravel())
    return model


def observe(design: Design, spec: ModelSpec, expected: Tensor) -> None:
    """State how the KPI scatters around what is expected."""
    geo = design.geo
    kpi, dims = design.y if geo is None else geo.y, _data_dims(design)
    if spec.likelihood == "negative_binomial":
        dispersion = pm.HalfNormal("dispersion", spec.beliefs.noise)
        unit = count_unit(design)
        mean = positive_part_of(expected) * unit
        pm.NegativeBinomial(
            "kpi", mu=mean, alpha=dispersion**-2.0, observed=np.round(kpi * unit).astype(int), dims=dims
        )
        return
    noise: Tensor = pm.HalfNormal("sigma", spec.beliefs.noise)
    if geo is not None:
        noise = noise_by_geo(geo, spec, noise)
    if spec.likelihood == "student_t":
        pm.StudentT("kpi", nu=spec.beliefs.degrees, mu=expected, sigma=noise, observed=kpi, dims=dims)
    else:
        pm.Normal("kpi", expected, noise, observed=kpi, dims=dims)


def positive_part_of(expected: Tensor) -> Tensor:
    """`mmm.model.likelihood.positive_part`, for PyMC."""
    return 0.5 * (expected + pt.sqrt(expected**2 + 4.0 * SMOOTHING**2))


def _data_dims(design: Design) -> tuple[str, ...]:
    return ("period",) if design.geo is None else ("geo", "period")


def _coords(design: Design) -> dict[str, object]:
    names = np.array(design.channels)
    kind = design.media_prior.kind
    return {
        "period": design.periods,
        "channel": names,
        "pooled_channel": names[kind == POOLED],
        "declared_channel": names[kind == SHARE],
        "signed_channel": names[kind == COEFFICIENT],
        "marginal_channel": names[kind == MARGINAL],
        **curve_coords(design),
        "basis": list(design.basis_names),
        "group": list(design.baseline.amplitudes),
        **(geo_coords(design, design.geo) if design.geo is not None else {}),
    }


def _media(design: Design, spec: ModelSpec) -> Tensor:
    """Contribution of all channels per period, and by geo where there are several."""
    geo, curves = design.geo, curve_tensors(design)
    if geo is None:
        reached, rise = reached_of(design, curves)
        mean = reached.mean(axis=0)
        effect = pm.Deterministic("effect", _effect(design, mean, rise.mean(axis=0)), dims="channel")
        pm.Deterministic("share", effect * mean, dims="channel")
        return reached @ effect
    panels = [replace(design, x=geo.x[g], carry_in=geo.carry_in[g]) for g in range(len(geo.geos))]
    stacked = [reached_of(one, curves) for one in panels]
    reached, rise = (pt.stack(parts) for parts in zip(*stacked, strict=True))
    ratio = effects_by_geo(geo, spec)
    mean = mean_reached(geo, reached, ratio)
    effect = _effect(design, mean, mean_reached(geo, rise, ratio))
    by_geo = pm.Deterministic("effect_geo", effect * ratio, dims=("geo", "channel"))
    pm.Deterministic("effect", pt.dot(geo.weight, by_geo), dims="channel")
    pm.Deterministic("share", effect * mean, dims="channel")
    return (reached * by_geo[:, None, :]).sum(axis=2)


def _effect(design: Design, mean_reached: Tensor, mean_rise: Tensor) -> Tensor:
    """Ceiling of each channel; all but signed channels reach their share of the KPI exactly."""
    prior = design.media_prior
    strength = pt.zeros(len(design.channels))
    pooled, declared, signed, marginal = (
        np.flatnonzero(prior.kind == kind) for kind in (POOLED, SHARE, COEFFICIENT, MARGINAL)
    )
    if pooled.size:
        strength = pt.set_subtensor(strength[pooled], _pooled_share(design, pooled))
    if declared.size:
        share = pm.LogNormal(
            "declared_share", prior.location[declared], prior.spread[declared], dims="declared_channel"
        )
        strength = pt.set_subtensor(strength[declared], share)
    if marginal.size:
        share = pm.LogNormal(
            "marginal_share", prior.location[marginal], prior.spread[marginal], dims="marginal_channel"
        )
        strength = pt.set_subtensor(strength[marginal], share * mean_reached[marginal] / mean_rise[marginal])
    effect = strength / mean_reached
    if signed.size:
        own = pm.Normal("signed_effect", prior.location[signed], prior.spread[signed], dims="signed_channel")
        effect = pt.set_subtensor(effect[signed], own)
    return effect


def _pooled_share(design: Design, pooled: NDArray[np.int64]) -> Tensor:
    """Total of the pool, split by cost with normal deviations that sum to zero."""
    prior = design.media_prior
    total = pm.LogNormal("pool_share", prior.pool_location, prior.pool_spread)
    if pooled.size == 1:
        return total
    spread: Tensor | float = prior.split_spread[0]
    if prior.learns_split:
        spread = pm.LogNormal("return_spread", np.log(prior.split_spread[0]), prior.split_spread[1])
    deviation = pm.ZeroSumNormal("split", sigma=spread, dims="pooled_channel")
    return total * pt.special.softmax(prior.location[pooled] + deviation)


def _deviation(design: Design) -> Tensor | NDArray[np.float64]:
    """Prior standard deviation of each coefficient."""
    baseline = design.baseline
    if not baseline.amplitudes:
        return baseline.scale
    amplitude = pm.HalfNormal("amplitude", baseline.amplitude_scale, dims="group")
    with_one = pt.concatenate([amplitude, pt.ones(1)])
    return baseline.scale * with_one[baseline.amplitude_index]
