"""From a table of contracts to lives counted by renewals: what models of renewal need, no customer.

One customer is one life: from the start of the first contract to the end of the last, none if any is
open. A renewal falls due every `renewal_months` from the start, the first payment being the start
itself. `date_end` may be the last day covered or the day after: both count the same renewals.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
from ibis import _
from numpy.typing import NDArray

from mmm.customers.rfm import UNKNOWN_CHANNEL
from mmm.errors import UserInputError
from mmm.params import nearest
from mmm.sources.answering import answering

FloatArray = NDArray[np.float64]
REQUIRED = ("customer", "date", "date_end", "amount")
_OPEN = date(9999, 12, 31)
"""End of a contract that has none."""
HELD_OUT = 0.25
"""Share of the observed time that is forecast."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subscribers:
    """What the contracts say, by acquisition channel."""

    lives: pd.DataFrame
    """channel; due (renewals had nobody left); renewals and ended at the end of observation;
    past_renewals (-1: not yet a customer) and past_ended at `cut`; count of customers; amount and
    squares, the sums over them of money per period and of its square."""
    acquired: pd.DataFrame
    """channel, day, count: customers by acquisition channel and day of first contract."""
    first_day: date
    """Day of the first contract."""
    cut: date
    """Day at three quarters of the observed time."""
    observed_until: date
    """Day to which customers were observed."""
    renewal_months: int
    """Months between two renewals."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Renewals:
    """Customers by the renewals they made; those still there are known up to now only."""

    lost: FloatArray
    """Customers who left after so many renewals: 0, 1, ..."""
    kept: FloatArray
    """Customers still there after so many renewals; one figure more than `lost`."""

    @property
    def n_customers(self) -> float:
        """All customers."""
        return float(self.lost.sum() + self.kept.sum())

    @property
    def renewed(self) -> FloatArray:
        """Customers seen to make each renewal: 1, 2, ..."""
        known = self.kept.copy()
        known[:-1] += self.lost
        return np.asarray(known[::-1].cumsum()[::-1][1:])

    @property
    def reached(self) -> FloatArray:
        """Customers who had to decide on each renewal: 1, 2, ..."""
        return self.renewed + self.lost


def read_contracts(
    lines: ibis.Table, source: str, renewal_months: int = 1, calendar_end: date | None = None
) -> Subscribers:
    """Count lives by channel and renewals, in the database.

    Observation ends with the last start or end; with `calendar_end` when lines go on after it.
    Lines without customer, start or amount, or that end before they start, are left out.

    Raises
    ------
    UserInputError
        A column is missing, or no contract is usable.
    """
    missing = [
        f"found no column {name}, {nearest(name, list(lines.columns))}: declare it in the source's columns"
        for name in REQUIRED
        if name not in lines.columns
    ]
    if missing:
        raise UserInputError(source, missing)
    with answering(source):
        return _read(_usable(lines), source, renewal_months, calendar_end)


def renewals_of(lives: pd.DataFrame, at: str = "") -> Renewals:
    """Count lives by renewals made; `at` is `past_` for what was known at the cut."""
    known = lives[lives[f"{at}renewals"] >= 0]
    made, count = known[f"{at}renewals"].to_numpy(int), known["count"].to_numpy(float)
    ended = known[f"{at}ended"].to_numpy(bool)
    size = int(made.max(initial=0)) + 1
    lost = np.bincount(made[ended], count[ended], size)
    kept = np.bincount(made[~ended], count[~ended], size + 1)
    return Renewals(lost=lost, kept=kept)


def _usable(lines: ibis.Table) -> ibis.Table:
    """Contracts with a customer, a start and an amount: customer, begun, stopped, amount, channel."""
    if "channel" not in lines.columns:
        lines = lines.mutate(channel=ibis.null("string"))
    chosen = lines.select(
        customer=_.customer,
        begun=_.date.cast("date"),
        stopped=_.date_end.cast("date").fill_null(ibis.literal(_OPEN)),
        amount=_.amount.cast("float64"),
        channel=_.channel.fill_null(UNKNOWN_CHANNEL),
    ).drop_null(["customer", "begun", "amount"])
    return chosen.filter(_.stopped >= _.begun, _.amount >= 0)


def _read(usable: ibis.Table, source: str, renewal_months: int, calendar_end: date | None) -> Subscribers:
    seen = usable.aggregate(
        first=_.begun.min(), last=_.begun.max(), end=_.stopped.max(where=_.stopped < ibis.literal(_OPEN))
    )
    row = seen.to_pyarrow().to_pylist()[0]
    if row["first"] is None:
        found = "found no contract with a customer, a start and an amount"
        raise UserInputError(source, [f"{found}, expected at least one: check the file and its `columns`"])
    until = max(row["last"], row["end"] or row["last"])
    if calendar_end is not None and row["first"] <= calendar_end < until:
        until = calendar_end
    cut = until - timedelta(days=round(HELD_OUT * (until - row["first"]).days))
    lives = _lives(usable.filter(_.begun <= ibis.literal(until)))
    for prefix, day in (("", until), ("past_", cut)):
        lives = _observed(lives, prefix, day, renewal_months)
    lives = lives.mutate(due=_due(lives, ibis.literal(until), renewal_months))
    states = ["channel", "due", "renewals", "ended", "past_renewals", "past_ended"]
    counted = lives.group_by(states).aggregate(
        count=_.count(), amount=_.amount.sum(), squares=(_.amount * _.amount).sum()
    )
    acquired = lives.group_by("channel", day=_.begun).aggregate(count=_.count())
    return Subscribers(
        lives=counted.order_by(states).execute(),
        acquired=acquired.order_by("channel", "day").execute(),
        first_day=row["first"],
        cut=cut,
        observed_until=until,
        renewal_months=renewal_months,
    )


def _lives(contracts: ibis.Table) -> ibis.Table:
    """One row per customer: channel of the first contract, start, end of the last, mean amount."""
    stated = contracts.mutate(start=_.begun.min().over(group_by="customer"))
    return stated.group_by("customer").aggregate(
        channel=_.channel.min(where=_.begun == _.start),
        begun=_.begun.min(),
        stopped=_.stopped.max(),
        amount=_.amount.mean(),
    )


def _observed(lives: ibis.Table, prefix: str, until: date, renewal_months: int) -> ibis.Table:
    """Add what is known of each life on one day: renewals made (-1: not started yet) and whether it ended."""
    day = ibis.literal(until)
    begun, stopped = lives["begun"], lives["stopped"]
    ended = stopped <= day
    last = ibis.ifelse(ended, stopped - ibis.interval(days=1), day)
    made = _due(lives, last, renewal_months)
    return lives.mutate(
        **{
            f"{prefix}renewals": ibis.ifelse(begun <= day, made, -1),
            f"{prefix}ended": ended & (begun <= day),
        }
    )


def _due(lives: ibis.Table, last: ibis.Value, renewal_months: int) -> ibis.Value:
    """Count the renewals due from the start of each life to a day."""
    last = last.cast("date")
    months = 12 * (last.year() - lives.begun.year()) + last.month() - lives.begun.month()
    whole = months - (last.day() < lives.begun.day()).cast("int32")
    return ibis.greatest(whole // renewal_months, 0).cast("int64")
