"""Effects of a fit by geo: every geo exactly, and the whole market as their sum."""

import numpy as np
import pytest

from mmm.effects import contributions, fit_table, forecast, forecast_table, return_draws
from mmm.effects.by_geo import all_geos, geo_contributions, geo_returns_table, noise_sd
from mmm.effects.contributions import baseline_parts
from mmm.effects.draws import thinned
from mmm.effects.geo_forecast import expected_by_geo, geo_forecast_table
from mmm.inference import fit
from mmm.model import ModelSpec, extend_basis
from mmm.model.geo_design import shared_columns
from mmm.simulate import GeoWorldSize, simulate_geos
from mmm.transforms import geometric_adstock, hill

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


def test_geos_are_forecast_one_by_one_and_add_up(fitted_world):
    panel, found = fitted_world
    plan = panel.isel(period=slice(-6, None))
    plan = plan.assign_coords(period=plan["period"] + np.timedelta64(7 * 6, "D"))
    plan = plan.assign(spend=plan["spend"] * 1.5)
    geo, draws = found.design.geo, thinned(found)
    by_geo = {name: mean for name, mean, _ in expected_by_geo(found, plan)}
    np.testing.assert_allclose(sum(by_geo.values()), forecast(found, plan).mean, rtol=1e-12)
    _, parts = baseline_parts(found, extend_basis(found.design, plan))
    baseline = parts.sum(axis=-1)
    brought = np.zeros_like(baseline)
    for at, name in enumerate(geo.geos):
        spend = plan["spend"].sel(geo=name).transpose("channel", "period").to_numpy() / geo.population[at]
        x = np.concatenate([geo.x[at].T, spend / geo.media_scale[:, None]], axis=1)
        for d in range(len(brought)):
            retention, half, slope = (
                draws[k].to_numpy()[d] for k in ("retention", "half_saturation", "slope")
            )
            pressure = geometric_adstock(x, retention, geo.carry_in[at])
            share = hill(pressure, half[:, None], slope[:, None])[:, -6:]
            effect = draws["effect_geo"].transpose("draw", "geo", "channel").to_numpy()[d, at]
            brought[d] += effect @ share * geo.kpi_scale[at]
    np.testing.assert_allclose(sum(by_geo.values()), baseline + brought, rtol=1e-9)


def test_intervals_of_a_geo_have_the_noise_of_that_geo(fitted_world):
    panel, found = fitted_world
    plan = panel.isel(period=slice(-6, None))
    plan = plan.assign_coords(period=plan["period"] + np.timedelta64(7 * 6, "D"))
    table = geo_forecast_table(found, plan)
    assert list(table["geo"].unique()) == list(found.design.geo.geos)
    assert (table["p025"] < table["p50"]).all() and table["actual"].isna().all()
    # Small geos scatter more per head: the share of the noise is smaller in the market than in each geo.
    whole = forecast_table(found, plan)
    width = (table["p975"] - table["p025"]).to_numpy() / table["p50"].to_numpy()
    market = ((whole["p975"] - whole["p025"]) / whole["p50"]).to_numpy()
    assert np.mean(width) > np.mean(market)
