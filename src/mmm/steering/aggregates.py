"""Sums of a big source by day, in its database: no row of it comes to memory."""

from collections.abc import Mapping
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
    columns = getattr(table, "columns", None)
    return tuple(map(str, table.to_pandas().columns if columns is None else columns))


def daily(table: Table, value: str, *, by: str | None = None, only: str | None = None) -> pd.DataFrame:
    """Sum a column and count rows by day, and by `by`; only the rows where `only` is 1.

    Returns
    -------
    DataFrame
        date, `by` when asked, the summed column under its name, rows.
    """
    keys = ["date"] if by is None else ["date", by]
    select = getattr(table, "select", None)
    if select is None:
        rows = table.to_pandas()
        kept = rows if only is None else rows[rows[only].astype(int) == 1]
        days = kept.assign(date=pd.to_datetime(kept["date"]).dt.normalize())
        return days.groupby(keys, as_index=False).agg(**{value: (value, "sum"), "rows": (value, "size")})
    first = ", ".join(["date::DATE AS date", *(f'"{key}"' for key in keys[1:])])
    kept_only = "" if only is None else f'WHERE "{only}"::BIGINT = 1'
    places = ", ".join(str(place) for place in range(1, len(keys) + 1))
    grouped = f"{kept_only} GROUP BY {places} ORDER BY {places}"
    return pd.DataFrame(select(f'{first}, sum("{value}") AS "{value}", count(*) AS "rows"', grouped))


def daily_products(table: Table, wanted: Mapping[str, str]) -> pd.DataFrame:
    """Sum columns, or a product of two written `a * b`, by day, in the database where there is one.

    A product counts only the rows where both are known.

    Returns
    -------
    DataFrame
        date, and one column per name of `wanted`; missing where no row of the day has a value.
    """
    select = getattr(table, "select", None)
    if select is None:
        rows = table.to_pandas()
        sums = {name: rows.eval(text) for name, text in wanted.items()}
        days = pd.DataFrame(sums).groupby(pd.to_datetime(rows["date"]).dt.normalize().rename("date"))
        return days.sum(min_count=1).reset_index()
    summed = ", ".join(f'sum({text}) AS "{name}"' for name, text in wanted.items())
    return pd.DataFrame(
        select(f"date::DATE AS date, {summed}", "WHERE date IS NOT NULL GROUP BY 1 ORDER BY 1")
    )
