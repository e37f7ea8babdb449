"""The model in PyMC: the definition that anyone can read, change and sample.

`explicit_model` has the coefficients of the baseline as variables; `marginal_model` has them
integrated out. Tests tie the two to each other, and the compiled density to the second.
The KPI is in units of its mean, pressure in units of a typical active period.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from mmm.model.design import Design
from mmm.model.media_prior import COEFFICIENT, POOLED, SHARE
from mmm.model.spec import ModelSpec

Tensor = TensorVariable[Any, Any]


def explicit_model(design: Design, spec: ModelSpec) -> pm.Model:
    """State the model with its coefficients: for reading, changing, prior and posterior prediction."""
    baseline = design.baseline
    with pm.Model(coords=_coords(design)) as model:
        media = _media(design, spec)
        noise = pm.HalfNormal("sigma", spec.beliefs.noise)
        standard = pm.Normal("standard_coefficient", 0.0, 1.0, dims="basis")
        coefficient = pm.Deterministic(
            "coefficient", baseline.mean + _deviation(design) * standard, dims="basis"
        )
        expected = pm.Deterministic("expected", design.basis @ coefficient + media, dims="period")
        pm.Normal("kpi", expected, noise, observed=design.y, dims="period")
    return model


def marginal_model(design: Design, spec: ModelSpec) -> pm.Model:
    """State the same model with its coefficients integrated out."""
    baseline = design.baseline
    with pm.Model(coords=_coords(design)) as model:
        media = _media(design, spec)
        noise = pm.HalfNormal("sigma", spec.beliefs.noise)
        spread = design.basis * _deviation(design)
        covariance = spread @ spread.T + noise**2 * pt.eye(len(design.y))
        pm.MvNormal(
            "kpi", mu=design.basis @ baseline.mean + media, cov=covariance, observed=design.y, dims="period"
        )
    return model


def _coords(design: Design) -> dict[str, object]:
    names = np.array(design.channels)
    kind = design.media_prior.kind
    return {
        "period": design.periods,
        "channel": names,
        "pooled_channel": names[kind == POOLED],
        "declared_channel": names[kind == SHARE],
        "signed_channel": names[kind == COEFFICIENT],
        "basis": list(design.basis_names),
        "group": list(design.baseline.amplitudes),
    }


def _media(design: Design, spec: ModelSpec) -> Tensor:
    """Contribution of all channels per period."""
    beliefs = spec.beliefs
    retention = pm.Beta("retention", *beliefs.retention, dims="channel")
    half_saturation = pm.LogNormal(
        "half_saturation", np.log(beliefs.half_saturation[0]), beliefs.half_saturation[1], dims="channel"
    )
    slope = pm.LogNormal("slope", np.log(beliefs.slope[0]), beliefs.slope[1], dims="channel")
    reached = hill_of(adstock_of(design, retention), half_saturation, slope)
    effect = pm.Deterministic("effect", _effect(design, reached), dims="channel")
    pm.Deterministic("share", effect * reached.mean(axis=0), dims="channel")
    return reached @ effect


def adstock_of(design: Design, retention: Tensor) -> Tensor:
    """Geometric adstock as weights on all earlier periods, (period, channel)."""
    periods = np.arange(len(design.y))
    lag = periods[:, None] - periods
    kept = retention[None, None, :] ** np.maximum(lag, 0)[:, :, None]
    weights = (lag >= 0)[:, :, None] * kept * (1 - retention)
    before = design.carry_in * retention ** (periods[:, None] + 1)
    return (weights * design.x[None, :, :]).sum(axis=1) + before


def hill_of(pressure: Tensor, half_saturation: Tensor, slope: Tensor) -> Tensor:
    """Hill saturation; no pressure means exactly no effect."""
    active = pressure > 0
    odds = slope * (pt.log(pt.switch(active, pressure, 1.0)) - pt.log(half_saturation))
    return pt.switch(active, pt.sigmoid(odds), 0.0)


def _effect(design: Design, reached: Tensor) -> Tensor:
    """Ceiling of each channel; all but signed channels reach their share of the KPI exactly."""
    prior = design.media_prior
    strength = pt.zeros(len(design.channels))
    pooled, declared, signed = (np.flatnonzero(prior.kind == k) for k in (POOLED, SHARE, COEFFICIENT))
    if pooled.size:
        strength = pt.set_subtensor(strength[pooled], _pooled_share(design, pooled))
    if declared.size:
        share = pm.LogNormal(
            "declared_share", prior.location[declared], prior.spread[declared], dims="declared_channel"
        )
        strength = pt.set_subtensor(strength[declared], share)
    effect = strength / reached.mean(axis=0)
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
