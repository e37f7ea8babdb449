"""Rules that share each conversion between the channels of its own path.

Shapley is here, and exact: with the worth of a set of channels taken as the
conversions of journeys that used no other channel (Zhao, Mahboobi and Bagheri,
2018), the Shapley value gives each conversion in equal shares to the distinct
channels of its path. Order and repetition then carry no weight, which is a
property of that game, not of this computation.
"""

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
