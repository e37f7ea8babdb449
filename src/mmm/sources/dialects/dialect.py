"""`Dialect`: how one tool writes one export, as data that the shared reader follows."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal

_CURRENCY_SUFFIX = re.compile(r"\s*[(\[]([A-Z]{3}|€|£)[)\]]$")
_SIGNS = {"€": "EUR", "£": "GBP"}
_AMOUNTS = ("spend", "amount", "revenue", "conversion_value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words and habits of one language in a tool's exports."""

    language: str
    columns: Mapping[str, tuple[str, ...]]
    """Our column: its headers, the preferred one first; `*` stands for any characters."""
    decimal: Literal[",", "."]
    """Decides numbers such as 1,234 when no other number of the file does."""
    day_first: bool | None
    """Decides dates such as 01/09/2026 when the file itself does not; None where it could be either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One export of one tool, in every language known.

    The shared reader finds the header line (whatever stands above it is title
    lines), leaves out the rows whose first cell matches `left_out`, and reads
    numbers and dates on the evidence of the file itself before these habits.
    """

    name: str
    """Value of `format` that asks for it."""
    label: str
    content: str
    signature: tuple[tuple[str, ...], ...]
    """Sets of our columns: a header line that has all of one set is this tool's."""
    wordings: tuple[Wording, ...]
    left_out: re.Pattern[str] | None = None
    """First cell of rows that are no data: totals, footers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A header line that a dialect knows."""

    dialect: Dialect
    wording: Wording
    columns: Mapping[str, int]
    """Our column: its position in the file."""
    currency: str | None
    """Currency that the header of an amount names."""
    mojibake: bool
    """Headers are UTF-8 that was read as Windows-1252 and saved again."""

    @property
    def label(self) -> str:
        """Tool and language."""
        return f"{self.dialect.label} {self.wording.language}".strip()


def recognise(dialect: Dialect, header: Sequence[str]) -> Recognised | None:
    """Read a line as this dialect's header; None when it is not one."""
    if len(header) < min(map(len, dialect.signature)):
        return None
    repaired = [unbroken(cell) for cell in header]
    names_found = [plain(_CURRENCY_SUFFIX.sub("", cell)) for cell in repaired]
    best: Recognised | None = None
    for wording in dialect.wordings:
        columns = {
            ours: at
            for ours, names in wording.columns.items()
            if (at := _position(names, names_found)) is not None
        }
        if not any(set(wanted) <= set(columns) for wanted in dialect.signature):
            continue
        if best is None or len(columns) > len(best.columns):
            best = Recognised(
                dialect=dialect,
                wording=wording,
                columns=columns,
                currency=_currency(repaired, columns),
                mojibake=any(before != after for before, after in zip(header, repaired, strict=True)),
            )
    return best


def unbroken(text: str) -> str:
    """Undo UTF-8 read as Windows-1252, in a header only; other text comes back as it is.

    Examples
    --------
    >>> unbroken("Montant dÃ©pensÃ© (EUR)")
    'Montant dépensé (EUR)'
    """
    for codec in ("cp1252", "latin-1"):
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _position(names: Sequence[str], header: Sequence[str]) -> int | None:
    for name in map(plain, names):
        if name in header:
            return header.index(name)
        if "*" in name and (alike := next((cell for cell in header if fnmatchcase(cell, name)), None)):
            return header.index(alike)
    return None


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Give a header as people compare them: spaces, apostrophes, accents and case make no difference.

    Examples
    --------
    >>> plain("Coût\u00a0/ conv.")
    'cout / conv.'
    """
    spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFKD", text)).strip()
    bare = "".join(letter for letter in spaced if not unicodedata.combining(letter))
    return bare.replace("’", "'").casefold()


def _currency(header: Sequence[str], columns: Mapping[str, int]) -> str | None:
    for amount in _AMOUNTS:
        if amount in columns and (found := _CURRENCY_SUFFIX.search(header[columns[amount]])):
            return _SIGNS.get(found.group(1), found.group(1))
    return None
