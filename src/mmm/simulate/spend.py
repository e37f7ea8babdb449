"""Media spend by week and channel: what was intended, what was spent, what was budgeted.

Television goes in waves; radio with out-of-home, and online video, follow it, and radio is dark
every summer. Search and social are always on, follow the trade's season and are revised every
quarter. Nothing answers to the noise of sales: spend follows the calendar, never last week's luck.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm.simulate.family import CHANNELS, ROLES
from mmm.simulate.weeks import (
    N_AHEAD,
    N_PLANNED,
    OBSERVED,
    SALES_PERIODS,
    all_weeks,
    share_of_week,
    stream,
)

WAVES = ((40, 4), (46, 5), (2, 4), (12, 4), (20, 4))
"""ISO week in which a television wave usually starts, and its length in weeks."""
DARK_SUMMER = range(25, 37)
"""ISO weeks without radio and out-of-home."""
WEEKLY_NOISE = {
    "search_brand": 0.16,
    "search_generic": 0.22,
    "paid_social": 0.26,
    "display": 0.25,
    "online_video": 0.28,
    "tv": 0.22,
    "radio_ooh": 0.30,
    "email": 0.28,
}
"""Log standard deviation of what was spent around what was intended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """EUR by week and channel, history and planned weeks included."""

    actual: np.ndarray
    """(all weeks, channel), cents; zero in the planned weeks."""
    budget: np.ndarray
    """(plan weeks, channel), multiples of 100 EUR."""


def simulate_spend(seed: int) -> Spend:
    """Draw what one world intended to spend, spent, and had budgeted."""
    intended = _intended(seed)
    rng = stream(seed, "spending")
    noise = np.exp(rng.normal(0.0, [WEEKLY_NOISE[channel] for channel in CHANNELS], intended.shape))
    level = np.array([role.weekly_spend for role in ROLES]) * np.exp(rng.normal(0.0, 0.08, len(ROLES)))
    actual = intended * noise
    scale = level / actual[OBSERVED].mean(axis=0)
    actual = np.round(actual * scale, 2)
    actual[-N_AHEAD:] = 0.0
    overspend = np.exp(rng.normal(0.0, 0.07, len(ROLES)))
    planned = intended[-(N_PLANNED + N_AHEAD) :] * scale / overspend
    change = np.exp(rng.normal(0.03, 0.08, len(ROLES)))
    planned[-N_AHEAD:] = planned[:N_AHEAD] * change
    step = np.where(level < 1_000.0, 10.0, 100.0)
    return Spend(actual=actual, budget=np.round(planned / step) * step)


def _intended(seed: int) -> np.ndarray:
    """Shape of each channel over all weeks, before its level."""
    weeks = all_weeks()
    trade = _trade_season(weeks)
    tv = _television(weeks, stream(seed, "tv"))
    shapes = {
        "search_brand": trade * (0.8 + 0.35 * tv) * _revisions(weeks, stream(seed, "search_brand"), 0.10),
        "search_generic": trade * _revisions(weeks, stream(seed, "search_generic"), 0.28),
        "paid_social": np.sqrt(trade)
        * _revisions(weeks, stream(seed, "paid_social"), 0.28)
        * _bursts(weeks, stream(seed, "social_bursts")),
        "display": _flights(weeks, stream(seed, "display")) * np.sqrt(trade),
        "online_video": (0.40 + 0.8 * tv) * _revisions(weeks, stream(seed, "online_video"), 0.30),
        "tv": tv,
        "radio_ooh": _radio(weeks, tv, stream(seed, "radio_ooh")),
        "email": trade * _revisions(weeks, stream(seed, "email"), 0.15),
    }
    return np.column_stack([shapes[channel] for channel in CHANNELS])


def _trade_season(weeks: pd.DatetimeIndex) -> np.ndarray:
    """How much more than usual a home-goods retailer spends: year end, spring, soldes."""
    day = weeks.day_of_year.to_numpy()
    year_end = np.exp(-(((day - 335) / 24.0) ** 2))
    spring = np.exp(-(((day - 120) / 30.0) ** 2))
    soldes = sum(
        share_of_week(weeks, first, last) for spans in SALES_PERIODS.values() for first, last in spans
    )
    return np.asarray(0.85 + 0.45 * year_end + 0.25 * spring + 0.20 * soldes)


def _television(weeks: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    """Waves of three to five weeks, the first weeks heavier; nothing between them."""
    shape = np.zeros(len(weeks))
    calendar = weeks.isocalendar()
    for year in sorted(set(calendar["year"])):
        for week, length in WAVES:
            start = week + rng.integers(-1, 2)
            n_weeks = length + rng.integers(-1, 1)
            strength = np.exp(rng.normal(0.0, 0.35))
            if rng.random() < 0.12:
                continue
            position = np.flatnonzero((calendar["year"] == year) & (calendar["week"] == start))
            for first in position:
                run = shape[first : first + n_weeks]
                run += strength * np.linspace(1.2, 0.8, n_weeks)[: len(run)]
    return shape


def _radio(weeks: pd.DatetimeIndex, tv: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Follows television two weeks in three, adds waves of its own, dark every summer."""
    follows = tv * np.repeat(rng.random(len(weeks) // 3 + 1) < 0.72, 3)[: len(weeks)]
    shape = follows * np.exp(rng.normal(0.0, 0.2, len(weeks))) + _flights(weeks, rng, on=0.22) * 0.7
    shape[weeks.isocalendar()["week"].isin(DARK_SUMMER).to_numpy()] = 0.0
    return np.asarray(shape)


def _revisions(weeks: pd.DatetimeIndex, rng: np.random.Generator, log_sd: float) -> np.ndarray:
    """One level per quarter of the year, revised at random."""
    quarter = (weeks.year * 4 + weeks.quarter).to_numpy()
    level = np.exp(rng.normal(0.0, log_sd, quarter.max() - quarter.min() + 1))
    return np.asarray(level[quarter - quarter.min()])


def _bursts(weeks: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    """Some four promotions a year, of two or three weeks, near twice the usual spend."""
    shape = np.ones(len(weeks))
    for start in np.flatnonzero(rng.random(len(weeks)) < 4 / 52):
        shape[start : start + rng.integers(2, 4)] = rng.uniform(1.6, 2.2)
    return shape


def _flights(weeks: pd.DatetimeIndex, rng: np.random.Generator, on: float = 0.65) -> np.ndarray:
    """Runs of three to six weeks, on with probability `on`, each with its own level."""
    levels: list[float] = []
    while len(levels) < len(weeks):
        level = np.exp(rng.normal(0.0, 0.3)) if rng.random() < on else 0.0
        levels.extend([level] * int(rng.integers(3, 7)))
    return np.array(levels[: len(weeks)])
