"""Planted spikes are found, holiday peaks are not, and alarms stay rare: measured over many series.

False-alarm rate of this test: the bounds are those of a binomial at 1 in 1000 for the counts below,
around the rates that the method has on Gaussian noise.
"""

import numpy as np
import pandas as pd

from mmm.steering.abnormal import departures, false_discovery_mask

WEEKS = pd.date_range("2023-10-02", periods=156, freq="W-MON")
N_SERIES, NOISE = 120, 0.06


def calendar() -> pd.DataFrame:
    sales = np.zeros(156)
    for start in (14, 38, 66, 90, 118, 142):
        sales[start : start + 4] = 1.0
    return pd.DataFrame({"sales": sales, "bank": (np.arange(156) % 26 == 11) / 7}, index=WEEKS)


def series(rng: np.random.Generator) -> "pd.Series[float]":
    time, days = np.arange(156), calendar()
    season = rng.uniform(0, 0.3) * np.sin(2 * np.pi * (time / 52.18 + rng.random()))
    peaks = rng.uniform(0.2, 0.6) * days["sales"].to_numpy() + 0.5 * days["bank"].to_numpy()
    level = np.cumsum(rng.normal(0, 0.01, 156)) + rng.uniform(-0.002, 0.002) * time
    noise = rng.normal(0, NOISE, 156)
    return pd.Series(np.exp(7 + season + peaks + level + noise), index=WEEKS)


def scores(size: float) -> pd.DataFrame:
    """Judge the last week of every series, with a spike of `size` noise deviations in it."""
    rng, days, found = np.random.default_rng(8), calendar(), []
    for number in range(N_SERIES):
        values = series(rng)
        values.iloc[-1] *= np.exp((-1) ** number * size * NOISE)
        found.append(departures(values, days, "weekly", 4).assign(series=number))
    return pd.concat(found)


def test_alarms_without_any_anomaly_stay_near_their_nominal_rate():
    quiet = scores(0.0)
    assert (quiet["p_value"] < 0.01).mean() < 0.03
    by_week = quiet.groupby(level=0)["p_value"]
    alarms = [false_discovery_mask(group.to_numpy(dtype=float), 0.1).sum() for _, group in by_week]
    assert sum(alarms) <= 0.01 * len(quiet)


def test_spikes_of_seven_noise_deviations_are_found_among_quiet_series():
    spiked, quiet = (scores(size).groupby("series").tail(1) for size in (7.0, 0.0))
    p_values = np.r_[spiked["p_value"].to_numpy()[:12], quiet["p_value"].to_numpy()[12:]]
    found = false_discovery_mask(p_values, 0.1)
    assert found[:12].sum() >= 11
    assert found[12:].sum() <= 3
