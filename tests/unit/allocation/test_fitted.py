"""From a fit and a plan to response draws: value, pattern, history, costs."""

import numpy as np
import pytest

from geometric_carry_over import geometric_carry_over
from hand_made_budget import make_params, make_response
from hand_made_fit import make_fit, make_panel, make_plan
from mmm.allocation import allocation_tables, response_draws
from mmm.errors import UserInputError
from mmm.transforms import geometric_adstock, hill

PANEL = make_panel()
PLAN = make_plan(PANEL, 1.1)
FIT = make_fit(PANEL)
CHANNELS = ("search", "tv", "radio")


def params(**outcome):
    base = make_params(make_response(3, 2))
    channels = dict(zip(CHANNELS, base.channels.values(), strict=True))
    outcomes = {"revenue": base.outcomes["revenue"].model_copy(update=outcome)}
    return base.model_copy(update={"channels": channels, "outcomes": outcomes})


def test_what_the_plan_brings_is_the_model_run_on_the_plan():
    # The model's own equation over history, the plan and forty empty weeks, minus the same without the plan.
    response = response_draws(FIT, PANEL, PLAN, params(margin_rate=0.4))
    draws = FIT.draws.stack(sample=("chain", "draw")).transpose("sample", ...)
    design = FIT.design
    planned = (
        PLAN["spend"].isel(geo=0).transpose("channel", "period").to_numpy() / design.media_scale[:, None]
    )
    after = np.zeros((3, 60))

    def brought(future):
        path = np.concatenate([design.x.T, future, after], axis=1)
        adstock = geometric_adstock(path, draws["retention"].to_numpy(), design.carry_in)[
            ..., len(design.x) :
        ]
        share = hill(
            adstock, draws["half_saturation"].to_numpy()[..., None], draws["slope"].to_numpy()[..., None]
        )
        return 0.4 * design.outcome_scale * draws["effect"].to_numpy() * share.sum(axis=-1)

    direct = brought(planned) - brought(np.zeros_like(planned))
    np.testing.assert_allclose(
        response.contribution(response.current).mean(axis=0), direct.mean(axis=0), rtol=5e-3
    )


def test_geometric_carry_over_is_what_its_recursion_gives():
    response = response_draws(FIT, PANEL, PLAN, params())
    retention = FIT.draws["retention"].stack(sample=("chain", "draw")).transpose("sample", ...).to_numpy()
    last = geometric_adstock(FIT.design.x.T, retention, FIT.design.carry_in)[..., -1]
    exposure = response.pattern / FIT.design.media_scale[:, None]
    background, per_unit = geometric_carry_over(exposure, retention, last)
    n_steps = response.per_unit.shape[-1]
    followed = response.per_unit > 0
    assert per_unit[..., n_steps:].sum() < 0.01 * per_unit.sum()
    np.testing.assert_allclose(response.per_unit[followed], per_unit[..., :n_steps][followed], rtol=1e-10)
    np.testing.assert_allclose(response.background, background[..., :n_steps], rtol=1e-10)


def test_costs_follow_rates_and_keep_fixed_fees():
    response = response_draws(FIT, PANEL, PLAN, params())
    np.testing.assert_allclose(
        response.full_cost(response.current), PLAN["full_cost"].sum(["geo", "period"]), rtol=1e-6
    )


def test_draws_are_thinned_to_a_thousand():
    fit = make_fit(PANEL, n_chains=4, n_draws=400)
    assert response_draws(fit, PANEL, PLAN, params()).n_draws == 1000


def test_a_channel_without_plan_takes_last_years_pattern():
    plan = PLAN.copy(deep=True)
    plan["spend"].loc[{"channel": "tv"}] = 0.0
    response = response_draws(FIT, PANEL, plan, params())
    year_ago = PANEL["spend"].isel(geo=0).sel(channel="tv").to_numpy()[-52:][:13]
    np.testing.assert_allclose(response.pattern[1], year_ago / year_ago.sum())
    assert response.current[1] == 0.0


def test_without_a_plan_today_is_a_year_ago():
    response = response_draws(FIT, PANEL, None, params())
    year_ago = PANEL["spend"].isel(geo=0).transpose("channel", "period").to_numpy()[:, -52:][:, :13]
    np.testing.assert_allclose(response.current, year_ago.sum(axis=1), atol=0.01)
    assert str(response.periods[0]) == "2026-09-28"


def test_a_count_without_value_cannot_be_maximised():
    with pytest.raises(UserInputError) as raised:
        response_draws(FIT, PANEL, PLAN, params(unit="count"))
    assert str(raised.value) == (
        "allocation: 1 problem\n"
        "  - outcomes.revenue: a count without value_per_unit, expected what one unit is worth: "
        "give value_per_unit, or name an outcome in money"
    )


def test_a_plan_shorter_than_the_horizon_is_refused():
    with pytest.raises(UserInputError, match="horizon_periods is 13, the plan has 5 periods after the data"):
        response_draws(FIT, PANEL, PLAN.isel(period=slice(0, 5)), params())


def test_the_whole_answer_comes_from_one_call():
    result = allocation_tables(params(margin_rate=0.4), FIT, PANEL, PLAN)
    assert result.problem.holds(result.allocation.spend, tolerance=1e-6)
    assert result.allocation.profit >= result.allocation.start_profit
    assert result.tables["allocation"]["channel"].tolist() == list(CHANNELS)
