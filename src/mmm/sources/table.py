"""`SourceTable`: one source, read, with its columns under our names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from mmm.params.data import Content

if TYPE_CHECKING:
    import ibis
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """One source on the embedded database; nothing leaves it until asked."""

    name: str
    content: Content
    location: str
    """Path as declared, or database URL without its password and the table."""
    dialect: str
    """What was recognised: "Google Ads FR, UTF-16, tab, 2 title lines, 3 total rows left out"."""
    table: "ibis.Table"
    """Our columns; `row` is the line in the file as a person counts it."""
    faults: "pd.DataFrame"
    """Cells that could not be read: row, column (name in the file), kind, value. Empty in `table`."""
    totals: "pd.DataFrame"
    """Figures of the total rows left out: row, column (name in the file), label, value."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Our column: its name in the file."""

    def to_pandas(self) -> "pd.DataFrame":
        """Give the whole table in memory; ask for aggregates of `table` when it may be large."""
        return cast("pd.DataFrame", self.table.execute())

    def header(self, column: str) -> str:
        """Give the name in the file of one of our columns."""
        return self.headers.get(column, column)
