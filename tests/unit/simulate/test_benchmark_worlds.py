"""The worlds of the benchmarks: their truth adds up, and their files give them back."""

import json

import numpy as np
import pytest

from results.store import by_line, scored, true_forecast
from worlds import HELD, SUITES, Shape, family_world, load_world, save_world


@pytest.fixture(params=[1, 3], ids=["national", "three geos"])
def world(request):
    return family_world("one", 5, Shape(n_geos=request.param, n_channels=4, longest=120))


def test_the_true_curves_give_back_what_each_channel_brought(world):
    heads = world.population[:, None, None]
    per_head = np.concatenate([world.earlier_spend, world.spend], axis=1) / heads
    reached = world.response.reached(per_head)[:, world.earlier_spend.shape[1] :]
    np.testing.assert_allclose(reached * world.response.ceiling[:, None] * heads, world.contribution)


def test_noise_is_all_that_separates_sales_from_what_is_expected(world):
    noise = (world.kpi - world.expected) / world.noise_sd[:, None]
    assert abs(noise.mean()) < 0.3
    assert 0.8 < noise.std() < 1.25


def test_a_world_is_read_back_from_its_file(world, tmp_path):
    save_world(world, tmp_path / "world.npz")
    again = load_world(tmp_path / "world.npz")
    np.testing.assert_array_equal(again.kpi, world.kpi)
    np.testing.assert_array_equal(again.response.weights, world.response.weights)
    assert again.panel().equals(world.panel())
    assert again.n_history == len(world.weeks) - HELD


def test_whoever_knows_the_truth_scores_no_error_and_the_floor(world):
    truth = np.tile(world.truth(), (10, 1))
    found = scored(world, truth, true_forecast(world))
    assert found["error"] == pytest.approx(0, abs=1e-12)
    assert found["inside"] == found["n_channels"] == 4
    assert found["crps"] == pytest.approx(found["crps_floor"])
    doubled = scored(world, 2 * truth, true_forecast(world))
    assert doubled["error"] == pytest.approx(1)
    assert doubled["total_error"] == pytest.approx(1)


def test_suites_hold_the_worlds_that_are_asked_for():
    assert SUITES["family"][1] >= 30
    assert {"linear", "s_shaped", "late", "pysimmmulator", "geo"} <= set(SUITES)


def test_kept_figures_are_json_with_a_line_per_world():
    stored = {"machine": "2 cores", "worlds": {"one-01": {"error": 0.5}, "one-02": {"failed": "no memory"}}}
    text = by_line(stored)
    assert json.loads(text) == stored
    assert len(text.splitlines()) == 7
