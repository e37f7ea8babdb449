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
        np.append(baseline.amplitude_scale, spec.beliefs.noise),
        design.media_prior.kind,
        _hyper(design, spec),
    ]
    flat = [np.asarray(part, dtype=float).ravel() for part in parts]
    starts = HEADER + np.cumsum([0, *(part.size for part in flat)])
    media = design.media_prior
    header = [
        n_channels,
        len(design.y),
        len(columns),
        n_groups,
        starts[-1],
        media.pool_location,
        media.pool_spread,
        float(media.learns_split),
        np.log(media.split_spread[0]),
        media.split_spread[1],
        *starts,
    ]
    return Buffer(
        data=np.concatenate([np.array(header, dtype=float), *flat]),
        columns=columns,
        n_parameters=4 * n_channels + n_groups + 1 + int(media.learns_split),
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


def _hyper(design: Design, spec: ModelSpec) -> FloatArray:
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
