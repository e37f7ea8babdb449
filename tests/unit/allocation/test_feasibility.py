"""A budget problem that no plan can answer is refused with every conflict and its size."""

import numpy as np
import pytest

from hand_made_budget import make_params, make_problem, make_response
from mmm.allocation import BudgetProblem, GroupLimit, budget_problem
from mmm.errors import InfeasibleBudgetError

CHANNELS = ("search", "tv", "radio")
LOWER, UPPER = np.array([10_000.0, 20_000.0, 5_000.0]), np.array([20_000.0, 40_000.0, 10_000.0])


def problem(**changes):
    asked = {
        "channels": CHANNELS,
        "currency": "EUR",
        "total": 50_000.0,
        "current": np.array([15_000.0, 27_500.0, 7_500.0]),
        "lower": LOWER,
        "upper": UPPER,
    }
    return BudgetProblem(**(asked | changes))


def refused(**changes):
    with pytest.raises(InfeasibleBudgetError) as raised:
        problem(**changes)
    assert raised.value.exit_code == 2
    return str(raised.value)


def test_a_problem_with_an_answer_is_built():
    assert problem().holds(np.array([15_000.0, 27_500.0, 7_500.0]))


def test_floors_above_the_total_say_by_how_much():
    assert refused(total=30_000.0) == (
        "budget problem: 1 problem\n"
        "  - total: floors add up to 35,000 EUR, the budget is 30,000 EUR, 5,000 EUR less: "
        "lower a floor or raise the budget"
    )


def test_ceilings_below_the_total_say_by_how_much():
    assert refused(total=80_000.0) == (
        "budget problem: 1 problem\n"
        "  - total: ceilings add up to 70,000 EUR, the budget is 80,000 EUR, 10,000 EUR more: "
        "raise a ceiling or lower the budget"
    )


def test_every_conflict_is_named_at_once():
    groups = (
        GroupLimit(name="digital", channels=("search", "rado"), maximum=1.0),
        GroupLimit(name="offline", channels=("tv", "radio"), minimum=60_000.0, maximum=12_000.0),
        GroupLimit(name="empty", channels=()),
    )
    assert refused(lower=np.array([21_000.5, 20_000.0, -1.0]), groups=groups) == (
        "budget problem: 7 problems\n"
        "  - search: the floor 21,000.50 EUR is above the ceiling 20,000 EUR by 1,000.50 EUR: "
        "lower the floor or raise the ceiling\n"
        "  - radio: the floor is -1 EUR, expected 0 or more: raise it\n"
        "  - group digital: unknown channel rado, did you mean radio?\n"
        "  - group offline: the minimum 60,000 EUR is above the maximum 12,000 EUR by 48,000 EUR: "
        "change one of them\n"
        "  - group offline: the floors of its channels add up to 19,999 EUR, the maximum is 12,000 EUR, "
        "7,999 EUR less: lower a floor or raise the maximum\n"
        "  - group offline: the ceilings of its channels add up to 50,000 EUR, the minimum is 60,000 EUR, "
        "10,000 EUR more: raise a ceiling or lower the minimum\n"
        "  - group empty: no channel, expected at least one: name its channels or leave the group out"
    )


def test_groups_that_only_together_leave_no_plan_are_found():
    # Each holds alone; together they cap spend at 28,000 + 10,000 of the 50,000 asked.
    groups = (
        GroupLimit(name="big", channels=("search", "tv"), maximum=38_000.0),
        GroupLimit(name="small", channels=("radio",), maximum=10_000.0),
    )
    assert refused(groups=groups) == (
        "budget problem: 1 problem\n"
        "  - group big: with every other limit met it stays 2,000 EUR above its maximum 38,000 EUR: "
        "change it, another group, a bound or the budget"
    )


@pytest.mark.parametrize("total", [0.0, -5.0, np.nan])
def test_a_total_that_is_no_amount_is_refused(total):
    assert "expected an amount above 0" in refused(total=total)


def test_limits_that_are_not_finite_are_refused():
    assert "tv: limits are 20000.0 to inf, expected finite amounts" in refused(
        upper=np.array([20_000.0, np.inf, 10_000.0])
    )


def test_params_give_moves_contracts_and_groups():
    response = make_response(3, 10)
    search, tv, radio = response.channels
    params = make_params(
        response,
        max_decrease=0.2,
        bounds={tv: {"max_increase": 0.5, "minimum": 150_000.0}, radio: {"maximum": 79_000.0}},
        groups={"two": {"channels": (search, tv), "maximum": 450_000.0}},
        round_to=500.0,
    )
    asked = budget_problem(params, response)
    current = response.current
    np.testing.assert_allclose(asked.lower, np.round([0.8 * current[0], 150_000.0, 0.8 * current[2]], 2))
    np.testing.assert_allclose(asked.upper, np.round([1.3 * current[0], 1.5 * current[1], 79_000.0], 2))
    assert asked.total == pytest.approx(current.sum(), abs=0.005)
    assert (asked.round_to, asked.groups[0].maximum, asked.groups[0].minimum) == (500.0, 450_000.0, 0.0)
    assert budget_problem(params, response, change=-0.05).total == pytest.approx(
        0.95 * current.sum(), abs=0.01
    )


def test_a_channel_without_plan_may_only_spend_what_is_declared():
    response = make_response(3, 10)
    response.current[1:] = 0.0  # a plan that has nothing for two channels
    channel = response.channels[1]
    params = make_params(response, bounds={channel: {"maximum": 5_000.0}})
    asked = budget_problem(params, response)
    assert asked.upper.tolist()[1:] == [5_000.0, 0.0]


def test_an_unknown_channel_in_the_bounds_is_refused():
    response = make_response(2, 10)
    params = make_params(response, bounds={"tele": {"maximum": 1.0}})
    with pytest.raises(InfeasibleBudgetError, match=r"allocation.bounds.tele: unknown channel"):
        budget_problem(params, response)


def test_limits_hold_to_half_a_cent():
    response = make_response(3, 10)
    asked = make_problem(response)
    off = response.current + np.array([0.004, -0.004, 0.0])
    assert asked.holds(off)
    assert not asked.holds(off + np.array([0.02, 0, 0]))
