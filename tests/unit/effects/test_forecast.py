"""Forecasts: a continued path must give what the full path gives; noise has the size that sigma says."""

import numpy as np
import pytest

from hand_made_fit import make_fit, make_panel, make_plan
from mmm.effects import fit_table, fitted, forecast, forecast_table
from mmm.effects.contributions import baseline_parts
from mmm.effects.draws import media_draws, saturation
from mmm.model import extend_basis
from mmm.records import TABLES


@pytest.fixture(scope="module")
def panel():
    return make_panel()


def test_the_future_continues_the_adstock_of_the_past(panel):
    # Law: cut the path anywhere, carry the adstock over the cut, and nothing changes.
    plan = make_plan(panel)
    fit = make_fit(panel)
    media = media_draws(fit)
    future = plan["spend"].isel(geo=0).to_numpy().T / fit.design.media_scale[:, None]
    whole = saturation(media, np.concatenate([media.spend, future], axis=1))[..., 156:]
    with_media = forecast(fit, plan).mean
    baseline = with_media - np.einsum("dc,dcp->dp", media.ceiling, whole)
    _, parts = baseline_parts(fit, extend_basis(fit.design, plan))
    np.testing.assert_allclose(baseline, parts.sum(axis=-1), rtol=1e-9)


def test_more_spend_gives_more(panel):
    fit = make_fit(panel)
    stopped, same, more = (forecast(fit, make_plan(panel, m)).mean.sum(axis=1) for m in (0.0, 1.0, 1.5))
    assert (more > same).all()
    assert (same > stopped).all()


def test_predictive_noise_has_the_standard_deviation_of_sigma(panel):
    fit = make_fit(panel, n_chains=4, n_draws=500)
    expected = fitted(fit, panel)
    noise = expected.predicted(seed=5) - expected.mean
    scaled = noise / expected.sigma[:, None]
    assert scaled.std() == pytest.approx(1.0, abs=0.01)  # 312,000 draws: 0.01 is 8 standard errors
    assert expected.sigma.mean() == pytest.approx(0.05 * fit.design.outcome_scale, rel=0.02)


def test_tables_have_their_columns_and_the_same_seed_gives_the_same_figures(panel):
    fit, plan = make_fit(panel), make_plan(panel)
    table = forecast_table(fit, plan, seed=3)
    assert tuple(table.columns) == TABLES["forecast"]
    assert table["actual"].isna().all()
    assert table.equals(forecast_table(fit, plan, seed=3))
    past = fit_table(fit, panel, seed=3)
    assert tuple(past.columns) == TABLES["fit"]
    np.testing.assert_allclose(past["actual"], panel["kpi"].sel(outcome="revenue").isel(geo=0))
    assert (past["p025"] < past["p50"]).all()
    assert (past["p50"] < past["p975"]).all()
