"""A budget without an answer is refused from the panel alone, before any fit."""

import pytest

from hand_made_budget import make_params, make_response
from hand_made_fit import make_panel, make_plan
from mmm.allocation import check_budget
from mmm.errors import InfeasibleBudgetError, UserInputError

PANEL = make_panel()
PLAN = make_plan(PANEL, 1.1)


def params(**allocation):
    base = make_params(make_response(3, 2), **allocation)
    return base.model_copy(
        update={"channels": dict(zip(("search", "tv", "radio"), base.channels.values(), strict=True))}
    )


def test_a_budget_with_an_answer_passes():
    check_budget(params(), PANEL, PLAN)


def test_limits_that_leave_no_plan_are_refused_with_their_size():
    with pytest.raises(InfeasibleBudgetError, match="tv: the floor 900,000,000 EUR is above the ceiling"):
        check_budget(params(bounds={"tv": {"minimum": 9e8}}), PANEL, PLAN)


def test_a_plan_shorter_than_the_horizon_is_refused():
    with pytest.raises(UserInputError, match="horizon_periods is 13, the plan has 5 periods"):
        check_budget(params(), PANEL, PLAN.isel(period=slice(0, 5)))
