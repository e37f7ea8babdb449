"""Journeys as distinct paths with counts: millions of touches come out of the database as a short list.

Rules, in this order:
1. A touch without journey or date is left out; one without channel is `unknown`.
2. A conversion ends a path; later touches of the same journey begin another.
3. With a session rule, lines repeated word for word are one, and touches of one channel
   that follow each other within so many minutes are one touch.
4. Touches older than the lookback window before the last touch of their path do
   not count (for a path that converts, its last touch is the conversion).
5. Paths of the same channels in the same order are one row with counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import ibis
import numpy as np
import pandas as pd
from ibis import _
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mmm.attribution.grouping import group_touches, read_touches
from mmm.errors import UserInputError, listed
from mmm.sources.answering import answering

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

UNKNOWN_CHANNEL = "unknown"
_BETWEEN_TOUCHES = "\x1f"
MOST_IN_MEMORY = 20_000_000
"""Touches beyond which an embedded database groups them itself, out of core."""
_NO_JOURNEY = "found no journey, expected at least one: check the file and its `columns`"
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
    decay: csr_array | None = None
    """(path, channel): mean time-decay share of the path's conversions; None where times are unknown."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyRules:
    """What counts as a touch."""

    lookback_days: int
    """Older touches do not count."""
    session_minutes: int = 0
    """Touches of one channel within so many minutes of the one before are one; 0: every line is a touch."""
    half_life_days: float = 7.0
    """A touch so many days before the conversion weighs half as much, under time decay."""


def read_paths(table: ibis.Table, source: str, rules: JourneyRules | int) -> JourneyPaths:
    """Give the distinct paths of a table of touches, or of paths already aggregated.

    Parameters
    ----------
    table : Table
        Touches (see `grouped_paths`), or paths: path, and any of conversions, nulls, value.
    source
        Name for error messages.
    rules
        Rules on touches; a number alone is the lookback, in days.

    Raises
    ------
    UserInputError
        No journey at all, a path without channel, a negative count.
    """
    asked = JourneyRules(lookback_days=rules) if isinstance(rules, int) else rules
    with answering(source):
        if "path" in table.columns:
            return paths_of(_aggregated(table), source, _BETWEEN_CHANNELS)
        if table.get_backend().name == "duckdb" and table.count().execute() <= MOST_IN_MEMORY:
            return _grouped_here(table, source, asked)
        counted, shares = grouped_paths(table, asked).execute(), decayed_shares(table, asked).execute()
    found = paths_of(counted, source)
    return replace(found, decay=_decay(shares, pd.Index(counted["path"]), found.channels))


def _grouped_here(table: ibis.Table, source: str, rules: JourneyRules) -> JourneyPaths:
    """Group in this process the touches of an embedded database, which only sorts them."""
    order = _order(table)
    wanted = _known(table, rules).order_by("journey", *order)
    wanted = wanted.select("journey", "date", "channel", "cents", converted=_.converted > 0)
    touches = read_touches(wanted.to_pyarrow())
    if not len(touches.starts):
        raise UserInputError(source, [_NO_JOURNEY])
    if "" in touches.names:
        raise UserInputError(source, ["found a touch whose channel is empty text, expected a name"])
    found = group_touches(touches, rules.lookback_days, rules.half_life_days)
    paths = JourneyPaths(
        channels=touches.names,
        touches=found.touches,
        lengths=found.lengths,
        conversions=found.conversions,
        nulls=found.nulls,
        value=found.value,
        decay=found.decay,
    )
    negative = np.flatnonzero(found.value < 0)
    if len(negative):
        spelt = [" > ".join(touches.names[at] for at in _touches_of(paths, path)) for path in negative[:6]]
        raise UserInputError(source, [_negative(spelt)])
    return paths


def _touches_of(paths: JourneyPaths, path: int) -> IntArray:
    first = paths.first_touch[path]
    return paths.touches[first : first + paths.lengths[path]]


def _negative(paths: Sequence[str]) -> str:
    return f"found a negative count or value for path {listed(paths)}, expected 0 or more"


def paths_of(counted: pd.DataFrame, source: str, separator: str = _BETWEEN_TOUCHES) -> JourneyPaths:
    """Number the channels of grouped paths: path, conversions, nulls, value.

    Raises
    ------
    UserInputError
        No journey at all, a path without channel, a negative count.
    """
    if counted.empty:
        raise UserInputError(source, [_NO_JOURNEY])
    negative = counted.loc[(counted[["conversions", "nulls", "value"]] < 0).any(axis=1), "path"]
    if len(negative):
        raise UserInputError(source, [_negative(list(negative))])
    return journey_paths(
        [_channels(path, separator, source) for path in counted["path"]],
        counted["conversions"].to_numpy(dtype=float),
        counted["nulls"].to_numpy(dtype=float),
        counted["value"].to_numpy(dtype=float),
    )


def _decay(shares: pd.DataFrame, paths: "pd.Index[str]", channels: Sequence[str]) -> csr_array:
    rows = paths.get_indexer(pd.Index(shares["path"]))
    columns = pd.Index(channels).get_indexer(pd.Index(shares["channel"]))
    values = shares["share"].to_numpy(dtype=float)
    return csr_array((values, (rows, columns)), shape=(len(paths), len(channels)))


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


def grouped_paths(touches: ibis.Table, rules: JourneyRules) -> ibis.Table:
    """Group touches into distinct paths, in the database: path, conversions, nulls, value.

    Parameters
    ----------
    touches : Table
        journey, date (with its time), channel, converted (0 or 1) and, if known, value and row.
    rules
        What counts as a touch.
    """
    counted = (
        _journeys(_kept(touches, rules), _order(touches))
        .group_by("path")
        .aggregate(conversions=_.converted.sum(), nulls=(1 - _.converted).sum(), cents=_.cents.sum())
    )
    return counted.select("path", "conversions", "nulls", value=_.cents / 100.0).order_by("path")


def decayed_shares(touches: ibis.Table, rules: JourneyRules) -> ibis.Table:
    """Give the mean time-decay share of each channel of each path that converts: path, channel, share.

    A touch weighs 2 ** (-days before the conversion / half-life); weights of a journey add up to 1.
    """
    kept = _kept(touches, rules)
    journeys = _journeys(kept, _order(touches)).filter(_.converted > 0)
    before = (_.end.epoch_seconds() - _.date.epoch_seconds()) / 86_400.0
    weighed = kept.mutate(weight=(before * (-np.log(2.0) / rules.half_life_days)).exp())
    totals = weighed.group_by("journey", "part").aggregate(total=_.weight.sum())
    of_path = journeys.select("journey", "part", "path").join(totals, ["journey", "part"])
    shared = weighed.join(of_path, ["journey", "part"]).mutate(share=_.weight / _.total)
    sizes = journeys.group_by("path").aggregate(n_journeys=_.count())
    summed = shared.group_by("path", "channel").aggregate(share=_.share.sum())
    mean = summed.join(sizes, "path")
    return mean.select("path", "channel", share=_.share / _.n_journeys).order_by("path", "channel")


def _order(touches: ibis.Table) -> list[str]:
    return ["date", "row"] if "row" in touches.columns else ["date", "channel"]


def _kept(touches: ibis.Table, rules: JourneyRules) -> ibis.Table:
    """Touches that count: with the path they are part of and its end."""
    before = ibis.window(group_by="journey", order_by=_order(touches), preceding=(None, 1))
    known = _known(touches, rules)
    split = known.mutate(part=_.converted.sum().over(before).fill_null(0).cast("int64"))
    ended = split.mutate(end=_.date.max().over(ibis.window(group_by=["journey", "part"])))
    return ended.filter(_.date >= _.end - ibis.interval(days=rules.lookback_days))


def _known(touches: ibis.Table, rules: JourneyRules) -> ibis.Table:
    """Touches of a journey at a moment, in our types; one per session where there is a rule."""
    value = _.value.cast("float64").fill_null(0.0) if "value" in touches.columns else ibis.literal(0.0)
    known = touches.mutate(
        date=_.date.cast("timestamp"),
        channel=_.channel.fill_null(UNKNOWN_CHANNEL),
        converted=ibis.ifelse(_.converted.cast("int64").fill_null(0) > 0, 1, 0).cast("int64"),
        cents=(value * 100).round().cast("int64"),
    ).drop_null(["journey", "date"])
    return _in_sessions(known, _order(touches), rules.session_minutes) if rules.session_minutes else known


def _in_sessions(known: ibis.Table, order: list[str], minutes: int) -> ibis.Table:
    """One line per repeated line, one touch per session of a channel; a conversion is always kept."""
    same = ["journey", "date", "channel", "converted", "cents"]
    first = {name: _[name].min() for name in order if name not in same}
    once = known.group_by(same).aggregate(**first) if first else known.select(same).distinct()
    ordered = ibis.window(group_by="journey", order_by=order)
    lagged = once.mutate(
        channel_before=_.channel.lag().over(ordered),
        converted_before=_.converted.lag().over(ordered),
        seconds=(_.date.epoch_seconds() - _.date.lag().over(ordered).epoch_seconds()),
    )
    repeats = (
        (lagged.channel_before == lagged.channel)
        & (lagged.converted_before == 0)
        & (lagged.converted == 0)
        & (lagged.seconds <= 60 * minutes)
    )
    return lagged.filter(~repeats.fill_null(False)).drop("channel_before", "converted_before", "seconds")


def _journeys(kept: ibis.Table, order: list[str]) -> ibis.Table:
    """One row per path taken: journey, part, path, converted, cents."""
    if kept.get_backend().name == "pyspark":
        kept, path = _numbered(kept, order), _path_of_numbered
    else:
        path = _.channel.group_concat(sep=_BETWEEN_TOUCHES, order_by=order)
    return kept.group_by("journey", "part").aggregate(
        path=path,
        converted=_.converted.max(),
        cents=_.cents.sum(where=_.converted > 0).fill_null(0).cast("int64"),
    )


_DIGITS = 9
_path_of_numbered = (
    _.numbered.collect().sort().map(lambda touch: touch.substr(_DIGITS)).join(_BETWEEN_TOUCHES)
)


def _numbered(kept: ibis.Table, order: list[str]) -> ibis.Table:
    """Put a touch's place in its path before its channel: Spark cannot aggregate in an order, but sorts."""
    place = ibis.row_number().over(ibis.window(group_by=["journey", "part"], order_by=order))
    return kept.mutate(numbered=place.cast("string").lpad(_DIGITS, "0").concat(_.channel))


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
