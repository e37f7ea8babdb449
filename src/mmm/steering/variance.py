"""Plan against actual: the gap of spend by channel, the gap of each outcome by cause, to the cent."""

from collections.abc import Mapping

import pandas as pd

from mmm.params.data import Frequency
from mmm.records import TABLES
from mmm.steering.pacing import plan_by_channel, spend_by_channel
from mmm.steering.periods import QUARTER, Window, trailing, year_to_date
from mmm.steering.shapley import Causes, balanced_cents, shapley_split

SPEND, UNEXPLAINED = "spend", "unexplained"


def variance_windows(periods: pd.DatetimeIndex, frequency: Frequency) -> tuple[Window, ...]:
    """Give the last quarter and the year to date."""
    quarter = trailing(periods, QUARTER[frequency], "last_quarter")
    return tuple(window for window in (quarter, year_to_date(periods)) if window is not None)


def spend_gaps(
    observed: pd.DataFrame, planned: pd.DataFrame, channels: tuple[str, ...], window: Window
) -> pd.DataFrame:
    """Tabulate the gap of media spend; empty unless every period of the window is planned.

    Subject `spend` is split by channel; subject `spend/<channel>` is one channel's own gap.
    """
    plan = plan_by_channel(planned, channels).loc[window.start : window.last]
    if len(plan) < window.n_periods:
        return pd.DataFrame(columns=list(TABLES["variance"]))
    actual = spend_by_channel(observed, channels).loc[window.start : window.last]
    sides = pd.DataFrame({"plan": plan.sum(), "actual": actual.sum()}).round(2)
    gaps = {str(channel): side["actual"] - side["plan"] for channel, side in sides.iterrows()}
    whole = _table(gaps, sides["plan"].sum(), sides["actual"].sum(), window, SPEND)
    own = [
        _table({SPEND: gaps[str(channel)]}, side["plan"], side["actual"], window, f"{SPEND}/{channel}")
        for channel, side in sides.iterrows()
    ]
    return pd.concat([whole, *own], ignore_index=True)


def outcome_gaps(
    actual: float, target: float, causes: Causes | None, window: Window, outcome: str
) -> pd.DataFrame:
    """Tabulate the gap of an outcome by cause; the amounts add up to it to the cent.

    Drivers are split by Shapley values on the model's expectation; `unexplained` is
    what the model does not expect of what happened. Without a model everything is.
    """
    amounts = {} if causes is None else shapley_split(causes.expected, causes.drivers)
    amounts[UNEXPLAINED] = actual - target - sum(amounts.values())
    return _table(amounts, target, actual, window, outcome)


def _table(
    amounts: Mapping[str, float], plan: float, actual: float, window: Window, subject: str
) -> pd.DataFrame:
    """One row per driver; plan and actual are the subject's."""
    plan, actual = round(plan, 2), round(actual, 2)
    rows = [
        {
            "window": window.name,
            "subject": subject,
            "driver": name,
            "plan": plan,
            "actual": actual,
            "amount": part,
        }
        for name, part in balanced_cents(amounts, actual - plan).items()
    ]
    return pd.DataFrame(rows, columns=list(TABLES["variance"]))


def target_total(targets: pd.DataFrame, outcome: str, window: Window) -> float | None:
    """Give the target of an outcome over a window; None unless every period has one."""
    rows = targets[(targets["outcome"] == outcome) & targets["date"].between(window.start, window.last)]
    return None if len(rows) < window.n_periods else float(rows["value"].sum())


def targets_table(targets: pd.DataFrame) -> pd.DataFrame:
    """Tabulate what is wanted of each outcome by period, oldest first."""
    summed = targets.groupby(["outcome", "date"])["value"].sum()
    return summed.rename("target").rename_axis(["outcome", "period"]).reset_index()
