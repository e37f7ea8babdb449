"""Stored cells to typed columns under our names; what cannot be read becomes a fault, never a guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmm.params import RunParams
from mmm.params.data import Source
from mmm.sources import dates, numbers
from mmm.sources.placing import Placed
from mmm.sources.raw import Raw, literal

_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")
_TOTAL = r"(?i)(grand |sous[- ]?|sub[- ]?)?tota(l|ux)\b.*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreted:
    """SQL that types the columns of a source, and finds what cannot be typed."""

    columns: Mapping[str, str]
    """Our column: SQL expression over the stored relation."""
    faults: Mapping[str, str]
    """Our column: query for row, column, kind, value of its unreadable cells."""
    totals: str
    """Query for row, column, label, value of the total rows left out."""
    where: str
    """Rows that are data."""
    headers: Mapping[str, str]
    said: tuple[str, ...]
    """What was recognised on top of what opening the file said."""


def interpret(
    connection: Any, params: RunParams, source: Source, raw: Raw, placed: Sequence[Placed]
) -> Interpreted:
    """Decide numbers and dates on the evidence of the file, and write the typed columns."""
    wording = raw.recognised.wording if raw.recognised else None
    total = _total_rows(raw, placed)
    where = f"NOT ({total})"
    relation = f"(SELECT * FROM {raw.relation} WHERE {where})"
    left_out = _count(connection, raw, total)
    texts = {p.header: p.cell for p in placed if p.column.kind == "number" and p.is_text}
    habit = wording.decimal if wording else None
    marks = numbers.decimal_marks(connection, relation, texts, source.decimal, habit)
    days = {p.header: p.cell for p in placed if p.column.kind in {"date", "moment"} and p.is_text}
    order = dates.day_first(
        connection, relation, days, source.date_format, habit=wording.day_first if wording else None
    )
    expressions = {p.column.name: _typed(p, params, source, marks, order) for p in placed}
    faults = {p.column.name: _faults(p, expressions[p.column.name], relation) for p in placed if _may_fail(p)}
    no_total = "SELECT 0::BIGINT AS row, '' AS \"column\", '' AS label, 0.0::DOUBLE AS value WHERE false"
    totals = _totals(raw, placed, expressions, total) if left_out else []
    return Interpreted(
        columns=expressions,
        faults=faults,
        totals=" UNION ALL ".join(totals) or no_total,
        where=where,
        headers={p.column.name: p.header for p in placed},
        said=tuple(_habits(marks, order, days, left_out, source)),
    )


def _habits(
    marks: Mapping[str, str],
    order: Mapping[str, bool],
    days: Mapping[str, str],
    left_out: int,
    source: Source,
) -> list[str]:
    said = []
    if "," in marks.values():
        said.append("decimal comma")
    if source.date_format and days:
        said.append(f"dates {source.date_format}")
    if left_out:
        said.append(f"{left_out} total row{'s' if left_out > 1 else ''} left out")
    return said


def _total_rows(raw: Raw, placed: Sequence[Placed]) -> str:
    """Say in SQL which rows are totals: a first cell that says so, and no date."""
    first = _first_text(raw)
    day = next((p for p in placed if p.column.name == "date"), None)
    if first is None or raw.stays or day is None:
        return "false"
    dialect = raw.recognised.dialect if raw.recognised else None
    pattern = dialect.left_out.pattern if dialect and dialect.left_out else _TOTAL
    undated = f" OR NOT regexp_matches({day.cell}, '\\d')" if day.is_text else ""
    return (
        f"regexp_full_match(trim(coalesce({first}, '')), {literal(pattern)}) "
        f"AND ({day.cell} IS NULL{undated})"
    )


def _first_text(raw: Raw) -> str | None:
    return next((f"c{at}" for at, kind in enumerate(raw.types) if kind == "VARCHAR"), None)


def _count(connection: Any, raw: Raw, where: str) -> int:
    if where == "false":
        return 0
    return int(connection.execute(f"SELECT count(*) FROM {raw.relation} WHERE {where}").fetchall()[0][0])


def _totals(raw: Raw, placed: Sequence[Placed], expressions: Mapping[str, str], total: str) -> list[str]:
    """Query the figures of the total rows, to be held against the rows they sum."""
    return [
        f'SELECT row, {literal(p.header)} AS "column", trim({_first_text(raw)}) AS label, '
        f"{expressions[p.column.name]} AS value FROM {raw.relation} WHERE {total}"
        for p in placed
        if p.column.kind == "number"
    ]


def _typed(
    p: Placed, params: RunParams, source: Source, marks: Mapping[str, Any], order: Mapping[str, bool]
) -> str:
    kind = p.column.kind
    if kind == "text":
        cell = f"CAST({p.cell} AS VARCHAR)"
        return f"CASE WHEN {numbers.is_missing(cell)} THEN NULL ELSE trim({cell}) END"
    if kind == "number":
        if p.is_text:
            value = numbers.number(p.cell, marks[p.header])
            return f"CASE WHEN NOT {numbers.is_missing(p.cell)} THEN {value} END"
        is_number = p.stored.startswith(_NUMERIC) or p.stored == "BOOLEAN"
        return f"CAST({p.cell} AS DOUBLE)" if is_number else "NULL::DOUBLE"
    moment = _moment(p, params, source, order)
    return moment if kind == "moment" else f"date_trunc('day', {moment})::TIMESTAMP"


def _moment(p: Placed, params: RunParams, source: Source, order: Mapping[str, bool]) -> str:
    if p.stored == "TIMESTAMP WITH TIME ZONE":
        return f"({p.cell} AT TIME ZONE 'UTC')"
    if p.stored.startswith(("TIMESTAMP", "DATE")):
        return f"CAST({p.cell} AS TIMESTAMP)"
    return dates.date(
        _as_text(p),
        day_first=order.get(p.header, True),
        declared=source.date_format if p.is_text else None,
        frequency=params.calendar.frequency,
    )


def _as_text(p: Placed) -> str:
    """Write a stored date cell as text: numbers of a sheet lose their `.0`."""
    if p.is_text:
        return p.cell
    return f"regexp_replace(CAST({p.cell} AS VARCHAR), '\\.0$', '')"


def _may_fail(p: Placed) -> bool:
    """Whether a cell may hold something that is not what its column is."""
    if p.column.kind == "text":
        return False
    expected = _NUMERIC if p.column.kind == "number" else ("TIMESTAMP", "DATE")
    return not p.stored.startswith(expected)


def _faults(p: Placed, expression: str, relation: str) -> str:
    """Query the cells that hold something and gave nothing."""
    shown = f"CAST({p.cell} AS VARCHAR)"
    kind = "'not_a_number'"
    if p.column.kind != "number":
        kind = f"CASE WHEN {dates.is_serial(_as_text(p))} THEN 'excel_serial_date' ELSE 'not_a_date' END"
    return (
        f'SELECT row, {literal(p.header)} AS "column", {kind} AS kind, {shown} AS value '
        f"FROM {relation} WHERE NOT {numbers.is_missing(shown)} AND ({expression}) IS NULL"
    )
