"""Response curves: today's point is the contribution itself, slopes are those of the curve."""

import numpy as np
import pytest

from hand_made_fit import FEE_RATE, make_fit, make_panel
from mmm.effects import contributions, response_curves, return_draws
from mmm.effects.curves import scaled_response
from mmm.effects.draws import media_draws, saturation


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.fixture(scope="module")
def fit(panel):
    return make_fit(panel)


def test_today_is_the_middle_of_the_curve(panel, fit):
    table = response_curves(fit, panel)
    split, returns = contributions(fit, panel), return_draws(fit, panel)
    for at, channel in enumerate(fit.design.channels):
        rows = table[table["channel"] == channel].reset_index(drop=True)
        today = rows.iloc[len(rows) // 2]
        per_period = split.sel(component=channel).isel(geo=0).mean("period").to_numpy()
        assert today["spend"] == pytest.approx(float(panel["spend"].isel(channel=at).mean()))
        assert today["mean"] == pytest.approx(per_period.mean())
        assert today["p05"] == pytest.approx(np.quantile(per_period, 0.05))
        assert today["marginal_mean"] == pytest.approx(returns.marginal_returns[:, at].mean())


def test_a_scaled_path_is_what_the_model_gives_for_that_path(fit):
    media = media_draws(fit)
    response, _ = scaled_response(media, 1, np.array([0.0, 0.4, 1.7]))
    for column, multiple in enumerate([0.0, 0.4, 1.7]):
        reached = saturation(media, media.spend * multiple, media.carry_in * multiple)[:, 1]
        np.testing.assert_allclose(
            response[:, column], media.ceiling[:, 1] * reached.mean(axis=1), rtol=1e-12
        )


def test_slopes_are_the_derivative_of_the_curve(fit):
    media, step = media_draws(fit), 1e-5
    _, slope = scaled_response(media, 2, np.array([0.6, 1.9]))
    low, _ = scaled_response(media, 2, np.array([0.6, 1.9]) - step)
    high, _ = scaled_response(media, 2, np.array([0.6, 1.9]) + step)
    np.testing.assert_allclose(slope, (high - low) / (2 * step), rtol=1e-6)


def test_marginal_figures_are_per_unit_of_full_cost_and_finite_at_nothing(panel, fit):
    table = response_curves(fit, panel)
    rows = table[table["channel"] == "radio"].reset_index(drop=True)
    step = rows.loc[1, "mean"] / (rows.loc[1, "spend"] * (1 + FEE_RATE[2]))
    assert rows.loc[0, "marginal_mean"] == pytest.approx(step)
    assert rows.loc[0, ["mean", "p05", "p95"]].tolist() == [0, 0, 0]
