"""Markov attribution of order 1, exact: what a channel is worth is what would be lost without it.

Journeys are an absorbing chain over start, the channels, conversion and null.
The removal effect of a channel is the share of conversions lost when every
journey that reaches it ends there instead. Removal effects add up to more than
1 (a journey may need several channels); credit shares the conversions in
proportion to them (the `global` rule: credit is not confined to a journey's own channels).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mmm.attribution.credit import last_touch
from mmm.attribution.paths import JourneyPaths

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """What each path adds to the counts of transitions; counts of journeys times these."""

    moves: csr_array
    """(path, (1 + channel) x channel): moves from start (0) or a channel (1 + k) to a channel."""
    ends: csr_array
    """(path, channel): the channel from which the path ends."""
    n_channels: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """Transition probabilities; leading dims, if any, are resamples."""

    start: FloatArray
    """(..., channel): first channel of a journey."""
    between: FloatArray
    """(..., channel, channel): next channel, row to column."""
    conversion: FloatArray
    """(..., channel): chance that a touch is the last one and converts."""


def steps(paths: JourneyPaths) -> Steps:
    """Count the transitions of each path once, for any number of resamples."""
    n_channels = len(paths.channels)
    previous = np.empty_like(paths.touches)
    previous[1:] = paths.touches[:-1] + 1
    previous[paths.first_touch] = 0
    moves = csr_array(
        (np.ones(len(paths.touches)), (paths.path_of_touch, previous * n_channels + paths.touches)),
        shape=(paths.n_paths, (n_channels + 1) * n_channels),
    )
    return Steps(moves=moves, ends=last_touch(paths), n_channels=n_channels)


def chain(counted: Steps, conversions: FloatArray, nulls: FloatArray) -> Chain:
    """Estimate the chain from journeys per path; arrays of shape (..., path)."""
    n_channels = counted.n_channels
    moves = _times(conversions + nulls, counted.moves)
    moves = moves.reshape(*moves.shape[:-1], n_channels + 1, n_channels)
    converted, lost = _times(conversions, counted.ends), _times(nulls, counted.ends)
    start, between = moves[..., 0, :], moves[..., 1:, :]
    leaving = between.sum(axis=-1) + converted + lost
    leaving = np.where(leaving > 0, leaving, 1.0)
    return Chain(
        start=start / np.maximum(start.sum(axis=-1, keepdims=True), 1e-300),
        between=between / leaving[..., None],
        conversion=converted / leaving,
    )


def removal_effects(journeys: Chain) -> FloatArray:
    """Share of conversions lost without each channel; 0 for all when nothing converts.

    One inverse gives them all: with N = (I - Q)^-1, visits from the start v = s N and
    h = N c the chance to convert from a channel, the effect is (v_k / N_kk) h_k / (s h):
    the chance of ever reaching k times the chance to convert from there.
    """
    n_channels = journeys.start.shape[-1]
    fundamental = np.linalg.inv(np.eye(n_channels) - journeys.between)
    visits = np.einsum("...k,...kj->...j", journeys.start, fundamental)
    converts = np.einsum("...jk,...k->...j", fundamental, journeys.conversion)
    reached = visits / np.diagonal(fundamental, axis1=-2, axis2=-1)
    base = np.sum(journeys.start * converts, axis=-1, keepdims=True)
    return np.asarray(reached * converts / np.where(base > 0, base, np.inf))


def conversion_rate(journeys: Chain) -> float:
    """Chance that a journey converts, by the chain; equal to that of the journeys themselves."""
    inverse = np.linalg.inv(np.eye(len(journeys.start)) - journeys.between)
    return float(journeys.start @ inverse @ journeys.conversion)


def _times(counts: FloatArray, matrix: csr_array) -> FloatArray:
    """Counts of shape (..., path) times a sparse (path, feature) matrix."""
    return np.asarray((matrix.T @ counts.T).T)
