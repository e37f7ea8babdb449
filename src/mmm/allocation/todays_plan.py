"""What is planned today, before any fit: enough to say whether the budget question has an answer."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.allocation.problem import budget_problem
from mmm.errors import UserInputError
from mmm.params import RunParams

FloatArray = NDArray[np.float64]
PERIODS_PER_YEAR = {"daily": 365, "weekly": 52, "monthly": 12, "annual": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class TodaysPlan:
    """Media spend planned over the horizon, or that of the same periods a year earlier."""

    channels: tuple[str, ...]
    planned: FloatArray
    """(channel, period)."""
    earlier: FloatArray
    """(channel, period), spend of the same periods a year earlier."""

    @property
    def current(self) -> FloatArray:
        """Give each channel's total to the cent, (channel,)."""
        return np.round(self.planned.sum(axis=1), 2)


def todays_plan(params: RunParams, panel: xr.Dataset, plan: xr.Dataset | None) -> TodaysPlan:
    """Read today's plan over the horizon that the params ask.

    Raises
    ------
    UserInputError
        The plan is shorter than the horizon.
    """
    if params.allocation is None:
        raise ValueError("params have no allocation section")
    channels, horizon = list(params.channels), params.allocation.horizon_periods
    history = spend_by_period(panel, "spend", channels)
    earlier = a_year_earlier(history, horizon, PERIODS_PER_YEAR[params.calendar.frequency])
    planned = earlier if plan is None else _planned(plan, channels, horizon)
    return TodaysPlan(channels=tuple(channels), planned=planned, earlier=earlier)


def check_budget(params: RunParams, panel: xr.Dataset, plan: xr.Dataset | None) -> None:
    """Refuse a budget question without an answer before anything is fitted.

    Raises
    ------
    InfeasibleBudgetError
        Every conflict between the limits, with its size.
    UserInputError
        The plan is shorter than the horizon.
    """
    if params.allocation is not None:
        budget_problem(params, todays_plan(params, panel, plan))


def spend_by_period(data: xr.Dataset, variable: str, channels: list[str]) -> FloatArray:
    """Sum over geos, (channel, period)."""
    return spend_by_geo(data, variable, channels).sum(axis=1)


def spend_by_geo(data: xr.Dataset, variable: str, channels: list[str]) -> FloatArray:
    """Give amounts by geo, (channel, geo, period)."""
    return np.asarray(data[variable].sel(channel=channels).transpose("channel", "geo", "period"), dtype=float)


def _planned(plan: xr.Dataset, channels: list[str], horizon: int) -> FloatArray:
    found = plan.sizes["period"]
    if found < horizon:
        raise UserInputError(
            "allocation",
            [
                f"horizon_periods is {horizon}, the plan has {found} periods after the data: "
                "extend the plan or shorten the horizon"
            ],
        )
    return spend_by_period(plan, "spend", channels)[:, :horizon]


def a_year_earlier(history: FloatArray, horizon: int, periods_per_year: int) -> FloatArray:
    """Give spend of the same periods a year earlier, or of the last ones when history is shorter.

    Parameters
    ----------
    history : ndarray of shape (..., period)
    """
    back = max(periods_per_year * -(-horizon // periods_per_year), horizon)
    if history.shape[-1] < back:
        back = min(horizon, history.shape[-1])
    found = history[..., history.shape[-1] - back :][..., :horizon]
    missing = horizon - found.shape[-1]
    if not missing:
        return found
    return np.pad(found, [(0, 0)] * (found.ndim - 1) + [(0, missing)], mode="wrap")
