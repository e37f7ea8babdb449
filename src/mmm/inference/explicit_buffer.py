"""What the density with explicit coefficients reads, and the map that makes its coefficients round.

The map comes from the Normal model at a typical point of the prior, with sizes and noise brought
to the data by a few steps of expectation and maximisation. It is fixed before sampling: it changes how well
the sampler moves, not the posterior.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.inference.buffer import Buffer, n_national_parameters, prior_centre, sampled_places
from mmm.inference.geo_buffer import geo_prior_centre, ordered_columns, pack, panel_parts, panel_sizes
from mmm.inference.posterior import amplitude_places, curve_variables, every_parameter
from mmm.model import Design, ModelSpec
from mmm.model.geo_design import GeoDesign, shared_columns
from mmm.model.likelihood import count_unit
from mmm.model.media_prior import COEFFICIENT
from mmm.model.response import media_curves
from mmm.transforms import reached

FloatArray = NDArray[np.float64]
_STEPS = 60
CAUTION = 4
"""Power of how well data tell coefficients, 0 to 1: where they are told by half, their size may well be near
0, and a unit that does not follow it makes a funnel."""
LEAST = 0.003
"""Of the scale of its prior: a size is not taken for smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whitening:
    """Coefficients beyond their means are `(centre + map @ whitened)` in their unit; where chains start."""

    centre: FloatArray
    """(coefficient) Shared ones, then level and line of each geo."""
    map: FloatArray
    """(coefficient, coefficient)"""
    centring: FloatArray
    """(coefficient) 0: in units of the learnt size; 1: of the usual one, as where data tell it well."""
    usual: FloatArray
    """(coefficient) Usual size."""
    amplitudes: FloatArray
    own_amplitudes: FloatArray
    sigma: float


def build_explicit_buffer(
    design: Design, spec: ModelSpec, steps: Sequence[FloatArray] = ()
) -> tuple[Buffer, FloatArray]:
    """Write what the explicit density needs, and give where chains start around, in its parameters.

    `steps` are the figures of its coordinates: see `mmm.inference.explicit_compiled`.
    """
    geo = by_geo(design)
    columns, _ = ordered_columns(design, geo)
    white = whiten(design, spec, geo)
    several = len(geo.geos) > 1
    unit = np.full(len(geo.geos), spec.beliefs.degrees)
    if spec.likelihood == "negative_binomial":
        unit = np.broadcast_to(count_unit(design).ravel(), len(geo.geos))
    parts = panel_parts(design, spec, geo, geo.y)
    base = shared_columns(design.basis, geo) @ design.baseline.mean
    parts += [white.centre, white.map, unit, base, white.centring, white.usual, *steps]
    data = pack(panel_sizes(design, geo, spec.likelihood), parts)
    start = geo_prior_centre(design, spec) if several else prior_centre(design, spec)
    if several and spec.likelihood == "negative_binomial":
        start = start[:-1]
    block = n_national_parameters(design)
    national, sizes = every_parameter(design, start[:block]), amplitude_places(design)
    national[sizes] = np.log(white.amplitudes)
    national[sizes.stop] = np.log(white.sigma)
    start[:block] = national[sampled_places(design)]
    if several:
        start[block : block + 2] = np.log(white.own_amplitudes)
    start = np.concatenate([start, np.zeros(len(white.centre))])
    return Buffer(data=data, columns=columns, n_parameters=len(start)), start


def by_geo(design: Design) -> GeoDesign:
    """Give the design by geo; a national one as a single geo without anything of its own."""
    if design.geo is not None:
        return design.geo
    n_periods = len(design.y)
    return GeoDesign(
        geos=("all",),
        population=np.ones(1),
        kpi_scale=np.array([design.outcome_scale]),
        weight=np.ones(1),
        media_scale=design.media_scale,
        x=design.x[None],
        y=design.y[None],
        carry_in=design.carry_in[None],
        controls=np.zeros((1, n_periods, 0)),
        control_columns=np.zeros(0, dtype=np.int64),
        basis=np.zeros((n_periods, 2)),
        is_national=np.ones(len(design.channels), dtype=bool),
    )


def whiten(design: Design, spec: ModelSpec, geo: GeoDesign) -> Whitening:
    """Find the map at the sizes and the noise that the Normal model learns, media at their prior centre."""
    baseline = design.baseline
    columns, _ = ordered_columns(design, geo)
    n_geos, n_shared = len(geo.geos), len(columns)
    n_own = 2 * n_geos if n_geos > 1 else 0
    every = np.zeros((*geo.y.shape, n_shared + n_own))
    every[:, :, :n_shared] = shared_columns(design.basis, geo)[:, :, columns]
    for g in range(n_geos if n_own else 0):
        every[g, :, n_shared + 2 * g : n_shared + 2 * g + 2] = geo.basis
    residual = geo.y - shared_columns(design.basis, geo) @ baseline.mean - _typical_media(design, spec, geo)
    index = baseline.amplitude_index[columns]
    own = own_scale = np.array([spec.beliefs.geo_level[0], spec.beliefs.geo_line[0]])
    amplitudes = 0.5 * baseline.amplitude_scale
    variance = np.full(n_geos, max(float(residual.var()), 1e-6))
    gram = np.einsum("gti,gtj->gij", every, every, optimize=True)
    onto = np.einsum("gti,gt->gi", every, residual)
    for _ in range(_STEPS):
        scale = baseline.scale[columns] * np.append(amplitudes, 1.0)[index]
        deviation = np.concatenate([scale, np.tile(own, n_own // 2)])
        precision = np.einsum("g,gij->ij", 1 / variance, gram) * np.outer(deviation, deviation)
        covariance = np.linalg.inv(precision + np.eye(len(deviation)))
        mean = covariance @ (deviation * (onto.T @ (1 / variance)))
        square = mean**2 + np.diag(covariance)
        amplitudes = _step(amplitudes, baseline.amplitude_scale, square[:n_shared], index)
        own = _step(own, own_scale, square[n_shared:], np.tile([0, 1], n_own // 2))
        left = residual - every @ (deviation * mean)
        own_covariance = covariance * np.outer(deviation, deviation)
        extra = np.einsum("gij,ij->g", gram, own_covariance)
        variance = (np.square(left).sum(axis=1) + extra) / geo.y.shape[1]
    learns = np.concatenate([index >= 0, np.ones(n_own, dtype=bool)])
    sizes = np.concatenate([index, np.tile([-2, -3], n_own // 2)])
    known = 1 - np.array([np.diag(covariance)[sizes == size].mean() for size in sizes])
    return Whitening(
        centre=mean,
        centring=np.where(learns, np.clip(known, 0.0, 1.0) ** CAUTION, 0.0),
        usual=deviation,
        map=np.linalg.cholesky(covariance),
        amplitudes=amplitudes,
        own_amplitudes=own,
        sigma=_noise(design, spec, variance),
    )


def _step(sizes: FloatArray, scale: FloatArray, square: FloatArray, index: NDArray[np.int64]) -> FloatArray:
    """One step towards the mode of the logarithm of each size, from expected squares of coefficients.

    In the logarithm, as the mode of the size itself is 0 where little is known.
    """
    found = sizes.copy()
    for group in np.unique(index[index >= 0]):
        own = square[index == group] * sizes[group] ** 2
        half = 0.5 * (len(own) - 1)
        found[group] = np.sqrt(np.sqrt(half**2 + own.sum() / scale[group] ** 2) - half) * scale[group]
    return np.maximum(found, LEAST * scale)


def _noise(design: Design, spec: ModelSpec, variance: FloatArray) -> float:
    """Noise to start from: its standard deviation, or what a count adds to the spread of a Poisson."""
    if spec.likelihood != "negative_binomial":
        return float(np.sqrt(np.exp(np.log(variance).mean())))
    extra = float(np.mean(variance - 1 / count_unit(design).ravel()))
    return float(np.sqrt(max(extra, 1e-4)))


def _typical_media(design: Design, spec: ModelSpec, geo: GeoDesign) -> FloatArray:
    """(geo, period) What channels bring at the prior's centre, all geos alike."""
    n, kind = len(design.channels), design.media_prior.kind
    full = every_parameter(design, prior_centre(design, spec))
    strength = full[3 * n : 4 * n]
    share = np.where(kind == COEFFICIENT, 0.0, np.exp(np.minimum(strength, 0.0)))
    at_second = amplitude_places(design).stop + 2
    curves = media_curves(design, curve_variables(design.shape_prior, full, at_second))
    by_geo = [reached(curves, x.T, before)[0] for x, before in zip(geo.x, geo.carry_in, strict=True)]
    mean = geo.weight @ np.array([values.mean(axis=1) for values in by_geo])
    return np.array([(share / mean) @ values for values in by_geo])
