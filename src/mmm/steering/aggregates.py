"""Sums of a big source by day, in its database: no row of it comes to memory."""

from typing import Protocol

import pandas as pd


class Table(Protocol):
    """What steering needs of a source that was read."""

    @property
    def content(self) -> str:
        """What its rows are, such as media."""
        ...

    def to_pandas(self) -> pd.DataFrame:
        """Every row, in standard columns."""
        ...


def table_columns(table: Table) -> tuple[str, ...]:
    """Give the columns of a source."""
    expression = getattr(table, "table", None)
    return tuple(map(str, table.to_pandas().columns)) if expression is None else tuple(expression.columns)


def daily(table: Table, value: str, *, by: str | None = None, only: str | None = None) -> pd.DataFrame:
    """Sum a column and count rows by day, and by `by`; only the rows where `only` is 1.

    Returns
    -------
    DataFrame
        date, `by` when asked, the summed column under its name, rows.
    """
    keys = ["date"] if by is None else ["date", by]
    expression = getattr(table, "table", None)
    if expression is None:
        rows = table.to_pandas()
        kept = rows if only is None else rows[rows[only].astype(int) == 1]
        days = kept.assign(date=pd.to_datetime(kept["date"]).dt.normalize())
        return days.groupby(keys, as_index=False).agg(**{value: (value, "sum"), "rows": (value, "size")})
    kept = expression if only is None else expression.filter(expression[only].cast("int64") == 1)
    days = kept.mutate(date=kept["date"].cast("date"))
    summed = days.group_by(keys).aggregate(**{value: days[value].sum(), "rows": days.count()})
    return pd.DataFrame(summed.order_by(keys).execute())
