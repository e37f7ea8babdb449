"""Departures from the past: what is judged, what is not, and how false discoveries are held."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from mmm.steering.abnormal import departures, false_discovery_mask

WEEKS = pd.date_range("2023-10-02", periods=156, freq="W-MON")
NO_CALENDAR = pd.DataFrame(index=WEEKS)


def season(n_weeks=156):
    return 0.2 * np.sin(2 * np.pi * np.arange(n_weeks) / 52.18)


def series(seed=1, noise=0.05, level=1_000.0):
    rng = np.random.default_rng(seed)
    return pd.Series(level * np.exp(season() + rng.normal(0, noise, 156)), index=WEEKS)


def test_a_spike_is_measured_in_standard_deviations_of_the_noise():
    spiked = series()
    spiked.iloc[-1] *= np.exp(7 * 0.05)
    found = departures(spiked, NO_CALENDAR, "weekly", 4)
    assert len(found) == 4
    assert found["score"].iloc[-1] == pytest.approx(7, abs=2.5)  # the noise itself and its estimated scale
    assert found["p_value"].iloc[-1] < 1e-3
    assert found["value"].iloc[-1] > found["upper"].iloc[-1]


def test_an_old_spike_does_not_hide_a_new_one():
    twice = series()
    twice.iloc[[40, 90, 130]] *= 3.0
    twice.iloc[-1] *= np.exp(7 * 0.05)
    assert departures(twice, NO_CALENDAR, "weekly", 4)["p_value"].iloc[-1] < 1e-2


def test_a_peak_that_comes_with_a_known_event_is_not_an_anomaly():
    sales = np.zeros(156)
    sales[[20, 21, 72, 73, 124, 125, 154, 155]] = 1.0
    peaked = series() * np.exp(0.6 * sales)
    calendar = pd.DataFrame({"sales": sales}, index=WEEKS)
    known = departures(peaked, calendar, "weekly", 4)
    unknown = departures(peaked, NO_CALENDAR, "weekly", 4)
    assert known["p_value"].iloc[-2:].min() > 0.01
    assert unknown["p_value"].iloc[-2:].max() < 0.001
    np.testing.assert_allclose(known["expected"].iloc[-2:] / series().iloc[-2:], np.exp(0.6), rtol=0.2)
    poor = peaked.copy()
    poor.iloc[-1] *= np.exp(-0.6)  # the event came, its peak did not
    assert departures(poor, calendar, "weekly", 4)["p_value"].iloc[-1] < 0.001


def test_an_event_never_seen_before_is_not_judged():
    calendar = pd.DataFrame({"opening": np.r_[np.zeros(155), 1.0]}, index=WEEKS)
    assert list(departures(series(), calendar, "weekly", 4).index) == list(WEEKS[-4:-1])


@pytest.mark.parametrize(
    "values", [np.full(156, 5.0), np.r_[np.zeros(150), np.ones(6)], np.r_[np.full(155, np.nan), 1.0]]
)
def test_what_never_varies_or_is_missing_is_not_judged(values):
    assert departures(pd.Series(values, index=WEEKS), NO_CALENDAR, "weekly", 4).empty


def test_a_short_history_is_judged_by_its_level_alone():
    short = series().tail(30)
    short.iloc[-1] *= 2
    found = departures(short, NO_CALENDAR.tail(30), "weekly", 4)
    assert found["p_value"].iloc[-1] < 1e-3
    assert departures(short.tail(14), NO_CALENDAR.tail(14), "weekly", 4).empty


def test_negative_values_are_judged_too():
    score = pd.Series(np.random.default_rng(2).normal(0, 5, 156), index=WEEKS)
    score.iloc[-1] = -60
    found = departures(score, NO_CALENDAR, "weekly", 4)
    assert found["p_value"].iloc[-1] < 1e-4
    assert found["expected"].iloc[-1] == pytest.approx(0, abs=4)


@pytest.mark.parametrize("seed", range(5))
def test_false_discoveries_are_held_as_scipy_holds_them(seed):
    # independent program: scipy.stats.false_discovery_control adjusts p-values by the same procedure
    p_values = np.random.default_rng(seed).beta(0.4, 2.0, 40)
    for rate in (0.05, 0.1, 0.3):
        np.testing.assert_array_equal(
            false_discovery_mask(p_values, rate), false_discovery_control(p_values, method="bh") <= rate
        )


def test_no_series_is_no_discovery():
    assert false_discovery_mask(np.empty(0), 0.1).tolist() == []
