"""A geo design and beliefs as the one float buffer that the compiled geo densities read."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmm.inference.buffer import (
    Buffer,
    beliefs_by_block,
    n_national_parameters,
    pool_figures,
    prior_centre,
    resting,
    sampled_places,
)
from mmm.inference.kernels.geo_layout import HEADER, LIKELIHOODS, PARTS
from mmm.model import Design, ModelSpec
from mmm.model.geo_design import GeoDesign, shared_columns
from mmm.params.beliefs import Likelihood

FloatArray = NDArray[np.float64]
N_EXPLICIT = 6
"""Parts that only a density with explicit coefficients has; the coordinates stand after them."""


def build_geo_buffer(design: Design, spec: ModelSpec, steps: Sequence[FloatArray] = ()) -> Buffer:
    """Write what the collapsed geo density needs, in the order in which the kernel reads it.

    `steps` are the figures of its coordinates: see `mmm.inference.geo_steps`.
    """
    geo = require_geo(design)
    columns, _ = ordered_columns(design, geo)
    base = shared_columns(design.basis, geo) @ design.baseline.mean
    parts = [*panel_parts(design, spec, geo, geo.y - base), *[np.empty(0)] * N_EXPLICIT, *steps]
    return Buffer(
        data=pack(panel_sizes(design, geo, "normal"), parts),
        columns=columns,
        n_parameters=len(geo_prior_centre(design, spec)),
    )


def panel_sizes(design: Design, geo: GeoDesign, likelihood: Likelihood) -> list[int]:
    """Give the figures of the header, of a panel with several geos or of a national one as one geo."""
    columns, n_common = ordered_columns(design, geo)
    several = len(geo.geos) > 1
    return [
        len(design.channels),
        *geo.y.shape,
        n_common,
        len(columns) - n_common,
        len(geo.geos) if n_common < len(columns) else 1,
        len(design.baseline.amplitudes),
        int((~geo.is_national).sum()),
        n_national_parameters(design),
        2 if several else 0,
        int(several and likelihood != "negative_binomial"),
        LIKELIHOODS.index(likelihood),
        design.shape_prior.n_lags,
    ]


def panel_parts(design: Design, spec: ModelSpec, geo: GeoDesign, outcome: FloatArray) -> list[ArrayLike]:
    """Give what every density of a panel by geo reads; `outcome` is (geo, period)."""
    baseline, shape = design.baseline, design.shape_prior
    columns, n_common = ordered_columns(design, geo)
    shared = shared_columns(design.basis, geo)[:, :, columns]
    pair = geo.basis.T
    classes = shared if n_common < len(columns) else shared[:1]
    place = np.where(geo.is_national, -1, np.cumsum(~geo.is_national) - 1)
    return [
        pool_figures(design),
        np.append(baseline.amplitude_scale, spec.beliefs.noise),
        design.media_prior.kind,
        beliefs_by_block(design),
        geo.x.transpose(2, 0, 1),
        geo.carry_in.T,
        place,
        outcome,
        geo.weight,
        np.log(geo.weight * len(geo.geos)),
        shared[0, :, :n_common].T,
        shared[:, :, n_common:].transpose(0, 2, 1),
        pair,
        np.einsum("gti,gtj->gij", classes, classes, optimize=True),
        np.einsum("gti,jt->gji", classes, pair, optimize=True),
        pair @ pair.T,
        baseline.scale[columns],
        baseline.amplitude_index[columns],
        _geo_hyper(spec),
        np.stack([shape.adstock, shape.saturation, shape.saturates_first]),
        sampled_places(design),
        resting(design),
        (geo.x.max(axis=1) > 0).T | (geo.carry_in.T > 0),
    ]


def pack(sizes: list[int], parts: Sequence[ArrayLike]) -> FloatArray:
    """Give one buffer: header, then the parts; those that a density does not read may be left out."""
    flat = [np.asarray(part, dtype=float).ravel() for part in parts]
    flat += [np.empty(0)] * (PARTS - len(flat))
    starts = HEADER + np.cumsum([0, *(part.size for part in flat)])
    return np.concatenate([np.array([*sizes, *starts], dtype=float), *flat])


def geo_prior_centre(design: Design, spec: ModelSpec) -> FloatArray:
    """Give a typical point of the prior, in the sampled parameters: where chains start around."""
    geo = require_geo(design)
    n_local = int((~geo.is_national).sum())
    a, b = spec.beliefs.noise_exponent
    return np.concatenate(
        [
            prior_centre(design, spec),
            np.log([spec.beliefs.geo_level[0], spec.beliefs.geo_line[0]]),
            np.full(n_local, np.log(spec.beliefs.geo_effect[0])),
            np.zeros(n_local * len(geo.geos)),
            [np.log(a / b)],
        ]
    )


def _geo_hyper(spec: ModelSpec) -> list[float]:
    """Mean and sd of the logs of what differs between geos (levels, lines, effects); noise exponent."""
    beliefs = spec.beliefs
    spreads = (beliefs.geo_level, beliefs.geo_line, beliefs.geo_effect)
    return [*(figure for m, sd in spreads for figure in (float(np.log(m)), sd)), *beliefs.noise_exponent]


def ordered_columns(design: Design, geo: GeoDesign) -> tuple[NDArray[np.int64], int]:
    """Give the shared columns that are not zero over the data, those that differ by geo last.

    Returns
    -------
    tuple
        Places in the design's basis, and how many are the same in all geos.
    """
    used = np.flatnonzero(np.abs(design.basis).any(axis=0))
    moving = np.ptp(geo.controls, axis=0).any(axis=0)
    differing = geo.control_columns[moving]
    alike = np.setdiff1d(np.union1d(used, geo.control_columns[~moving]), differing)
    zero = geo.control_columns[~np.abs(geo.controls).any(axis=(0, 1))]
    alike = np.setdiff1d(alike, zero)
    return np.concatenate([alike, differing]), len(alike)


def require_geo(design: Design) -> GeoDesign:
    """Give the design by geo of a panel that has several."""
    if design.geo is None:
        raise ValueError("the design has one geo only")
    return design.geo
