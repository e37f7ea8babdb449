"""What sales would be without media: level, trend, season, holidays, soldes and prices.

Everything adds up in units of the outcome's mean week:

- trend: a slope of -1 to +5 % a year plus a random walk of 4-week steps of 0.5 to 1 %;
- season: three yearly harmonics of 7, 4 and 2 % typical amplitude, peaks near year end and spring;
- holidays: a public holiday takes 5 to 40 % of one day's trade;
- events: a full week of soldes adds 8 to 20 %;
- controls: a price index one per cent dearer takes 0.3 to 1 % of the outcome.
"""

from dataclasses import dataclass

import holidays
import numpy as np
import pandas as pd

from mmm.simulate.weeks import N_PERIODS, SALES_PERIODS, forecast_weeks, share_of_week, stream

COMPONENTS = ("level", "trend", "season", "holidays", "events", "controls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Parts of one outcome that media do not bring, in units of its mean, written and planned weeks."""

    parts: np.ndarray
    """(week, component), in the order of `COMPONENTS`; `level` is filled by the outcome."""


def simulate_prices(seed: int) -> pd.DataFrame:
    """Give the price index: 100 at the start, a slow rise, changes that come and go."""
    rng = stream(seed, "prices")
    weeks = forecast_weeks()
    departure = np.zeros(len(weeks))
    for week in range(1, len(weeks)):
        departure[week] = 0.85 * departure[week - 1] + rng.normal(0.0, 0.75)
    index = 100.0 * (1.0 + rng.uniform(0.008, 0.025) * np.arange(len(weeks)) / 52.0) + departure
    return pd.DataFrame({"date": weeks, "price_index": np.round(index, 2)})


def simulate_baseline(seed: int, outcome: str, price_index: np.ndarray) -> Baseline:
    """Draw the baseline of one outcome of one world."""
    rng = stream(seed, f"baseline {outcome}")
    weeks = forecast_weeks()
    price = -rng.uniform(0.3, 1.0) * (price_index - price_index[:N_PERIODS].mean()) / 100.0
    parts = {
        "trend": _trend(len(weeks), rng),
        "season": _season(weeks, rng),
        "holidays": _holidays(weeks, rng),
        "events": _events(weeks, rng),
        "controls": price,
        "level": np.zeros(len(weeks)),
    }
    return Baseline(parts=np.column_stack([parts[component] for component in COMPONENTS]))


def _trend(n_weeks: int, rng: np.random.Generator) -> np.ndarray:
    knots = np.arange(0, n_weeks + 4, 4)
    walk = np.cumsum(rng.normal(0.0, rng.uniform(0.005, 0.010), len(knots)))
    line = rng.uniform(-0.01, 0.05) * np.arange(n_weeks) / 52.0
    trend = line + np.interp(np.arange(n_weeks), knots, walk)
    return np.asarray(trend - trend[:N_PERIODS].mean())


def _season(weeks: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    angle = 2.0 * np.pi * ((weeks - pd.Timestamp(weeks[0])).days.to_numpy() + 274) / 365.25
    season = np.zeros(len(weeks))
    for harmonic, (size, peak_day) in enumerate(((0.07, 345), (0.04, 120), (0.02, 350)), start=1):
        amplitude = size * np.exp(rng.normal(0.0, 0.3))
        peak = 2.0 * np.pi * (peak_day + rng.normal(0.0, 12.0)) / 365.25
        season += amplitude * np.cos(harmonic * (angle - peak))
    return season


def _holidays(weeks: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    years = range(weeks[0].year, weeks[-1].year + 2)
    days = sorted(holidays.country_holidays("FR", years=years).items())
    names = sorted({name for _, name in days})
    lost = dict(zip(names, rng.uniform(0.05, 0.40, len(names)), strict=True))
    effect = np.zeros(len(weeks))
    for day, name in days:
        effect -= lost[name] * share_of_week(weeks, day, day)
    return effect


def _events(weeks: pd.DatetimeIndex, rng: np.random.Generator) -> np.ndarray:
    effect = np.zeros(len(weeks))
    for spans in SALES_PERIODS.values():
        lift = rng.uniform(0.08, 0.20)
        for first, last in spans:
            effect += lift * share_of_week(weeks, first, last)
    return effect
