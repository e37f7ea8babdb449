"""Rules that share each conversion between the channels of its own path.

Shapley is here, and exact: with the worth of a set of channels taken as the
conversions of journeys that used no other channel (Zhao, Mahboobi and Bagheri,
2018), the Shapley value gives each conversion in equal shares to the distinct
channels of its path. Order and repetition then carry no weight, which is a
property of that game, not of this computation.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mmm.attribution.paths import JourneyPaths

FloatArray = NDArray[np.float64]


def first_touch(paths: JourneyPaths) -> csr_array:
    """Everything to the first touch; (path, channel) shares that add up to 1 on a path."""
    return _single(paths, paths.touches[paths.first_touch])


def last_touch(paths: JourneyPaths) -> csr_array:
    """Everything to the last touch. See `first_touch`."""
    return _single(paths, paths.touches[paths.first_touch + paths.lengths - 1])


def linear(paths: JourneyPaths) -> csr_array:
    """The same to every touch, repeated ones included. See `first_touch`."""
    shares = 1.0 / paths.lengths[paths.path_of_touch]
    return _matrix(paths, shares, paths.path_of_touch, paths.touches)


def last_non_direct(paths: JourneyPaths, direct: Collection[str] = ("direct",)) -> csr_array:
    """Everything to the last touch that is not direct; to the last touch where all are. See `first_touch`."""
    is_direct = np.isin(paths.touches, [k for k, name in enumerate(paths.channels) if name in direct])
    place = np.where(is_direct, -1, np.arange(len(paths.touches)))
    found = np.maximum.reduceat(place, paths.first_touch)
    return _single(paths, paths.touches[np.where(found < 0, paths.first_touch + paths.lengths - 1, found)])


def position(paths: JourneyPaths, first: float = 0.4, last: float = 0.4) -> csr_array:
    """Shares to the first and the last touch, the rest to those between; halves where there are two.

    See `first_touch`. A path of one touch gives it everything; of two, first and last share
    in the proportion of their weights.
    """
    lengths = paths.lengths[paths.path_of_touch]
    at_start = np.zeros(len(paths.touches), dtype=bool)
    at_end = at_start.copy()
    at_start[paths.first_touch] = True
    at_end[paths.first_touch + paths.lengths - 1] = True
    between = np.where(lengths > 2, (1.0 - first - last) / np.maximum(lengths - 2, 1), 0.0)
    shares = np.where(at_start, first, np.where(at_end, last, between))
    shares = np.where(lengths == 2, shares / (first + last), np.where(lengths == 1, 1.0, shares))
    return _matrix(paths, shares, paths.path_of_touch, paths.touches)


def time_decay(paths: JourneyPaths) -> csr_array:
    """Shares that halve with every half-life before the conversion. See `JourneyRules`, `first_touch`.

    Raises
    ------
    ValueError
        The journeys came as aggregated paths, without times.
    """
    if paths.decay is None:
        raise ValueError("time decay needs the moment of every touch; aggregated paths have none")
    return paths.decay


def in_proportion(paths: JourneyPaths, weights: FloatArray) -> csr_array:
    """Shares of a path in proportion to a weight per channel, over its touches, repeated ones included.

    With Markov's removal effects as weights this is the *path* rule, under which credit stays
    within a journey's own channels; the *global* rule shares all conversions in one go.
    """
    touched = weights[paths.touches]
    totals = np.add.reduceat(touched, paths.first_touch)
    equal = 1.0 / paths.lengths[paths.path_of_touch]
    whole = totals[paths.path_of_touch]
    shares = np.where(whole > 0, touched / np.where(whole > 0, whole, 1.0), equal)
    return _matrix(paths, shares, paths.path_of_touch, paths.touches)


def shapley(paths: JourneyPaths) -> csr_array:
    """The same to every distinct channel of the path: the exact Shapley value. See `first_touch`."""
    pairs = np.unique(paths.path_of_touch * len(paths.channels) + paths.touches)
    path, channel = np.divmod(pairs, len(paths.channels))
    shares = 1.0 / np.bincount(path, minlength=paths.n_paths)
    return _matrix(paths, shares[path], path, channel)


def _single(paths: JourneyPaths, channel: NDArray[np.int64]) -> csr_array:
    return _matrix(paths, np.ones(paths.n_paths), np.arange(paths.n_paths), channel)


def _matrix(
    paths: JourneyPaths, shares: FloatArray, path: NDArray[np.int64], channel: NDArray[np.int64]
) -> csr_array:
    """Sparse (path, channel) shares; several touches of one channel add up."""
    return csr_array((shares, (path, channel)), shape=(paths.n_paths, len(paths.channels)))
