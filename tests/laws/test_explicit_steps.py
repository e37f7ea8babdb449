"""Coordinates in which explicit coefficients are sampled: the same density along a linear map."""

import numpy as np
import pytest

from laws.test_explicit_density import case
from mmm.inference.explicit_buffer import build_explicit_buffer
from mmm.inference.explicit_compiled import Steps, explicit_density, learnt_steps
from mmm.inference.kernels.explicit_density import explicit_log_density
from mmm.inference.kernels.explicit_steps import explicit_step_density

__all__ = ["case"]


def turned(point: np.ndarray) -> Steps:
    """Steps learnt from draws that scatter and correlate."""
    rng, n = np.random.default_rng(1), len(point)
    return learnt_steps(point + rng.standard_normal((300, n)) @ (0.3 * rng.standard_normal((n, n))) / n)


def test_the_density_along_steps_is_that_of_its_parameters(case):
    steps = turned(case.points[0])
    data = explicit_density(case.design, case.spec, steps).data
    positions = np.random.default_rng(2).standard_normal((3, len(case.points[0])))
    found, expected = [], []
    for position in positions:
        slope, gradient = np.empty_like(position), np.empty_like(position)
        found.append(explicit_step_density(position, data, slope))
        theta = steps.parameters(position)
        expected.append(explicit_log_density(theta, case.data, gradient))
        np.testing.assert_allclose(slope, steps.rows.T @ gradient, rtol=1e-9, atol=1e-9)
    # A linear map has the same volume everywhere.
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_learnt_steps_have_the_centre_and_unit_of_the_draws_and_part_what_moves_together():
    rng = np.random.default_rng(3)
    draws = rng.standard_normal((5000, 2)) @ np.array([[2.0, 1.8], [0.0, 0.5]]) + 7
    steps = learnt_steps(draws)
    found = np.linalg.solve(steps.rows, (draws - steps.centre).T)
    assert np.corrcoef(found)[0, 1] == pytest.approx(0, abs=0.05)
    assert found.std(axis=1) == pytest.approx(np.ones(2), abs=0.05)
    few = learnt_steps(draws[:3])
    # Three draws say little: the steps of each parameter stay mostly alone.
    assert abs(few.rows[1, 0] / few.rows[1, 1]) < 1.5


def test_chains_start_where_the_prior_and_the_whitening_say(case):
    _, start = build_explicit_buffer(case.design, case.spec)
    data = explicit_density(case.design, case.spec).data
    at_start = explicit_step_density(np.zeros(len(start)), data, np.empty(len(start)))
    assert at_start == pytest.approx(explicit_log_density(start, case.data, np.empty(len(start))), rel=1e-12)
