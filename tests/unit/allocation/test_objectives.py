"""Objectives and limits beside the plain budget: against grids, closed forms and finite differences."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from hand_made_budget import make_params, make_problem, make_response, one_period
from mmm.allocation import allocate, budget_problem
from mmm.allocation.feasibility import ResourceLimit
from mmm.allocation.risk import utility, weigh_risk, worst_mean
from mmm.allocation.solver import expected_profit
from mmm.allocation.targets import answer_to
from mmm.errors import InfeasibleBudgetError
from mmm.params.deciding import Risk

RESPONSE = make_response(4, 200, seed=5)


def on_a_grid(problem, response, n_steps, value=expected_profit):
    """Best value over every plan in steps of the total that the problem allows."""
    best, n = -np.inf, len(problem.channels)
    for steps in product(range(n_steps + 1), repeat=n):
        plan = np.array(steps) * problem.total / n_steps
        if problem.holds(plan, tolerance=1e-9 * problem.total):
            best = max(best, value(response, plan))
    return best


def three_channels(slope=1.0):
    return one_period([90.0, 60.0, 200.0], [30.0, 20.0, 60.0], [slope] * 3, [40.0, 40.0, 40.0])


@pytest.mark.parametrize("slope", [1.0, 3.0])
def test_a_channel_spends_nothing_or_its_minimum_once_used(slope):
    response = three_channels(slope)
    problem = make_problem(
        response, lower=np.zeros(3), upper=np.full(3, 120.0), least_if_used=np.array([60.0, 50.0, 0.0])
    )
    found = allocate(problem, response)
    assert problem.holds(found.spend)
    assert found.profit >= on_a_grid(problem, response, 60) - 1e-3
    assert found.bound >= found.profit - 1e-9
    assert found.gap <= 1e-2


def test_other_resources_than_money_bind():
    response = three_channels()
    days = ResourceLimit(name="days", use={"channel_0": 1.0, "channel_2": 2.0}, maximum=100.0)
    free = make_problem(response, lower=np.zeros(3), upper=np.full(3, 120.0))
    problem = replace(free, resources=(days,))
    found, easier = allocate(problem, response), allocate(free, response)
    assert problem.holds(found.spend)
    assert 1.0 * found.spend[0] + 2.0 * found.spend[2] == pytest.approx(100, abs=0.02)
    assert easier.profit > found.profit >= on_a_grid(problem, response, 60) - 1e-3
    assert found.gap <= 1e-2


def test_resources_that_no_plan_can_meet_are_named():
    use = {"channel_0": 1.0, "channel_1": 1.0, "channel_2": 1.0}
    with pytest.raises(
        InfeasibleBudgetError, match="resource days: with every other limit met its use stays 20"
    ):
        make_problem(
            three_channels(),
            lower=np.zeros(3),
            upper=np.full(3, 120.0),
            resources=(ResourceLimit(name="days", use=use, maximum=100.0),),
        )


def test_a_free_budget_stops_where_the_next_unit_breaks_even():
    response = three_channels()
    params = make_params(response, budget="free", max_increase=5.0, max_decrease=1.0, round_to=0.01)
    problem = budget_problem(params, response)
    found = allocate(problem, response)
    # c k / (k + x)**2 = 1 at break-even, so x = sqrt(c k) - k.
    ideal = np.sqrt([90 * 30, 60 * 20, 200 * 60]) - np.array([30, 20, 60])
    np.testing.assert_allclose(found.spend, ideal, atol=0.02)
    assert found.bound >= found.profit


def test_one_way_moves_and_shares_of_the_budget_are_limits():
    params = make_params(
        RESPONSE,
        bounds={"channel_0": {"direction": "up"}, "channel_1": {"direction": "down"}},
        groups={"g": {"channels": ("channel_2", "channel_3"), "max_share": 0.4}},
        max_decrease=0.9,
        max_increase=0.9,
    )
    found = allocate(budget_problem(params, RESPONSE), RESPONSE)
    assert found.spend[0] >= RESPONSE.current[0] - 0.01
    assert found.spend[1] <= RESPONSE.current[1] + 0.01
    assert found.spend[2:].sum() <= 0.4 * found.spend.sum() + 0.01


def brought(answer):
    return RESPONSE.contribution(answer[1].spend).sum(axis=1).mean()


def test_the_least_budget_for_a_volume_is_found():
    today = RESPONSE.contribution(RESPONSE.current).sum(axis=1).mean()
    params = make_params(RESPONSE, target={"volume": float(1.02 * today)}, round_to=1000.0)
    found = answer_to(params, RESPONSE)
    assert brought(found) >= 1.02 * today
    lower = budget_problem(params, RESPONSE, total=found[0].total - 1000.0)
    assert brought((lower, allocate(lower, RESPONSE))) < 1.02 * today


@pytest.mark.parametrize("target", ["romi", "cac"])
def test_the_largest_budget_that_keeps_a_ratio_is_found(target):
    cost = RESPONSE.full_cost(RESPONSE.current).sum()
    romi = RESPONSE.contribution(RESPONSE.current).sum(axis=1).mean() / cost - 1
    wanted = (
        {"romi": float(0.98 * (1 + romi) - 1)}
        if target == "romi"
        else {"cac": float(1 / (0.98 * (1 + romi)))}
    )
    params = make_params(RESPONSE, target=wanted, round_to=1000.0)
    found = answer_to(params, RESPONSE)
    above = budget_problem(params, RESPONSE, total=found[0].total + 1000.0)
    ratios = [
        brought(answer) / RESPONSE.full_cost(answer[1].spend).sum()
        for answer in (found, (above, allocate(above, RESPONSE)))
    ]
    assert ratios[0] >= 0.98 * (1 + romi) > ratios[1]


def test_a_target_out_of_reach_says_what_the_limits_allow():
    with pytest.raises(InfeasibleBudgetError, match=r"volume of 1e\+15 is out of reach: the limits allow"):
        answer_to(make_params(RESPONSE, target={"volume": 1e15}), RESPONSE)


def test_the_worst_cases_are_weighed_as_a_grid_says():
    response = one_period(
        np.random.default_rng(1).lognormal(5, [0.1, 0.8, 0.3], (400, 3)), [60.0] * 3, [1.0] * 3, [40.0] * 3
    )
    problem = make_problem(response, lower=np.zeros(3), upper=np.full(3, 120.0))
    safe, risk = allocate(problem, response), Risk(weight=1.0, level=0.1)
    found = weigh_risk(problem, response, safe, risk)
    best = on_a_grid(problem, response, 30, lambda r, plan: utility(r, plan, risk)[0])
    assert utility(response, found.spend, risk)[0] >= best - 1e-3
    assert worst_mean(response.profit(found.spend), 0.1) > worst_mean(response.profit(safe.spend), 0.1)
    assert found.bound is None
    assert found.profit <= safe.profit


def test_the_gradient_of_utility_is_its_derivative():
    risk, plan = Risk(weight=0.4, level=0.2), 0.9 * RESPONSE.current
    _, slope = utility(RESPONSE, plan, risk)
    for channel, step in enumerate(1e-5 * plan):
        move = np.eye(4)[channel] * step
        ends = [utility(RESPONSE, plan + side * move, risk)[0] for side in (-1, 1)]
        assert slope[channel] == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-4, abs=1e-6)


def test_discounting_weighs_each_step():
    rate = np.linspace(1.0, 0.5, RESPONSE.per_unit.shape[2])
    later = replace(RESPONSE, step_weight=rate)
    spend = 1.1 * RESPONSE.current
    parts = []
    for step in range(len(rate)):
        one = np.zeros(len(rate))
        one[step] = 1.0
        parts.append(replace(RESPONSE, step_weight=one).contribution(spend) * rate[step])
    np.testing.assert_allclose(later.contribution(spend), np.sum(parts, axis=0), rtol=1e-9)
    assert (later.cost_rate < RESPONSE.cost_rate).all()


def test_exposure_gets_dearer_as_spend_rises():
    dear = replace(RESPONSE, price_elasticity=np.full(4, 0.3))
    np.testing.assert_allclose(dear.contribution(RESPONSE.current), RESPONSE.contribution(RESPONSE.current))
    twice = 2 * RESPONSE.current
    np.testing.assert_allclose(
        dear.contribution(twice), RESPONSE.contribution(RESPONSE.current * 2**0.7), rtol=1e-9
    )
    step = 1e-5 * twice
    numeric = (dear.contribution(twice + step) - dear.contribution(twice - step)) / (2 * step)
    np.testing.assert_allclose(dear.marginal(twice), numeric, rtol=1e-5)
    for channel in range(4):
        amounts = np.linspace(0, 3, 6) * RESPONSE.current[channel]
        _, lowest, highest = dear.tabulate(channel, amounts)
        for k, (low, high) in enumerate(pairwise(amounts)):
            _, slopes = dear.expected(channel, np.linspace(low, high, 21))
            assert slopes.min() >= lowest[k] * (1 - 1e-9)
            assert slopes.max() <= highest[k] * (1 + 1e-9)
    found = allocate(make_problem(dear), dear)
    assert found.gap <= 1e-5 * RESPONSE.contribution(RESPONSE.current).sum(axis=1).mean()
