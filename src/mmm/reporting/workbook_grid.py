"""A table in a worksheet: bilingual headings, typed cells, formulas that carry their values.

A formula is always written with its value, so that a preview that does not
compute shows the same figure as a spreadsheet that does. Text that comes from
data can never become a formula.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite
from typing import Any, Literal

from mmm.texts import LANGUAGES, say

Kind = Literal["text", "money", "share", "ratio", "flag"]
Row = Mapping[str, Any]
Formats = Mapping[str, Any]
CENT = Decimal("0.01")
FIRST_OF_FORMULA = ("=", "+", "-", "@", "\t", "\r")
WIDTHS: dict[Kind, int] = {"text": 26, "money": 18, "share": 13, "ratio": 13, "flag": 14}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its term in both languages, how it is written, and its formula when it has one."""

    key: str
    """Name in the row."""
    kind: Kind = "money"
    term: str = ""
    """Key of its heading, when it is not `key`."""
    suffix: str = ""
    """Key of a second term after the first: low or high."""
    formula: str = ""
    """In terms of the other columns of the row: `={recommended}-{current}`."""
    compute: Callable[[Row], float] | None = None
    """The same as the formula, for the value that the cell carries."""
    is_summed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a table lies in its sheet, and its totals."""

    first_row: int
    last_row: int
    position: Mapping[str, int]
    """Key: column number."""
    total_row: int | None
    totals: Mapping[str, float]

    def total_cell(self, key: str) -> str:
        """Give the address of a total, such as `$D$14`."""
        if self.total_row is None:
            raise ValueError("the table has no total")
        return address(self.total_row, self.position[key], fixed=True)

    def span(self, key: str) -> str:
        """Give the address of a column's body, such as `$D$5:$D$12`."""
        first, last = (
            address(row, self.position[key], fixed=True) for row in (self.first_row, self.last_row)
        )
        return f"{first}:{last}"


def address(row: int, column: int, *, fixed: bool = False) -> str:
    """Name a cell as a formula does.

    Examples
    --------
    >>> address(4, 1), address(4, 27, fixed=True)
    ('B5', '$AB$5')
    """
    letters, left = "", column + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"${letters}${row + 1}" if fixed else f"{letters}{row + 1}"


def both(key: str, separator: str = "\n", **figures: Any) -> str:
    """Say something in both languages, French first; once when they are the same."""
    words = [say(key, language, **figures) for language in LANGUAGES]
    return words[0] if words[0] == words[1] else separator.join(words)


def harmless(text: str) -> str:
    """Give text that no spreadsheet reads as a formula, not even once it is exported to CSV.

    Examples
    --------
    >>> harmless("=HYPERLINK(1)"), harmless("tv")
    ("'=HYPERLINK(1)", 'tv')
    """
    return f"'{text}" if text.startswith(FIRST_OF_FORMULA) else text


def cents(amount: float) -> float:
    """Round an amount to the cent as a spreadsheet does, halves away from zero.

    Examples
    --------
    >>> cents(2.675), cents(-2.675)
    (2.68, -2.68)
    """
    return float(Decimal(repr(float(amount))).quantize(CENT, rounding=ROUND_HALF_UP))


def cents_sum(amounts: Sequence[float]) -> float:
    """Add amounts without the rounding errors of binary fractions."""
    return float(sum((Decimal(repr(float(amount))) for amount in amounts), Decimal(0)))


def balanced(amounts: Sequence[float], total: float) -> list[float]:
    """Round amounts to the cent so that they add up to `total`: the largest takes the difference.

    Examples
    --------
    >>> balanced([10.004, 20.004, 5.004], 35.01)
    [10.0, 20.01, 5.0]
    """
    rounded = [cents(amount) for amount in amounts]
    largest = max(range(len(rounded)), key=lambda k: abs(rounded[k]))
    rounded[largest] = cents(rounded[largest] + cents(total) - cents_sum(rounded))
    return rounded


def write_grid(
    sheet: Any, formats: Formats, first_row: int, columns: Sequence[Column], rows: Sequence[Row]
) -> Placed:
    """Write headings, rows, and totals where columns have some; give where they lie."""
    position = {column.key: k for k, column in enumerate(columns)}
    sheet.set_row(first_row, 48)
    for k, column in enumerate(columns):
        is_text = column.kind in {"text", "flag"}
        sheet.write_string(
            first_row, k, _heading(column), formats["heading" if is_text else "heading_figure"]
        )
        sheet.set_column(k, k, WIDTHS[column.kind])
    values: dict[str, list[float]] = {column.key: [] for column in columns}
    for offset, row in enumerate(rows, start=1):
        addresses = {key: address(first_row + offset, k) for key, k in position.items()}
        for k, column in enumerate(columns):
            at = (first_row + offset, k)
            values[column.key].append(_write(sheet, at, column, row, addresses, formats))
    last_row = first_row + len(rows)
    total_row = last_row + 1 if rows and any(column.is_summed for column in columns) else None
    totals = {column.key: cents_sum(values[column.key]) for column in columns if column.is_summed}
    placed = Placed(
        first_row=first_row + 1, last_row=last_row, position=position, total_row=total_row, totals=totals
    )
    if total_row is not None:
        _write_totals(sheet, formats, placed)
    return placed


def _heading(column: Column) -> str:
    first = column.term or column.key
    lines = []
    for language in LANGUAGES:
        words = say(f"workbook.term.{first}", language)
        lines.append(
            f"{words}, {say(f'workbook.term.{column.suffix}', language)}" if column.suffix else words
        )
    return lines[0] if lines[0] == lines[1] else "\n".join(lines)


def _write(  # noqa: PLR0917
    sheet: Any,
    at: tuple[int, int],
    column: Column,
    row: Row,
    addresses: Mapping[str, str],
    formats: Formats,
) -> float:
    """Write one cell and give its number, 0 for text and for what is unknown."""
    if column.kind in {"text", "flag"}:
        value = row[column.key]
        words = (
            both("workbook.yes" if value else "workbook.no", " / ") if column.kind == "flag" else str(value)
        )
        sheet.write_string(*at, harmless(words), formats["text"])
        return 0.0
    value = float(column.compute(row) if column.compute else row[column.key])
    if not isfinite(value):
        sheet.write_blank(*at, None, formats[column.kind])
        return 0.0
    value = cents(value) if column.kind == "money" else value
    if column.formula:
        sheet.write_formula(*at, column.formula.format(**addresses), formats[column.kind], value)
    else:
        sheet.write_number(*at, value, formats[column.kind])
    return value


def _write_totals(sheet: Any, formats: Formats, placed: Placed) -> None:
    for key, k in placed.position.items():
        at = (placed.total_row, k)
        if key in placed.totals:
            formula = f"=SUM({placed.span(key)})"
            sheet.write_formula(*at, formula, formats["money_total"], placed.totals[key])
        elif k == 0:
            sheet.write_string(*at, both("workbook.total", " / "), formats["text_total"])
        else:
            sheet.write_blank(*at, None, formats["text_total"])
