"""Where each of our columns is in a file: as declared, as its tool names it, or under our own name."""

from collections.abc import Sequence
from dataclasses import dataclass

from mmm.params import nearest
from mmm.params.data import Source
from mmm.sources.contents import Column
from mmm.sources.layout import position
from mmm.sources.problems import SourceProblems, missing_column
from mmm.sources.raw import Raw
from mmm.sources.title_range import RANGED, title_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One of our columns and where it is in the file."""

    column: Column
    at: int
    header: str
    stored: str
    """DuckDB type of the stored column."""

    @property
    def cell(self) -> str:
        """Column of the relation."""
        return f"c{self.at}"

    @property
    def is_text(self) -> bool:
        """Whether cells are text that must be interpreted."""
        return self.stored == "VARCHAR"


def place(source: Source, raw: Raw, columns: Sequence[Column]) -> list[Placed]:
    """Find each column: as declared, as the dialect names it, under our own name."""
    problems, placed = [], []
    known = dict(raw.recognised.columns) if raw.recognised else {}
    if "day" in known:
        known["date"] = known.pop("day")
        known.pop("date_end", None)
    for column in columns:
        declared = source.columns.get(column.name) or column.looked_up
        if declared:
            at = position(declared, raw.header)
        else:
            at = known.get(column.name, position(column.name, raw.header))
        if at is not None:
            placed.append(Placed(column=column, at=at, header=raw.header[at], stored=raw.types[at]))
        elif column.name == "date" and not declared and _is_dated_above(source, raw):
            continue
        elif column.required or declared:
            meaning = column.name.rpartition(":")[2]
            problems.append(missing_column(declared or column.name, meaning, raw.header))
    problems += _unknown_columns(source, columns)
    if problems:
        raise SourceProblems(problems)
    return placed


def _is_dated_above(source: Source, raw: Raw) -> bool:
    """Whether a report without a date column says above its header which days it covers."""
    return source.content in RANGED and title_range(raw.above) is not None


def _unknown_columns(source: Source, columns: Sequence[Column]) -> list[str]:
    """Refuse `columns` entries that mean nothing for this content."""
    ours = [column.name for column in columns]
    looked_up = {column.looked_up for column in columns}
    return [
        f"columns.{name}: a source of content {source.content} has no such column, {nearest(name, ours)}"
        for name, header in source.columns.items()
        if name not in ours and header not in looked_up
    ]
