"""Rows that are no data: totals wherever they stand, summary rows without a name, footers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mmm.sources import numbers
from mmm.sources.placing import Placed
from mmm.sources.raw import Raw, literal

_TOTAL = r"(?i)(grand |sous[- ]?|sub[- ]?)?tota(l|ux)\b.*"
_BARE_TOTAL = r"(?i)(grand |sous[- ]?|sub[- ]?)?tota(l|ux)( g[ée]n[ée]ral| g[ée]n[ée]raux)?( ?: ?.*)?"
_LAST_ROWS = 50
"""A footer is looked for among so many rows at the end."""
_LABELS = 6
"""Texts of a row among which its label is the first one filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows to leave out, and how to say it."""

    totals: tuple[int, ...] = ()
    footers: tuple[int, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """All of them."""
        return (*self.totals, *self.footers)

    @property
    def where(self) -> str:
        """Condition in SQL of the rows that are data."""
        return f"row NOT IN ({', '.join(map(str, self.rows))})" if self.rows else "true"

    @property
    def listed_totals(self) -> str:
        """Total rows as a list in SQL."""
        return ", ".join(map(str, self.totals))

    @property
    def said(self) -> list[str]:
        """What was left out, in words."""
        counted = ((len(self.totals), "total row"), (len(self.footers), "footer line"))
        return [f"{count} {name}{'s' if count > 1 else ''} left out" for count, name in counted if count]


def find(connection: Any, raw: Raw, placed: Sequence[Placed]) -> LeftOut:
    """Find the rows of a file that are no data. Tables of databases hold none."""
    if raw.stays or first_text(raw) is None:
        return LeftOut()
    footers = _footers(connection, raw)
    totals = tuple(row for row in _totals(connection, raw, placed) if row not in footers)
    counts = tuple(row for row in footers if _says_total(connection, raw, row))
    return LeftOut(
        totals=tuple(sorted({*totals, *counts})), footers=tuple(row for row in footers if row not in counts)
    )


def first_text(raw: Raw) -> str | None:
    """Give in SQL the first filled text of a row; None when the file has no text column."""
    texts = [f"c{at}" for at, kind in enumerate(raw.types) if kind == "VARCHAR"][:_LABELS]
    filled = [f"nullif(trim({cell}), '')" for cell in texts]
    return f"coalesce({', '.join(filled)})" if len(filled) > 1 else filled[0] if filled else None


def _pattern(raw: Raw, placed: Sequence[Placed]) -> str:
    dialect = raw.recognised.dialect if raw.recognised else None
    if dialect and dialect.left_out:
        return dialect.left_out.pattern
    return _TOTAL if _dated(placed) else _BARE_TOTAL


def _dated(placed: Sequence[Placed]) -> Placed | None:
    return next((p for p in placed if p.column.name == "date"), None)


def _totals(connection: Any, raw: Raw, placed: Sequence[Placed]) -> list[int]:
    """Find rows whose first text says total and that have no date of their own."""
    day = _dated(placed)
    conditions = [f"regexp_full_match({first_text(raw)}, {literal(_pattern(raw, placed))})"]
    if day is not None:
        ranged = r"\d.* (-|–|au|to) .*\d"
        says_total = f"regexp_full_match(trim({day.cell}), {literal(_pattern(raw, placed))})"
        digits = f"NOT regexp_matches({day.cell}, '\\d') OR regexp_matches({day.cell}, '{ranged}')"
        undated = f" OR {says_total} OR {digits}"
        conditions.append(f"({day.cell} IS NULL{undated if day.is_text else ''})")
    else:
        texts = [p for p in placed if p.column.kind == "text" and p.column.name != "currency" and p.is_text]
        names = [p.cell for p in sorted(texts, key=lambda p: p.at)][1:]
        conditions += [numbers.is_missing(cell) for cell in names]
    query = f"SELECT row FROM {raw.relation} WHERE {' AND '.join(conditions)} ORDER BY row"
    return [row for (row,) in connection.execute(query).fetchall()] + _unnamed(connection, raw, placed)


def _unnamed(connection: Any, raw: Raw, placed: Sequence[Placed]) -> list[int]:
    """Find the summary row of an export: no campaign or label, and the sum of all the others as written."""
    by_name = {p.column.name: p for p in placed}
    name = by_name.get("campaign") or by_name.get("label")
    spend = by_name.get("spend") or by_name.get("visits")
    if raw.recognised is None or name is None or spend is None or not spend.is_text:
        return []
    unnamed = f"SELECT count(*) FROM {raw.relation} WHERE {numbers.is_missing(name.cell)}"
    if not 1 <= connection.execute(unnamed).fetchall()[0][0] <= _LAST_ROWS:
        return []
    marks = (raw.recognised.wording.decimal, "." if raw.recognised.wording.decimal == "," else ",")
    for mark in marks:
        amount = numbers.number(spend.cell, "," if mark == "," else ".")
        query = (
            f"WITH rows AS (SELECT row, {amount} AS amount, {numbers.is_missing(name.cell)} AS unnamed "
            f"FROM {raw.relation}) SELECT row FROM rows WHERE unnamed AND (SELECT count(*) FROM rows "
            "WHERE unnamed AND amount IS NOT NULL) = 1 AND (SELECT count(*) FROM rows WHERE NOT unnamed) > 1 "
            "AND abs(amount - (SELECT sum(amount) FROM rows WHERE NOT unnamed)) <= 0.01"
        )
        found = [row for (row,) in connection.execute(query).fetchall()]
        if found:
            return found
    return []


def _footers(connection: Any, raw: Raw) -> tuple[int, ...]:
    """Find lines of one cell after the last row of the table."""
    if len(raw.header) < 3:
        return ()
    filled = " + ".join(
        f"(coalesce(trim(CAST(c{at} AS VARCHAR)), '') <> '')::INT" for at in range(len(raw.header))
    )
    rows = connection.execute(
        f"SELECT row, {filled}, regexp_matches(coalesce(trim(CAST(c0 AS VARCHAR)), ''), '[[:alpha:]]') "
        f"FROM {raw.relation} WHERE row > (SELECT max(row) FROM {raw.relation}) - {_LAST_ROWS} "
        "ORDER BY row DESC"
    ).fetchall()
    found = []
    for row, count, says in rows:
        if count > 1 or not says:
            break
        found.append(row)
    return tuple(sorted(found))


def _says_total(connection: Any, raw: Raw, row: int) -> bool:
    pattern = r"(?i)(grand )?tota(ls?|ux)\b.*"
    says = f"regexp_full_match({first_text(raw)}, {literal(pattern)})"
    query = f"SELECT {says} FROM {raw.relation} WHERE row = {row}"
    return bool(connection.execute(query).fetchall()[0][0])
