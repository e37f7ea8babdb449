"""Questions that nobody should ask: each has an answer within its limits, or one message in plain words."""

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from hand_made_budget import make_params, make_response
from mmm.allocation import allocate, budget_problem
from mmm.allocation.tables import decide
from mmm.errors import InfeasibleBudgetError
from mmm.params.deciding import AllocationParams

RESPONSE = make_response(4, 40, 6, seed=2, s_shape=0.5)
NOW = RESPONSE.current
NAMES = RESPONSE.channels

pytestmark = pytest.mark.filterwarnings("error")


def use(unit=1.0, share=0.8):
    """A resource that today's plan exceeds, measured in any unit."""
    most = share * float(NOW[0] + 2 * NOW[1]) * unit
    return {"days": {"use": {NAMES[0]: unit, NAMES[1]: 2 * unit}, "maximum": most}}


@pytest.mark.parametrize(
    ("response", "asked"),
    [
        (replace(RESPONSE, ceiling=1e3 * RESPONSE.ceiling), {"budget": "free", "max_increase": 3.0}),
        (RESPONSE, {"resources": {"days": {"use": {NAMES[0]: 0.0}, "maximum": 1.0}}}),
        (RESPONSE, {"resources": use(1e-9)}),
        (
            replace(RESPONSE, current=np.zeros(4)),
            {"budget": 1e5, "bounds": {name: {"maximum": 5e4} for name in NAMES}},
        ),
        (RESPONSE, {"round_to": 0.001}),
        (RESPONSE, {"round_to": 1e9}),
        (RESPONSE, {"bounds": {n: {"minimum": float(x)} for n, x in zip(NAMES, NOW, strict=True)}}),
        (RESPONSE, {"frontier": (-2.0, -1.0, 0.0, 50.0)}),
        (make_response(3, 1, 4), {}),
        (make_response(3, 2, 4), {}),
        (make_response(1, 20, 4), {}),
    ],
)
def test_an_odd_question_has_an_answer_within_its_limits(response, asked):
    found = decide(make_params(response, **asked), response)
    assert found.problem.holds(found.allocation.spend)
    assert found.allocation.profit >= found.allocation.start_profit
    assert found.allocation.round_to >= 0.01


def test_a_free_budget_that_nothing_earns_is_refused_in_words():
    poor = replace(RESPONSE, ceiling=1e-3 * RESPONSE.ceiling)
    with pytest.raises(InfeasibleBudgetError) as caught:
        decide(make_params(poor, budget="free", max_decrease=1.0), poor)
    assert str(caught.value) == (
        "allocation.budget: 1 problem\n"
        "  - free: no channel earns what it costs at any amount within its limits, so the best budget is 0: "
        "give an amount, or look at the value and the margin rate of the outcome"
    )


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 1e6])
def test_the_unit_of_a_resource_does_not_change_the_plan(unit):
    def plan(unit):
        return allocate(budget_problem(make_params(RESPONSE, resources=use(unit)), RESPONSE), RESPONSE).spend

    np.testing.assert_allclose(plan(unit), plan(1.0), atol=0.01)


@pytest.mark.parametrize("unit", [1e-9, 1.0])
def test_a_resource_beside_groups_that_leaves_no_plan_is_named_with_its_size(unit):
    # Floors of 70 % use less than the maximum, but the group sends its money where the resource is used.
    groups = {"rest": {"channels": NAMES[2:], "maximum": float(0.75 * NOW[2:].sum())}}
    params = make_params(RESPONSE, groups=groups, resources=use(unit))
    with pytest.raises(
        InfeasibleBudgetError, match="days: with every other limit met its use stays"
    ) as caught:
        budget_problem(params, RESPONSE)
    # By hand: both channels end at their ceilings, and the group keeps what they cannot take.
    over = (1.3 - 0.8) * (NOW[0] + 2 * NOW[1]) * unit
    ceilings = np.round(1.3 * NOW[:2], 2).sum()  # to the cent, like the budget
    kept = round(NOW.sum(), 2) - ceilings - 0.75 * NOW[2:].sum()
    assert f"stays {over:,.6g} above" in str(caught.value)
    assert f"group rest: with every other limit met it stays {kept:,.2f} EUR above" in str(caught.value)


@pytest.mark.parametrize("figure", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["budget", "max_increase", "round_to", "discount_per_year"])
def test_what_is_no_number_is_refused(name, figure):
    with pytest.raises(ValidationError):
        AllocationParams(outcome="revenue", **{name: figure})
