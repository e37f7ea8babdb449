"""Beliefs in money and in the analyst's units say what they claim. Evidence: definitions, laws, second formulas."""

import numpy as np
import pytest
import xarray as xr

from engine_panel import engine_panel
from mmm.effects import return_draws
from mmm.errors import UserInputError
from mmm.inference import Fit, fit
from mmm.model import ChannelPrior, ChannelShape, ModelSpec, build_design
from mmm.model.media_prior import MARGINAL
from mmm.model.prior_draws import PriorDraws, comparable_strength, draw_prior

N_DRAWS = 8000
QUANTILES = [0.05, 0.5, 0.95]
# Standard error of a median of N log-normal draws of log-sd 0.6: 0.6 * 1.25 / sqrt(8000) = 0.008.
TOLERANCE = 0.05
MIXED = {
    "channel_0": ChannelPrior(kind="marginal_return", median=0.3, spread=0.6),
    "channel_1": ChannelPrior(kind="contribution_share", median=0.02, spread=0.4),
    "channel_4": ChannelPrior(kind="coefficient", median=0.01, spread=0.05),
}


def panel_with_fees(**options: object) -> xr.Dataset:
    """Fees of 8 % of spend and a fixed cost, so that full, marginal and media cost all differ."""
    panel = engine_panel(**options)
    rate = np.full(panel.sizes["channel"], 0.08)
    return panel.assign(fee_rate=("channel", rate), full_cost=panel["spend"] * 1.08 + 500.0)


def drawn(panel: xr.Dataset, **options: object) -> PriorDraws:
    spec = ModelSpec(outcome="revenue", **options)
    return draw_prior(build_design(panel, spec), spec, n_draws=N_DRAWS, seed=1)


def test_the_next_euro_returns_what_was_stated_whatever_the_curve():
    panel = panel_with_fees()
    draws = drawn(panel, channel_priors=MIXED)
    kpi, cost = float(panel["kpi"].sum()), 1.08 * float(panel["spend"].isel(channel=0).sum())
    marginal = (draws.share * draws.elasticity)[:, 0] * kpi / cost
    expected = 0.3 * np.exp(0.6 * np.array([-1.6449, 0, 1.6449]))
    np.testing.assert_allclose(np.quantile(marginal, QUANTILES), expected, rtol=2 * TOLERANCE)
    # ... while the average return, which depends on the curve, is spread more widely.
    assert np.log(draws.share[:, 0]).std() > 0.65


def test_the_elasticity_is_the_relative_rise_of_the_contribution_with_spend():
    from mmm.model import saturated_media

    design = build_design(panel_with_fees(), ModelSpec(outcome="revenue"))
    curve = {"retention": np.full(5, 0.6), "half_saturation": np.full(5, 1.3), "slope": np.full(5, 1.4)}
    bent = saturated_media(design, curve)[0]
    # Raising spend and what was carried in by h is the same as lowering the half-saturation by it.
    h = 1e-5
    low, high = (
        saturated_media(design, curve | {"half_saturation": np.full(5, 1.3 / (1 + side))})[0].sum(axis=-1)
        for side in (-h, h)
    )
    expected = (high - low) / (2 * h) / bent.sum(axis=-1)
    found = 1.4 * (bent * (1 - bent)).sum(axis=-1) / bent.sum(axis=-1)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_total_keeps_its_median_beside_declared_channels_and_does_not_know_the_split_of_the_others():
    panel = panel_with_fees()
    split = xr.concat(
        [panel.isel(channel=[0, 1, 4]), *[panel.isel(channel=[2, 3]) / 2] * 2],
        "channel",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="outer",
    )
    split = split.assign_coords(channel=["channel_0", "channel_1", "channel_4", "a", "b", "c", "d"])
    split = split.assign({name: panel[name] for name in panel if "channel" not in panel[name].dims})
    split = split.assign(fee_rate=("channel", np.full(7, 0.08)))
    whole_total = drawn(panel, channel_priors=MIXED).share.sum(axis=1)
    split_total = drawn(split, channel_priors=MIXED).share.sum(axis=1)
    assert np.median(whole_total) == pytest.approx(0.2, rel=TOLERANCE)
    np.testing.assert_allclose(
        np.quantile(split_total, QUANTILES), np.quantile(whole_total, QUANTILES), rtol=2 * TOLERANCE
    )


def test_a_half_life_is_the_median_of_the_prior_in_periods():
    shapes = {"channel_1": ChannelShape(half_life=(3.0, 0.5))}
    retention = drawn(engine_panel(), channel_shapes=shapes).retention[:, 1]
    half_life = np.log(0.5) / np.log(retention)
    expected = 3.0 * np.exp(0.5 * np.array([-1.6449, 0, 1.6449]))
    np.testing.assert_allclose(np.quantile(half_life, QUANTILES), expected, rtol=2 * TOLERANCE)


def test_a_half_saturation_is_read_in_money_per_period():
    panel = engine_panel()
    shapes = {"channel_2": ChannelShape(half_saturation=(20_000.0, 0.3))}
    spec = ModelSpec(outcome="revenue", channel_shapes=shapes)
    design = build_design(panel, spec)
    half = draw_prior(design, spec, n_draws=N_DRAWS).half_saturation[:, 2] * design.media_scale[2]
    assert np.median(half) == pytest.approx(20_000.0, rel=TOLERANCE)
    # The same belief in cents beside the same spend in cents is the same prior.
    cents = panel.assign(spend=panel["spend"] * 100, full_cost=panel["full_cost"] * 100)
    in_cents = ModelSpec(
        outcome="revenue", channel_shapes={"channel_2": ChannelShape(half_saturation=(2e6, 0.3))}
    )
    np.testing.assert_allclose(
        build_design(cents, in_cents).shape_prior.half_saturation, design.shape_prior.half_saturation
    )


def test_marginal_returns_that_already_exceed_the_total_are_refused():
    believed = {"channel_0": ChannelPrior(kind="marginal_return", median=400.0, spread=0.3)}
    with pytest.raises(UserInputError, match=r"\(channel_0\) already add up to"):
        build_design(panel_with_fees(), ModelSpec(outcome="revenue", channel_priors=believed))


@pytest.fixture(scope="module")
def narrow() -> tuple[xr.Dataset, Fit]:
    panel = panel_with_fees()
    spec = ModelSpec(
        outcome="revenue",
        controls=("price",),
        channel_priors={"channel_0": ChannelPrior(kind="marginal_return", median=0.3, spread=0.02)},
        channel_shapes={"channel_1": ChannelShape(half_life=(2.0, 0.02))},
        chains=2,
    )
    return panel, fit(panel, spec, seed=1)


def test_a_narrow_belief_is_what_the_fit_reports(narrow):
    panel, found = narrow
    assert found.design.media_prior.kind[0] == MARGINAL
    returns = return_draws(found, panel)
    at = returns.channels.index("channel_0")
    marginal = returns.marginal[:, at] / returns.marginal_cost[at]
    # The data move a belief of 2 % by little: a tenth of it would already be five standard deviations.
    assert np.median(marginal) == pytest.approx(0.3, rel=0.1)
    half_life = np.log(0.5) / np.log(found.draws["retention"].sel(channel="channel_1"))
    assert float(half_life.median()) == pytest.approx(2.0, rel=0.1)
    share = found.draws["share"].sel(channel="channel_0")
    np.testing.assert_allclose(
        share * found.design.kpi_total,
        found.draws["return"].sel(channel="channel_0") * found.design.full_cost_total[0],
    )


def test_draws_of_the_prior_are_comparable_with_draws_of_the_posterior(narrow):
    _, found = narrow
    believed = comparable_strength(found.design, 4000)
    learnt = np.log(found.draws["share"].sel(channel="channel_0"))
    # Both are logs of the share of the KPI: close, as the belief is on the marginal return and narrow.
    assert float(learnt.mean()) == pytest.approx(believed[:, 0].mean(), abs=2 * believed[:, 0].std())


def test_a_marginal_return_of_a_channel_saturated_first_is_left_to_the_definition_which_states_it():
    from mmm.inference.fitting import _engine
    from mmm.model import ChannelForm
    from mmm.model.definition import explicit_model
    from mmm.simulate import GeoWorldSize, simulate_geos

    panel = simulate_geos(6, GeoWorldSize(n_geos=3, n_weeks=40, n_channels=2, dark_geos=0)).panel
    name = str(panel["channel"].to_numpy()[0])
    belief = {name: ChannelPrior(kind="marginal_return", median=0.4, spread=0.5)}
    stated = ModelSpec(outcome="revenue", channel_priors=belief)
    design = build_design(panel, stated)
    assert _engine(design, stated) == ("compiled", "")
    assert "marginal_share" in {variable.name for variable in explicit_model(design, stated).free_RVs}
    late = ModelSpec(
        outcome="revenue", channel_priors=belief, forms={name: ChannelForm(order="saturation_first")}
    )
    engine, notice = _engine(build_design(panel, late), late)
    assert engine == "pymc" and name in notice
