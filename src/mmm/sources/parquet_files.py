"""Parquet files, read where they are at each question."""

from pathlib import Path
from typing import Any

from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Raw, column_types, literal, quoted, renamed


def read_parquet_file(connection: Any, path: Path, name: str) -> Raw:
    """Point at a Parquet file; `row` counts its records from 1."""
    call = f"read_parquet({literal(str(path))}, file_row_number=true)"
    try:
        kinds = column_types(connection, call)
    except Exception as error:
        raise SourceProblems([f"not a Parquet file ({str(error).splitlines()[0]})"]) from None
    kinds.pop("file_row_number")
    relation = quoted(f"raw_{name}")
    connection.execute(
        f"CREATE VIEW {relation} AS SELECT file_row_number + 1 AS row, {renamed(list(kinds))} FROM {call}"
    )
    return Raw(
        relation=relation,
        header=tuple(kinds),
        types=tuple(kinds.values()),
        location=str(path),
        said=("Parquet",),
        stays=True,
    )
