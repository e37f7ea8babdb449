"""Distinct purchase histories with the number of customers who share them.

A likelihood needs no customer: a million of them share far fewer rows of
(purchases, recency, age), and fitting those rows with their counts is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import numpy as np
import pandas as pd
from ibis import _
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
TimeUnit = Literal["days", "weeks"]
DAYS: dict[TimeUnit, float] = {"days": 1.0, "weeks": 7.0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PurchasePatterns:
    """Distinct (frequency, recency, age) rows and how many customers have each."""

    frequency: FloatArray
    """Purchases after the first one."""
    recency: FloatArray
    """Time from the first purchase to the last, 0 without repeat, in `unit`."""
    age: FloatArray
    """Time from the first purchase to the end of observation, in `unit`."""
    count: FloatArray
    """Customers."""
    unit: TimeUnit = "weeks"

    def __post_init__(self) -> None:
        if not len(self.frequency) == len(self.recency) == len(self.age) == len(self.count):
            raise ValueError("frequency, recency, age and count must have one length")

    @property
    def n_customers(self) -> int:
        """Customers in all."""
        return int(self.count.sum())

    @property
    def n_repeaters(self) -> int:
        """Customers with at least one repeat purchase."""
        return int(self.count[self.frequency > 0].sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpendPatterns:
    """Distinct (frequency, mean spend per repeat purchase) rows; customers with a repeat only."""

    frequency: FloatArray
    """Purchases after the first one."""
    mean_spend: FloatArray
    """Money per repeat purchase."""
    count: FloatArray
    """Customers."""

    @property
    def n_customers(self) -> int:
        """Customers in all."""
        return int(self.count.sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cohort:
    """What is known of the customers of one acquisition channel, or of all."""

    channel: str
    purchases: PurchasePatterns
    spend: SpendPatterns
    first_spend: FloatArray
    """Distinct values of a first purchase, in money."""
    first_count: FloatArray
    """Customers whose first purchase was worth that."""

    @property
    def n_customers(self) -> int:
        """Customers in all."""
        return self.purchases.n_customers

    @property
    def repeat_rate(self) -> float:
        """Share of customers who bought again."""
        return self.purchases.n_repeaters / self.n_customers if self.n_customers else 0.0


def purchase_patterns(
    frequency: ArrayLike, recency: ArrayLike, age: ArrayLike, unit: TimeUnit = "weeks"
) -> PurchasePatterns:
    """Count the customers who share a history, from one row per customer in memory."""
    parts = [np.asarray(part, dtype=float) for part in (frequency, recency, age)]
    distinct, count = _distinct(parts, np.ones(len(parts[0])))
    return PurchasePatterns(
        frequency=distinct[0], recency=distinct[1], age=distinct[2], count=count, unit=unit
    )


def _distinct(columns: Sequence[FloatArray], count: FloatArray) -> tuple[list[FloatArray], FloatArray]:
    """Add up the counts of equal rows; sorted by column. One integer stands for a row while sorting."""
    key = np.zeros(len(count), dtype=np.int64)
    for column in columns:
        values, place = np.unique(column, return_inverse=True)
        key = key * max(len(values), 1) + place
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return [column[first] for column in columns], np.bincount(which, weights=count, minlength=len(first))


def read_cohorts(customers: ibis.Table, unit: TimeUnit = "weeks") -> tuple[Cohort, ...]:
    """Group customers by acquisition channel and history; only counts leave the database.

    Parameters
    ----------
    customers : Table
        What `rfm` gives; read three times, so pass a cached one.
    unit
        Unit of time of the patterns.

    Returns
    -------
    tuple of Cohort
        One per acquisition channel, in alphabetical order.
    """
    histories = _counted(customers, "channel", "frequency", "recency", "age")
    spends = _counted(
        customers.filter(_.frequency > 0, _.repeat_cents > 0), "channel", "frequency", "repeat_cents"
    )
    firsts = _counted(customers, "channel", "first_cents")
    return tuple(
        _cohort(str(channel), part, spends, firsts, unit)
        for channel, part in histories.groupby("channel", sort=True)
    )


def read_purchases(customers: ibis.Table, unit: TimeUnit = "weeks") -> PurchasePatterns:
    """Group customers by history, whatever their channel. See `read_cohorts`."""
    counted = _counted(customers, "frequency", "recency", "age")
    return PurchasePatterns(
        frequency=_floats(counted["frequency"]),
        recency=_floats(counted["recency"]) / DAYS[unit],
        age=_floats(counted["age"]) / DAYS[unit],
        count=_floats(counted["count"]),
        unit=unit,
    )


def pooled(cohorts: Sequence[Cohort], channel: str = "all") -> Cohort:
    """Put several cohorts together as one."""
    unit = cohorts[0].purchases.unit
    bought = [cohort.purchases for cohort in cohorts]
    spent = [cohort.spend for cohort in cohorts]
    return Cohort(
        channel=channel,
        purchases=PurchasePatterns(**_joined(bought, "frequency", "recency", "age", "count"), unit=unit),
        spend=SpendPatterns(**_joined(spent, "frequency", "mean_spend", "count")),
        **_joined(cohorts, "first_spend", "first_count"),
    )


def _joined(parts: Sequence[object], *names: str) -> dict[str, FloatArray]:
    """Rows of several parts, equal ones added up; the last name is the count."""
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
    rows, count = _distinct(joined[:-1], joined[-1])
    return dict(zip(names, [*rows, count], strict=True))


def _counted(table: ibis.Table, *keys: str) -> pd.DataFrame:
    """Distinct rows with their count, sorted, so that sums always run in one order."""
    counted: pd.DataFrame = table.group_by(*keys).aggregate(count=_.count()).order_by(*keys).execute()
    return counted


def _cohort(
    channel: str, histories: pd.DataFrame, spends: pd.DataFrame, firsts: pd.DataFrame, unit: TimeUnit
) -> Cohort:
    repeats = spends[spends["channel"] == channel]
    first = firsts[firsts["channel"] == channel]
    frequency = _floats(repeats["frequency"])
    return Cohort(
        channel=channel,
        purchases=PurchasePatterns(
            frequency=_floats(histories["frequency"]),
            recency=_floats(histories["recency"]) / DAYS[unit],
            age=_floats(histories["age"]) / DAYS[unit],
            count=_floats(histories["count"]),
            unit=unit,
        ),
        spend=SpendPatterns(
            frequency=frequency,
            mean_spend=_floats(repeats["repeat_cents"]) / 100.0 / frequency,
            count=_floats(repeats["count"]),
        ),
        first_spend=_floats(first["first_cents"]) / 100.0,
        first_count=_floats(first["count"]),
    )


def _floats(column: "pd.Series[float]") -> FloatArray:
    return np.asarray(column, dtype=np.float64)
