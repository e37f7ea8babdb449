"""Text files into the database: encoding, delimiter and header found, every cell kept as text."""

import mmap
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from mmm.sources.dialects import Dialect
from mmm.sources.encoding import TextFile, read_text, unpacked, utf8_copy
from mmm.sources.layout import DELIMITERS, Layout, lay_out
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Raw, literal, quoted

_BLANK = re.compile(rb"\n[ \t]*\r?\n")


def read_csv_file(
    connection: Any,
    path: Path,
    name: str,
    folder: Path,
    encoding: str | None,
    wanted: Collection[str],
    dialects: Sequence[Dialect],
) -> Raw:
    """Load a text file as one table of text cells, with the line of each row."""
    text = read_text(unpacked(path, folder), encoding)
    layout = lay_out(text.head, wanted, dialects)
    if len(layout.header) < 1 or not any(layout.header):
        raise SourceProblems(["no column found, expected a header line: the file is empty or is not a table"])
    relation = quoted(f"raw_{name}")
    _load(connection, relation, utf8_copy(text, folder), layout)
    return Raw(
        relation=relation,
        header=layout.header,
        types=("VARCHAR",) * len(layout.header),
        location=str(path),
        said=_said(text, layout),
        recognised=layout.recognised,
    )


def _said(text: TextFile, layout: Layout) -> tuple[str, ...]:
    said = [
        layout.recognised.label if layout.recognised else "CSV",
        text.label,
        DELIMITERS[layout.delimiter],
    ]
    if layout.header_line > 1:
        said.append(f"{layout.header_line - 1} title line{'s' if layout.header_line > 2 else ''}")
    if layout.recognised and layout.recognised.mojibake:
        said.append("headers with broken accents (UTF-8 read as Windows-1252)")
    return tuple(said)


def _load(connection: Any, relation: str, path: Path, layout: Layout) -> None:
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(len(layout.header)))
    some = " OR ".join(f"c{at} IS NOT NULL" for at in range(len(layout.header)))
    call = (
        f"read_csv({literal(str(path))}, delim={literal(layout.delimiter)}, header=false, "
        f"skip={layout.header_line}, columns={{{columns}}}, auto_detect=false, null_padding=true, "
        "quote='\"', escape='\"', max_line_size=10000000, parallel={parallel})"
    )
    numbered = f"SELECT row_number() OVER () + {layout.header_line} AS row, * FROM {call}"
    query = f"CREATE TABLE {relation} AS SELECT * FROM ({numbered}) WHERE {some}"
    if not _has_data(path, layout.header_line):
        empty = ", ".join(f"NULL::VARCHAR AS c{at}" for at in range(len(layout.header)))
        connection.execute(f"CREATE TABLE {relation} AS SELECT 0::BIGINT AS row, {empty} WHERE false")
        return
    try:
        connection.execute(query.replace("{parallel}", "true"))
    except Exception as error:
        if "parallel=false" not in str(error):
            raise _not_a_table(error, layout) from error
        try:
            connection.execute(query.replace("{parallel}", "false"))
        except Exception as again:
            raise _not_a_table(again, layout) from again
    _count_blank_lines(connection, relation, path, layout.header_line)


def _not_a_table(error: Exception, layout: Layout) -> SourceProblems:
    message = str(error)
    line = re.search(r"Line: (\d+)", message)
    if not line:
        raise error
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    where, mark = f"line {line.group(1)}", DELIMITERS[layout.delimiter]
    if cells:
        expected, found = cells.groups()
        return SourceProblems(
            [
                f"{where}: found {found} cells, expected {expected} as in the header: put quotes around "
                f"the cell that holds a {mark}"
            ]
        )
    return SourceProblems([f"{where}: {message.splitlines()[1].strip() if chr(10) in message else message}"])


def _has_data(path: Path, header_line: int) -> bool:
    with path.open(encoding="utf-8", newline="") as file:
        return any(line.strip() for number, line in enumerate(file) if number >= header_line)


def _count_blank_lines(connection: Any, relation: str, path: Path, header_line: int) -> None:
    """Number rows as the file does: the database passes over blank lines without counting them."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not _BLANK.search(content):
            return
    shifts = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number > header_line and not line.strip():
                shifts.append((number - len(shifts),))
    if shifts:
        connection.execute("CREATE OR REPLACE TEMP TABLE blank_lines (at BIGINT)")
        connection.executemany("INSERT INTO blank_lines VALUES (?)", shifts)
        connection.execute(
            f"UPDATE {relation} SET row = row + (SELECT count(*) FROM blank_lines WHERE at <= row)"
        )
        connection.execute("DROP TABLE blank_lines")
