"""Plans by channel, geo and period: against the channel response, a general solver, and their own limits."""

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, minimize

from hand_made_budget import make_curves, make_params, make_response
from hand_made_grid import make_grid
from mmm.allocation import allocate, budget_problem
from mmm.allocation.feasibility import GroupLimit
from mmm.allocation.grid import GridResponse
from mmm.allocation.grid_solver import GridProblem, allocate_grid
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.schedule import chosen_schedule, given_schedule, schedule_table
from mmm.transforms import SATURATIONS


def test_the_gradient_is_that_of_the_mean_profit():
    problem, response = make_grid(codes=range(len(SATURATIONS)))
    spend = 1.1 * problem.start
    value, gradient = response.expected(spend)
    assert value == pytest.approx(response.profit(spend).mean(), rel=1e-8)
    for cell in [(0, 0, 0), (1, 1, 3), (2, 0, 5)]:
        step = 1e-4 * spend[cell]
        ends = []
        for side in (-1, 1):
            moved = spend.copy()
            moved[cell] += side * step
            ends.append(response.expected(moved)[0])
        assert gradient[cell] == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-4)


def test_one_geo_and_a_given_pattern_bring_what_the_channel_response_says():
    response, curves = make_response(3, 50, seed=4), make_curves(3, 50, seed=4)
    n_steps = response.per_unit.shape[2]
    kept = curves["retention"][..., None]
    grid = GridResponse(
        channels=response.channels,
        geos=("all",),
        n_periods=13,
        weights=(1 - kept) * kept ** np.arange(n_steps),
        background=response.background[:, :, None],
        per_unit=1 / curves["scale"][:, None],
        saturation=response.saturation,
        half_saturation=response.half_saturation,
        slope=response.slope,
        ceiling=response.ceiling[..., None],
        cost_rate=response.cost_rate,
    )
    spend = 1.2 * response.current
    own = grid.profit((response.pattern * spend[:, None])[:, None]) - response.fixed_cost.sum()
    # The channel response stops each channel's steps at 1 % of its slowest weight; the grid goes on.
    np.testing.assert_allclose(own.mean(), response.profit(spend).mean(), rtol=3e-3)


@pytest.mark.parametrize("grouped", [False, True])
def test_a_concave_plan_reaches_what_a_general_solver_finds_and_its_bound(grouped):
    problem, response = make_grid(2, 2, 4, 30, seed=1)
    if grouped:
        cap = GroupLimit(name="g", channels=("channel_0",), maximum=float(0.9 * problem.budget.current[0]))
        low = problem.budget
        problem = GridProblem(
            budget=BudgetProblem(
                channels=low.channels, currency="EUR", total=low.total, current=low.current,
                lower=low.lower, upper=low.upper, groups=(cap,),
            ),
            start=problem.start, lower=problem.lower, upper=problem.upper,
        )  # fmt: skip
    found = allocate_grid(problem, response)
    size, unit = problem.start.size, problem.budget.total
    rows = np.array([np.ones(size), np.repeat([1, 0], size // 2), np.repeat([0, 1], size // 2)])
    high = np.array([unit, *problem.budget.upper]) / unit
    if grouped:
        high[1] = 0.9 * problem.budget.current[0] / unit

    def loss(share):
        value, gradient = response.expected((share * unit).reshape(problem.start.shape))
        return -value / unit, -gradient.ravel()

    other = minimize(
        loss,
        found.start.ravel() / unit,
        jac=True,
        bounds=list(zip(problem.lower.ravel() / unit, problem.upper.ravel() / unit, strict=True)),
        constraints=[
            LinearConstraint(rows[:1], 1, 1),
            LinearConstraint(rows[1:], problem.budget.lower / unit, high[1:]),
        ],
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 300},
    )
    brought = found.profit + float(response.cost_rate @ found.spend.sum(axis=(1, 2)))
    assert found.bound >= -other.fun * unit - 1e-6 * brought
    assert found.profit >= -other.fun * unit - 2e-5 * brought
    assert found.bound - found.profit <= 2e-5 * brought


@pytest.mark.parametrize("s_shape", [0.0, 0.5])
def test_every_limit_holds_and_the_plan_is_never_worse_than_today(s_shape):
    problem, response = make_grid(seed=2, s_shape=s_shape)
    found = allocate_grid(problem, response)
    close = 1e-9 * problem.budget.total
    totals = found.spend.sum(axis=(1, 2))
    assert totals.sum() == pytest.approx(problem.budget.total, rel=1e-9)
    assert (found.spend >= problem.lower - close).all()
    assert (found.spend <= problem.upper + close).all()
    assert (totals >= problem.budget.lower - close).all()
    assert (totals <= problem.budget.upper + close).all()
    assert found.profit >= found.start_profit
    assert (found.bound is None) == bool(s_shape)


def test_a_schedule_keeps_the_totals_of_the_plan_to_the_cent():
    response = make_response(3, 50, seed=4)
    curves = make_curves(3, 50, seed=4)
    kept = curves["retention"][..., None]
    n_steps = response.per_unit.shape[2]
    grid = GridResponse(
        channels=response.channels, geos=("all",), n_periods=13,
        weights=(1 - kept) * kept ** np.arange(n_steps), background=response.background[:, :, None],
        per_unit=1 / curves["scale"][:, None], saturation=response.saturation,
        half_saturation=response.half_saturation, slope=response.slope,
        ceiling=response.ceiling[..., None], cost_rate=response.cost_rate,
    )  # fmt: skip
    problem = budget_problem(make_params(response), response)
    allocation = allocate(problem, response)
    given = given_schedule(response, allocation)
    chosen = chosen_schedule(problem, response, allocation, grid, 0.5)
    for schedule in (given, chosen):
        np.testing.assert_allclose(schedule.recommended.sum(axis=1), allocation.spend, atol=1e-6)
    assert chosen.gain.mean() >= 0
    assert (chosen.recommended <= 1.5 * given.recommended + 0.02).all()
    table = schedule_table(response, chosen)
    assert len(table) == 39
    assert table["recommended"].sum() == pytest.approx(allocation.spend.sum(), abs=1e-6)
