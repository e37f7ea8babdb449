"""A national design of any families as the one float buffer that its compiled density reads."""

import numpy as np
from numpy.typing import NDArray

from mmm.inference.buffer import Buffer, prior_centre, prior_figures, prior_scales
from mmm.inference.kernels.national import BLOCKS, FIGURES, HEADER, PARTS, SLOTS
from mmm.model import Design, ModelSpec
from mmm.model.curve_slots import BETA, HALF_LIFE_SLOT, curve_slots

FloatArray = NDArray[np.float64]


def build_family_buffer(design: Design, spec: ModelSpec) -> Buffer:
    """Write what the compiled density needs, in the order in which the kernel reads it."""
    columns = np.flatnonzero(np.abs(design.basis).any(axis=0))
    basis = np.ascontiguousarray(design.basis[:, columns].T)
    baseline, media, slots = design.baseline, design.media_prior, curve_slots(design, spec)
    before = np.repeat(design.carry_in[:, None], design.n_lags, axis=1)
    parts = [
        np.concatenate([before, design.x.T], axis=1),
        slots.forms,
        design.y - design.basis @ baseline.mean,
        basis,
        basis @ basis.T,
        baseline.scale[columns],
        baseline.amplitude_index[columns],
        prior_scales(design, spec),
        media.kind,
        slots.prior,
        np.stack([media.location, media.spread]),
    ]
    if (len(parts), len(slots.prior)) != (PARTS, SLOTS):
        raise ValueError("the kernel reads other parts")
    flat = [np.asarray(part, dtype=float).ravel() for part in parts]
    starts = HEADER + np.cumsum([0, *(part.size for part in flat)])
    figures = np.zeros(FIGURES)
    figures[:10] = prior_figures(design)
    sizes = (len(design.channels), len(design.y), len(columns), len(baseline.amplitudes))
    figures[: len(sizes)], figures[10] = sizes, design.n_lags
    return Buffer(
        data=np.concatenate([figures, starts.astype(float), *flat]),
        columns=columns,
        n_parameters=n_family_parameters(design),
    )


def n_family_parameters(design: Design) -> int:
    """Count the sampled parameters."""
    learns = int(design.media_prior.learns_split)
    return BLOCKS * len(design.channels) + len(design.baseline.amplitudes) + 1 + learns


def family_prior_centre(design: Design, spec: ModelSpec) -> FloatArray:
    """Give a typical point of the prior, in the sampled parameters: where chains start around."""
    n, usual = len(design.channels), prior_centre(design, spec)
    kind, a, b = curve_slots(design, spec).prior.transpose(1, 0, 2)
    kept = 0.5 ** np.exp(-a)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.where(kind == BETA, np.log(a / b), a)
        centre = np.where(kind == HALF_LIFE_SLOT, np.log(kept) - np.log1p(-kept), centre)
    return np.concatenate([*centre[:3], usual[3 * n : 4 * n], centre[3], usual[4 * n :]])
