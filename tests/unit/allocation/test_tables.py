"""The tables of a budget decision: columns, sums, and what each figure must agree with."""

import numpy as np
import pytest

from hand_made_budget import make_params, make_problem, make_response
from mmm.allocation import allocate, decide
from mmm.allocation.charted import charted, own_best
from mmm.allocation.compared import compared_plans
from mmm.allocation.judgement import chance, move_gains, regrets
from mmm.allocation.shadow_prices import shadow_prices
from mmm.records import TABLES

RESPONSE = make_response(6, 300, seed=8)
PARAMS = make_params(
    RESPONSE,
    groups={
        "digital": {"channels": RESPONSE.channels[:3], "maximum": float(1.02 * RESPONSE.current[:3].sum())}
    },
    frontier=(-0.9, -0.1, 0.1),
)
RESULT = decide(PARAMS, RESPONSE)


def value(table, quantity, subject):
    rows = RESULT.tables[table].query("quantity == @quantity and subject == @subject")
    assert len(rows) == 1, f"{quantity} of {subject} is {len(rows)} times in {table}"
    return rows.iloc[0]


@pytest.mark.parametrize(
    "name", ["allocation", "allocation_summary", "plans", "frontier", "shadow_prices", "matrix"]
)
def test_tables_have_the_columns_of_the_contract(name):
    assert tuple(RESULT.tables[name].columns) == TABLES[name]
    assert len(RESULT.tables[name])


def test_the_recommended_plan_meets_the_limits_and_adds_up_to_the_cent():
    table = RESULT.tables["allocation"]
    assert RESULT.problem.holds(table["recommended"].to_numpy(), tolerance=1e-6)
    assert round(100 * table["recommended"].sum()) == round(100 * RESULT.problem.total)
    assert (table["delta"] - (table["recommended"] - table["current"])).abs().max() < 0.006
    assert (table["period"] == "2026-09-28/2026-12-27").all()


def test_moves_add_up_to_the_gain_of_the_plan():
    table = RESULT.tables["allocation"]
    gain = value("allocation_summary", "gain", "plan")
    assert table["gain_mean"].sum() == pytest.approx(gain["value"], rel=1e-9)
    difference = (
        value("plans", "profit", "recommended")["value"] - value("plans", "profit", "current")["value"]
    )
    assert difference == pytest.approx(gain["value"], rel=1e-9)
    assert value("frontier", "gain", "+0")["value"] == pytest.approx(gain["value"], rel=1e-9)


def test_chances_are_counted_over_draws():
    gains = move_gains(RESPONSE, RESPONSE.current, RESULT.allocation.spend)
    assert value("allocation_summary", "p_gain", "plan")["value"] == (gains.sum(axis=1) > 0).mean()
    np.testing.assert_allclose(RESULT.tables["allocation"]["p_gain"], (gains > 0).mean(axis=0))


def test_a_move_of_nothing_has_no_chance():
    table = decide(make_params(RESPONSE, max_decrease=0.0, max_increase=0.0, round_to=0.01), RESPONSE).tables
    assert table["allocation"]["p_gain"].isna().all()
    assert (table["allocation"]["gain_mean"] == 0).all()


def test_the_bound_is_above_the_profit_and_close():
    bound, profit = (value("allocation_summary", q, "plan")["value"] for q in ("bound", "profit"))
    gap = value("allocation_summary", "gap", "plan")["value"]
    assert gap == pytest.approx(bound - profit, abs=1e-6)
    assert 0 <= gap < 1e-3 * profit


def test_budgets_without_a_plan_say_so():
    assert value("frontier", "feasible", "-0.9")["value"] == 0.0
    rows = RESULT.tables["frontier"].query("subject == '-0.9'")
    assert sorted(rows["quantity"]) == ["budget", "feasible"]


def test_the_marginal_profit_is_the_slope_of_the_frontier():
    # One more unit at +0 must bring what a slightly larger budget brings: a second way to the same figure.
    def best(change):
        params = make_params(RESPONSE, frontier=(change,), round_to=0.01)
        return decide(params, RESPONSE).tables["frontier"].set_index(["quantity", "subject"])["value"]

    step = 0.002
    low, high = best(-step), best(step)
    slope = (high["profit", f"{step:+g}"] - low["profit", f"{-step:+g}"]) / (
        2 * step * RESPONSE.current.sum()
    )
    assert low["marginal_profit", "+0"] == pytest.approx(slope, abs=0.01)


def test_a_group_that_binds_has_the_price_of_relaxing_it():
    maximum = float(np.round(0.9 * RESPONSE.current[:3].sum(), 2))

    def solved(extra):
        from mmm.allocation import GroupLimit

        group = GroupLimit(name="g", channels=RESPONSE.channels[:3], maximum=maximum + extra)
        problem = make_problem(RESPONSE, groups=(group,))
        return problem, allocate(problem, RESPONSE)

    problem, base = solved(0.0)
    step = 500.0
    _, relaxed = solved(step)
    assert relaxed.profit > base.profit  # it binds
    price = next(p for p in shadow_prices(problem, RESPONSE, base.exact) if p.limit == "group_maximum")
    assert price.profit.mean == pytest.approx((relaxed.profit - base.profit) / step, rel=0.05)


def test_the_recommended_plan_has_the_least_expected_regret_of_those_compared():
    expected = {
        name: value("plans", "regret", name)["value"]
        for name in ("recommended", "current", "equal", "proportional")
    }
    assert min(expected, key=expected.get) == "recommended"
    assert all(regret >= 0 for regret in expected.values())


def test_regret_is_nothing_for_a_plan_that_is_best_in_every_draw():
    # One draw: the plan of highest profit is the one that knows the truth, up to the grid of amounts.
    sure = make_response(4, 1, seed=3, s_shape=0.0)
    problem = make_problem(sure)
    allocation = allocate(problem, sure)
    own = own_best(problem, charted(problem, sure))
    regret = regrets(sure, compared_plans(problem, sure, allocation), own)
    assert 0 <= regret["recommended"][0] < 1e-3 * allocation.profit
    assert regret["current"][0] > regret["recommended"][0]


def test_compared_plans_are_within_the_limits():
    plans = compared_plans(RESULT.problem, RESPONSE, RESULT.allocation)
    for name in ("recommended", "equal", "proportional"):
        assert RESULT.problem.holds(plans[name], tolerance=0.01), name


def test_the_matrix_holds_each_channel_once_and_the_whole_budget():
    matrix = RESULT.tables["matrix"]
    assert sorted(matrix["channel"]) == sorted(RESPONSE.channels)
    assert round(100 * matrix["after"].sum()) == round(100 * RESULT.problem.total)
    placed = matrix.set_index("channel")
    for name, channel in PARAMS.channels.items():
        assert (placed.loc[name, "level"], placed.loc[name, "objective"]) == (
            channel.level,
            channel.objective,
        )
    assert matrix["level"].tolist() == sorted(
        matrix["level"], key=["strategic", "tactical", "operational"].index
    )


def test_a_plan_that_breaks_a_contract_starts_from_the_nearest_allowed_one():
    channel = RESPONSE.channels[0]
    contract = float(np.round(1.2 * RESPONSE.current[0], 2))
    params = make_params(RESPONSE, bounds={channel: {"minimum": contract}})
    result = decide(params, RESPONSE)
    assert not result.allocation.starts_from_current
    assert result.problem.holds(result.allocation.start, tolerance=0.01)
    moved = np.abs(result.allocation.start - RESPONSE.current).sum()
    assert moved == pytest.approx(2 * (contract - RESPONSE.current[0]), rel=1e-6)
    assert result.allocation.profit >= result.allocation.start_profit


def test_spend_beyond_what_was_seen_is_marked():
    from dataclasses import replace

    cautious = replace(RESPONSE, observed_peak=1.1 * RESPONSE.pattern.max(axis=1) * RESPONSE.current)
    table = decide(make_params(cautious), cautious).tables["allocation"]
    beyond = table["recommended"] > 1.1 * table["current"]
    assert beyond.any() and not beyond.all()
    assert (table["extrapolates"] == beyond).all()


def test_chance_is_a_share_of_draws():
    assert chance(np.array([-1.0, 1.0, 2.0, 0.0])) == 0.5


def test_a_contract_that_binds_costs_what_relaxing_it_brings():
    free = allocate(make_problem(RESPONSE), RESPONSE)
    cut = int(np.argmin(free.exact - RESPONSE.current))
    channel = RESPONSE.channels[cut]

    def solved(floor):
        lower = make_problem(RESPONSE).lower.copy()
        lower[cut] = floor
        problem = make_problem(RESPONSE, lower=lower)
        return problem, allocate(problem, RESPONSE)

    problem, base = solved(RESPONSE.current[cut])
    step = 0.005 * RESPONSE.current[cut]
    _, relaxed = solved(RESPONSE.current[cut] - step)
    assert relaxed.profit > base.profit
    price = next(
        p for p in shadow_prices(problem, RESPONSE, base.exact) if (p.limit, p.subject) == ("lower", channel)
    )
    assert price.profit.mean == pytest.approx((relaxed.profit - base.profit) / step, rel=0.05)
