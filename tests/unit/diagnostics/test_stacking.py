"""Stacking weights: the optimum of their own objective, by an independent solver, and its limits."""

import numpy as np
import pytest
from scipy.optimize import minimize

from mmm.diagnostics import stacking_weights
from mmm.diagnostics.stacking import mixture_log_score

SCORES = np.random.default_rng(2).normal(-3.0, 0.8, (26, 4)) + np.array([0.3, 0.0, 0.1, -0.4])


def test_weights_maximise_the_mixtures_score():
    # Independent program: SLSQP on the same concave objective.
    def loss(weights):
        return -np.log(np.exp(SCORES) @ weights).sum() - 1.5 * np.log(weights).sum()

    solved = minimize(
        loss, np.full(4, 0.25), bounds=[(1e-9, 1)] * 4,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1}, options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    np.testing.assert_allclose(stacking_weights(SCORES, 1.5), solved.x, atol=1e-5)


def test_specifications_that_forecast_alike_weigh_alike():
    np.testing.assert_allclose(stacking_weights(np.repeat(SCORES[:, :1], 3, axis=1)), 1 / 3)


def test_order_of_specifications_does_not_matter():
    order = [2, 0, 3, 1]
    np.testing.assert_allclose(stacking_weights(SCORES[:, order]), stacking_weights(SCORES)[order], atol=1e-8)


def test_a_specification_that_forecasts_nothing_weighs_little():
    scores = SCORES.copy()
    scores[:, 1] = -5_000.0
    weights = stacking_weights(scores)
    assert weights[1] == pytest.approx(2.0 / (26 + 8), rel=1e-6)
    assert stacking_weights(scores, 0.0)[1] == pytest.approx(0.0, abs=1e-9)


def test_the_mixtures_density_is_the_weighted_mean_of_densities():
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    expected = np.log((np.exp(SCORES) * weights).sum(axis=1))
    np.testing.assert_allclose(mixture_log_score(SCORES, weights), expected)
