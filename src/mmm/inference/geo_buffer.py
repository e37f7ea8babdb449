"""A geo design and beliefs as the one float buffer that the compiled geo densities read."""

import numpy as np
from numpy.typing import NDArray

from mmm.inference.buffer import (
    Buffer,
    hyper_parameters,
    n_national_parameters,
    prior_centre,
    prior_figures,
    prior_scales,
)
from mmm.inference.kernels.geo_density import HEADER, SIZES
from mmm.model import Design, ModelSpec
from mmm.model.geo_design import GeoDesign, shared_columns

FloatArray = NDArray[np.float64]


def build_geo_buffer(design: Design, spec: ModelSpec) -> Buffer:
    """Write what the compiled geo density needs, in the order in which the kernel reads it."""
    geo = require_geo(design)
    n_national = n_national_parameters(design)
    baseline = design.baseline
    columns, n_common = ordered_columns(design, geo)
    shared = shared_columns(design.basis, geo)[:, :, columns]
    pair = geo.basis.T
    local = np.flatnonzero(~geo.is_national)
    place = np.full(len(design.channels), -1)
    place[local] = np.arange(local.size)
    classes = shared if n_common < len(columns) else shared[:1]
    parts = [
        prior_figures(design),
        prior_scales(design, spec),
        design.media_prior.kind,
        hyper_parameters(design),
        geo.x.transpose(2, 0, 1),
        geo.carry_in.T,
        place,
        geo.y - shared_columns(design.basis, geo) @ baseline.mean,
        geo.weight,
        np.log(geo.weight * len(geo.geos)),
        shared[0, :, :n_common].T,
        shared[:, :, n_common:].transpose(0, 2, 1),
        pair,
        np.einsum("gti,gtj->gij", classes, classes, optimize=True),
        np.einsum("gti,jt->gij", classes, pair, optimize=True),
        pair @ pair.T,
        baseline.scale[columns],
        baseline.amplitude_index[columns],
        _geo_hyper(spec),
    ]
    flat = [np.asarray(part, dtype=float).ravel() for part in parts]
    starts = HEADER + np.cumsum([0, *(part.size for part in flat)])
    sizes = [
        len(design.channels),
        *geo.y.shape,
        n_common,
        len(columns) - n_common,
        len(classes),
        len(baseline.amplitudes),
        local.size,
        n_national,
    ]
    if len(sizes) != SIZES:
        raise ValueError(f"{len(sizes)} sizes, the kernel reads {SIZES}")
    return Buffer(
        data=np.concatenate([np.array([*sizes, *starts], dtype=float), *flat]),
        columns=columns,
        n_parameters=n_national + 3 + local.size * (1 + len(geo.geos)),
    )


def geo_prior_centre(design: Design, spec: ModelSpec) -> FloatArray:
    """Give a typical point of the prior, in the sampled parameters: where chains start around."""
    geo = require_geo(design)
    n_local = int((~geo.is_national).sum())
    a, b = spec.beliefs.noise_exponent
    return np.concatenate(
        [
            prior_centre(design, spec),
            np.log(0.5 * np.array(spec.beliefs.geo_baseline)),
            np.full(n_local, np.log(spec.beliefs.geo_effect[0])),
            np.zeros(n_local * len(geo.geos)),
            [np.log(a / b)],
        ]
    )


def _geo_hyper(spec: ModelSpec) -> list[float]:
    """Scales of levels and lines, mean and sd of the log spread of effects, Beta of the noise exponent."""
    beliefs = spec.beliefs
    median, spread = beliefs.geo_effect
    return [*beliefs.geo_baseline, float(np.log(median)), spread, *beliefs.noise_exponent]


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
