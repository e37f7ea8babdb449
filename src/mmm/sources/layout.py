"""Where the table of a text file or a sheet begins: delimiter, title lines, header."""

import csv
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from mmm.sources.dialects import Dialect, Recognised, plain, recognise, unbroken

DELIMITERS = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "bar"}
_SEARCHED = 40

Row = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the header is and what it says."""

    header_line: int
    """Line of the header, the first line being 1."""
    header: tuple[str, ...]
    delimiter: str = ""
    recognised: Recognised | None = None
    above: tuple[str, ...] = ()
    """Lines above the header, as written: they may say which days the file covers."""


def lay_out(head: str, wanted: Collection[str], dialects: Sequence[Dialect]) -> Layout:
    """Find delimiter and header of a text from its first lines.

    A line that a dialect recognises wins, then the line that holds most of the
    `wanted` names, then the first line as wide as most of the lines.
    """
    lines = head.splitlines()[:_SEARCHED]
    found = [
        (header_in([next(csv.reader([line], delimiter=mark), []) for line in lines], wanted, dialects), mark)
        for mark in DELIMITERS
    ]
    (_, layout), mark = max(found, key=lambda candidate: candidate[0][0])
    return replace(layout, delimiter=mark, above=tuple(lines[: layout.header_line - 1]))


def header_in(
    rows: Sequence[Row], wanted: Collection[str], dialects: Sequence[Dialect]
) -> tuple[tuple[int, ...], Layout]:
    """Find the header among rows, with a score that compares delimiters."""
    wanted_plain = {_plain(name) for name in wanted}
    widths = Counter(len(row) for row in rows if any(cell.strip() for cell in row))
    usual = max(widths, key=lambda width: (widths[width] * (width > 1), width), default=0)
    best: tuple[tuple[int, ...], Layout] | None = None
    for at, row in enumerate(rows):
        known = max(
            (found for dialect in dialects if (found := recognise(dialect, row))),
            key=lambda found: len(found.columns),
            default=None,
        )
        named = len(wanted_plain & {_plain(cell) for cell in row})
        as_wide = len(row) == usual and usual > 1
        score = (len(known.columns) if known else 0, named, int(as_wide), widths[usual] * as_wide, -at)
        if best is None or score > best[0]:
            header = tuple(cell.strip() for cell in row)
            above = tuple(" ".join(cell for cell in line if cell) for line in rows[:at])
            best = score, Layout(header_line=at + 1, header=header, recognised=known, above=above)
    return best or ((0, 0, 0, 0, 0), Layout(header_line=1, header=()))


def position(name: str, header: Sequence[str]) -> int | None:
    """Find a column by name, as written first, then whatever its case or broken accents."""
    if name in header:
        return list(header).index(name)
    plain = [_plain(cell) for cell in header]
    return plain.index(_plain(name)) if _plain(name) in plain else None


def _plain(name: str) -> str:
    return plain(unbroken(name))
