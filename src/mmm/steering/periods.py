"""Windows of whole periods: the last quarter, the one before, the year to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from mmm.params.data import Frequency

QUARTER: dict[Frequency, int] = {"daily": 91, "weekly": 13, "monthly": 3, "annual": 1}
"""Periods in a quarter; a year is the shortest window of annual data."""
YEAR: dict[Frequency, int] = {"daily": 365, "weekly": 52, "monthly": 12, "annual": 1}
"""Periods in a year."""
MONTH: dict[Frequency, int] = {"daily": 30, "weekly": 4, "monthly": 1, "annual": 1}
"""Periods in a month, or the nearest to it: the pace of arbitration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Consecutive periods, from the start of the first to the start of the last."""

    name: str
    start: pd.Timestamp
    last: pd.Timestamp
    n_periods: int


def period_end(start: pd.Timestamp, frequency: Frequency) -> date:
    """Give the last day of a period.

    Examples
    --------
    >>> period_end(pd.Timestamp("2026-09-21"), "weekly")
    datetime.date(2026, 9, 27)
    """
    step = {
        "daily": pd.DateOffset(days=1),
        "weekly": pd.DateOffset(weeks=1),
        "monthly": pd.DateOffset(months=1),
    }
    following = start + step.get(frequency, pd.DateOffset(years=1))
    return (following - pd.Timedelta(days=1)).date()


def complete_periods(periods: Sequence[pd.Timestamp], frequency: Frequency, as_of: date) -> pd.DatetimeIndex:
    """Keep the periods that were over on `as_of`."""
    return pd.DatetimeIndex([start for start in periods if period_end(start, frequency) <= as_of])


def trailing(periods: pd.DatetimeIndex, n_periods: int, name: str, *, back: int = 0) -> Window | None:
    """Give the `n_periods` that end `back` periods before the last one; None where history is too short."""
    end = len(periods) - back
    if end - n_periods < 0:
        return None
    return Window(name=name, start=periods[end - n_periods], last=periods[end - 1], n_periods=n_periods)


def quarter_windows(periods: pd.DatetimeIndex, frequency: Frequency) -> dict[str, Window]:
    """Give the last quarter, the one before it and the same one a year earlier, as far as history goes."""
    quarter, year = QUARTER[frequency], YEAR[frequency]
    found = {
        "last_quarter": trailing(periods, quarter, "last_quarter"),
        "previous_quarter": trailing(periods, quarter, "previous_quarter", back=quarter),
        "previous_year": trailing(periods, quarter, "previous_year", back=year),
    }
    return {name: window for name, window in found.items() if window is not None}


def year_to_date(periods: pd.DatetimeIndex) -> Window:
    """Give the periods that started in the calendar year of the last one."""
    inside = periods[periods.year == periods[-1].year]
    return Window(name="year_to_date", start=inside[0], last=inside[-1], n_periods=len(inside))
