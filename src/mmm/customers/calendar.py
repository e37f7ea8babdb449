"""Transactions and media on one calendar, or the refusal to join them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mmm.customers.contracts import Subscribers
from mmm.customers.history import History
from mmm.params import RunParams


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedCalendar:
    """Periods of the panel that the transactions cover, and who was acquired in them."""

    is_covered: NDArray[np.bool_]
    """One per period of the panel."""
    acquired: pd.Series
    """Customers of the file by acquisition channel, first purchase in a covered period."""
    declared: float | None
    """New customers that the declared outcome counts in those periods; None without such an outcome."""

    @property
    def overlaps(self) -> bool:
        """Whether there is any period in common."""
        return bool(self.is_covered.any())

    @property
    def covered_share(self) -> float:
        """Share of the panel's periods that the transactions cover."""
        return float(self.is_covered.mean())

    @property
    def n_acquired(self) -> float:
        """Customers of the file acquired in the covered periods."""
        return float(self.acquired.sum())


def shared_calendar(params: RunParams, panel: xr.Dataset, history: History | Subscribers) -> SharedCalendar:
    """Find the periods of the panel in which the transactions were observed."""
    starts = panel["period"].to_numpy().astype("datetime64[D]")
    day = np.timedelta64(1, "D")
    ends = np.append(starts[1:] - day, np.datetime64(params.calendar.end, "D"))
    first, last = np.datetime64(history.first_day, "D"), np.datetime64(history.observed_until, "D")
    is_covered = (starts <= last) & (ends >= first)
    days = history.acquired["day"].to_numpy().astype("datetime64[D]")
    at = np.searchsorted(starts, days, side="right") - 1
    inside = (at >= 0) & (days <= ends[np.maximum(at, 0)]) & is_covered[np.maximum(at, 0)]
    acquired = history.acquired[inside].groupby("channel")["count"].sum()
    return SharedCalendar(
        is_covered=is_covered, acquired=acquired, declared=_declared(params, panel, is_covered)
    )


def _declared(params: RunParams, panel: xr.Dataset, is_covered: NDArray[np.bool_]) -> float | None:
    outcome = params.customers.new_customers if params.customers else None
    if outcome is None or not is_covered.any():
        return None
    values = next(values for values in panel.data_vars.values() if {"outcome", "period"} <= set(values.dims))
    counted = values.sel(outcome=outcome).sum([dim for dim in values.dims if dim == "geo"]).to_numpy()
    return float(counted[is_covered].sum())
