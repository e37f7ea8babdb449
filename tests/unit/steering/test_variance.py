"""The gap between plan and actual, explained by a posterior made by hand: exact, and each cause alone."""

import numpy as np
import pandas as pd
import pytest

from hand_made_fit import WEEKS, make_fit, make_panel
from mmm.effects.contributions import contributions
from mmm.steering.counterfactual import MAX_DRAWS, gap_causes
from mmm.steering.periods import Window
from mmm.steering.shapley import Sides
from mmm.steering.variance import outcome_gaps, variance_windows

QUARTER = Window(name="last_quarter", start=WEEKS[-13], last=WEEKS[-1], n_periods=13)
DEARER = {"search": 0.8}
"""A euro of search buys a fifth fewer contacts than it did."""


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.fixture(scope="module")
def fit(panel):
    return make_fit(panel)


def budget(panel, multiple=1.0):
    rows = multiple * panel["spend"].isel(geo=0).transpose("period", "channel").to_pandas()
    return rows.rename_axis(index="date").reset_index().melt("date", var_name="channel", value_name="spend")


def spend_sides(fit, panel, planned):
    media = gap_causes(fit, panel, planned, QUARTER, 5e6).media
    return Sides(plan=media[frozenset()], actual=media[frozenset({"spend"})])


def expected(fit, panel):
    split = contributions(fit, panel, MAX_DRAWS).isel(geo=0).mean("draw").to_pandas()
    return split.loc[QUARTER.start : QUARTER.last].sum()


def actual(panel):
    return float(panel["kpi"].sel(outcome="revenue").sum("geo")[-13:].sum())


def test_the_causes_add_up_to_the_gap_to_the_cent(fit, panel):
    for target in (5_400_000.0, 1.0, 9_999_999.99):
        causes = gap_causes(fit, panel, budget(panel, 0.8), QUARTER, target, bought=DEARER)
        table = outcome_gaps(actual(panel), target, causes, QUARTER, "revenue")
        assert table["driver"].tolist() == [
            "spend", "efficiency", "price", "season", "baseline", "unexplained",
        ]  # fmt: skip
        cents = (table["amount"] * 100).round().astype(int).sum()
        assert cents == round(round(actual(panel), 2) * 100) - round(target * 100)


def test_spend_as_planned_explains_nothing_and_more_of_it_something(fit, panel):
    same = spend_sides(fit, panel, budget(panel))
    assert same.plan == pytest.approx(same.actual)
    lower = spend_sides(fit, panel, budget(panel, 0.5))
    assert lower.actual == pytest.approx(same.actual)
    assert lower.plan < 0.9 * lower.actual


def test_the_actual_sides_are_what_the_model_expects_of_what_happened(fit, panel):
    causes = gap_causes(fit, panel, budget(panel, 0.8), QUARTER, 5e6)
    total = expected(fit, panel)
    assert causes.expected(set(causes.drivers)) == pytest.approx(total.sum())
    assert causes.media[frozenset({"spend"})] == pytest.approx(total[["search", "tv", "radio"]].sum())
    assert causes.expected(set()) == pytest.approx(5e6)


def test_dearer_contacts_take_what_as_much_less_spend_would(fit, panel):
    causes = gap_causes(fit, panel, budget(panel), QUARTER, 5e6, bought=DEARER)
    as_spent = causes.media[frozenset({"spend", "efficiency"})]
    less = budget(panel)
    less.loc[less["channel"] == "search", "spend"] *= DEARER["search"]
    assert as_spent == pytest.approx(spend_sides(fit, panel, less).plan)
    table = outcome_gaps(actual(panel), 5e6, causes, QUARTER, "revenue").set_index("driver")["amount"]
    assert table["efficiency"] == pytest.approx(as_spent - causes.media[frozenset({"spend"})], abs=0.02)
    assert table["spend"] == pytest.approx(0.0, abs=0.02)


def test_contacts_that_cost_what_they_did_leave_no_gap(fit, panel):
    causes = gap_causes(fit, panel, budget(panel, 0.8), QUARTER, 5e6, bought={"search": 1.0, "tv": 1.0})
    table = outcome_gaps(actual(panel), 5e6, causes, QUARTER, "revenue").set_index("driver")["amount"]
    assert table["efficiency"] == pytest.approx(0.0, abs=0.02)


def test_only_spend_inside_the_window_is_taken_as_planned(fit, panel):
    before = budget(panel)
    before.loc[before["date"] < QUARTER.start, "spend"] *= 3
    planned = spend_sides(fit, panel, budget(panel)).plan
    assert spend_sides(fit, panel, before).plan == pytest.approx(planned)


def test_a_window_without_a_whole_plan_leaves_spend_out_of_the_gap(fit, panel):
    partial = budget(panel, 0.5).query("date != @QUARTER.last")
    sides = spend_sides(fit, panel, partial)
    assert sides.plan == pytest.approx(sides.actual)


def test_price_is_set_against_where_it_stood_before_the_window(fit, panel):
    position = fit.design.basis_names.index(next(n for n in fit.design.basis_names if "price" in n))
    weight = float(fit.draws["coefficient"].mean(("chain", "draw"))[position])
    control = fit.design.basis[:, position]
    moved = fit.design.outcome_scale * weight * (control[-13:] - control[-14]).sum()
    price = gap_causes(fit, panel, budget(panel), QUARTER, 5e6).sides["price"]
    # a thinned posterior: 300 of 600 draws, so the mean coefficient differs by its Monte Carlo error
    assert price.actual - price.plan == pytest.approx(moved, rel=0.25)
    flat = panel.assign(controls=panel["controls"] * 0 + 100)
    held = gap_causes(fit, flat, budget(panel), QUARTER, 5e6).sides["price"]
    assert held.actual - held.plan == pytest.approx(0.0, abs=1e-6)


def test_windows_are_the_quarter_and_the_calendar_year():
    quarter, year = variance_windows(WEEKS, "weekly")
    assert (quarter.start, quarter.last) == (WEEKS[-13], WEEKS[-1])
    assert (year.start, year.n_periods) == (pd.Timestamp("2026-01-05"), 38)


def test_a_model_explains_a_gap_that_it_does_not_create(fit, panel):
    # the target is what the model expects at planned means: nothing is left for the base
    causes = gap_causes(fit, panel, budget(panel, 0.8), QUARTER, 0.0)
    spend, price = spend_sides(fit, panel, budget(panel, 0.8)), causes.sides["price"]
    target = causes.expected(set(causes.drivers)) - (spend.actual - spend.plan) - (price.actual - price.plan)
    causes = gap_causes(fit, panel, budget(panel, 0.8), QUARTER, target)
    table = outcome_gaps(actual(panel), target, causes, QUARTER, "revenue").set_index("driver")["amount"]
    assert table["baseline"] == pytest.approx(0.0, abs=0.02)
    assert table["spend"] == pytest.approx(spend.actual - spend.plan, abs=0.02)
    assert np.isfinite(table).all()
