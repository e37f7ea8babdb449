"""Customers who are there and customers who leave, by day: what churn is counted from, in the database.

A customer who buys is there until `SILENCE_DAYS` without a purchase; one under
contract is there from the first start to the last end.
"""

from dataclasses import dataclass

import ibis
import pandas as pd
from ibis import _

from mmm.sources.answering import answering

SILENCE_DAYS = 365
"""Days without a purchase after which a customer counts as lost."""
_NEVER, _ALWAYS = ibis.date(1, 1, 1), ibis.date(9999, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Activity:
    """Arrivals and departures."""

    moves: pd.DataFrame
    """Index day: came and left (customers), in the order of days; a customer may come back."""
    known_from: pd.Timestamp
    """First day from which departures can be seen."""
    known_until: pd.Timestamp
    """Last day that the source covers."""


def buying_activity(lines: ibis.Table, source: str) -> Activity | None:
    """Count customers who come and go by their purchases; None without any purchase.

    Parameters
    ----------
    lines
        customer, date, amount; refunds (negative amounts) are no purchase.
    """
    with answering(source):
        bought = lines.drop_null(["customer", "date"]).filter(_.amount > 0)
        bought = bought.select(_.customer, day=_.date.cast("date")).distinct()
        following = _.day.lead().over(ibis.window(group_by="customer", order_by="day"))
        before = _.day.lag().over(ibis.window(group_by="customer", order_by="day"))
        silence = ibis.interval(days=SILENCE_DAYS)
        bought = bought.mutate(following=following, before=before, falls_silent=_.day + silence)
        came = bought.filter((_.before + silence).fill_null(_NEVER) < _.day)
        left = bought.filter(_.falls_silent < _.following.fill_null(_ALWAYS))
        last = bought.aggregate(first=_.day.min(), last=_.day.max()).execute().iloc[0]
        if pd.isna(last["last"]):
            return None
        until = pd.Timestamp(last["last"])
        moves = _moves(_by_day(came, "day"), _by_day(left, "falls_silent"), until)
    known_from = pd.Timestamp(last["first"]) + pd.Timedelta(days=SILENCE_DAYS)
    return Activity(moves=moves, known_from=known_from, known_until=until)


def contract_activity(lines: ibis.Table, source: str) -> Activity | None:
    """Count customers who come and go by their contracts; None without any contract.

    Parameters
    ----------
    lines
        customer, date (start), date_end (missing while it runs).
    """
    with answering(source):
        signed = lines.drop_null(["customer", "date"])
        lives = signed.group_by("customer").aggregate(
            first=_.date.cast("date").min(),
            last=_.date_end.cast("date").max(),
            runs=_.date_end.count() < _.count(),
            newest=_.date.cast("date").max(),
        )
        ended = lives.drop_null("last").filter(~_.runs)
        seen = lives.aggregate(first=_.first.min(), start=_.newest.max(), end=_.last.max()).execute().iloc[0]
        if pd.isna(seen["first"]):
            return None
        until = max(pd.Timestamp(day) for day in (seen["start"], seen["end"]) if not pd.isna(day))
        moves = _moves(_by_day(lives, "first"), _by_day(ended, "last"), until)
    return Activity(moves=moves, known_from=pd.Timestamp(seen["first"]), known_until=until)


def _by_day(rows: ibis.Table, day: str) -> "pd.Series[int]":
    counted = rows.group_by(day=rows[day]).aggregate(n=_.count()).execute()
    return pd.Series(counted["n"].to_numpy(), index=pd.DatetimeIndex(counted["day"])).sort_index()


def _moves(came: "pd.Series[int]", left: "pd.Series[int]", until: pd.Timestamp) -> pd.DataFrame:
    both = pd.concat({"came": came, "left": left}, axis="columns", sort=True).fillna(0).astype("int64")
    return both[both.index <= until]
