"""Overlap of belief and answer against its closed form; groups against planted trade-offs."""

import numpy as np
import pytest
from scipy.stats import norm

from hand_made_fit import make_fit, make_panel
from mmm.effects import collinear_groups, correlations, overlap, prior_shares
from mmm.effects.draws import media_draws
from mmm.model.prior_draws import comparable_strength


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (0.0, 0.6), (1.5, 1.0), (4.0, 0.3), (0.7, 0.5)])
def test_overlap_is_the_shared_area_of_two_normals(mean, sd):
    rng = np.random.default_rng(1)
    found = overlap(rng.normal(0, 1, 4000), rng.normal(mean, sd, 2000))
    grid = np.linspace(-8, 8, 20_001)
    exact = np.trapezoid(np.minimum(norm.pdf(grid), norm.pdf(grid, mean, sd)), grid)
    assert found == pytest.approx(exact, abs=0.03)  # smoothing of 2,000 draws moves it by up to 0.02


def test_what_was_not_learnt_overlaps_and_what_was_learnt_does_not():
    panel = make_panel()
    fit = make_fit(panel, n_draws=500)
    believed = comparable_strength(fit.design, 4000)
    rng = np.random.default_rng(2)
    share = np.exp(believed[rng.choice(4000, (2, 500))])
    share[..., 1] = 0.2 * np.exp(0.05 * rng.standard_normal((2, 500)))
    fit.draws["return"][:] = share * fit.design.kpi_total / fit.design.full_cost_total
    found = prior_shares(fit)
    assert found["search"] > 0.9
    assert found["radio"] > 0.9
    assert found["tv"] < 0.3


def test_the_belief_on_the_total_is_the_stated_one():
    # The pool's total is log-normal with the median and spread of the spec, however it is split.
    panel = make_panel()
    fit = make_fit(panel)
    total = np.log(np.exp(comparable_strength(fit.design, 4000)).sum(axis=1))
    assert np.median(total) == pytest.approx(np.log(0.2), abs=0.03)  # 4,000 draws: se 0.01
    assert total.std() == pytest.approx(0.5, abs=0.03)


def test_channels_that_take_from_each_other_form_one_group():
    rng = np.random.default_rng(3)
    both = rng.normal(10, 1, 2000)
    tv = rng.normal(5, 1, 2000)
    draws = np.column_stack([rng.normal(0, 1, 2000), tv, rng.normal(0, 1, 2000), both - tv])
    assert collinear_groups(draws, ["a", "tv", "b", "radio"]) == (("tv", "radio"),)
    assert collinear_groups(draws[:, [0, 1, 2]], ["a", "tv", "b"]) == ()


def test_a_chain_of_trade_offs_is_one_group():
    rng = np.random.default_rng(4)
    first, middle, last = rng.normal(0, 1, (3, 2000))
    draws = np.column_stack([first, middle, last - 1.2 * middle, -first - 1.2 * middle])
    assert collinear_groups(draws, ["a", "b", "c", "d"]) == (("a", "b", "c", "d"),)


def test_correlations_are_of_ranks_and_a_constant_column_has_none():
    rng = np.random.default_rng(5)
    draws = rng.normal(size=(500, 2))
    found = correlations(np.column_stack([draws, np.exp(5 * draws[:, 0]), np.ones(500)]))
    assert found[0, 2] == pytest.approx(1.0)
    assert found[0, 3] == 0.0


def test_media_draws_are_in_kpi_units():
    panel = make_panel()
    fit = make_fit(panel)
    expected = fit.draws["effect"].isel(chain=0, draw=0).to_numpy() * fit.design.outcome_scale
    np.testing.assert_allclose(media_draws(fit).ceiling[0], expected)
