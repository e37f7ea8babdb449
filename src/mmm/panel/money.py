"""Amounts in the analysis' currency."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mmm.params import RunParams

if TYPE_CHECKING:
    import ibis
    import pandas as pd


def rates(params: RunParams) -> dict[str, float]:
    """Give what one unit of each known currency is worth in the analysis' own."""
    return {**params.exchange_rates, params.currency: 1.0}


def converted(amounts: "pd.Series", currencies: "pd.Series", params: RunParams) -> "pd.Series":
    """Turn amounts into the analysis' currency; one without a rate is a `ValueError` (the gate stops it)."""
    known = rates(params)
    unknown = sorted(set(currencies.dropna()) - set(known))
    if unknown:
        raise ValueError(f"no exchange rate for {unknown}: quality.gate was not called")
    return amounts * currencies.map(known).fillna(1.0)


def summed(table: "ibis.Table", amount: str, by: tuple[str, ...], params: RunParams) -> "pd.DataFrame":
    """Sum an amount by columns in the database, in the analysis' currency."""
    frame: pd.DataFrame = (
        table.filter(table.date.notnull())  # noqa: PD004 - ibis
        .group_by([*by, "currency"])
        .agg(**{amount: table[amount].sum()})
        .execute()
    )
    frame[amount] = converted(frame[amount].fillna(0.0), frame["currency"], params)
    return frame.groupby(list(by))[[amount]].sum().reset_index()


def rate_of(currency: str | None, known: Mapping[str, float]) -> float:
    """Give the rate of a source's currency; the analysis' own when the source names none."""
    return 1.0 if currency is None else known[currency]
