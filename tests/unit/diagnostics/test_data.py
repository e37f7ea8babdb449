"""Data checks: each planted fault is found on its channel, and clean data pass."""

import numpy as np
import pandas as pd
import pytest

from hand_made_fit import make_panel
from mmm.diagnostics import data_checks
from mmm.diagnostics.data import history_checks, spend_checks
from mmm.model import ModelSpec, build_design

SPEC = ModelSpec(outcome="revenue", controls=("price_index",))


def failures(panel, spec=SPEC):
    return {(c.check, c.subject) for c in data_checks(build_design(panel, spec), spec) if not c.passed}


def with_spend(panel, channel, values):
    spend = panel["spend"].copy()
    spend.loc[{"channel": channel}] = np.asarray(values)[None]
    return panel.assign(spend=spend)


def test_clean_data_pass_every_check():
    assert failures(make_panel()) == set()


def test_a_copy_of_another_channel_is_found_as_a_pair():
    panel = make_panel()
    tv = panel["spend"].sel(channel="tv").isel(geo=0).to_numpy()
    noise = np.random.default_rng(1).normal(0, 500, 156)
    assert failures(with_spend(panel, "radio", np.maximum(0.2 * tv + noise, 0))) == {
        ("collinear_spend", "tv, radio")
    }


def test_a_flat_channel_and_a_rare_one_are_found():
    panel = make_panel()
    rare = np.where(np.arange(156) < 5, 9_000.0, 0.0)
    panel = with_spend(panel, "search", 5_000 + np.arange(156) % 3)
    found = failures(with_spend(panel, "radio", rare))
    assert ("channel_variation", "search") in found
    assert ("active_periods", "radio") in found


def test_an_amount_in_cents_is_found():
    panel = make_panel()
    spend = panel["spend"].sel(channel="search").isel(geo=0).to_numpy().copy()
    spend[40] *= 100
    assert ("spend_outlier", "search") in failures(with_spend(panel, "search", spend))


def test_spend_that_is_the_season_is_found():
    season = 1 + 0.5 * np.sin(2 * np.pi * np.arange(156) / 52.18)
    noise = np.random.default_rng(2).normal(0, 0.02, 156)
    found = failures(with_spend(make_panel(), "radio", 4_000 * (season + noise)))
    assert ("collinear_baseline", "radio") in found


def test_spend_set_from_last_weeks_sales_is_found_and_names_the_channel():
    panel = make_panel()
    kpi = panel["kpi"].sel(outcome="revenue").isel(geo=0).to_numpy()
    rng = np.random.default_rng(3)
    chasing = 0.03 * np.concatenate([[kpi[0]], kpi[:-1]]) * np.exp(rng.normal(0, 0.05, 156))
    assert failures(with_spend(panel, "radio", chasing)) >= {("spend_chases_sales", "revenue/radio")}


def test_spend_that_falls_when_sales_rise_is_not_called_chasing():
    panel = make_panel()
    kpi = panel["kpi"].sel(outcome="revenue").isel(geo=0).to_numpy()
    rng = np.random.default_rng(4)
    averse = 30_000 - 0.03 * np.concatenate([[kpi[0]], kpi[:-1]]) + rng.normal(0, 300, 156)
    assert not any(check == "spend_chases_sales" for check, _ in failures(with_spend(panel, "radio", averse)))


def test_false_alarms_of_chasing_are_as_rare_as_stated():
    # 60 worlds x 3 channels without any feedback: 0.6 alarms expected at 1 % per world, P(more than 4) < 0.1 %.
    alarms = 0
    for seed in range(60):
        spec = ModelSpec(outcome="revenue", harmonics=2)
        design = build_design(make_panel(seed=seed), spec)
        checks = data_checks(design, spec)
        alarms += sum(c.check == "spend_chases_sales" and not c.passed for c in checks)
    assert alarms <= 4


@pytest.mark.parametrize(
    ("n_periods", "frequency", "expected"),
    [
        (156, "weekly", set()),
        (60, "weekly", {"short_history"}),
        (40, "weekly", {"short_history", "rows_per_parameter"}),
        (54, "annual", {"annual_periods"}),
    ],
)
def test_history_must_be_long_and_fine_enough(n_periods, frequency, expected):
    panel = make_panel(n_periods, frequency=frequency)
    if frequency == "annual":
        panel = panel.assign_coords(period=pd.date_range("1907-01-01", periods=n_periods, freq="YS"))
    spec = ModelSpec(outcome="revenue", frequency=frequency, harmonics=0 if frequency == "annual" else 2)
    found = history_checks(build_design(panel, spec), spec)
    assert {check.check for check in found if not check.passed} == expected


def test_a_pair_is_reported_even_when_all_is_well_so_that_the_figure_is_seen():
    found = [c for c in spend_checks(build_design(make_panel(), SPEC)) if c.check == "collinear_spend"]
    assert len(found) == 1
    assert found[0].passed
    assert found[0].action == ""


def test_persistent_spend_that_drives_sales_is_not_called_chasing():
    # Sales echo past spend and spend echoes itself: only past spend tells the echo from a budget rule.
    alarms, n_worlds = 0, 40
    for seed in range(n_worlds):
        rng = np.random.default_rng(seed)
        panel = make_panel(seed=seed)
        spend = np.full(156, 5_000.0)
        for t in range(1, 156):
            spend[t] = 5_000 + 0.8 * (spend[t - 1] - 5_000) + rng.normal(0, 600)
        spend = np.maximum(spend, 0)
        carried = np.convolve(spend, 0.6 ** np.arange(12))[:156] * 0.4
        kpi = panel["kpi"] + 20 * carried
        design = build_design(with_spend(panel, "radio", spend).assign(kpi=kpi), SPEC)
        found = [c for c in data_checks(design, SPEC) if c.check == "spend_chases_sales" and not c.passed]
        alarms += any("radio" in check.subject for check in found)
    assert alarms <= 3  # 1 % of worlds expected: P(more than 3 of 40) < 0.1 %
