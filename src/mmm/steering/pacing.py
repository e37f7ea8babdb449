"""Rhythm of spend: what was paid to media against the plan, and where the year will land."""

import numpy as np
import pandas as pd

from mmm.params.data import Frequency
from mmm.records import TABLES
from mmm.steering.periods import QUARTER, year_to_date

TOLERANCE = 0.05
"""Share of the plan within which a landing is on plan."""
ON_PLAN, OVER_PLAN, UNDER_PLAN, NO_PLAN = "on_plan", "over_plan", "under_plan", "no_plan"


def spend_by_channel(observed: pd.DataFrame, channels: tuple[str, ...]) -> pd.DataFrame:
    """Give media spend per period (index) and channel (column)."""
    return observed[[f"{channel}_spend" for channel in channels]].set_axis(list(channels), axis="columns")


def plan_by_channel(planned: pd.DataFrame, channels: tuple[str, ...]) -> pd.DataFrame:
    """Give planned media spend per period (index) and channel (column); 0 where nothing is planned."""
    wide = planned.pivot_table(index="date", columns="channel", values="spend", aggfunc="sum")
    return wide.reindex(columns=list(channels)).fillna(0.0).sort_index()


def pacing_table(
    observed: pd.DataFrame, planned: pd.DataFrame, channels: tuple[str, ...], frequency: Frequency
) -> pd.DataFrame:
    """Tabulate spend to date against plan by channel, over the calendar year of the last period.

    The landing adds what is still planned for the year, at the pace of the last
    quarter (spend over plan). Last row: channel `all`.
    """
    if planned.empty:
        return pd.DataFrame(columns=list(TABLES["pacing"]))
    spend, plan = spend_by_channel(observed, channels), plan_by_channel(planned, channels)
    window = year_to_date(pd.DatetimeIndex(spend.index))
    year = plan[pd.DatetimeIndex(plan.index).year == window.last.year]
    to_date = spend.loc[window.start : window.last].sum()
    due = year.loc[: window.last].sum()
    rest = year.loc[year.index > window.last].sum()
    recent = spend.tail(QUARTER[frequency])
    pace = recent.sum() / plan.reindex(recent.index).sum().replace(0.0, np.nan)
    table = pd.DataFrame(
        {
            "spend_to_date": to_date,
            "plan_to_date": due,
            "plan_total": due + rest,
            "projected_total": to_date + rest * pace.fillna(1.0),
        }
    )
    table.loc["all"] = table.sum()
    landings = table[["projected_total", "plan_total"]].to_numpy(dtype=float).tolist()
    table["status"] = [landing_status(projected, total) for projected, total in landings]
    return table.rename_axis("channel").reset_index()[list(TABLES["pacing"])].round(2)


def landing_status(projected: float, plan: float) -> str:
    """Judge a landing against its plan.

    Examples
    --------
    >>> landing_status(104.0, 100.0), landing_status(120.0, 100.0)
    ('on_plan', 'over_plan')
    """
    if plan <= 0:
        return NO_PLAN
    if abs(projected / plan - 1) <= TOLERANCE:
        return ON_PLAN
    return OVER_PLAN if projected > plan else UNDER_PLAN
