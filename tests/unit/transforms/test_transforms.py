"""Closed forms and finite differences hold the transforms."""

import numpy as np
import pytest
from scipy.signal import lfilter

from mmm.transforms import (
    SATURATIONS,
    damped_line,
    fourier_basis,
    geometric_adstock,
    geometric_adstock_slope,
    half_life_periods,
    hill,
    hill_slope_in_pressure,
    hill_slopes_in_parameters,
    knot_steps,
    retention_of_half_life,
    saturate,
    saturate_slope,
    trend_knots,
    yearly_phase,
)

STEP = 1e-6
SPEND = np.array([[3.0, 0.0, 5.0, 1.0, 0.0, 0.0, 2.0], [0.0, 0.0, 1.0, 4.0, 0.0, 2.0, 0.0]])
RETENTION = np.array([0.35, 0.8])


def test_adstock_is_the_linear_filter_that_scipy_computes():
    ours = geometric_adstock(SPEND, RETENTION)
    theirs = [lfilter([1 - kept], [1, -kept], row) for kept, row in zip(RETENTION, SPEND, strict=True)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-13)


def test_adstock_of_a_spend_that_never_changes_and_was_there_before_is_that_spend():
    np.testing.assert_allclose(geometric_adstock(np.full(9, 4.0), 0.7, carry_in=4.0), 4.0, rtol=1e-13)


def test_adstock_keeps_the_money():
    long_after = np.concatenate([SPEND, np.zeros((2, 400))], axis=1)
    np.testing.assert_allclose(geometric_adstock(long_after, RETENTION).sum(axis=1), SPEND.sum(axis=1))


def test_adstock_broadcasts_draws_over_channels():
    draws = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
    together = geometric_adstock(SPEND, draws, carry_in=np.array([1.0, 0.0]))
    assert together.shape == (3, 2, 7)
    np.testing.assert_allclose(together[2, 1], geometric_adstock(SPEND[1], 0.6))


def test_adstock_slope_is_its_finite_difference():
    carry = np.array([2.0, 0.5])
    up, down = (geometric_adstock(SPEND, RETENTION + h, carry) for h in (STEP, -STEP))
    expected = (up - down) / (2 * STEP)
    np.testing.assert_allclose(geometric_adstock_slope(SPEND, RETENTION, carry), expected, atol=1e-8)


def test_half_life_and_retention_are_inverse():
    assert float(half_life_periods(retention_of_half_life(3.7))) == pytest.approx(3.7)


@pytest.mark.parametrize("slope", [0.6, 1.0, 1.7])
def test_hill_derivatives_are_its_finite_differences(slope):
    pressure, half = np.array([0.2, 1.0, 3.0]), 1.4

    def difference(function):
        return (function(STEP) - function(-STEP)) / (2 * STEP)

    in_half, in_slope = hill_slopes_in_parameters(pressure, half, slope)
    in_pressure = hill_slope_in_pressure(pressure, half, slope)
    np.testing.assert_allclose(in_pressure, difference(lambda h: hill(pressure + h, half, slope)), rtol=1e-7)
    np.testing.assert_allclose(in_half, difference(lambda h: hill(pressure, half + h, slope)), rtol=1e-7)
    np.testing.assert_allclose(
        in_slope, difference(lambda h: hill(pressure, half, slope + h)), rtol=1e-6, atol=1e-9
    )


def test_no_pressure_means_exactly_no_effect_and_no_slope_in_parameters():
    assert hill([0.0], 2.0, 0.5)[0] == 0.0
    assert [values[0] for values in hill_slopes_in_parameters([0.0], 2.0, 0.5)] == [0.0, 0.0]
    assert hill_slope_in_pressure([0.0, 0.0, 0.0], 2.0, [0.5, 1.0, 2.0]).tolist() == [np.inf, 0.5, 0.0]


def test_a_far_half_saturation_is_a_straight_line():
    pressure = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(hill(pressure, 1e6, 1.0) * 1e6, pressure, rtol=1e-5)


def test_the_season_returns_after_a_year_and_its_waves_are_orthogonal():
    days = np.datetime64("2023-01-01") + np.arange(4 * 365 + 1)
    basis = fourier_basis(yearly_phase(days), 3)
    gram = basis.T @ basis / len(days)
    np.testing.assert_allclose(gram, np.eye(6) / 2, atol=1e-3)


def test_the_trend_goes_on_with_a_slope_that_fades():
    line = damped_line(np.arange(30.0), 10, 0.8)
    slopes = np.diff(line)
    np.testing.assert_allclose(slopes[:9], 1 / 9)
    np.testing.assert_allclose(slopes[9:] / slopes[8:-1], 0.8)


def test_knots_cover_the_data_and_the_horizon_and_steps_stay():
    knots = trend_knots(156, 13, 52)
    assert knots[0] <= 0 and 155 in knots and knots[-1] >= 155 + 52
    steps = knot_steps(np.arange(300.0), knots)
    assert steps.shape == (300, len(knots) - 1)
    np.testing.assert_array_equal(steps[-1], 1.0)
    assert not steps[:156, knots[:-1] >= 155].any()


@pytest.mark.parametrize("code", range(len(SATURATIONS)))
def test_every_family_s_slope_is_its_finite_difference(code):
    pressure, half, slope = np.array([0.05, 0.7, 3.0, 40.0]), 1.4, 0.8
    up, down = (saturate(code, pressure * (1 + h), half, slope) for h in (STEP, -STEP))
    expected = (up - down) / (2 * STEP * pressure)
    np.testing.assert_allclose(saturate_slope(code, pressure, half, slope), expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("code", range(4))
def test_families_with_a_ceiling_reach_half_of_it_at_half_saturation(code):
    assert saturate(code, [0.0, 2.5], 2.5, 1.7).tolist() == pytest.approx([0.0, 0.5])


def test_families_mixed_over_draws_are_each_their_own():
    codes = np.arange(len(SATURATIONS))[:, None]
    pressure, half, slope = np.array([0.0, 0.3, 2.0]), np.full((6, 1), 1.2), np.full((6, 1), 0.6)
    together = saturate(codes, pressure, half, slope)
    for code in range(len(SATURATIONS)):
        np.testing.assert_array_equal(together[code], saturate(code, pressure, 1.2, 0.6))
    assert together[:, 0].tolist() == [0.0] * 6


def test_the_slope_of_hill_is_a_number_where_a_carry_over_has_all_but_died_away():
    # 1 / 1e-310 overflows; the limit at no pressure is 0 above a slope of 1, and grows without bound below it.
    steep, bent = hill_slope_in_pressure([1e-310, 1e-310], 1.0, [1.4, 0.7])
    assert steep == 0.0
    assert bent * 1e-310 == pytest.approx(0.7 * 1e-310**0.7)
