"""What a rule is: a name, a severity, and a small function from the data to what it saw.

`RowRule` tests rows one by one, as data: all those of a source run in one query of
the database. `Rule` looks at a whole source or several, on what it aggregates.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from mmm.params import RunParams
from mmm.params.data import Source
from mmm.quality.periods import Periods, periods
from mmm.records import Severity

if TYPE_CHECKING:
    from mmm.sources import SourceTable

BIG = ("transactions", "contracts", "journeys")
"""Contents that never leave the database whole."""


def each(rows: pd.DataFrame) -> Iterator[Any]:
    """Go through rows, columns as attributes."""
    yield from rows.itertuples(index=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing that a rule saw."""

    source: str
    column: str = ""
    value: str = ""
    row: int | None = None
    suggestion: str = ""
    """What it should probably be, for rules that propose a correction."""
    more: int = 0
    """How many more of the same were seen and are not listed."""


class Reading:
    """One source under the rules: its table, its declaration, its rows in memory once asked for."""

    def __init__(self, params: RunParams, table: "SourceTable") -> None:
        self.table = table
        self.name = table.name
        self.content = table.content
        self.columns = tuple(table.columns)
        self.faults = table.faults
        self.declared: Source = params.sources[table.name]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Rows in memory, in the order of the file; not for `BIG` contents."""
        if self.content in BIG:
            raise ValueError(f"{self.name} may be large: ask the database")
        return self.table.select("*", "ORDER BY row")

    @cached_property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.table.n_rows if self.content in BIG else len(self.rows)

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """Distinct days that the source has, oldest first."""
        if "date" not in self.columns:
            return pd.DatetimeIndex([])
        if self.content in BIG:
            days = self.table.select("DISTINCT date::DATE AS day", "WHERE date IS NOT NULL")["day"]
        else:
            days = self.rows["date"].dropna()
        return pd.DatetimeIndex(pd.to_datetime(days.unique())).sort_values()

    def header(self, column: str) -> str:
        """Name of one of our columns in the file."""
        return self.table.header(column)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Our columns that hold numbers, `row` aside."""
        return tuple(name for name, kind in self.table.columns.items() if kind == "DOUBLE")


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """All that rules may look at."""

    params: RunParams
    readings: Mapping[str, Reading]
    as_of: date

    @cached_property
    def periods(self) -> Periods:
        """Periods of the analysis."""
        return periods(self.params.calendar)

    def of(self, *contents: str) -> list[Reading]:
        """Sources of these contents, in the order declared."""
        return [reading for reading in self.readings.values() if reading.content in contents]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule on whole sources."""

    name: str
    severity: Severity
    find: Callable[[Analysis], Iterable[Seen]]
    suggests: bool = False
    """Its action is the correction that it proposes, the same in every language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRule:
    """A rule on each row of the sources of some contents, as an SQL condition."""

    name: str
    severity: Severity
    contents: tuple[str, ...]
    wrong: str
    """True where something is wrong. `{column}`: column looked at; `{as_of}`: the date of the run."""
    columns: tuple[str, ...] = ()
    """Columns looked at, one after the other; all that hold numbers when left out."""
    needs: tuple[str, ...] = ()
    """Columns that the condition also uses; a source without them is passed over."""
    value: str = "{column}"
    """What to show, in SQL."""
    spares_unreadable: bool = False
    """Whether rows whose cell is unreadable are left to the rules on cells."""
