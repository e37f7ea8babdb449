"""`Raw`: a source as it is stored, on the embedded database, before any cell is interpreted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmm.sources.dialects import Dialect, Recognised


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What every way of opening a source needs."""

    connection: Any
    """DuckDB connection of the run."""
    name: str
    """Source: its relations on the connection end with it."""
    folder: Path
    """For copies that live as long as the reading."""
    wanted: Collection[str]
    """Column names that tell a header line."""
    dialects: Sequence[Dialect]
    """Exports to look for."""

    @property
    def relation(self) -> str:
        """SQL name of the stored cells."""
        return quoted(f"raw_{self.name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Cells as stored: a relation with `row` and one column `c0`, `c1`... per column of the file."""

    relation: str
    header: tuple[str, ...]
    types: tuple[str, ...]
    """DuckDB type of each column; VARCHAR for text files."""
    location: str
    said: tuple[str, ...]
    """Pieces of the sentence that explains what was recognised."""
    recognised: Recognised | None = None
    above: tuple[str, ...] = ()
    """Title lines above the header."""
    stays: bool = False
    """Typed columns are read from where they are at each question, never copied."""


def quoted(name: str) -> str:
    """Write an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Write an SQL text."""
    return "'" + text.replace("'", "''") + "'"


def column_types(connection: Any, relation: str) -> dict[str, str]:
    """Give the columns of a relation and their DuckDB types."""
    return {
        name: kind for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    }


def renamed(header: Sequence[str]) -> str:
    """Select the columns of a typed relation under their positions."""
    return ", ".join(f"{quoted(name)} AS c{at}" for at, name in enumerate(header))


def title_lines(header_line: int) -> list[str]:
    """Say how many lines stand above the header."""
    above = header_line - 1
    return [f"{above} title line{'s' if above > 1 else ''}"] if above else []
