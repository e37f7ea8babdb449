"""Coordinates in which a geo panel is sampled: the same density, its volume and its slopes."""

import numpy as np
import pytest

from laws.test_geo_density import CASES, GeoCase, geo_case
from mmm.inference.geo_buffer import build_geo_buffer
from mmm.inference.geo_steps import GeoSteps, first_steps, learnt_steps
from mmm.inference.kernels.geo_density import geo_log_density
from mmm.inference.kernels.geo_steps import all_parameters, geo_step_density


@pytest.fixture(scope="module", params=["local controls", "all national", "other families"])
def case(request: pytest.FixtureRequest) -> GeoCase:
    """A small panel: some, all or no channel national."""
    return geo_case(*CASES[request.param])


def learnt(case: GeoCase) -> GeoSteps:
    """Coordinates learnt from draws that scatter and correlate."""
    rng = np.random.default_rng(1)
    n = case.points.shape[1]
    draws = case.points[0] + rng.standard_normal((200, n)) @ (0.3 * rng.standard_normal((n, n)) / np.sqrt(n))
    return learnt_steps(case.design, draws)


def parameters(positions: np.ndarray, data: np.ndarray) -> np.ndarray:
    """What positions mean."""
    found = np.empty_like(positions)
    all_parameters(positions, data, found)
    return found


@pytest.mark.parametrize("kind", ["first", "learnt"])
def test_the_density_at_a_position_is_that_of_its_parameters_times_the_volume(case, kind):
    steps = first_steps(case.design, case.spec) if kind == "first" else learnt(case)
    data = build_geo_buffer(case.design, case.spec, steps.parts()).data
    positions = steps.start + 0.5 * np.random.default_rng(2).standard_normal((3, len(steps.start)))
    found, expected = [], []
    for position in positions:
        found.append(geo_step_density(position, data, np.empty_like(position)))
        moves = 1e-5 * np.eye(len(position))
        jacobian = (parameters(position + moves, data) - parameters(position - moves, data)) / 2e-5
        volume = np.linalg.slogdet(jacobian)[1]
        theta = parameters(position[None], data)[0]
        expected.append(geo_log_density(theta, case.data, np.empty_like(theta)) + volume)
    # The volume is by finite differences: 1e-6 of it.
    np.testing.assert_allclose(np.diff(found), np.diff(expected), rtol=1e-6, atol=1e-5)


def test_slopes_are_those_of_the_density(case):
    steps = learnt(case)
    data = build_geo_buffer(case.design, case.spec, steps.parts()).data
    position = steps.start + 0.4 * np.random.default_rng(3).standard_normal(len(steps.start))
    slope, spare = np.empty_like(position), np.empty_like(position)
    geo_step_density(position, data, slope)
    moves = 1e-5 * np.eye(len(position))
    rise = [
        geo_step_density(position + m, data, spare) - geo_step_density(position - m, data, spare)
        for m in moves
    ]
    np.testing.assert_allclose(slope, np.array(rise) / 2e-5, rtol=1e-5, atol=1e-4 * np.abs(slope).max())


def test_learnt_coordinates_start_where_the_pilot_was_and_have_its_unit(case):
    rng = np.random.default_rng(4)
    draws = case.points[0] + 0.3 * rng.standard_normal((400, case.points.shape[1]))
    steps = learnt_steps(case.design, draws)
    data = build_geo_buffer(case.design, case.spec, steps.parts()).data
    start = parameters(steps.start[None], data)[0]
    n_shared = len(steps.centre)
    np.testing.assert_allclose(start[:n_shared], draws[:, :n_shared].mean(axis=0), atol=1e-9)
    assert np.diag(steps.rows @ steps.rows.T) == pytest.approx(draws[:, :n_shared].var(axis=0), rel=0.02)
