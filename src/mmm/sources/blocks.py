"""The part of a text file that is its first table, one row per line, as wide as its header."""

import csv
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from mmm.sources.layout import Layout

_JOINED = re.compile(r"(.*?),\s*([+-]?\d[\d \u00a0\u202f.]*(?:,\d+)?)")
_LOOKED_AT = 200
_CHUNK = 1 << 22


def first_table(path: Path, layout: Layout, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Give a UTF-8 file that holds the first table alone, and in words what was done to it."""
    path, cut = _first_block(_one_line_end(path, folder), layout, folder)
    path, parted = _parted(path, layout, folder)
    return path, (*cut, *parted)


def _one_line_end(path: Path, folder: Path) -> Path:
    """Give a file whose lines all end alike: title lines may end otherwise than the table."""
    ends = both = 0
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            chunk += source.readline()
            ends += chunk.count(b"\n")
            both += chunk.count(b"\r\n")
    if both in (0, ends):
        return path
    copy = folder / f"{path.name}.lines"
    with path.open("rb") as source, copy.open("wb") as out:
        while chunk := source.read(_CHUNK):
            out.write((chunk + source.readline()).replace(b"\r\n", b"\n"))
    return copy


def _first_block(path: Path, layout: Layout, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Stop where a file that began with `#` lines has such a line again: another table follows."""
    if not any(line.lstrip('"').startswith("#") for line in layout.above):
        return path, ()
    copy = folder / f"{path.name}.first"
    with (
        path.open(encoding="utf-8", newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        for number, line in enumerate(source, start=1):
            if number > layout.header_line and line.lstrip('"').startswith("#"):
                return copy, (f"a second table from line {number} left out",)
            out.write(line)
    return path, ()


def _parted(path: Path, layout: Layout, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Take apart a first cell `Direct,800` where every row of a `;` file lacks one cell.

    A spreadsheet that saves a comma file with semicolons may leave the first comma.
    """
    if layout.delimiter != ";" or len(layout.header) < 3:
        return path, ()
    with path.open(encoding="utf-8", newline="") as source:
        lines = list(islice(source, layout.header_line, layout.header_line + _LOOKED_AT))
    rows = [row for row in csv.reader(lines, delimiter=";") if any(cell.strip() for cell in row)]
    if not rows or not all(_is_joined(row, len(layout.header)) for row in rows):
        return path, ()
    copy = folder / f"{path.name}.parted"
    with (
        path.open(encoding="utf-8", newline="") as source,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        for number, line in enumerate(source, start=1):
            out.write(_taken_apart(line) if number > layout.header_line else line)
    return copy, ("first two cells joined by a comma, taken apart",)


def _is_joined(row: Sequence[str], width: int) -> bool:
    return len(row) == width - 1 and _JOINED.fullmatch(row[0].strip()) is not None


def _taken_apart(line: str) -> str:
    first, separator, rest = line.partition(";")
    found = _JOINED.fullmatch(first.strip().strip('"'))
    if not found or not separator:
        return line
    return f'"{found[1]}";{found[2]};{rest}'
