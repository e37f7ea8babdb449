"""What an alert is named after: a stopped counter is no lost sale. Evidence: series made here."""

import numpy as np
import pandas as pd

from mmm.steering.abnormal import departures, departures_of_many

WEEKS = pd.date_range("2023-10-02", periods=156, freq="W-MON")
NO_CALENDAR = pd.DataFrame(index=WEEKS)


def steady(seed: int) -> "pd.Series[float]":
    return pd.Series(1_000 * np.exp(np.random.default_rng(seed).normal(0, 0.05, 156)), index=WEEKS)


def test_next_to_nothing_is_an_outage_and_half_is_a_drop():
    stopped, halved = steady(1), steady(1)
    stopped.iloc[-1] = 3.0
    halved.iloc[-1] /= 2
    assert departures(stopped, NO_CALENDAR, "weekly", 4)["shape"].iloc[-1] == "outage"
    assert departures(halved, NO_CALENDAR, "weekly", 4)["shape"].iloc[-1] == "drop"
    stopped.iloc[-1] = 0.0
    assert departures(stopped, NO_CALENDAR, "weekly", 4)["shape"].iloc[-1] == "outage"


def test_a_shift_that_lasts_is_no_longer_a_spike():
    shifted = steady(2)
    shifted.iloc[-3:] *= np.exp(0.5)
    found = departures(shifted, NO_CALENDAR, "weekly", 4)
    assert found["shape"].iloc[-3:].tolist() == ["spike", "level_shift", "level_shift"]
    assert found["p_value"].iloc[-1] < 1e-6


def test_a_slow_slide_is_seen_before_any_period_stands_out():
    slide = steady(3)
    slide.iloc[-8:] *= np.exp(-0.03 * np.arange(1, 9))
    found = departures(slide, NO_CALENDAR, "weekly", 8)
    assert found["p_value"].iloc[-1] < 0.001
    assert found["shape"].iloc[-1] == "trend_break"


def test_many_series_are_judged_as_each_alone():
    table = pd.DataFrame({str(seed): steady(seed) for seed in range(6)})
    table["never"] = 5.0
    table.iloc[-1, 0] *= 2
    together = departures_of_many(table, NO_CALENDAR, "weekly", 4)
    for name in table:
        pd.testing.assert_frame_equal(together[name], departures(table[name], NO_CALENDAR, "weekly", 4))
    assert together["never"].empty
