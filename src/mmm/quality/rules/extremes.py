"""Amounts so far from the others of their source that a typing error is likelier than a sale."""

from collections.abc import Iterator

from mmm.quality.rule import Analysis, Reading, Rule, Seen, each
from mmm.records import Severity

_AMOUNT = {"transactions": "amount", "fees": "amount", "deals": "amount", "media": "spend"}
_SPREADS = 10.0
"""Robust standard deviations, on the log scale, from which an amount is extreme."""
_TIMES = 200.0
"""And at least so many times the median: a spread of nearly nothing makes nothing extreme."""
_AT_LEAST = 20
"""Amounts below which nothing can be said of one."""
_LISTED = 1_000


def _extreme_amount(analysis: Analysis) -> Iterator[Seen]:
    """See amounts that are hundreds of times the usual ones, refunds included."""
    for reading in analysis.of(*_AMOUNT):
        column = _AMOUNT[reading.content]
        if column not in reading.columns:
            continue
        limit = _limit(reading, column)
        if limit is None:
            continue
        rows = reading.table.select(
            f"row, {column} AS amount", f"WHERE abs({column}) > {limit!r} ORDER BY row LIMIT {_LISTED}"
        )
        for row in each(rows):
            yield Seen(
                source=reading.name,
                row=int(row.row),
                column=reading.header(column),
                value=f"{row.amount:,.2f}",
            )


def _limit(reading: Reading, column: str) -> float | None:
    """Give the amount above which one is extreme, by median and median deviation of the logs."""
    logs = f"SELECT ln(abs({column})) AS size FROM {reading.table.relation} WHERE {column} <> 0"
    connection = reading.table.database.connection
    count, middle, spread = connection.execute(
        f"SELECT count(size), median(size), mad(size) FROM ({logs})"
    ).fetchall()[0]
    if count < _AT_LEAST:
        return None
    return float(
        connection.execute(
            "SELECT exp(? + greatest(1.4826 * ? * ?, ln(?)))", [middle, spread, _SPREADS, _TIMES]
        ).fetchall()[0][0]
    )


EXTREME_RULES: tuple[Rule, ...] = (
    Rule(name="extreme_amount", severity=Severity.WARNING, find=_extreme_amount),
)
