"""Declared sources to tables under our names, every unreadable one said at once."""

import logging
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from mmm.errors import UserInputError
from mmm.params import RunParams
from mmm.sources.channels import unmatched_campaigns, with_channel
from mmm.sources.contents import columns_of
from mmm.sources.database import Database
from mmm.sources.interpretation import Interpreted, interpret
from mmm.sources.opening import open_source
from mmm.sources.placing import place
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Raw, column_types, quoted
from mmm.sources.table import SourceTable

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

MAX_FAULTS = 100_000
"""Unreadable cells kept per source."""
_NO_FAULT = "SELECT 0::BIGINT AS row, '' AS \"column\", '' AS kind, '' AS value WHERE false"


def read_sources(params: RunParams) -> dict[str, SourceTable]:
    """Read every declared source into one embedded database.

    Raises
    ------
    UserInputError
        What cannot be read in any of them: file, column, encoding, campaign.
    """
    database = Database()
    tables: dict[str, SourceTable] = {}
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mmm_") as folder:
        for name, source in params.sources.items():
            started = perf_counter()
            try:
                tables[name] = _read(database, params, name, Path(folder))
            except SourceProblems as found:
                where = source.path or f"table {source.table}"
                problems += [f"sources.{name} ({where}): {problem}" for problem in found.problems]
                continue
            log.info("read %s: %s (%.2f s)", name, tables[name].dialect, perf_counter() - started)
    if problems:
        raise UserInputError(str(params.file), problems)
    return tables


def _read(database: Database, params: RunParams, name: str, folder: Path) -> SourceTable:
    connection, source = database.connection, params.sources[name]
    raw = open_source(connection, params, name, folder)
    placed = place(source, raw, columns_of(params, name, raw.header))
    typed = interpret(connection, params.calendar.frequency, source, raw, placed)
    _create(connection, params, name, raw, typed)
    unmatched = unmatched_campaigns(connection, name, source)
    if unmatched:
        raise SourceProblems(unmatched)
    table = SourceTable(
        name=name,
        content=source.content,
        location=source.path or raw.location,
        dialect=", ".join((*raw.said, *typed.said)),
        columns=column_types(connection, quoted(name)),
        faults=_faults(connection, name, typed),
        totals=connection.execute(f"{typed.totals} ORDER BY row").df(),
        headers=typed.headers,
        database=database,
    )
    if not raw.stays:
        connection.execute(f"DROP TABLE {raw.relation}")
        if not _is_view(params, name, raw):
            connection.execute(f"DROP TABLE {quoted(f'typed_{name}')}")
    return table


def _create(connection: Any, params: RunParams, name: str, raw: Raw, typed: Interpreted) -> None:
    """Make the typed columns and the table; a large file that is already typed stays where it is."""
    kind, stage = "VIEW" if raw.stays else "TABLE", quoted(f"typed_{name}")
    columns = ", ".join(f"{sql} AS {quoted(ours)}" for ours, sql in typed.columns.items())
    connection.execute(
        f"CREATE {kind} {stage} AS SELECT row, {columns} FROM {raw.relation} WHERE {typed.where}"
    )
    query = with_channel(f"SELECT * FROM {stage}", params, name, raw, typed)
    kind = "VIEW" if _is_view(params, name, raw) else "TABLE"
    connection.execute(f"CREATE {kind} {quoted(name)} AS {query}")


def _is_view(params: RunParams, name: str, raw: Raw) -> bool:
    """Whether what is added to the typed rows is too little to copy them for."""
    source = params.sources[name]
    return raw.stays or not (source.campaigns or source.channel_columns)


def _faults(connection: Any, name: str, typed: Interpreted) -> "pd.DataFrame":
    """Give the unreadable cells, looking only at columns in which something is missing."""
    stage, queries = quoted(f"typed_{name}"), []
    if typed.faults:
        counts = ", ".join(f"count(*) - count({quoted(column)})" for column in typed.faults)
        missing = connection.execute(f"SELECT {counts} FROM {stage}").fetchall()[0]
        queries = [query for query, count in zip(typed.faults.values(), missing, strict=True) if count]
    query = " UNION ALL ".join(queries) or _NO_FAULT
    found: pd.DataFrame = connection.execute(f"{query} ORDER BY row LIMIT {MAX_FAULTS}").df()
    return found
