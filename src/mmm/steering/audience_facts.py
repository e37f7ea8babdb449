"""Facts on the audience: visits to the site and what they do there, organic search, who comes and who leaves.

As everywhere in facts, what was not measured in a period is missing, never zero.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mmm.params import RunParams
from mmm.params.data import Frequency
from mmm.steering.aggregates import Table, daily_products, table_columns
from mmm.steering.periods import period_end

WEB = {
    "visits": "web_visits",
    "engaged_visits": "engaged_visits",
    "page_views": "page_views",
    "engagement_seconds": "engagement_seconds",
}
"""Columns of analytics, and their facts."""
SEO = {"impressions": "organic_impressions", "clicks": "organic_clicks", "position": "organic_positions"}
"""Columns of organic search, and their facts; a position counts as often as it was shown."""
CUSTOMERS = ("active_customers", "lost_customers")


def web_rows(tables: Mapping[str, Table]) -> pd.DataFrame:
    """Give visits and engagement by day, whatever the origin: date and the facts of `WEB`.

    The first source with a date by row is read: two tools, or two reports of one, count the
    same visits. A report over a range of days is no figure of a period.
    """
    for table in tables.values():
        columns = table_columns(table) if table.content == "web" else ()
        if "date" in columns and "date_end" not in columns:
            return daily_products(table, {fact: column for column, fact in WEB.items() if column in columns})
    return pd.DataFrame()


def seo_rows(tables: Mapping[str, Table]) -> pd.DataFrame:
    """Give organic search by day: date and the facts of `SEO`."""
    products = {
        "organic_impressions": "impressions",
        "organic_clicks": "clicks",
        "organic_positions": "position * impressions",
    }
    frames = [daily_products(table, products) for table in tables.values() if table.content == "seo"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def customers_there(
    params: RunParams, tables: Mapping[str, Table], periods: pd.DatetimeIndex, frequency: Frequency
) -> pd.DataFrame:
    """Count customers there when each period began, and those lost in it; missing where it cannot be seen."""
    name = params.customers.source if params.customers is not None else None
    lines: Any = None if name is None or name not in tables else getattr(tables[name], "table", None)
    if name is None or lines is None:
        return pd.DataFrame(index=periods)
    from mmm.customers.activity import buying_activity, contract_activity  # noqa: PLC0415 - opens Ibis

    counted = contract_activity if tables[name].content == "contracts" else buying_activity
    found = counted(lines, name)
    if found is None:
        return pd.DataFrame(index=periods)
    moves = found.moves
    balance = (moves["came"] - moves["left"]).cumsum()
    there = _before(balance, periods)
    ends = pd.DatetimeIndex([pd.Timestamp(period_end(start, frequency)) for start in periods])
    gone = moves["left"].cumsum()
    lost = _before(gone, ends + pd.Timedelta(days=1)) - _before(gone, periods)
    known = (periods >= found.known_from) & (ends <= found.known_until + pd.Timedelta(days=_room(frequency)))
    table = pd.DataFrame({"active_customers": there, "lost_customers": lost}, index=periods, dtype=float)
    return table.where(pd.Series(known, index=periods), axis="index")


def _room(frequency: Frequency) -> int:
    """Days without any purchase at the end that do not yet make a source late."""
    return 0 if frequency == "daily" else 6


def _before(running: "pd.Series[int]", days: pd.DatetimeIndex) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """Give a running sum as it stood before each day."""
    place = running.index.searchsorted(days, side="left")
    return np.concatenate([[0], running.to_numpy()])[place]
