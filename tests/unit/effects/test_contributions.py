"""Contributions against the model's formula written once more, in loops."""

import numpy as np
import pytest

from hand_made_fit import make_fit, make_panel
from mmm.effects import contributions, contributions_table
from mmm.effects.draws import thinned
from mmm.records import TABLES


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.fixture(scope="module")
def fit(panel):
    return make_fit(panel)


def test_a_contribution_is_the_formula_of_the_model_in_loops(panel, fit):
    split = contributions(fit, panel)
    design, draws = fit.design, fit.draws.isel(chain=1, draw=7)
    for at, channel in enumerate(design.channels):
        kept = float(draws["retention"][at])
        carried, expected = float(design.carry_in[at]), []
        for spend in design.x[:, at]:
            carried = (1 - kept) * spend + kept * carried
            odds = (carried / float(draws["half_saturation"][at])) ** float(draws["slope"][at])
            expected.append(float(draws["effect"][at]) * design.outcome_scale * odds / (1 + odds))
        found = split.sel(component=channel, geo="all").isel(draw=300 + 7)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_components_add_up_to_what_the_model_expects(panel, fit):
    split = contributions(fit, panel)
    draws = thinned(fit)
    baseline = draws["coefficient"].to_numpy() @ fit.design.basis.T * fit.design.outcome_scale
    media = split.sel(component=list(fit.design.channels)).sum("component").isel(geo=0)
    np.testing.assert_allclose(split.sum("component").isel(geo=0), baseline + media, rtol=1e-12)


def test_total_of_a_channel_is_its_return_times_its_full_cost(panel, fit):
    # Law of METHODS section 1: contribution = return x full cost, exactly.
    total = contributions(fit, panel).sum(["period", "geo"]).sel(component=list(fit.design.channels))
    np.testing.assert_allclose(total, thinned(fit)["return"] * fit.design.full_cost_total, rtol=1e-10)


def test_parts_of_the_baseline_that_a_model_lacks_are_no_components(panel, fit):
    components = list(contributions(fit, panel)["component"].to_numpy())
    assert components == ["search", "tv", "radio", "level", "trend", "season", "holidays", "controls"]


def test_thinning_keeps_draws_of_every_chain_and_no_more_than_asked(panel):
    fit = make_fit(panel, n_chains=4, n_draws=300)
    kept = thinned(fit, 100)["sigma"].to_numpy()
    assert len(kept) == 100
    for chain in range(4):
        assert np.isin(fit.draws["sigma"].isel(chain=chain).to_numpy(), kept).sum() >= 24


def test_the_table_holds_one_row_per_period_and_component(panel, fit):
    split = contributions(fit, panel)
    table = contributions_table(fit, panel, split)
    assert tuple(table.columns) == TABLES["contributions"]
    row = table[(table["component"] == "tv") & (table["period"] == panel["period"].to_numpy()[20])].iloc[0]
    draws = split.sel(component="tv").isel(geo=0, period=20).to_numpy()
    assert row["mean"] == pytest.approx(draws.mean())
    assert row["p95"] == pytest.approx(np.quantile(draws, 0.95))
    assert len(table) == 156 * 8
