"""Stored cells to typed columns under our names; what cannot be read becomes a fault, never a guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmm.params.data import Frequency, Source
from mmm.sources import dates, left_out, numbers
from mmm.sources.date_order import Evidence, Order, order_of
from mmm.sources.left_out import LeftOut
from mmm.sources.placing import Placed
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Raw, literal
from mmm.sources.title_range import RANGED, TitleRange, title_range

_NUMERIC = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL", "U")
_MONEY = frozenset({"spend", "amount", "revenue", "conversion_value", "value"})


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
    currency: str | None = None
    """Currency that signs beside the amounts tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """How the text cells of one source are read."""

    source: Source
    frequency: Frequency
    marks: Mapping[str, numbers.Mark]
    sign: str | None
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """Stored cells of one source, without what is no data."""

    connection: Any
    relation: str
    raw: Raw
    placed: Sequence[Placed]
    title: TitleRange | None


def interpret(
    connection: Any, frequency: Frequency, source: Source, raw: Raw, placed: Sequence[Placed]
) -> Interpreted:
    """Decide numbers and dates on the evidence of the file, and write the typed columns."""
    out = left_out.find(connection, raw, placed)
    relation = f"(SELECT * FROM {raw.relation} WHERE {out.where})" if out.rows else raw.relation
    title = title_range(raw.above)
    file = _File(connection=connection, relation=relation, raw=raw, placed=placed, title=title)
    reading = _decide(file, source, frequency)
    expressions = {p.column.name: _typed(p, reading) for p in placed}
    faults = {p.column.name: _faults(p, expressions[p.column.name], relation) for p in placed if _may_fail(p)}
    covered = _covered(source, placed, title)
    said = _habits(reading, placed, out, covered)
    return Interpreted(
        columns={**expressions, **(covered[0] if covered else {})},
        faults=faults,
        totals=_totals(raw, placed, expressions, out),
        where=out.where,
        headers={p.column.name: p.header for p in placed},
        said=tuple(said),
        currency=numbers.CURRENCY_SIGNS[reading.sign] if reading.sign else None,
    )


def _decide(file: _File, source: Source, frequency: Frequency) -> _Reading:
    raw, placed, asked = file.raw, file.placed, (file.connection, file.relation)
    wording = raw.recognised.wording if raw.recognised else None
    texts = {p.header: p.cell for p in placed if p.column.kind == "number" and p.is_text}
    money = {p.header: p.cell for p in placed if p.column.name in _MONEY and p.is_text}
    sign = numbers.currency_sign(*asked, money)
    _refuse_unknown_dollar(sign, source, raw, placed)
    days = {p.header: p.cell for p in placed if p.column.kind in {"date", "moment"} and p.is_text}
    evidence = Evidence(
        title=file.title,
        habit=wording.day_first if wording else None,
        tool=raw.recognised.label if raw.recognised else "",
        certain={header: dates.certain(cell) for header, cell in days.items()},
    )
    habit = wording.decimal if wording else None
    return _Reading(
        source=source,
        frequency=frequency,
        marks=numbers.decimal_marks(*asked, texts, source.decimal, habit),
        sign=sign,
        order=order_of(*asked, days, source.date_format, evidence),
    )


def _refuse_unknown_dollar(sign: str | None, source: Source, raw: Raw, placed: Sequence[Placed]) -> None:
    """Refuse a bare `$` of which nothing says the country."""
    stated = (raw.recognised and raw.recognised.currency) or source.currency
    if sign == "$" and not stated and not any(p.column.name == "currency" for p in placed):
        raise SourceProblems(
            ["amounts carry $, which may be of the United States or another country: add `currency: USD`"]
        )


def _covered(
    source: Source, placed: Sequence[Placed], title: TitleRange | None
) -> tuple[dict[str, str], str] | None:
    """Give a table without dates the days that its title lines state, and never one day alone."""
    dated = any(p.column.name == "date" for p in placed)
    if dated or title is None or source.content not in RANGED:
        return None
    said = f'each row covers {title.first} to {title.last} (title line "{title.quote}")'
    ends = {"date": title.first, "date_end": title.last}
    return {name: f"TIMESTAMP '{day}'" for name, day in ends.items()}, said


def _habits(
    reading: _Reading,
    placed: Sequence[Placed],
    out: LeftOut,
    covered: tuple[dict[str, str], str] | None,
) -> list[str]:
    said = []
    if "," in reading.marks.values():
        said.append("decimal comma")
    if reading.source.date_format and any(p.column.kind == "date" and p.is_text for p in placed):
        said.append(f"dates {reading.source.date_format}")
    said += reading.order.said
    if covered:
        said.append(covered[1])
    return [*said, *out.said]


def _totals(raw: Raw, placed: Sequence[Placed], expressions: Mapping[str, str], out: LeftOut) -> str:
    """Query the figures of the total rows, to be held against the rows they sum."""
    queries = [
        f'SELECT row, {literal(p.header)} AS "column", trim({left_out.first_text(raw)}) AS label, '
        f"{expressions[p.column.name]} AS value FROM {raw.relation} WHERE row IN ({out.listed_totals})"
        for p in placed
        if p.column.kind == "number" and out.totals
    ]
    nothing = "SELECT 0::BIGINT AS row, '' AS \"column\", '' AS label, 0.0::DOUBLE AS value WHERE false"
    return " UNION ALL ".join(queries) or nothing


def _typed(p: Placed, reading: _Reading) -> str:
    kind = p.column.kind
    if kind == "text":
        cell = f"CAST({p.cell} AS VARCHAR)"
        return f"CASE WHEN {numbers.is_missing(cell)} THEN NULL ELSE trim({cell}) END"
    if kind == "number":
        if p.is_text:
            return numbers.number(p.cell, reading.marks[p.header], reading.sign)
        is_number = p.stored.startswith(_NUMERIC) or p.stored == "BOOLEAN"
        return f"CAST({p.cell} AS DOUBLE)" if is_number else "NULL::DOUBLE"
    moment = _moment(p, reading)
    return moment if kind == "moment" else f"date_trunc('day', {moment})::TIMESTAMP"


def _moment(p: Placed, reading: _Reading) -> str:
    if p.stored == "TIMESTAMP WITH TIME ZONE":
        return f"({p.cell} AT TIME ZONE 'UTC')"
    if p.stored.startswith(("TIMESTAMP", "DATE")):
        return f"CAST({p.cell} AS TIMESTAMP)"
    return dates.date(
        _as_text(p),
        day_first=reading.order.day_first.get(p.header, True),
        declared=reading.source.date_format if p.is_text else None,
        frequency=reading.frequency,
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
