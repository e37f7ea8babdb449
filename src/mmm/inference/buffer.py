"""Design and beliefs as the one float buffer that the compiled density reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.model import Design, ModelSpec
from mmm.model.media_prior import POOLED
from mmm.model.shape_prior import ABSENT, HALF_LIFE, NORMAL

FloatArray = NDArray[np.float64]
SIZES, FIGURES, PARTS = 8, 5, 13
"""What the buffer begins with; `inference.kernels.density` reads it."""
HEADER = SIZES + FIGURES + PARTS + 1
BLOCK = 16
"""Numbers that compiled loops work on at once: four vectors of four."""
BLOCKS = (0, 2, 3)
"""Slots of `mmm.model.shape_prior` that stand first, a block each: carry-over first, half-saturation, slope.
The strength follows; carry-over second (slot 1) stands last."""


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
    baseline, shape = design.baseline, design.shape_prior
    places = sampled_places(design)
    parts = [
        padded(design.x.T),
        design.carry_in,
        padded(design.y - design.basis @ baseline.mean),
        padded(basis),
        padded(basis @ basis.T),
        baseline.scale[columns],
        baseline.amplitude_index[columns],
        np.append(baseline.amplitude_scale, spec.beliefs.noise),
        design.media_prior.kind,
        beliefs_by_block(design),
        np.stack([shape.adstock, shape.saturation, shape.saturates_first]),
        places,
        resting(design),
    ]
    flat = [np.asarray(part, dtype=float).ravel() for part in parts]
    starts = HEADER + np.cumsum([0, *(part.size for part in flat)])
    sizes = [
        len(design.channels),
        len(design.y),
        len(columns),
        len(baseline.amplitudes),
        len(places),
        shape.n_lags,
        padded_width(len(design.y)),
        padded_width(len(columns)),
    ]
    header = np.array([*sizes, *pool_figures(design), *starts], dtype=float)
    return Buffer(data=np.concatenate([header, *flat]), columns=columns, n_parameters=len(places))


def padded(rows: FloatArray) -> FloatArray:
    """Lengthen the last axis with zeros to whole blocks."""
    width = padded_width(rows.shape[-1])
    return np.pad(rows, [(0, 0)] * (rows.ndim - 1) + [(0, width - rows.shape[-1])])


def padded_width(length: int) -> int:
    """Round a length up to whole blocks.

    Examples
    --------
    >>> padded_width(195)
    208
    """
    return -(-length // BLOCK) * BLOCK


def pool_figures(design: Design) -> list[float]:
    """Median and sd of the log total of the pool; whether its spread is learnt, its log median and sd."""
    media = design.media_prior
    return [
        media.pool_location,
        media.pool_spread,
        float(media.learns_split),
        float(np.log(media.split_spread[0])),
        media.split_spread[1],
    ]


def beliefs_by_block(design: Design) -> FloatArray:
    """Kind, first and second figure of the belief on each parameter, (3, block, channel)."""
    shape, media = design.shape_prior, design.media_prior
    strength = np.where(media.kind == POOLED, ABSENT, NORMAL)
    rows = [
        (shape.kind, strength),
        (shape.first, media.location),
        (shape.second, media.spread),
    ]
    return np.stack(
        [np.vstack([*(by_slot[slot] for slot in BLOCKS), own, by_slot[1]]) for by_slot, own in rows]
    ).astype(float)


def n_national(design: Design) -> int:
    """Count the parameters that any family of the national model could have."""
    return 5 * len(design.channels) + len(design.baseline.amplitudes) + 2


def sampled_places(design: Design) -> NDArray[np.int64]:
    """Places of those that the design's families have."""
    shape, n_channels = design.shape_prior, len(design.channels)
    sampled = np.ones(n_national(design), dtype=bool)
    for block, slot in enumerate(BLOCKS):
        sampled[block * n_channels : (block + 1) * n_channels] = shape.kind[slot] != ABSENT
    sampled[-n_channels:] = shape.kind[1] != ABSENT
    sampled[4 * n_channels + len(design.baseline.amplitudes) + 1] = design.media_prior.learns_split
    return np.flatnonzero(sampled)


def resting(design: Design) -> FloatArray:
    """Give every parameter the value it has when it is not sampled."""
    found = np.zeros(n_national(design))
    at_spread = 4 * len(design.channels) + len(design.baseline.amplitudes) + 1
    found[at_spread] = np.log(design.media_prior.split_spread[0])
    return found


def prior_centre(design: Design, spec: ModelSpec) -> FloatArray:
    """Give a typical point of the prior, in the sampled parameters: where chains start around."""
    shape, media = design.shape_prior, design.media_prior
    with np.errstate(divide="ignore", invalid="ignore"):
        by_share = np.log(shape.first / shape.second)
        kept = 0.5 ** np.exp(-shape.first)
        by_half_life = np.log(kept) - np.log1p(-kept)
    centre = np.where(shape.kind == HALF_LIFE, by_half_life, by_share)
    centre = np.where(shape.kind == NORMAL, shape.first, centre)
    strength = np.where(media.kind == POOLED, media.pool_location + media.location, media.location)
    full = np.concatenate(
        [
            *(centre[slot] for slot in BLOCKS),
            strength,
            np.log(0.5 * design.baseline.amplitude_scale),
            [np.log(0.3 * spec.beliefs.noise), np.log(media.split_spread[0])],
            centre[1],
        ]
    )
    return full[sampled_places(design)]


def n_national_parameters(design: Design) -> int:
    """Give the number of sampled parameters that do not go with a geo."""
    return len(sampled_places(design))
