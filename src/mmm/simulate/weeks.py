"""The weeks of a simulated world and its independent streams of randomness.

Weeks start on Monday. `HISTORY` weeks of media run before the first written week, so that
carry-over is already under way when the data begin; `AHEAD` weeks are planned after the last one.
"""

from datetime import date
from zlib import crc32

import numpy as np
import pandas as pd

START = date(2023, 10, 2)
N_PERIODS = 156
N_HISTORY = 26
N_AHEAD = 13
N_PLANNED = 52
"""Past weeks for which the budget and the targets are known too."""

OBSERVED = slice(N_HISTORY, N_HISTORY + N_PERIODS)
"""Written weeks among all weeks."""

SALES_PERIODS: dict[str, tuple[tuple[date, date], ...]] = {
    "winter_sales": (
        (date(2024, 1, 10), date(2024, 2, 6)),
        (date(2025, 1, 8), date(2025, 2, 4)),
        (date(2026, 1, 7), date(2026, 2, 3)),
    ),
    "summer_sales": (
        (date(2024, 6, 26), date(2024, 7, 23)),
        (date(2025, 6, 25), date(2025, 7, 22)),
        (date(2026, 6, 24), date(2026, 7, 21)),
    ),
}
"""French soldes, first and last day, as params/demo.yaml declares them."""


def stream(seed: int, part: str) -> np.random.Generator:
    """Give the randomness of one part of one world, untouched by changes in other parts.

    Examples
    --------
    >>> bool(stream(1, "spend").random() == stream(1, "spend").random())
    True
    >>> bool(stream(1, "spend").random() == stream(1, "season").random())
    False
    """
    return np.random.default_rng([seed, crc32(part.encode())])


def all_weeks() -> pd.DatetimeIndex:
    """List every Monday of a world: history, written weeks, planned weeks."""
    first = pd.Timestamp(START) - pd.Timedelta(weeks=N_HISTORY)
    return pd.date_range(first, periods=N_HISTORY + N_PERIODS + N_AHEAD, freq="7D", unit="ns")


def observed_weeks() -> pd.DatetimeIndex:
    """List the Mondays for which sales are written."""
    return all_weeks()[OBSERVED]


def forecast_weeks() -> pd.DatetimeIndex:
    """List the written Mondays and the planned ones after them."""
    return all_weeks()[N_HISTORY:]


def plan_weeks() -> pd.DatetimeIndex:
    """List the Mondays that have a budget: the last year written and the weeks ahead."""
    return all_weeks()[-(N_PLANNED + N_AHEAD) :]


def share_of_week(weeks: pd.DatetimeIndex, first: date, last: date) -> np.ndarray:
    """Give the share of each week's seven days that falls within a period, ends included."""
    start = np.maximum(weeks.to_numpy(), np.datetime64(first))
    end = np.minimum(weeks.to_numpy() + np.timedelta64(6, "D"), np.datetime64(last))
    n_days = (end - start) / np.timedelta64(1, "D") + 1.0
    return np.asarray(np.clip(n_days, 0.0, 7.0) / 7.0)
