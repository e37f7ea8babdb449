"""Parquet files, read where they are at each question."""

from pathlib import Path

from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Opening, Raw, column_types, literal, renamed


def read_parquet_file(opening: Opening, path: Path) -> Raw:
    """Point at a Parquet file; `row` counts its records from 1."""
    import duckdb  # noqa: PLC0415 - only those who read data pay for it

    call = f"read_parquet({literal(str(path))}, file_row_number=true)"
    try:
        kinds = column_types(opening.connection, call)
    except duckdb.Error as error:
        raise SourceProblems([f"not a Parquet file ({str(error).splitlines()[0]})"]) from None
    kinds.pop("file_row_number")
    cells = f"SELECT file_row_number + 1 AS row, {renamed(list(kinds))} FROM {call}"
    opening.connection.execute(f"CREATE VIEW {opening.relation} AS {cells}")
    return Raw(
        relation=opening.relation,
        header=tuple(kinds),
        types=tuple(kinds.values()),
        location=str(path),
        said=("Parquet",),
        stays=True,
    )
