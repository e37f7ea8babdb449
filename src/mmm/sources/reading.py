"""Declared sources to tables under our names, every unreadable one said at once."""

import logging
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from mmm.errors import UserInputError
from mmm.params import RunParams, nearest
from mmm.params.data import Source
from mmm.sources.channels import unmatched_campaigns, with_channel
from mmm.sources.contents import columns_of
from mmm.sources.csv_files import read_csv_file
from mmm.sources.databases import read_database_table
from mmm.sources.dialects import DIALECTS, Dialect
from mmm.sources.interpretation import Interpreted, interpret, place
from mmm.sources.parquet_files import read_parquet_file
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Raw, quoted
from mmm.sources.spreadsheets import read_sheet
from mmm.sources.table import SourceTable

if TYPE_CHECKING:
    import ibis

log = logging.getLogger(__name__)


def read_sources(params: RunParams) -> dict[str, SourceTable]:
    """Read every declared source into one embedded database.

    Raises
    ------
    UserInputError
        What cannot be read in any of them: file, column, encoding, campaign.
    """
    import ibis  # noqa: PLC0415 - only those who read data pay for it

    backend = ibis.duckdb.connect()
    # Nothing is fetched from a network on the way, and spilled rows stay out of the project.
    backend.con.execute("SET autoinstall_known_extensions = false")
    backend.con.execute(f"SET temp_directory = '{tempfile.gettempdir()}/mmm_duckdb'")
    tables: dict[str, SourceTable] = {}
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="mmm_") as folder:
        for name, source in params.sources.items():
            started = perf_counter()
            try:
                tables[name] = _read(backend, params, name, source, Path(folder))
            except SourceProblems as found:
                where = source.path or f"table {source.table}"
                problems += [f"sources.{name} ({where}): {problem}" for problem in found.problems]
                continue
            log.info("read %s: %s (%.2f s)", name, tables[name].dialect, perf_counter() - started)
    if problems:
        raise UserInputError(str(params.file), problems)
    return tables


def _read(backend: Any, params: RunParams, name: str, source: Source, folder: Path) -> SourceTable:
    connection = backend.con
    raw = _open(connection, params, name, source, folder)
    placed = place(source, raw, columns_of(params, name, raw.header))
    typed = interpret(connection, params, source, raw, placed)
    _create(connection, params, name, raw, typed)
    unmatched = unmatched_campaigns(connection, name, source)
    if unmatched:
        raise SourceProblems(unmatched)
    table: ibis.Table = backend.table(name)
    return SourceTable(
        name=name,
        content=source.content,
        location=source.path or raw.location,
        dialect=", ".join((*raw.said, *typed.said)),
        table=table,
        faults=backend.table(f"faults_{name}"),
        totals=backend.table(f"totals_{name}"),
        headers=typed.headers,
    )


def _create(connection: Any, params: RunParams, name: str, raw: Raw, typed: Interpreted) -> None:
    """Make the table and its faults; a large file that is already typed stays where it is."""
    columns = ", ".join(f"{sql} AS {quoted(ours)}" for ours, sql in typed.columns.items())
    query = f"SELECT row, {columns} FROM {raw.relation} WHERE {typed.where}"
    query = with_channel(query, params, name, raw, typed.columns)
    kind = "VIEW" if raw.stays else "TABLE"
    connection.execute(f"CREATE {kind} {quoted(name)} AS {query}")
    connection.execute(f"CREATE {kind} {quoted(f'faults_{name}')} AS {typed.faults}")
    connection.execute(f"CREATE {kind} {quoted(f'totals_{name}')} AS {typed.totals}")


def _open(connection: Any, params: RunParams, name: str, source: Source, folder: Path) -> Raw:
    if source.database:
        return read_database_table(
            connection, source.database, source.table or "", name, params.file.parent.resolve()
        )
    path = params.beside(source.path or "")
    _check_there(path)
    wanted = {*source.columns.values(), *source.channel_columns.values()} or {"date", "spend", "amount"}
    return _opener(path, source)(connection, path, name, source, folder, wanted)


def _check_there(path: Path) -> None:
    if path.is_file():
        return
    if path.is_dir():
        raise SourceProblems(["found a folder, expected a file"])
    beside = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
    hint = nearest(path.name, beside) if beside else f"the folder {path.parent} is empty or missing"
    raise SourceProblems([f"no such file, {hint}: check the name"])


_Opener = Callable[[Any, Path, str, Source, Path, Collection[str]], Raw]


def _opener(path: Path, source: Source) -> _Opener:
    """Choose how to open a file: as declared, else by its first bytes."""
    with path.open("rb") as file:
        start = file.read(4)
    asked = source.format
    if asked == "parquet" or (asked == "auto" and start == b"PAR1"):
        return lambda connection, path, name, source, folder, wanted: read_parquet_file(
            connection, path, name
        )
    if asked == "excel" or (asked != "csv" and start in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}):
        return lambda connection, path, name, source, folder, wanted: _recognised(
            read_sheet(connection, path, name, source.sheet, wanted, _dialects(source)), source
        )
    return lambda connection, path, name, source, folder, wanted: _recognised(
        read_csv_file(connection, path, name, folder, source.encoding, wanted, _dialects(source)), source
    )


def _dialects(source: Source) -> Sequence[Dialect]:
    """Dialects to look for: the declared one, or all those of this content."""
    return [
        dialect
        for dialect in DIALECTS
        if source.format in {"auto", "excel", dialect.name} and dialect.content == source.content
    ]


def _recognised(raw: Raw, source: Source) -> Raw:
    """Refuse a file that is not what `format` says."""
    declared = next((dialect for dialect in DIALECTS if dialect.name == source.format), None)
    if declared and not raw.recognised:
        expected = " or ".join(
            f"{', '.join(wording.columns[column][0] for column in declared.signature[0])} ({wording.language})"
            for wording in declared.wordings
        )
        raise SourceProblems(
            [
                f"not recognised as {declared.label}, found the columns {', '.join(raw.header[:10])}, "
                f"expected at least {expected}: check the export, or set `format: csv` and `columns`"
            ]
        )
    return raw
