"""Returns at full cost: derivatives against finite differences, costs against the panel by hand."""

import numpy as np
import pytest

from hand_made_fit import FEE_RATE, make_fit, make_panel
from mmm.effects import margin_of_next_euro, return_draws
from mmm.effects.draws import media_draws, saturation


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.fixture(scope="module")
def fit(panel):
    return make_fit(panel)


def test_costs_of_a_window_are_those_of_the_panel(panel, fit):
    last = slice(104, 156)
    found = return_draws(fit, panel, last)
    spend = panel["spend"].isel(geo=0, period=last).sum("period").to_numpy()
    np.testing.assert_allclose(found.media_cost, spend)
    np.testing.assert_allclose(found.full_cost, spend * (1 + FEE_RATE) + 52 * 120)
    np.testing.assert_allclose(found.marginal_cost, spend * (1 + FEE_RATE))  # fixed fees are paid already


@pytest.mark.parametrize("periods", [slice(None), slice(104, 156)])
def test_the_marginal_return_is_the_derivative_of_a_raised_spend_path(panel, fit, periods):
    # Central difference of the whole path raised and lowered by h: error of order h squared.
    media, step = media_draws(fit), 1e-5

    def window(multiple):
        reached = saturation(media, media.spend * multiple, media.carry_in * multiple)[..., periods]
        return media.ceiling * reached.sum(axis=-1)

    found = return_draws(fit, panel, periods)
    slope = (window(1 + step) - window(1 - step)) / (2 * step)
    np.testing.assert_allclose(found.marginal, slope, rtol=1e-7)
    np.testing.assert_allclose(found.marginal_returns, slope / found.marginal_cost, rtol=1e-7)


def test_romi_is_the_return_minus_one_and_money_follows_the_value_of_a_unit(panel):
    fit = make_fit(panel, "new_customers", value_per_unit=90.0)
    found = return_draws(fit, panel)
    np.testing.assert_allclose(found.returns, 90 * found.contribution / found.full_cost)
    np.testing.assert_allclose(found.romi, found.returns - 1)
    np.testing.assert_allclose(found.marginal_romi, found.marginal_returns - 1)


def test_a_count_without_a_value_has_no_return_but_a_cost_per_unit(panel):
    found = return_draws(make_fit(panel, "new_customers", value_per_unit=None), panel)
    assert np.isnan(found.returns).all()
    assert np.isnan(found.marginal_romi).all()
    np.testing.assert_allclose(found.cost_per_incremental, found.full_cost / found.contribution)


def test_nothing_brought_costs_infinitely_much_per_unit(panel, fit):
    found = return_draws(fit, panel)
    found.contribution[3, 1] = -5.0
    assert np.isinf(found.cost_per_incremental[3, 1])


def test_channels_together_add_up_draw_by_draw(panel, fit):
    found = return_draws(fit, panel)
    pair = found.together(["search", "radio"])
    value = found.contribution[:, 0] + found.contribution[:, 2]
    np.testing.assert_allclose(pair.returns[:, 0], value / (found.full_cost[0] + found.full_cost[2]))
    assert pair.channels == ("search + radio",)


def test_the_next_euro_earns_its_margin_and_costs_itself():
    assert margin_of_next_euro(2.5, 0.42) == pytest.approx(0.05)
