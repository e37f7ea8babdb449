"""Ratios and timing on figures worked out by hand."""

import numpy as np
import pytest

from mmm.economics import cac, discount_factor, ltv_cac, marginal_romi, payback_months, return_on_cost, romi


def test_romi_is_the_return_less_the_money_itself():
    assert float(return_on_cost(450.0, 180.0)) == pytest.approx(2.5)
    assert float(romi(450.0, 180.0)) == pytest.approx(1.5)


def test_romi_works_draw_by_draw_and_channel_by_channel():
    np.testing.assert_allclose(
        romi(np.array([[100.0, 300.0], [50.0, 450.0]]), [50.0, 150.0]), [[1, 1], [0, 2]]
    )


def test_the_next_euro_pays_its_fees_too():
    # 150 of revenue for 100 of media at 20 % fees: 150 / 120 - 1.
    assert float(marginal_romi(150.0, 100.0, 0.2)) == pytest.approx(0.25)


@pytest.mark.parametrize("ratio", [return_on_cost, romi, ltv_cac])
def test_a_cost_of_zero_is_refused(ratio):
    with pytest.raises(ValueError, match="cost must be positive"):
        ratio(100.0, [10.0, 0.0])


def test_a_cac_without_cost_is_refused():
    with pytest.raises(ValueError, match=r"cost must be positive to compute a CAC, got 0\.0"):
        cac(0.0, 10.0)


def test_a_cac_without_customers_is_infinite_and_its_ltv_cac_is_zero():
    costs = cac(900.0, np.array([30.0, 0.0, -2.0]))
    np.testing.assert_array_equal(costs, [30.0, np.inf, np.inf])
    np.testing.assert_array_equal(ltv_cac(120.0, costs), [4.0, 0.0, 0.0])


def test_a_year_is_discounted_once():
    np.testing.assert_allclose(
        discount_factor([0.0, 6.0, 12.0, 24.0], 0.21), [1, 1 / 1.1, 1 / 1.21, 1 / 1.4641]
    )


def test_payback_is_the_first_month_that_covers_the_cost():
    margin = [10.0, 10.0, 22.0, 30.0]
    assert payback_months(margin, 9.0) == 0
    assert payback_months(margin, 22.0) == 2
    assert payback_months(margin, 31.0) == float("inf")
