"""What a test is worth, against closed forms; the plan that moves only where it is likely to pay."""

import numpy as np
import pytest
from scipy.stats import norm

from hand_made_budget import make_problem, make_response, one_period
from mmm.allocation import allocate
from mmm.allocation.charted import charted
from mmm.allocation.information import _gain, _noisy, _powers, value_of_tests
from mmm.allocation.judgement import move_gains
from mmm.allocation.no_regret import LIKELY, no_regret_plan
from mmm.params.deciding import PlannedTest


def test_two_plans_are_worth_what_the_closed_form_says():
    # Profit of the second plan above the first is normal(mu, sigma): knowing it is worth
    # sigma phi(mu / sigma) + mu Phi(mu / sigma) - max(mu, 0); a test with error tau shrinks sigma to
    # sigma^2 / sqrt(sigma^2 + tau^2). 40,000 draws: three standard errors are 1.5 % of sigma.
    mu, sigma, tau = -0.4, 1.0, 0.7
    rng = np.random.default_rng(1)
    above = rng.normal(mu, sigma, 40_000)
    profits = np.column_stack([np.zeros_like(above), above])

    def worth(spread):
        return spread * norm.pdf(mu / spread) + mu * norm.cdf(mu / spread) - max(mu, 0.0)

    assert _gain(profits, _powers(above)) == pytest.approx(worth(sigma), abs=0.015)
    shown = np.mean([_gain(profits, _powers(_noisy(above, tau, k))) for k in range(8)])
    assert shown == pytest.approx(worth(sigma**2 / np.hypot(sigma, tau)), abs=0.015)


def test_what_cannot_change_the_plan_is_worth_nothing():
    profits = np.column_stack([np.zeros(400), np.full(400, -1.0)])
    assert _gain(profits, _powers(np.random.default_rng(2).normal(size=400))) == 0


def uncertain():
    """Two channels, the first of which nobody knows."""
    rng = np.random.default_rng(3)
    ceiling = np.column_stack([rng.lognormal(4.8, 0.9, 1000), rng.lognormal(4.8, 0.05, 1000)])
    response = one_period(ceiling, [60.0, 60.0], [1.0, 1.0], [60.0, 60.0])
    problem = make_problem(response, lower=np.zeros(2), upper=np.full(2, 120.0))
    return problem, response, allocate(problem, response), charted(problem, response)


def test_the_channel_that_nobody_knows_is_worth_testing_first():
    found = value_of_tests(*uncertain(), {})
    assert [one.channel for one in found] == ["channel_0", "channel_1"]
    assert found[0].evppi >= found[0].evsi > 10 * found[1].evsi


def test_a_better_test_is_worth_more_and_its_cost_counts():
    tests = {
        name: PlannedTest(channel="channel_0", standard_error=error, cost=2.0)
        for name, error in (("sharp", 0.02), ("blunt", 1.0), ("useless", 50.0))
    }
    found = {one.name: one for one in value_of_tests(*uncertain(), tests)}
    assert found["sharp"].evsi > found["blunt"].evsi > found["useless"].evsi
    assert found["sharp"].evsi == pytest.approx(found["sharp"].evppi, rel=0.1)
    assert found["sharp"].net == found["sharp"].evsi - 2.0
    assert found["useless"].net < 0


def test_the_careful_plan_moves_only_where_it_is_likely_to_pay():
    response = make_response(8, 300, seed=3)
    problem = make_problem(response, round_to=100.0)
    allocation = allocate(problem, response)
    plan = no_regret_plan(problem, response, allocation)
    moved = np.abs(plan - problem.current) > 0.01
    pays = (move_gains(response, problem.current, plan) > 0).mean(axis=0)
    assert problem.holds(plan)
    assert moved.any()
    assert (pays[moved] >= LIKELY).all()
    assert response.profit(plan).mean() <= allocation.profit + 1e-6


def test_there_is_no_careful_plan_where_todays_breaks_a_limit():
    response = make_response(3, 50)
    problem = make_problem(response, lower=np.array([1.1 * response.current[0], 0.0, 0.0]))
    assert no_regret_plan(problem, response, allocate(problem, response)) is None
