"""Journeys as distinct paths with counts: millions of touches come out of the database as a short list.

Rules, in this order:
1. A touch without journey or date is left out; one without channel is `unknown`.
2. A conversion ends a path; later touches of the same journey begin another.
3. Touches older than the lookback window before the last touch of their path do
   not count (for a path that converts, its last touch is the conversion).
4. Paths of the same channels in the same order are one row with counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
from ibis import _
from numpy.typing import NDArray

from mmm.errors import UserInputError, listed

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

UNKNOWN_CHANNEL = "unknown"
_BETWEEN_TOUCHES = "\x1f"
_BETWEEN_CHANNELS = ">"
"""Separator of aggregated paths, as tools export them: `search > email > direct`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JourneyPaths:
    """Distinct paths: the channels of each, in order, and what became of the journeys that took it."""

    channels: tuple[str, ...]
    """Names, in alphabetical order; touches are their positions."""
    touches: IntArray
    """Channels of every path, one after the other."""
    lengths: IntArray
    """Touches of each path."""
    conversions: FloatArray
    """Journeys of each path that converted."""
    nulls: FloatArray
    """Journeys of each path that did not."""
    value: FloatArray
    """Money that the conversions of each path brought."""

    @property
    def n_paths(self) -> int:
        """Distinct paths."""
        return len(self.lengths)

    @property
    def path_of_touch(self) -> IntArray:
        """Path of each touch."""
        return np.repeat(np.arange(self.n_paths), self.lengths)

    @property
    def first_touch(self) -> IntArray:
        """Position in `touches` of the first touch of each path."""
        return np.cumsum(self.lengths) - self.lengths


def read_paths(table: ibis.Table, source: str, lookback_days: int) -> JourneyPaths:
    """Give the distinct paths of a table of touches, or of paths already aggregated.

    Raises
    ------
    UserInputError
        No journey at all, a path without channel, a negative count.
    """
    if "path" in table.columns:
        counted, separator = _aggregated(table), _BETWEEN_CHANNELS
    else:
        counted, separator = grouped_paths(table, lookback_days).execute(), _BETWEEN_TOUCHES
    if counted.empty:
        raise UserInputError(
            source, ["found no journey, expected at least one: check the file and its `columns`"]
        )
    negative = counted.loc[(counted[["conversions", "nulls", "value"]] < 0).any(axis=1), "path"]
    if len(negative):
        raise UserInputError(
            source, [f"found a negative count or value for path {listed(negative)}, expected 0 or more"]
        )
    return journey_paths(
        [_channels(path, separator, source) for path in counted["path"]],
        counted["conversions"].to_numpy(dtype=float),
        counted["nulls"].to_numpy(dtype=float),
        counted["value"].to_numpy(dtype=float),
    )


def journey_paths(
    paths: Iterable[Iterable[str]], conversions: FloatArray, nulls: FloatArray, value: FloatArray
) -> JourneyPaths:
    """Number the channels of paths given as lists of names."""
    names = [list(path) for path in paths]
    channels = sorted({channel for path in names for channel in path})
    position = {channel: index for index, channel in enumerate(channels)}
    return JourneyPaths(
        channels=tuple(channels),
        touches=np.array([position[channel] for path in names for channel in path], dtype=np.int64),
        lengths=np.array([len(path) for path in names], dtype=np.int64),
        conversions=np.asarray(conversions, dtype=float),
        nulls=np.asarray(nulls, dtype=float),
        value=np.asarray(value, dtype=float),
    )


def grouped_paths(touches: ibis.Table, lookback_days: int) -> ibis.Table:
    """Group touches into distinct paths, in the database: path, conversions, nulls, value.

    Parameters
    ----------
    touches : Table
        journey, date (with its time), channel, converted (0 or 1) and, if known, value.
    lookback_days
        Older touches do not count.
    """
    value = _.value.cast("float64").fill_null(0.0) if "value" in touches.columns else ibis.literal(0.0)
    order = ["date", "row"] if "row" in touches.columns else ["date", "channel"]
    known = touches.mutate(
        channel=_.channel.fill_null(UNKNOWN_CHANNEL),
        converted=(_.converted.fill_null(0) > 0).cast("int64"),
        cents=(value * 100).round().cast("int64"),
    ).drop_null(["journey", "date"])
    before = ibis.window(group_by="journey", order_by=order, preceding=(None, 1))
    split = known.mutate(part=_.converted.sum().over(before).fill_null(0))
    ended = split.mutate(end=_.date.max().over(ibis.window(group_by=["journey", "part"])))
    recent = ended.filter(_.date >= _.end - ibis.interval(days=lookback_days))
    journeys = recent.group_by("journey", "part").aggregate(
        path=_.channel.group_concat(sep=_BETWEEN_TOUCHES, order_by=order),
        converted=_.converted.max(),
        cents=_.cents.sum(where=_.converted > 0).fill_null(0),
    )
    counted = journeys.group_by("path").aggregate(
        conversions=_.converted.sum(), nulls=(1 - _.converted).sum(), cents=_.cents.sum()
    )
    return counted.select("path", "conversions", "nulls", value=_.cents / 100.0).order_by("path")


def _aggregated(table: ibis.Table) -> pd.DataFrame:
    """Paths with counts, spelt the same way once and added up."""
    present = [name for name in ("conversions", "nulls", "value") if name in table.columns]
    frame = table.select("path", *present).execute().dropna(subset=["path"])
    frame = frame.reindex(columns=["path", "conversions", "nulls", "value"]).fillna(
        {"conversions": 0.0, "nulls": 0.0, "value": 0.0}
    )
    parts = frame["path"].str.split(_BETWEEN_CHANNELS)
    frame["path"] = [_BETWEEN_CHANNELS.join(part.strip() for part in path) for path in parts]
    summed: pd.DataFrame = frame.groupby("path", as_index=False, sort=True).sum()
    return summed


def _channels(path: str, separator: str, source: str) -> list[str]:
    channels = path.split(separator)
    if not all(channels):
        raise UserInputError(source, [f"path {path!r} has a touch without channel, expected names between >"])
    return channels
