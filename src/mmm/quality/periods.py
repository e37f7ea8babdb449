"""The periods of an analysis: days, weeks from the weekday of the start, calendar months, or years."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from mmm.params.data import Calendar, Frequency

if TYPE_CHECKING:
    from collections.abc import Iterable

_OFFSET = {"daily": "D", "weekly": "7D", "monthly": "MS", "annual": "YS"}
_DAYS = {"daily": 1, "weekly": 7}
"""Length of the periods that all have the same."""
_UNIT = {"monthly": "M", "annual": "Y"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Consecutive periods, each named by its first day."""

    frequency: Frequency
    starts: pd.DatetimeIndex
    end: pd.Timestamp
    """Last day of the last period."""

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def days(self) -> pd.DatetimeIndex:
        """Every day, oldest first."""
        return pd.date_range(self.starts[0], self.end, freq="D")

    @property
    def position_of_days(self) -> npt.NDArray[np.intp]:
        """Position of the period that holds each of `days`."""
        return np.asarray(self.starts.searchsorted(self.days, side="right") - 1, dtype=np.intp)

    @property
    def lengths(self) -> npt.NDArray[np.intp]:
        """Days in each period."""
        return np.bincount(self.position_of_days, minlength=len(self))

    def start_of(self, days: "pd.Series | pd.DatetimeIndex") -> pd.DatetimeIndex:
        """Give the first day of the period that holds each day, inside the analysis or not."""
        index = pd.DatetimeIndex(days)
        if self.frequency in _DAYS:
            length = _DAYS[self.frequency]
            passed = (index - self.starts[0]).days // length
            return pd.DatetimeIndex(self.starts[0] + pd.to_timedelta(passed * length, unit="D"))
        return index.to_period(_UNIT[self.frequency]).to_timestamp()

    def following(self, count: int) -> "Periods":
        """Give the `count` periods after the last one."""
        first = self.end + pd.Timedelta(days=1)
        return Periods(
            frequency=self.frequency,
            starts=_starts(self.frequency, first, count),
            end=_last(self.frequency, first, count),
        )


def periods(calendar: Calendar) -> Periods:
    """List the periods of an analysis; an incomplete one at the end is left out.

    Examples
    --------
    >>> weekly = Calendar(start=date(2026, 9, 7), end=date(2026, 9, 27))
    >>> [str(day.date()) for day in periods(weekly).starts]
    ['2026-09-07', '2026-09-14', '2026-09-21']
    """
    first, last = pd.Timestamp(calendar.start), pd.Timestamp(calendar.end)
    if calendar.frequency in _DAYS:
        count = ((last - first).days + 1) // _DAYS[calendar.frequency]
    else:
        after = last + pd.Timedelta(days=1)
        unit = _UNIT[calendar.frequency]
        begin = pd.Period(first, unit)
        count = (pd.Period(after, unit) - begin).n
        first = begin.to_timestamp()
    return Periods(
        frequency=calendar.frequency,
        starts=_starts(calendar.frequency, first, count),
        end=_last(calendar.frequency, first, count),
    )


def _starts(frequency: Frequency, first: pd.Timestamp, count: int) -> pd.DatetimeIndex:
    return pd.date_range(first, periods=count, freq=_OFFSET[frequency])


def _last(frequency: Frequency, first: pd.Timestamp, count: int) -> pd.Timestamp:
    return _starts(frequency, first, count + 1)[-1] - pd.Timedelta(days=1)


def share_of_days(span: Periods, days: "Iterable[date]") -> npt.NDArray[np.float64]:
    """Give the share of each period's days that are among `days`."""
    counted = span.days.isin(pd.DatetimeIndex(list(days)))
    return np.bincount(span.position_of_days, weights=counted, minlength=len(span)) / span.lengths
