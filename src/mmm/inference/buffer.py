"""Design and beliefs as the one float buffer that the compiled density reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.model import Design, ModelSpec
from mmm.model.media_prior import POOLED
from mmm.model.shape_prior import HALF_LIFE

FloatArray = NDArray[np.float64]
HEADER = 21
"""Ten figures, then the starts of the ten parts and the end of the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """Data of the compiled density, and which columns of the baseline they hold."""

    data: FloatArray
    columns: NDArray[np.int64]
    """Columns of the design's basis that are not zero over the data."""
    n_parameters: int


def build_buffer(design: Design, spec: ModelSpec) -> Buffer:
    """Write what the compiled density needs, in the order in which the kernel reads it."""
    columns = np.flatnonzero(np.abs(design.basis).any(axis=0))
    basis = np.ascontiguousarray(design.basis[:, columns].T)
    baseline = design.baseline
    outcome = design.y - design.basis @ baseline.mean
    n_channels, n_groups = len(design.channels), len(baseline.amplitudes)
    parts = [
        np.ascontiguousarray(design.x.T),
        design.carry_in,
        outcome,
        basis,
        basis @ basis.T,
        baseline.scale[columns],
        baseline.amplitude_index[columns],
        prior_scales(design, spec),
        design.media_prior.kind,
        hyper_parameters(design),
    ]
    flat = [np.asarray(part, dtype=float).ravel() for part in parts]
    starts = HEADER + np.cumsum([0, *(part.size for part in flat)])
    header = [
        n_channels,
        len(design.y),
        len(columns),
        n_groups,
        starts[-1],
        *prior_figures(design)[5:],
        *starts,
    ]
    return Buffer(
        data=np.concatenate([np.array(header, dtype=float), *flat]),
        columns=columns,
        n_parameters=n_national_parameters(design),
    )


def prior_centre(design: Design, spec: ModelSpec) -> FloatArray:
    """Give a typical point of the prior, in the sampled parameters: where chains start around."""
    shape, media = design.shape_prior, design.media_prior
    first, second = shape.carry
    stated = shape.carry_kind == HALF_LIFE
    kept = 0.5 ** np.exp(-np.where(stated, first, 0.0))
    retention = np.where(
        stated, np.log(kept) - np.log1p(-kept), np.log(np.where(stated, 1.0, first / second))
    )
    strength = np.where(media.kind == POOLED, media.pool_location + media.location, media.location)
    return np.concatenate(
        [
            retention,
            shape.half_saturation[0],
            shape.slope[0],
            strength,
            np.log(0.5 * design.baseline.amplitude_scale),
            [np.log(0.3 * spec.beliefs.noise)],
            [np.log(media.split_spread[0])] if media.learns_split else [],
        ]
    )


def n_national_parameters(design: Design) -> int:
    """Give the number of sampled parameters that do not go with a geo."""
    media = design.media_prior
    return 4 * len(design.channels) + len(design.baseline.amplitudes) + 1 + int(media.learns_split)


def prior_figures(design: Design) -> FloatArray:
    """Give the first ten figures of the header, of which the prior reads the last five."""
    media = design.media_prior
    sizes = [0.0] * 5
    spread = [float(media.learns_split), float(np.log(media.split_spread[0])), media.split_spread[1]]
    return np.array([*sizes, media.pool_location, media.pool_spread, *spread])


def prior_scales(design: Design, spec: ModelSpec) -> FloatArray:
    """Half-normal scales of the amplitudes, then of the noise."""
    return np.append(design.baseline.amplitude_scale, spec.beliefs.noise)


def hyper_parameters(design: Design) -> FloatArray:
    """Give the rows that the prior reads, by channel.

    Beta's a and b, or mean and sd of the log half-life; mean and sd of the log half-saturation, of
    the log slope, of the strength; kind of belief on the carry-over.
    """
    shape, media = design.shape_prior, design.media_prior
    return np.vstack(
        [shape.carry, shape.half_saturation, shape.slope, media.location, media.spread, shape.carry_kind]
    )
