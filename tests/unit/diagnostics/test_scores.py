"""Scores against closed forms of the normal distribution."""

import numpy as np
import pytest
from scipy.stats import norm

from mmm.diagnostics import crps, log_score, seasonal_naive


@pytest.mark.parametrize("actual", [-1.0, 0.4, 3.0])
def test_crps_of_normal_draws_is_its_closed_form(actual):
    # Gneiting and Raftery (2007), equation after (21): sigma (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)).
    mean, sigma = 0.5, 1.7
    draws = norm.ppf((np.arange(4000) + 0.5) / 4000, mean, sigma)[:, None]
    z = (actual - mean) / sigma
    exact = sigma * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(draws, np.array([actual]))[0] == pytest.approx(exact, rel=2e-3)


def test_crps_does_not_depend_on_the_order_of_draws_and_is_the_definition():
    draws = np.array([[3.0, 1.0], [-1.0, 4.0], [2.5, 0.0]])
    actual = np.array([1.0, 6.0])
    pairs = np.abs(draws[:, None] - draws[None, :]).mean(axis=(0, 1))
    np.testing.assert_allclose(crps(draws, actual), np.abs(draws - actual).mean(axis=0) - pairs / 2)
    np.testing.assert_allclose(crps(draws[::-1], actual), crps(draws, actual))


def test_log_score_is_the_density_of_the_mixture():
    expected, sigma = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([0.5, 2.0])
    actual = np.array([1.5, -1.0])
    density = (norm.pdf(actual, expected[0], 0.5) + norm.pdf(actual, expected[1], 2.0)) / 2
    np.testing.assert_allclose(log_score(expected, sigma, actual), np.log(density))


def test_the_naive_forecast_repeats_the_same_weeks_of_last_year():
    history = np.arange(156.0)
    np.testing.assert_array_equal(seasonal_naive(history, 13, 52), np.arange(104.0, 117.0))
    np.testing.assert_array_equal(seasonal_naive(history, 54, 52)[-2:], [104.0, 105.0])
    np.testing.assert_array_equal(seasonal_naive(history[:20], 3, 52), [19.0, 19.0, 19.0])
