"""`Raw`: a source as it is stored, on the embedded database, before any cell is interpreted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mmm.sources.dialects import Recognised


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
