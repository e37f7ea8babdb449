"""LTV and CAC: conventions against figures worked out by hand, cells that may not be shown."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hand_made_customers import CDNOW, simulate_buyers, table_of
from mmm.customers import (
    Acquisition,
    BuyingDraws,
    Cohort,
    Ltv,
    LtvTerms,
    PurchasePatterns,
    SpendPatterns,
    average_ltv,
    cac_table,
    draw_ltv,
    expected_purchases,
    learn_from,
    ltv_by_channel,
    pooled,
)
from mmm.customers.history import read_history
from mmm.customers.ltv import monthly_purchases
from mmm.records import TABLES

TERMS = LtvTerms(margin_rate=0.4, discount_rate=0.1, horizon_months=24)


def cohort(n_customers, n_repeaters, channel="search", first=50.0):
    """Customers of one age, some of whom bought twice more."""
    return Cohort(
        channel=channel,
        purchases=PurchasePatterns(
            frequency=np.array([0.0, 2.0]),
            recency=np.array([0.0, 20.0]),
            age=np.array([40.0, 40.0]),
            count=np.array([n_customers - n_repeaters, n_repeaters], dtype=float),
        ),
        spend=SpendPatterns(
            frequency=np.array([2.0, 2.0, 2.0])[: n_repeaters or 0],
            mean_spend=np.array([20.0, 40.0, 75.0])[: n_repeaters or 0],
            count=np.full(3, n_repeaters / 3)[: n_repeaters or 0],
        ),
        first_spend=np.array([first]),
        first_count=np.array([float(n_customers)]),
    )


def constant(channel, value, n_customers, months=3):
    """An LTV without uncertainty that grows by the same amount every month."""
    steps = np.linspace(value / 2, value, months + 1)
    return Ltv(
        channel=channel, n_customers=n_customers, repeat_rate=0.5, cumulative_margin=np.tile(steps, (4, 1))
    )


def by_channel(**figures):
    return xr.DataArray(list(figures.values()), dims="channel", coords={"channel": list(figures)})


def acquisition(incremental=None, marginal=None, social=100.0):
    return Acquisition(
        paid_cost=by_channel(search=1_000.0, social=3_000.0),
        paid_customers={"search": 50.0, "social": social, "direct": 50.0},
        full_cost=by_channel(search=2_000.0, social=6_000.0),
        incremental=incremental,
        marginal=marginal,
    )


def test_without_repeat_purchases_the_value_is_the_margin_of_the_first_one():
    alone = cohort(200, 0)
    value = draw_ltv(alone, learn_from([alone]), TERMS, 50, seed=1)
    np.testing.assert_allclose(value.draws, 0.4 * 50.0)
    assert value.cumulative_margin.shape == (50, 25)


def test_months_add_up_to_the_purchases_of_the_horizon():
    draws = BuyingDraws(family="bg_nbd", values=tuple(np.array([value]) for value in CDNOW.values))
    by_month = monthly_purchases(draws, 24, "weeks")
    assert by_month.sum() == pytest.approx(float(expected_purchases(CDNOW, 2 * 365.25 / 7)))
    assert (np.diff(by_month[0]) < 0).all()


def test_value_adds_discounted_months_to_the_first_purchase():
    known = cohort(3_000, 1_500)
    undiscounted = LtvTerms(margin_rate=0.4, discount_rate=0.0, horizon_months=24)
    full, later = (draw_ltv(known, learn_from([known]), terms, 20, seed=1) for terms in (undiscounted, TERMS))
    assert full.cumulative_margin[:, 0] == pytest.approx(later.cumulative_margin[:, 0])
    months = np.diff(full.cumulative_margin, axis=1) * 1.1 ** (-(np.arange(24) + 0.5) / 12)
    np.testing.assert_allclose(np.diff(later.cumulative_margin, axis=1), months)


def test_a_small_channel_is_less_sure_and_nearer_to_all_customers():
    big, small = cohort(3_000, 600), cohort(30, 24, channel="social")
    everyone = learn_from([big, small])
    values = [draw_ltv(part, everyone, TERMS, 800, seed=1).draws for part in (big, small)]
    assert values[1].std() > 3 * values[0].std()
    alone = draw_ltv(cohort(3_000, 2_400), learn_from([cohort(3_000, 2_400)]), TERMS, 800, seed=1).draws
    assert values[0].mean() < values[1].mean() < alone.mean()


def test_draws_of_a_channel_do_not_depend_on_the_order_of_the_others():
    parts = [cohort(900, 300), cohort(700, 200, "social"), cohort(300, 90, "tv")]
    forward, backward = (ltv_by_channel(order, TERMS, 3, 50) for order in (parts, parts[::-1]))
    np.testing.assert_allclose(forward["tv"].draws, backward["tv"].draws, rtol=1e-6)


def test_all_is_the_average_over_customers():
    together = average_ltv([constant("a", 100.0, 30), constant("b", 40.0, 90)])
    assert (together.n_customers, together.draws.mean()) == (120, pytest.approx(55.0))


def test_pooled_cohorts_hold_everybody_once():
    together = pooled([cohort(900, 300), cohort(100, 30, "social")])
    assert (together.n_customers, together.purchases.n_repeaters, together.spend.n_customers) == (
        1000,
        330,
        330,
    )


def test_paid_cac_divides_the_common_cost_by_the_customers_of_the_channel():
    values = {name: constant(name, 60.0, 50) for name in ("all", "search", "social")}
    table = cac_table(values, acquisition(), target=3.0, seed=1).set_index("channel")
    assert table["cac_paid"].to_dict() == {"all": 20.0, "search": 20.0, "social": 30.0}
    assert table["cac_mean"].to_dict() == table["cac_paid"].to_dict()
    assert table.loc["social", ["ltv_cac_mean", "p_above_3"]].tolist() == [2.0, 0.0]
    # Half of the 60 comes with the first purchase, 10 more each month: 30 is reached at once, 20 too.
    assert table["payback_months"].to_dict() == {"all": 0.0, "search": 0.0, "social": 0.0}


def test_incremental_cac_uses_the_whole_cost_and_the_draws():
    brought = xr.DataArray(
        [[100.0, 60.0], [50.0, 60.0], [25.0, 0.0], [100.0, -5.0]],
        dims=("draw", "channel"),
        coords={"channel": ["search", "social"]},
    )
    values = {name: constant(name, 70.0, 50) for name in ("all", "search", "social")}
    extra = by_channel(search=0.02, social=0.005)
    table = cac_table(values, acquisition(brought, extra), target=3.0, seed=1).set_index("channel")
    assert table.loc["search", "cac_mean"] == pytest.approx(np.mean([20.0, 40.0, 80.0, 20.0]))
    assert table.loc["search", "ltv_cac_mean"] == pytest.approx(
        70 * np.mean([1 / 20, 1 / 40, 1 / 80, 1 / 20])
    )
    assert table.loc["search", "p_above_3"] == 0.5
    assert table.loc["search", "payback_months"] == 1.0
    # Draws in which the money brought nobody cost infinitely much and are worth nothing.
    assert table.loc["social", "cac_mean"] == np.inf
    assert table.loc["social", "payback_months"] == np.inf
    assert table.loc["social", "ltv_cac_mean"] == pytest.approx(0.7 / 2)
    assert table.loc["search", "cac_marginal_mean"] == pytest.approx(50.0)
    # One more euro spread as today: a quarter to search, three quarters to social.
    assert table.loc["all", "cac_marginal_mean"] == pytest.approx(1 / (0.25 * 0.02 + 0.75 * 0.005))


def test_fewer_than_ten_customers_are_not_shown():
    values = {
        "all": constant("all", 60.0, 59),
        "search": constant("search", 90.0, 50),
        "social": constant("social", 5.0, 9),
    }
    hidden = cac_table(values, acquisition(), target=3.0, seed=1).set_index("channel").loc["social"]
    assert hidden["n_customers"] is pd.NA
    assert np.isnan(
        [hidden["cac_paid"], hidden["cac_mean"], hidden["ltv_cac_mean"], hidden["payback_months"]]
    ).all()
    assert hidden["ltv_mean"] == 60.0


def test_a_channel_without_cost_has_no_line():
    given = Acquisition(
        paid_cost=by_channel(search=10.0, social=0.0),
        paid_customers={"search": 50.0},
        full_cost=by_channel(search=10.0, social=0.0),
        incremental=None,
        marginal=None,
    )
    values = {name: constant(name, 60.0, 50) for name in ("all", "search")}
    table = cac_table(values, given, target=3.0, seed=1)
    assert table["channel"].tolist() == ["all", "search"]
    assert tuple(table.columns) == TABLES["cac"]


def test_a_spend_without_mean_falls_back_on_the_purchases_seen():
    bought = simulate_buyers(3_000, 70.0, seed=2)
    rng = np.random.default_rng(9)
    factor = pd.Series(1.0 / rng.gamma(0.5, 1.0, 3_000), index=sorted(bought["customer"].unique()))
    bought["amount"] = (bought["amount"] * bought["customer"].map(factor)).round(2)
    known = read_history(table_of(bought), "orders").cohorts[0]
    everyone = learn_from([known])
    assert everyone.spend is None
    value = draw_ltv(known, everyone, TERMS, 300, seed=1)
    assert np.isfinite(value.draws).all()
