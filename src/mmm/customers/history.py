"""From the transactions of an analysis to cohorts and acquisitions: what later steps need, no customer."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pandas as pd
from ibis import _

from mmm.customers.patterns import Cohort, TimeUnit, read_cohorts
from mmm.customers.rfm import purchases, purchases_without_refunds, rfm, usable_lines
from mmm.errors import UserInputError
from mmm.params import nearest
from mmm.sources.answering import answering

REQUIRED = ("customer", "date", "amount")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """What the transactions say, by acquisition channel."""

    cohorts: tuple[Cohort, ...]
    acquired: pd.DataFrame
    """channel, day, count: customers by acquisition channel and day of first purchase."""
    first_day: date
    """Day of the first line."""
    observed_until: date
    """Day to which customers were observed."""
    n_left_out: int
    """Lines without customer, date or amount, or after `observed_until`."""
    refunds: float
    """Money refunded, as a share of money paid."""
    refunds_unmatched: float
    """Money refunded beyond what the customer had paid since the previous purchase, same share."""


def read_history(
    lines: ibis.Table, source: str, calendar_end: date | None = None, unit: TimeUnit = "weeks"
) -> History:
    """Group transactions into cohorts and acquisitions, in the database.

    Observation ends with the last line; with `calendar_end` when lines go on
    after it and the first line is not after it.

    Raises
    ------
    UserInputError
        A column is missing, or there is no purchase at all.
    """
    _check_columns(lines, source)
    with answering(source):
        return _read(lines, source, calendar_end, unit)


def _read(lines: ibis.Table, source: str, calendar_end: date | None, unit: TimeUnit) -> History:
    usable = usable_lines(lines)
    seen = _profile(usable)
    if seen is None:
        expected = "expected at least one: check the file and its `columns`"
        raise UserInputError(source, [f"found no line with a customer, a date and an amount, {expected}"])
    goes_on = calendar_end is not None and seen.first_day <= calendar_end < seen.last_day
    until = calendar_end if calendar_end is not None and goes_on else seen.last_day
    counted = _profile(usable.filter(_.day <= ibis.literal(until))) or seen
    read = purchases if counted.refunded else purchases_without_refunds
    with rfm(read(lines, until), until).cache() as customers:
        cohorts = read_cohorts(customers, unit)
        acquired = _acquired(customers)
        kept = _first(customers.aggregate(kept=(_.first_cents + _.repeat_cents).sum()))["kept"] or 0
    if not cohorts:
        raise UserInputError(
            source, [f"every purchase up to {until} was refunded in full, expected some that were kept"]
        )
    paid = max(counted.paid, 1)
    return History(
        cohorts=cohorts,
        acquired=acquired,
        first_day=seen.first_day,
        observed_until=until,
        n_left_out=int(lines.count().execute()) - counted.n_lines,
        refunds=counted.refunded / paid,
        refunds_unmatched=max(kept - counted.paid + counted.refunded, 0) / paid,
    )


def _check_columns(lines: ibis.Table, source: str) -> None:
    problems = [
        f"found no column {name}, {nearest(name, list(lines.columns))}: declare it in the source's columns"
        for name in REQUIRED
        if name not in lines.columns
    ]
    if problems:
        raise UserInputError(source, problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Profile:
    """Counts of usable lines; money in cents."""

    n_lines: int
    first_day: date
    last_day: date
    paid: int
    refunded: int


def _profile(usable: ibis.Table) -> _Profile | None:
    """Count lines and add up money; None without any line."""
    row = _first(
        usable.aggregate(
            n_lines=_.count(),
            first_day=_.day.min(),
            last_day=_.day.max(),
            paid=_.cents.sum(where=_.cents >= 0).coalesce(0),
            refunded=(-_.cents).sum(where=_.cents < 0).coalesce(0),
        )
    )
    return _Profile(**row) if row["n_lines"] else None


def _first(aggregated: ibis.Table) -> dict[str, Any]:
    """The one row of a table, as Python values."""
    row: dict[str, Any] = aggregated.to_pyarrow().to_pylist()[0]
    return row


def _acquired(customers: ibis.Table) -> pd.DataFrame:
    counted: pd.DataFrame = (
        customers.group_by("channel", day=_.first_day)
        .aggregate(count=_.count())
        .order_by("channel", "day")
        .execute()
    )
    return counted
