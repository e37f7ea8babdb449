"""Design and beliefs as the one float buffer that the compiled density reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.model import Design, ModelSpec

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
        hyper_parameters(design, spec),
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
    beliefs, media = spec.beliefs, design.media_prior
    one = np.ones(len(design.channels))
    a, b = beliefs.retention
    strength = np.where(media.kind == 0, media.pool_location + media.location, media.location)
    return np.concatenate(
        [
            np.log(a / b) * one,
            np.log(beliefs.half_saturation[0]) * one,
            np.log(beliefs.slope[0]) * one,
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


def hyper_parameters(design: Design, spec: ModelSpec) -> FloatArray:
    """Rows: Beta a and b, mean and sd of log half-saturation, of log slope, of the strength."""
    beliefs, media = spec.beliefs, design.media_prior
    one = np.ones(len(design.channels))
    return np.stack(
        [
            beliefs.retention[0] * one,
            beliefs.retention[1] * one,
            np.log(beliefs.half_saturation[0]) * one,
            beliefs.half_saturation[1] * one,
            np.log(beliefs.slope[0]) * one,
            beliefs.slope[1] * one,
            media.location,
            media.spread,
        ]
    )
