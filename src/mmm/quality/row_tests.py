"""Row rules in the database: one query counts what all of them see, a second one fetches it."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from mmm.quality.rule import Analysis, Reading, RowRule, Seen, Test


def row_findings(
    reading: Reading, analysis: Analysis, rules: Sequence[RowRule], limit: int
) -> Iterator[tuple[RowRule, list[Seen]]]:
    """Give what each row rule sees in one source, at most `limit` rows per rule."""
    tests = [
        (rule, test)
        for rule in rules
        if reading.content in rule.contents
        for test in rule.tests(reading, analysis)
    ]
    if not tests:
        return
    counts = _counts(reading, [test for _, test in tests])
    for (rule, test), count in zip(tests, counts, strict=True):
        if count:
            yield rule, _seen(reading, test, count, limit)


def _counts(reading: Reading, tests: Sequence[Test]) -> list[int]:
    sums = {f"n{at}": test.is_wrong.fill_null(False).sum() for at, test in enumerate(tests)}
    row = reading.table.aggregate(**sums).execute().iloc[0]
    return [0 if pd.isna(row[name]) else int(row[name]) for name in sums]


def _seen(reading: Reading, test: Test, count: int, limit: int) -> list[Seen]:
    table = reading.table
    value: Any = table[test.column] if test.value is None else test.value
    rows: pd.DataFrame = (
        table.filter(test.is_wrong)
        .select("row", value=value.cast("string"))
        .order_by("row")
        .limit(limit)
        .execute()
    )
    found = [
        Seen(
            source=reading.name,
            row=int(row),
            column=reading.header(test.column),
            value="" if pd.isna(shown) else str(shown),
        )
        for row, shown in zip(rows["row"], rows["value"], strict=True)
    ]
    return [*found, Seen(source=reading.name, more=count - limit)] if count > limit else found
