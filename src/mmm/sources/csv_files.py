"""Text files into the database: encoding, delimiter and header found, every cell kept as text."""

import mmap
import re
from pathlib import Path
from typing import Any

from mmm.sources.blocks import first_table
from mmm.sources.encoding import TextFile, read_text, unpacked, utf8_copy
from mmm.sources.layout import DELIMITERS, Layout, lay_out
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Opening, Raw, literal, title_lines

_BLANK = re.compile(rb"\n[ \t]*\r?\n")
_LONGEST_LINE = 10_000_000


def read_csv_file(opening: Opening, path: Path, encoding: str | None) -> Raw:
    """Load a text file as one table of text cells, with the line of each row."""
    text = read_text(unpacked(path, opening.folder), encoding)
    layout = lay_out(text.head, opening.wanted, opening.dialects)
    if not any(layout.header):
        raise SourceProblems(["no column found, expected a header line: the file is empty or is not a table"])
    table, done = first_table(utf8_copy(text, opening.folder), layout, opening.folder)
    _load(opening.connection, opening.relation, table, layout)
    return Raw(
        relation=opening.relation,
        header=layout.header,
        types=("VARCHAR",) * len(layout.header),
        location=str(path),
        said=(*_said(text, layout), *done),
        recognised=layout.recognised,
        above=layout.above,
    )


def _said(text: TextFile, layout: Layout) -> tuple[str, ...]:
    tool = layout.recognised.label if layout.recognised else "CSV"
    said = [tool, text.label, DELIMITERS[layout.delimiter], *title_lines(layout.header_line)]
    if layout.recognised and layout.recognised.mojibake:
        said.append("headers with broken accents (UTF-8 read as Windows-1252)")
    return tuple(said)


def _load(connection: Any, relation: str, path: Path, layout: Layout) -> None:
    import duckdb  # noqa: PLC0415 - only those who read data pay for it

    cells = [f"c{at}" for at in range(len(layout.header))]
    if not _has_data(path, layout.header_line):
        empty = ", ".join(f"NULL::VARCHAR AS {cell}" for cell in cells)
        connection.execute(f"CREATE TABLE {relation} AS SELECT 0::BIGINT AS row, {empty} WHERE false")
        return
    columns = ", ".join(f"'{cell}': 'VARCHAR'" for cell in cells)
    call = (
        f"read_csv({literal(str(path))}, delim={literal(layout.delimiter)}, header=false, "
        f"skip={layout.header_line}, columns={{{columns}}}, auto_detect=false, null_padding=true, "
        f"quote='\"', escape='\"', max_line_size={_LONGEST_LINE}, parallel=%s)"
    )
    numbered = f"SELECT row_number() OVER () + {layout.header_line} AS row, * FROM {call}"
    holds_something = " OR ".join(f"{cell} IS NOT NULL" for cell in cells)
    query = f"CREATE TABLE {relation} AS SELECT * FROM ({numbered}) WHERE {holds_something}"
    for parallel in ("true", "false"):
        try:
            connection.execute(query.replace("parallel=%s", f"parallel={parallel}"))
            break
        except duckdb.Error as error:
            # Line breaks inside quotes cannot be read by several threads; one can.
            if parallel == "false" or "parallel=false" not in str(error):
                raise _not_a_table(error, layout) from error
    _count_blank_lines(connection, relation, path, layout.header_line)


def _not_a_table(error: Exception, layout: Layout) -> Exception:
    message = str(error)
    line = re.search(r"Line: (\d+)", message)
    if not line:
        return error
    where, mark = f"line {line.group(1)}", DELIMITERS[layout.delimiter]
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message)
    if cells:
        expected, found = cells.groups()
        return SourceProblems(
            [
                f"{where}: found {found} cells, expected {expected} as in the header: put quotes around "
                f"the cell that holds a {mark}"
            ]
        )
    reason = next((text.strip() for text in message.splitlines()[1:] if text.strip()), message)
    return SourceProblems([f"{where}: {reason}: correct the line"])


def _has_data(path: Path, header_line: int) -> bool:
    with path.open("rb") as file:
        return any(line.strip() for number, line in enumerate(file) if number >= header_line)


def _count_blank_lines(connection: Any, relation: str, path: Path, header_line: int) -> None:
    """Number rows as the file does: the database passes over blank lines without counting them."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if not _BLANK.search(content):
            return
    shifts: list[tuple[int]] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number > header_line and not line.strip():
                shifts.append((number - len(shifts),))
    if shifts:
        connection.execute("CREATE OR REPLACE TEMP TABLE blank_lines (line BIGINT)")
        connection.executemany("INSERT INTO blank_lines VALUES (?)", shifts)
        connection.execute(
            f"UPDATE {relation} SET row = row + (SELECT count(*) FROM blank_lines WHERE line <= row)"
        )
        connection.execute("DROP TABLE blank_lines")
