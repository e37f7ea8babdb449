"""Touches in memory, sorted by journey and time, to distinct paths: the quick way for an embedded database.

Sorting millions of touches once costs a fraction of what a database spends on ordering each of a
million small groups. The rules are those of `mmm.attribution.paths`, and the same numbers come out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_ROOM = 8
"""Cells of a lookup table per key, up to which it beats sorting the keys."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Touches:
    """Touches sorted by journey, then time: one cell each."""

    starts: NDArray[np.bool_]
    """First touch of a journey."""
    moment: IntArray
    """Microseconds."""
    channel: NDArray[np.int32]
    """Position in `names`."""
    converted: NDArray[np.bool_]
    cents: IntArray
    """Value of the conversion."""
    names: tuple[str, ...]
    """Channels, in alphabetical order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupedTouches:
    """Distinct paths, shortest first, then in the order of their channels; what became of each."""

    touches: IntArray
    lengths: IntArray
    conversions: FloatArray
    nulls: FloatArray
    value: FloatArray
    decay: csr_array
    """(path, channel): mean time-decay share of the path's conversions."""


def read_touches(table: pa.Table) -> Touches:
    """Take sorted columns journey, date, channel, converted, cents out of Arrow."""
    journey = table["journey"]
    starts = np.ones(len(journey), dtype=bool)
    if len(journey) > 1:
        starts[1:] = pc.not_equal(journey[1:], journey[:-1]).to_numpy()
    coded = table["channel"].combine_chunks().dictionary_encode()
    given = np.array(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(given)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order))
    moment = table["date"].cast(pa.timestamp("us")).cast(pa.int64())
    return Touches(
        starts=starts,
        moment=moment.to_numpy(),
        channel=rank[coded.indices.to_numpy()],
        converted=table["converted"].to_numpy(),
        cents=table["cents"].to_numpy(),
        names=tuple(str(name) for name in given[order]),
    )


def group_touches(touches: Touches, lookback_days: int, half_life_days: float) -> GroupedTouches:
    """Cut journeys after conversions, leave old touches out, and count equal paths."""
    begins = touches.starts.copy()
    begins[1:] |= touches.converted[:-1]
    part = np.cumsum(begins) - 1
    last = np.append(np.flatnonzero(begins)[1:], len(part)) - 1
    kept_at = np.flatnonzero(touches.moment[last][part] - touches.moment <= lookback_days * _DAY)
    part = part[kept_at]
    lengths = np.bincount(part, minlength=len(last))
    path, kept, path_lengths = distinct_paths(touches.channel[kept_at], lengths, len(touches.names))
    n_paths, converted = len(path_lengths), touches.converted[last]
    conversions = np.bincount(path, weights=converted, minlength=n_paths)
    value = np.bincount(path, weights=np.where(converted, touches.cents[last], 0), minlength=n_paths)
    return GroupedTouches(
        touches=kept,
        lengths=path_lengths,
        conversions=conversions,
        nulls=np.bincount(path, minlength=n_paths).astype(float) - conversions,
        value=value / 100.0,
        decay=_decay(
            touches,
            kept_at,
            end=last[part],
            path=path[part],
            conversions=conversions,
            half_life_days=half_life_days,
        ),
    )


def _decay(
    touches: Touches,
    at: IntArray,
    *,
    end: IntArray,
    path: IntArray,
    conversions: FloatArray,
    half_life_days: float,
) -> csr_array:
    """Weigh touches `at` by the whole seconds to the `end` of their part, where it is a conversion."""
    won = np.flatnonzero(touches.converted[end])
    at, end, path = at[won], end[won], path[won]
    seconds = touches.moment[end] // _SECOND - touches.moment[at] // _SECOND
    weight = np.exp2(seconds / (-86_400.0 * half_life_days))
    part = np.cumsum(np.diff(end, prepend=-1) > 0) - 1
    share = weight / np.bincount(part, weights=weight)[part] / conversions[path]
    shape = (len(conversions), len(touches.names))
    return csr_array((share, (path, touches.channel[at])), shape=shape)


def distinct_paths(
    channel: NDArray[np.int32], lengths: IntArray, n_channels: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Number sequences so that equal ones share a number, without comparing them touch by touch.

    A sequence is a way down a tree; at each step (node, channel) is a node of the next level.

    Parameters
    ----------
    channel
        Channels of every sequence, one after the other.
    lengths
        Touches of each sequence, 1 or more.

    Returns
    -------
    tuple
        Path of each sequence; channels of the paths, one after the other; touches of each path.
        Paths are ordered by length, then by channels.
    """
    first = np.cumsum(lengths) - lengths
    node = np.zeros(len(lengths), dtype=np.int64)
    path = np.empty(len(lengths), dtype=np.int64)
    active, n_nodes, n_paths = np.arange(len(lengths)), 1, 0
    walks: list[tuple[IntArray, IntArray]] = []
    touches, path_lengths = [], []
    for step in range(int(lengths.max(initial=0))):
        keys, node = _numbered(node * n_channels + channel[first[active] + step], n_nodes * n_channels)
        walks.append((keys // n_channels, keys % n_channels))
        n_nodes, ended = len(keys), lengths[active] == step + 1
        if ended.any():
            leaves, leaf = _numbered(node[ended], n_nodes)
            path[active[ended]] = n_paths + leaf
            touches.append(_walked(walks, leaves))
            path_lengths.append(np.full(len(leaves), step + 1))
            n_paths += len(leaves)
            active, node = active[~ended], node[~ended]
    return path, np.concatenate(touches), np.concatenate(path_lengths)


def _numbered(keys: IntArray, n_possible: int) -> tuple[IntArray, IntArray]:
    """Give distinct keys in order, and the place of each key among them."""
    if n_possible > _ROOM * max(len(keys), 1024):
        distinct, place = np.unique(keys, return_inverse=True)
        return distinct, np.asarray(place, dtype=np.int64)
    is_there = np.zeros(n_possible, dtype=bool)
    is_there[keys] = True
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[keys]


def _walked(walks: Sequence[tuple[IntArray, IntArray]], leaves: IntArray) -> IntArray:
    """Channels on the way to each node of the last level, one way after the other."""
    found, at = np.empty((len(leaves), len(walks)), dtype=np.int64), leaves
    for step in range(len(walks) - 1, -1, -1):
        parents, letters = walks[step]
        found[:, step], at = letters[at], parents[at]
    return found.ravel()
