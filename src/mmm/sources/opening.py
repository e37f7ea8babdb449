"""How each source is opened: a database table, or a file as declared, else by its first bytes."""

from pathlib import Path

from mmm.params import RunParams, nearest
from mmm.params.data import Source
from mmm.sources.csv_files import read_csv_file
from mmm.sources.databases import read_database_table
from mmm.sources.dialects import DIALECTS, Dialect
from mmm.sources.json_lines import is_json_lines, read_json_lines
from mmm.sources.parquet_files import read_parquet_file
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Opening, Raw
from mmm.sources.spreadsheets import read_sheet

_PARQUET = b"PAR1"
_EXCEL = {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}
_USUAL = ("date", "spend", "amount")


def open_source(connection: object, params: RunParams, name: str, folder: Path) -> Raw:
    """Store the cells of one source on the connection, or point at them."""
    source = params.sources[name]
    opening = Opening(
        connection=connection,
        name=name,
        folder=folder,
        wanted={*source.columns.values(), *source.channel_columns.values()} or set(_USUAL),
        dialects=_dialects(source),
    )
    if source.database:
        return read_database_table(opening, source.database, source.table or "", params.file.parent.resolve())
    path = params.beside(source.path or "")
    _check_there(path)
    return open_file(opening, path, source)


def _check_there(path: Path) -> None:
    if path.is_file():
        return
    if path.is_dir():
        raise SourceProblems(["found a folder, expected a file"])
    beside = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
    hint = nearest(path.name, beside) if beside else f"the folder {path.parent} is empty or missing"
    raise SourceProblems([f"no such file, {hint}: check the name"])


def open_file(opening: Opening, path: Path, source: Source) -> Raw:
    """Store the cells of a file on the connection, as `format` declares or as its first bytes say."""
    with path.open("rb") as file:
        start = file.read(64)
    asked = source.format
    if asked == "parquet" or (asked == "auto" and start[:4] == _PARQUET):
        return read_parquet_file(opening, path)
    if asked == "excel" or (asked != "csv" and start[:4] in _EXCEL):
        return _recognised(read_sheet(opening, path, source.sheet), source)
    if asked != "csv" and is_json_lines(start):
        return _recognised(read_json_lines(opening, path), source)
    return _recognised(read_csv_file(opening, path, source.encoding), source)


def _dialects(source: Source) -> list[Dialect]:
    """List the dialects to look for: the declared one, or all those of this content."""
    return [
        dialect
        for dialect in DIALECTS
        if source.format in {"auto", "excel", dialect.name} and dialect.content == source.content
    ]


def _recognised(raw: Raw, source: Source) -> Raw:
    """Refuse a file that is not what `format` says."""
    declared = next((dialect for dialect in DIALECTS if dialect.name == source.format), None)
    if declared is None or raw.recognised:
        return raw
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
