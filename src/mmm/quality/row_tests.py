"""Row rules in the database: one query counts what all of them see, others fetch what was seen."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from mmm.quality.rule import Analysis, Reading, RowRule, Seen

_WHOLE = re.compile(r"(?<=\d)\.0(?!\d)")
"""What the database adds to a count: 12.0 is written 12."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """One condition on one column of one source, ready to ask."""

    rule: RowRule
    column: str
    wrong: str


def row_findings(
    reading: Reading, analysis: Analysis, rules: Sequence[RowRule], limit: int
) -> Iterator[tuple[RowRule, list[Seen]]]:
    """Give what each row rule sees in one source, at most `limit` rows per column."""
    tests = [
        test for rule in rules if reading.content in rule.contents for test in _tests(rule, reading, analysis)
    ]
    if not tests:
        return
    counts = reading.table.select(", ".join(f"count(*) FILTER ({test.wrong})" for test in tests))
    for test, count in zip(tests, counts.iloc[0].astype(int), strict=True):
        if count:
            yield test.rule, _seen(reading, test, count, limit)


def _tests(rule: RowRule, reading: Reading, analysis: Analysis) -> Iterator[_Test]:
    if not set(rule.needs) <= set(reading.columns):
        return
    for column in rule.columns or reading.numbers:
        if column in reading.columns:
            wrong = f"({rule.wrong.format(column=column, as_of=analysis.as_of.isoformat())})"
            if rule.spares_unreadable:
                wrong += _and_readable(reading, column)
            yield _Test(rule=rule, column=column, wrong=wrong)


def _and_readable(reading: Reading, column: str) -> str:
    faults = reading.faults
    rows = faults.loc[faults["column"] == reading.header(column), "row"] if len(faults) else ()
    return f" AND row NOT IN ({', '.join(map(str, rows))})" if len(rows) else ""


def _seen(reading: Reading, test: _Test, count: int, limit: int) -> list[Seen]:
    value = test.rule.value.format(column=test.column)
    rows = reading.table.select(
        f"row, CAST({value} AS VARCHAR) AS value", f"WHERE {test.wrong} ORDER BY row LIMIT {limit}"
    )
    found = [
        Seen(
            source=reading.name,
            row=int(row),
            column=reading.header(test.column),
            value="" if pd.isna(shown) else _WHOLE.sub("", str(shown)),
        )
        for row, shown in zip(rows["row"], rows["value"], strict=True)
    ]
    return [*found, Seen(source=reading.name, more=count - limit)] if count > limit else found
