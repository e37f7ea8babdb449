"""Purchase histories in the database: lines of transactions to one row per customer.

Rules, in this order:
1. A line without customer, date or amount is left out; so is one after `observed_until`.
2. Lines of one customer on one day are one purchase, worth their sum.
3. A negative line is a refund. It is taken off the customer's last purchase up
   to that day; a purchase that is refunded in full never took place. A line of
   zero (a gift, a voucher) is a purchase worth nothing.
4. The first purchase is the acquisition; its channel is the acquisition channel
   (the first in the alphabet when lines of that day name several).

Everything is an ibis expression: it runs where the data are, and a customer's
identifier never leaves the database. Times are whole days, money is in cents,
so that sums do not depend on the order in which the database adds.
"""

from datetime import date

import ibis
from ibis import _

UNKNOWN_CHANNEL = "unknown"
"""Acquisition channel of customers whose first purchase names none."""


def purchases(lines: ibis.Table, observed_until: date) -> ibis.Table:
    """One row per customer and day with a purchase, refunds taken off.

    Parameters
    ----------
    lines : Table with columns customer, date, amount and, if known, channel
        Amounts in one currency; refunds negative.
    observed_until
        Last day that counts.

    Returns
    -------
    Table with columns customer, day, cents, channel
    """
    days = _days(lines, observed_until)
    order = ibis.window(group_by="customer", order_by="day", preceding=None, following=0)
    numbered = days.mutate(purchase=ibis.ifelse(_.n_paid > 0, 1, 0).sum().over(order).cast("int64"))
    netted = (
        numbered.filter(_.purchase > 0)
        .group_by("customer", "purchase")
        .aggregate(
            day=_.day.min(),
            cents=(_.paid - _.refunded).sum(),
            refunded=_.refunded.sum(),
            channel=_.channel.min(where=_.n_paid > 0),
        )
    )
    return netted.filter((_.refunded == 0) | (_.cents > 0)).select("customer", "day", "cents", "channel")


def purchases_without_refunds(lines: ibis.Table, observed_until: date) -> ibis.Table:
    """The same as `purchases` for lines that hold no negative amount, in one pass less."""
    days = _days(lines, observed_until)
    return days.select("customer", "day", cents=_.paid, channel=_.channel)


def usable_lines(lines: ibis.Table) -> ibis.Table:
    """Lines with a customer, a date and an amount: customer, day, cents, channel."""
    if "channel" not in lines.columns:
        lines = lines.mutate(channel=ibis.null("string"))
    cents = (_.amount.cast("float64") * 100).round().cast("int64")
    chosen = lines.select(customer=_.customer, day=_.date.cast("date"), cents=cents, channel=_.channel)
    return chosen.drop_null(["customer", "day", "cents"])


def _days(lines: ibis.Table, observed_until: date) -> ibis.Table:
    """One row per customer and day: money paid, money refunded, in cents."""
    kept = usable_lines(lines).filter(_.day <= ibis.literal(observed_until))
    return kept.group_by("customer", "day").aggregate(
        paid=_.cents.sum(where=_.cents >= 0).coalesce(0),
        refunded=(-_.cents).sum(where=_.cents < 0).coalesce(0),
        n_paid=_.count(where=_.cents >= 0),
        channel=_.channel.min(where=_.cents >= 0),
    )


def rfm(bought: ibis.Table, observed_until: date) -> ibis.Table:
    """One row per customer: repeat purchases, recency and age in days, money in cents.

    Parameters
    ----------
    bought : Table
        What `purchases` gives.
    observed_until
        Last day observed: ages are counted to it.

    Returns
    -------
    Table
        customer; channel (of acquisition); first_day; frequency (purchases after the
        first one); recency (days from the first purchase to the last, 0 without repeat);
        age (days from the first purchase to `observed_until`); first_cents (value of
        the first purchase); repeat_cents (value of all the others together).
    """
    until = ibis.literal(observed_until)
    grouped = (
        bought.mutate(channel=_.channel.fill_null(UNKNOWN_CHANNEL))
        .group_by("customer")
        .aggregate(
            first_day=_.day.min(),
            last_day=_.day.max(),
            n_purchases=_.count(),
            channel=_.channel.argmin(_.day),
            first_cents=_.cents.argmin(_.day),
            total_cents=_.cents.sum(),
        )
    )
    return grouped.select(
        "customer",
        "channel",
        "first_day",
        frequency=_.n_purchases - 1,
        recency=_.last_day.delta(_.first_day, unit="day"),
        age=until.delta(grouped.first_day, unit="day"),
        first_cents=_.first_cents,
        repeat_cents=_.total_cents - _.first_cents,
    )
