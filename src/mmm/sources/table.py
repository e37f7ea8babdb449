"""`SourceTable`: one source, read, with its columns under our names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmm.params.data import Content
from mmm.sources.database import Database
from mmm.sources.raw import quoted

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
    columns: Mapping[str, str]
    """Our column: its DuckDB type. `row` is the line in the file as a person counts it."""
    faults: "pd.DataFrame"
    """Cells that could not be read: row, column (name in the file), kind, value. Empty in the table."""
    totals: "pd.DataFrame"
    """Figures of the total rows left out: row, column (name in the file), label, value."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Our column: its name in the file."""
    database: Database = field(repr=False)

    @property
    def table(self) -> "ibis.Table":
        """The rows as an Ibis table, to compute in the database."""
        return self.database.backend.table(self.name)

    @property
    def relation(self) -> str:
        """The rows as a name in SQL."""
        return quoted(self.name)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.database.connection.execute(f"SELECT count(*) FROM {self.relation}").fetchall()[0][0])

    def to_pandas(self) -> "pd.DataFrame":
        """Give the whole table in memory; ask for aggregates of `table` when it may be large."""
        return self.select("*")

    def select(self, columns: str, rest: str = "") -> "pd.DataFrame":
        """Give the answer to `SELECT columns FROM this table rest`."""
        query = f"SELECT {columns} FROM {self.relation} {rest}"
        frame: pd.DataFrame = self.database.connection.execute(query).df()
        untyped = {name: "str" for name, kind in frame.dtypes.items() if kind.kind == "O"}
        return frame.astype(untyped)

    def header(self, column: str) -> str:
        """Give the name in the file of one of our columns."""
        return self.headers.get(column, column)
