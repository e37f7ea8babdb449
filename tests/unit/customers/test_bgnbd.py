"""BG/NBD and Gamma-Gamma where data are hard: nothing breaks, and what has no estimate is named."""

import numpy as np
import pytest

from hand_made_customers import CDNOW, CDNOW_SPEND
from mmm.customers import (
    BgNbd,
    GammaGamma,
    PurchasePatterns,
    SpendPatterns,
    draw_buying,
    draw_mean_spend,
    expected_purchases,
    expected_purchases_given,
    expected_spend,
    fit_bgnbd,
    fit_gamma_gamma,
    probability_active,
    purchase_patterns,
)
from mmm.customers.gamma_gamma import spend_frequency_correlation


def spends(frequency, mean_spend):
    ones = np.ones(len(frequency))
    return SpendPatterns(
        frequency=np.array(frequency, dtype=float), mean_spend=np.array(mean_spend, dtype=float), count=ones
    )


def finite(draws):
    return all(np.isfinite(part).all() and (part > 0).all() for part in draws.values)


def test_nobody_buys_again():
    patterns = purchase_patterns(np.zeros(500), np.zeros(500), np.linspace(1, 50, 500))
    model = fit_bgnbd(patterns)
    assert {"r", "a", "b"} <= set(model.undetermined)
    draws = draw_buying(patterns, 200, np.random.default_rng(1))
    assert finite(draws)
    assert float(expected_purchases(draws, 52.0).mean()) < 0.05


def test_all_customers_are_identical():
    patterns = purchase_patterns(np.full(300, 4), np.full(300, 20.0), np.full(300, 26.0))
    model = fit_bgnbd(patterns)
    assert np.isfinite(model.log_likelihood)
    draws = draw_buying(patterns, 500, np.random.default_rng(1))
    assert finite(draws)
    assert float(np.median(expected_purchases(draws, 26.0))) == pytest.approx(4.0, rel=0.15)


def test_nobody_ever_leaves():
    rng = np.random.default_rng(3)
    bought = rng.poisson(rng.gamma(2.0, 3.0, 4000))
    recency = 50.0 * rng.random(4000) ** (1 / np.maximum(bought, 1)) * (bought > 0)
    patterns = purchase_patterns(bought, recency, np.full(4000, 50.0))
    model = fit_bgnbd(patterns)
    assert model.a / (model.a + model.b) < 0.02
    draws = draw_buying(patterns, 200, np.random.default_rng(1))
    assert finite(draws)
    assert float(expected_purchases(draws, 50.0).mean()) == pytest.approx(bought.mean(), rel=0.05)


def test_customers_observed_for_no_time_cannot_be_fitted():
    with pytest.raises(ValueError, match="observed for some time"):
        fit_bgnbd(purchase_patterns([0, 0], [0, 0], [0, 0]))


def test_patterns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="one length"):
        PurchasePatterns(frequency=np.ones(2), recency=np.ones(1), age=np.ones(2), count=np.ones(2))


@pytest.mark.parametrize("frequency", [0, 1, 60, 400, 3000])
def test_thousands_of_purchases_are_no_overflow(frequency):
    known = {"frequency": frequency, "recency": 199.0 if frequency else 0.0, "age": 200.0}
    active = float(probability_active(CDNOW, **known))
    to_come = float(expected_purchases_given(CDNOW, 10.0, **known))
    assert 0 < active <= 1
    assert 0 < to_come < (frequency + 1) * 10 / 200 * 1.1


@pytest.mark.parametrize("a", [1 - 1e-9, 1.0, 1 + 1e-9])
def test_expected_purchases_pass_smoothly_through_a_equal_to_one(a):
    def at(value):
        return float(expected_purchases(BgNbd(r=0.5, alpha=6, a=value, b=2, log_likelihood=0, n_customers=1, unit="weeks", undetermined=()), 30.0))  # fmt: skip

    assert at(a) == pytest.approx((at(1 - 1e-4) + at(1 + 1e-4)) / 2, rel=1e-6)


def test_time_in_days_or_weeks_gives_the_same_model():
    rng = np.random.default_rng(7)
    bought = rng.negative_binomial(0.5, 0.3, 800)
    age = rng.integers(50, 300, 800)
    recency = np.where(bought > 0, np.floor(rng.random(800) * age), 0)
    weeks, days = (fit_bgnbd(purchase_patterns(bought, recency / u, age / u)) for u in (7.0, 1.0))
    assert days.alpha == pytest.approx(7 * weeks.alpha, rel=1e-4)
    assert (days.r, days.a, days.b) == pytest.approx((weeks.r, weeks.a, weeks.b), rel=1e-4)
    # A density in time: each purchase carries one more log 7.
    assert weeks.log_likelihood - days.log_likelihood == pytest.approx(bought.sum() * np.log(7.0), rel=1e-9)


def test_everybody_always_spends_the_same():
    patterns = spends([1, 2, 3, 4], [30.0, 30.0, 30.0, 30.0])
    model = fit_gamma_gamma(patterns)
    assert model.undetermined
    assert model.mean == pytest.approx(30.0, rel=1e-3)
    draws = draw_mean_spend(patterns, 200, np.random.default_rng(1))
    assert np.isfinite(draws).all()
    assert draws.mean() == pytest.approx(30.0, rel=0.2)


def test_a_heavy_tail_has_no_mean_and_says_so():
    rng = np.random.default_rng(5)
    scale = 10.0 / rng.gamma(0.6, 1.0, 3000)
    model = fit_gamma_gamma(spends(np.full(3000, 3.0), rng.gamma(12.0, 1 / 3.0, 3000) * scale / 4))
    assert model.q < 1
    assert model.mean == float("inf")


def test_spend_of_a_customer_moves_from_the_population_to_his_own():
    assert float(expected_spend(CDNOW_SPEND, 0, 0)) == pytest.approx(CDNOW_SPEND.mean)
    assert float(expected_spend(CDNOW_SPEND, 1000, 80.0)) == pytest.approx(80.0, rel=0.01)


def test_no_repeat_purchase_has_no_spend_model():
    with pytest.raises(ValueError, match="found none"):
        fit_gamma_gamma(spends([], []))


def test_correlation_counts_each_customer():
    patterns = SpendPatterns(
        frequency=np.array([1.0, 2.0, 4.0]),
        mean_spend=np.array([10.0, 30.0, 20.0]),
        count=np.array([5.0, 1.0, 2.0]),
    )
    one_by_one = [np.repeat(part, [5, 1, 2]) for part in (patterns.frequency, patterns.mean_spend)]
    assert spend_frequency_correlation(patterns) == pytest.approx(np.corrcoef(*one_by_one)[0, 1])


def test_a_constant_spend_has_no_correlation():
    assert spend_frequency_correlation(spends([1, 2], [5.0, 5.0])) == 0.0


def test_a_mean_of_the_population_needs_q_above_one():
    assert GammaGamma(p=1, q=1.0, v=1, log_likelihood=0, n_customers=1, undetermined=()).mean == float("inf")
