"""Effects of a fit by geo: every geo exactly, and the whole market as their sum."""

import numpy as np
import pytest

from mmm.effects import contributions, fit_table, return_draws
from mmm.effects.by_geo import all_geos, geo_contributions, geo_returns_table, noise_sd
from mmm.effects.draws import thinned
from mmm.inference import fit
from mmm.model import ModelSpec
from mmm.model.geo_design import shared_columns
from mmm.simulate import GeoWorldSize, simulate_geos

SIZE = GeoWorldSize(n_geos=3, n_weeks=60, n_channels=3, dark_geos=1)
SPEC = ModelSpec(outcome="revenue", controls=("temperature", "price"), draws=40, warmup=120, chains=2)


@pytest.fixture(scope="module")
def fitted_world():
    """A world, and a fit of it with few draws: identities hold draw by draw."""
    panel = simulate_geos(6, SIZE).panel
    panel = panel.assign(fee_rate=("channel", np.full(3, 0.1)))
    return panel, fit(panel, SPEC, seed=3)


def test_geos_add_up_to_the_share_of_the_whole_market(fitted_world):
    _, found = fitted_world
    brought = geo_contributions(found).sum("geo").to_numpy()
    share = thinned(found)["share"].to_numpy()
    np.testing.assert_allclose(brought, share * found.design.kpi_total, rtol=1e-9)


def test_contributions_are_what_the_model_expects_of_all_geos_together(fitted_world):
    panel, found = fitted_world
    design, geo, draws = found.design, found.design.geo, thinned(found)
    expected = np.einsum("gtb,db->dgt", shared_columns(design.basis, geo), draws["coefficient"].to_numpy())
    expected += np.einsum("tb,dgb->dgt", geo.basis, draws["coefficient_geo"].to_numpy())
    by_hand = np.einsum("g,dgt->dt", geo.weight, expected) * design.outcome_scale
    by_hand += all_geos(found).sum(axis=1)
    split = contributions(found, panel).sum(["geo", "component"]).to_numpy()
    np.testing.assert_allclose(split, by_hand, rtol=1e-9)
    # Residuals of four geos' noise, not a wrong unit: under a tenth of the KPI.
    table = fit_table(found, panel)
    assert np.abs(table["mean"] / table["actual"] - 1).mean() < 0.1


def test_returns_of_the_whole_market_are_those_of_its_geos(fitted_world):
    panel, found = fitted_world
    table = geo_returns_table(found, panel)
    whole = table[table["geo"] == "all"].set_index("channel")["return_mean"]
    national = return_draws(found, panel)
    assert whole.to_numpy() == pytest.approx(national.returns.mean(axis=0), rel=1e-9)
    dark = table[(table["geo"] == "geo_003") & (table["channel"] == "channel_1")]
    assert dark["return_mean"].isna().all() and (dark["contribution_mean"] == 0).all()


def test_noise_of_the_whole_market_is_that_of_independent_geos(fitted_world):
    _, found = fitted_world
    draws, weight = thinned(found), found.design.geo.weight
    rng = np.random.default_rng(0)
    exponent, sigma = float(draws["noise_exponent"][0]), float(draws["sigma"][0])
    each = rng.standard_normal((200_000, 3)) * sigma * (weight * 3) ** (-exponent / 2)
    # Relative error of a standard deviation over 200,000 draws: 0.16 %; five of them.
    assert noise_sd(found, draws)[0] == pytest.approx((each @ weight).std(), rel=0.008)
