"""The truth is true: closed forms and second computations of what the generator says."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import hyp2f1

from mmm.simulate.costs import fixed_costs, full_costs, simulate_fees
from mmm.simulate.customers import (
    DISCOUNT_PER_YEAR,
    draw_customers,
    expected_purchases,
    simulate_transactions,
)
from mmm.simulate.family import CHANNELS, FEE_RATE, draw_media
from mmm.simulate.outcomes import simulate_market
from mmm.simulate.response import respond, saturated, scales
from mmm.simulate.spend import simulate_spend
from mmm.simulate.weeks import OBSERVED, forecast_weeks, observed_weeks, share_of_week

WEEKS = observed_weeks()


def test_carry_over_and_saturation_are_what_the_equations_say():
    # Second implementation: explicit sum of (1 - r) r^lag, the first week standing for all before it.
    draw, spend = draw_media(5), simulate_spend(5).actual
    scale = scales(spend)
    week, c = 61, CHANNELS.index("tv")
    retention, half, slope = draw.retention[c], draw.half_saturation[c], draw.slope[c]
    x = spend[: week + 1, c] / scale[c]
    pressure = (1 - retention) * sum(retention**lag * x[week - lag] for lag in range(week + 1))
    pressure += retention ** (week + 1) * x[0]
    expected = 1.0 / (1.0 + (half / pressure) ** slope)
    assert saturated(spend, draw, scale)[week, c] == pytest.approx(expected, rel=1e-12)


def test_the_marginal_return_is_the_slope_of_the_total():
    # Central difference with another step than the generator's.
    draw, spend = draw_media(4), simulate_spend(4).actual
    cost = full_costs(spend[OBSERVED], 0.0 * spend[OBSERVED])
    response = respond(spend, cost, FEE_RATE, draw, draw.strength["revenue"])
    scale, step = scales(spend), 0.01
    totals = []
    for factor in (1 + step, 1 - step):
        moved = spend.copy()
        moved[OBSERVED] *= factor
        totals.append((response.ceiling * saturated(moved, draw, scale))[OBSERVED].sum(axis=0))
    slope = (totals[0] - totals[1]) / (2 * step * cost.sum(axis=0))
    np.testing.assert_allclose(response.marginal, slope, rtol=2e-3)


def test_media_bring_the_share_that_was_drawn():
    draw, market = draw_media(7), simulate_market(7)
    for name, strength in draw.strength.items():
        truth = market.outcomes[name]
        n_periods, total = len(WEEKS), float(truth.total.sum())
        assert total / (n_periods * strength.mean) == pytest.approx(strength.media_share, rel=1e-9)
        weight = truth.total / market.media.full_cost.sum("period") / strength.weight
        np.testing.assert_allclose(weight, weight[0], rtol=1e-9)


def test_fees_are_spread_by_days_and_nothing_is_lost():
    fees, spend = simulate_fees(1), simulate_spend(1).actual[OBSERVED]
    fixed = fixed_costs(fees, WEEKS, spend)
    tv = fees[fees["channel"] == "tv"].set_index("date")["amount"]
    # The week of 29 January 2024: three days of January, four of February.
    week = WEEKS.get_loc(pd.Timestamp("2024-01-29"))
    shared = fees[fees["channel"] == "all"].set_index("date")["amount"]
    both = [month["2024-01-01"] * 3 / 31 + month["2024-02-01"] * 4 / 29 for month in (tv, shared)]
    c = CHANNELS.index("tv")
    assert fixed[week, c] == pytest.approx(both[0] + both[1] * spend[week, c] / spend[week].sum())
    whole_months = fees[(fees["date"] >= "2023-11-01") & (fees["date"] <= "2026-08-01")]["amount"].sum()
    first, last = (fees[fees["date"] == month]["amount"].sum() for month in ("2023-10-01", "2026-09-01"))
    assert fixed.sum() == pytest.approx(whole_months + first * 30 / 31 + last * 27 / 30)


def test_days_of_a_period_are_shared_between_weeks():
    from datetime import date

    share = share_of_week(WEEKS, date(2024, 1, 10), date(2024, 2, 6))
    assert share.sum() * 7 == pytest.approx(28)
    assert share[WEEKS.get_loc(pd.Timestamp("2024-01-08"))] == pytest.approx(5 / 7)
    assert share[WEEKS.get_loc(pd.Timestamp("2024-02-05"))] == pytest.approx(2 / 7)


def test_written_and_planned_weeks_are_mondays():
    assert WEEKS[0] == pd.Timestamp("2023-10-02")
    assert WEEKS[-1] == pd.Timestamp("2026-09-21")
    assert forecast_weeks()[-1] == pd.Timestamp("2026-12-21")
    assert set(forecast_weeks().day_of_week) == {0}


@pytest.mark.parametrize("seed", [1, 2])
def test_expected_purchases_agree_with_the_published_closed_form(seed):
    # Fader, Hardie and Lee (2005), "Counting your customers the easy way", equation 9.
    truth, t = draw_customers(seed), 156.5
    for origin in truth.share["channel"].to_numpy():
        r, alpha, a, b = (
            float(getattr(truth, name).sel(channel=origin)) for name in ("r", "alpha", "a", "b")
        )
        form = hyp2f1(r, b, a + b - 1, t / (alpha + t))
        closed = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * form)
        assert expected_purchases(r, alpha, a, b, n_weeks=t) == pytest.approx(closed, rel=1e-6)


def test_simulated_customers_are_worth_what_the_truth_says():
    # Monte Carlo, all acquired in the first week: 155 weeks of purchases, 4 standard errors.
    truth = draw_customers(1)
    first_week = np.zeros(len(WEEKS))
    first_week[0] = 1.0
    bought = simulate_transactions(1, truth, first_week, 40_000)
    bought["week"] = (bought["date"] - bought.groupby("customer")["date"].transform("min")).dt.days / 7.0
    bought["worth"] = 0.42 * bought["amount"] * (1 + DISCOUNT_PER_YEAR) ** (-bought["week"] * 7 / 365.25)
    within = bought[bought["week"] < 155]
    customers = within.groupby("customer").agg(worth=("worth", "sum"), channel=("channel", "first"))
    for origin, own in customers.groupby("channel")["worth"]:
        values = [float(getattr(truth, name).sel(channel=origin)) for name in ("r", "alpha", "a", "b")]
        discount = np.log1p(DISCOUNT_PER_YEAR) * 7 / 365.25
        margin = 0.42 * float(truth.mean_amount.sel(channel=origin))
        expected = margin * (1 + expected_purchases(*values, discount=discount, n_weeks=155.0))
        assert abs(own.mean() - expected) < 4.0 * own.std() / np.sqrt(len(own))
        assert expected == pytest.approx(float(truth.ltv.sel(channel=origin)), rel=0.02)
