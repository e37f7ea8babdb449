"""Residual checks: planted persistence, planted outliers, implausible media."""

import numpy as np
import pytest

from hand_made_fit import make_fit, make_panel
from mmm.diagnostics.residuals import autocorrelation, outlying_periods, residual_checks, residuals
from mmm.effects import contributions


def test_residuals_are_actual_minus_expected_in_mean_kpi():
    panel = make_panel()
    fit = make_fit(panel)
    expected = contributions(fit, panel).sum(["component", "geo"]).mean("draw")
    actual = panel["kpi"].sel(outcome="revenue").isel(geo=0)
    np.testing.assert_allclose(residuals(fit, panel) * fit.design.outcome_scale, actual - expected, rtol=1e-9)


def test_persistence_is_measured_and_noise_is_not_called_persistent():
    rng = np.random.default_rng(1)
    noise = rng.normal(size=2000)
    wave = np.zeros(2000)
    for t in range(1, 2000):
        wave[t] = 0.6 * wave[t - 1] + noise[t]
    found, chance = autocorrelation(wave)
    assert found == pytest.approx(0.6, abs=0.05)  # standard error 0.018
    assert chance < 1e-10
    assert autocorrelation(noise)[1] > 0.01


def test_far_periods_are_found_where_they_are_despite_their_own_weight():
    left = np.random.default_rng(2).normal(0, 1, 150)
    left[[30, 31, 77]] = [9, -8, 12]
    assert outlying_periods(left).tolist() == [30, 31, 77]


def test_a_season_that_the_model_lacks_and_media_that_explain_all_are_flagged():
    panel = make_panel()
    found = {check.check: check for check in residual_checks(make_fit(panel), panel)}
    assert not found["residual_autocorrelation"].passed  # made by hand: no season was fitted
    assert found["media_share"].passed
    fit = make_fit(panel)
    fit.draws["share"] = fit.draws["return"] * 0 + 0.3
    high = {check.check: check for check in residual_checks(fit, panel)}["media_share"]
    assert not high.passed
    assert high.value == pytest.approx(0.9)
