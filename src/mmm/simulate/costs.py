"""Fixed fees of agencies and tools, and the full cost of each channel and week.

Independent of `mmm.panel`, so that one can be held against the other: a month's fee is spread
evenly over its days, and what is billed for `all` channels is shared by their spend of the week.
"""

import numpy as np
import pandas as pd

from mmm.simulate.family import CHANNELS, FEE_RATE
from mmm.simulate.weeks import forecast_weeks, stream

MONTHLY_FEES: tuple[tuple[str, str, float], ...] = (
    ("tv", "agency", 2_200.0),
    ("radio_ooh", "agency", 900.0),
    ("paid_social", "agency", 1_500.0),
    ("search_generic", "agency", 1_200.0),
    ("search_brand", "agency", 300.0),
    ("display", "tool", 650.0),
    ("online_video", "agency", 500.0),
    ("email", "tool", 780.0),
    ("all", "tool", 3_400.0),
)
"""Channel, kind and EUR a month in the first year."""


def simulate_fees(seed: int) -> pd.DataFrame:
    """Give finance's table: one amount per month, channel and kind, dearer each January."""
    rng = stream(seed, "fees")
    weeks = forecast_weeks()
    months = pd.date_range(weeks[0].replace(day=1), weeks[-1] + pd.Timedelta(days=6), freq="MS", unit="ns")
    rows = []
    for channel, kind, amount in MONTHLY_FEES:
        billed = amount * np.exp(rng.normal(0.0, 0.05))
        for month in months:
            dearer = 1.03 ** (month.year - months[0].year)
            rows.append((month, channel, kind, round(billed * dearer, 2)))
    fees = pd.DataFrame(rows, columns=["date", "channel", "kind", "amount"])
    return fees.sort_values(["date", "kind", "channel"], ignore_index=True)


def fixed_costs(fees: pd.DataFrame, weeks: pd.DatetimeIndex, spend: np.ndarray) -> np.ndarray:
    """Spread monthly fees over weeks and channels; shape (week, channel), EUR."""
    days = pd.date_range(weeks[0], weeks[-1] + pd.Timedelta(days=6), freq="D")
    per_day = fees.assign(amount=fees["amount"] / fees["date"].dt.days_in_month)
    by_month = per_day.pivot_table(index="date", columns="channel", values="amount", aggfunc="sum")
    daily = by_month.reindex(days.to_period("M").to_timestamp()).fillna(0.0)
    weekly = daily.to_numpy().reshape(len(weeks), 7, -1).sum(axis=1)
    known = dict(zip(daily.columns, weekly.T, strict=True))
    total = spend.sum(axis=1, keepdims=True)
    share = np.where(total > 0, spend / np.where(total > 0, total, 1.0), 1.0 / len(CHANNELS))
    own = np.column_stack([known.get(channel, np.zeros(len(weeks))) for channel in CHANNELS])
    return np.asarray(own + share * known["all"][:, None])


def full_costs(spend: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Add agency commissions and fixed fees to media spend; same shape, EUR."""
    return np.asarray(spend * (1.0 + FEE_RATE) + fixed)
