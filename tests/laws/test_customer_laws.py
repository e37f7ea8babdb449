"""Closed forms and identities of BG/NBD and Gamma-Gamma, against second ways of computing them."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln, gammaln, roots_jacobi

from hand_made_customers import CDNOW
from mmm.customers import (
    BgBb,
    BgNbd,
    BuyingDraws,
    Contractual,
    SpendPatterns,
    discounted_lifetime,
    discounted_purchases_given,
    discounted_residual_lifetime,
    draw_buying,
    expected_purchases,
    expected_purchases_given,
    fit_bgnbd,
    fit_buying,
    fit_gamma_gamma,
    opportunity_probability,
    probability_active,
    purchase_patterns,
    purchase_probability,
    retention,
    sample_buying,
    standard_errors,
    survival,
)
from mmm.customers.families import buying_density, spend_density

HISTORIES = [(0, 0.0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (7, 29.43, 38.86), (26, 30.86, 31.0)]


def model(r, alpha, a, b):
    return BgNbd(r=r, alpha=alpha, a=a, b=b, log_likelihood=0, n_customers=1, unit="weeks", undetermined=())


def random_models(n, seed):
    rng = np.random.default_rng(seed)
    logs = rng.normal([-0.5, 1.5, 0.0, 1.0], [0.8, 0.8, 0.8, 0.8], (n, 4))
    return [model(*row) for row in np.exp(logs)]


def by_quadrature(given, time, nodes=200):
    """E[X(t)] = E over p ~ Beta(a, b) of (1 - (alpha / (alpha + p t))^r) / p."""
    x, weight = roots_jacobi(nodes, given.b - 1.0, given.a - 1.0)
    p = (x + 1.0) / 2.0
    return float(np.sum(weight / weight.sum() * -np.expm1(-given.r * np.log1p(p * time / given.alpha)) / p))


@pytest.mark.parametrize("given", random_models(12, 1), ids=str)
def test_expected_purchases_equal_their_integral_over_customers(given):
    for time in (0.5, 10.0, 60.0):
        assert float(expected_purchases(given, time)) == pytest.approx(by_quadrature(given, time), rel=1e-7)


@pytest.mark.parametrize("given", [CDNOW, *random_models(5, 2)], ids=str)
def test_probabilities_of_counts_add_up_to_one_and_to_the_expectation(given):
    counts = np.arange(4_000)
    chances = purchase_probability(given, counts, 20.0)
    assert chances.sum() == pytest.approx(1.0, abs=1e-6)
    assert chances @ counts == pytest.approx(float(expected_purchases(given, 20.0)), rel=1e-4)


@pytest.mark.parametrize("history", HISTORIES)
def test_a_customer_with_a_history_is_a_new_one_weighted_by_its_likelihood(history):
    # Second way: integrate over the rate and the drop-out of the customer, with Bayes' rule.
    x, recency, age = history
    given, horizon = CDNOW, 20.0
    node, weight = roots_jacobi(150, given.b + max(x - 1, 0) - 1.0, given.a - 1.0)
    p, share = (node + 1.0) / 2.0, weight / weight.sum()

    def posterior(rate):
        prior = rate ** (given.r + x - 1) * np.exp(-given.alpha * rate)
        stays = (1 - p) ** (1 if x else 0) * np.exp(-rate * age)
        left = p * np.exp(-rate * recency) if x else 0.0
        return prior * stays, prior * (stays + left)

    def expected(rate):
        return np.sum(share * posterior(rate)[0] * -np.expm1(-rate * p * horizon) / p)

    top = 25.0 * (x + 1) / (given.alpha + recency)

    def over_rates(value):
        return quad(value, 0, top, epsabs=0, epsrel=1e-9, limit=500)[0]

    total = over_rates(lambda rate: np.sum(share * posterior(rate)[1]))
    alive = over_rates(lambda rate: np.sum(share * posterior(rate)[0]))
    to_come = over_rates(expected)
    known = {"frequency": x, "recency": recency, "age": age}
    assert float(probability_active(given, **known)) == pytest.approx(alive / total, rel=1e-5)
    assert float(expected_purchases_given(given, horizon, **known)) == pytest.approx(
        to_come / total, rel=1e-5
    )


def test_the_likelihood_is_that_of_the_paper_written_plainly():
    rows = np.array([row for row in HISTORIES if row[0] < 10])
    value, _ = buying_density("bg_nbd", purchase_patterns(*rows.T))(
        np.log([0.243, 4.414 / 38.86, 0.793, 2.426])
    )
    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    expected = 0.0
    for x, recency, age in rows:
        front = np.exp(gammaln(r + x) - gammaln(r)) * alpha**r
        stays = np.exp(betaln(a, b + x) - betaln(a, b)) / (alpha + age) ** (r + x)
        left = np.exp(betaln(a + 1, b + x - 1) - betaln(a, b)) / (alpha + recency) ** (r + x) if x else 0.0
        expected += np.log(front * (stays + left))
    assert value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("point", [[0.1, -0.3, 0.4, 0.8], [-2.0, 1.5, -1.0, 3.0]])
def test_the_gradient_of_bgnbd_is_the_slope_of_its_likelihood(point):
    rng = np.random.default_rng(1)
    bought = rng.negative_binomial(0.4, 0.2, 200)
    age = rng.uniform(5, 60, 200)
    density = buying_density(
        "bg_nbd", purchase_patterns(bought, np.where(bought > 0, age * rng.random(200), 0.0), age)
    )
    assert_slope(density, np.array(point))


@pytest.mark.parametrize("form", [0, 1], ids=["p, q, v", "p, q - 1, mean"])
def test_the_gradient_of_gamma_gamma_is_the_slope_of_its_likelihood(form):
    rng = np.random.default_rng(2)
    patterns = SpendPatterns(
        frequency=rng.integers(1, 9, 200).astype(float),
        mean_spend=rng.gamma(3.0, 12.0, 200),
        count=rng.integers(1, 4, 200).astype(float),
    )
    assert_slope(spend_density(patterns, 30.0)[form], np.array([0.7, 0.9, -0.2]))


def assert_slope(density, point, step=1e-5):
    _, gradient = density(point)
    slopes = [
        (density(point + axis)[0] - density(point - axis)[0]) / (2 * step)
        for axis in np.eye(len(point)) * step
    ]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=1e-5)


def test_counting_a_customer_twice_is_listing_him_twice():
    rows = np.array([row for row in HISTORIES if row[0] < 10])
    double = np.vstack([rows, rows])
    once, twice = fit_bgnbd(purchase_patterns(*rows.T)), fit_bgnbd(purchase_patterns(*double.T))
    assert twice.log_likelihood == pytest.approx(2 * once.log_likelihood, rel=1e-8)


def test_changing_the_currency_changes_the_amounts_alone():
    rng = np.random.default_rng(3)
    x, z = rng.integers(1, 9, 400).astype(float), rng.gamma(3.0, 12.0, 400)
    euros, cents = (
        fit_gamma_gamma(SpendPatterns(frequency=x, mean_spend=z * rate, count=np.ones(400)))
        for rate in (1.0, 100.0)
    )
    assert (cents.p, cents.q) == pytest.approx((euros.p, euros.q), rel=1e-4)
    assert cents.mean == pytest.approx(100 * euros.mean, rel=1e-6)


@pytest.mark.parametrize("family", ["mbg_nbd", "pareto_nbd", "gompertz_nbd"])
@pytest.mark.parametrize("shift", [-1.0, 0.2, 0.9])
def test_the_gradient_of_every_family_is_the_slope_of_its_likelihood(family, shift):
    rng = np.random.default_rng(1)
    bought = rng.negative_binomial(0.4, 0.2, 100)
    age = rng.uniform(5, 60, 100)
    rows = purchase_patterns(bought, np.where(bought > 0, age * rng.random(100), 0.0), age)
    density = buying_density(family, rows)
    assert_slope(density, shift * np.linspace(-0.7, 0.9, density.n_parameters))


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("values", [(0.55, 10.6, 0.61, 11.7), (2.0, 3.0, 0.2, 40.0), (0.3, 40.0, 1.0, 2.0)])
def test_pareto_nbd_by_nodes_is_its_integral_over_the_time_of_death(history, values):
    x, recency, age = history
    r, alpha, s, beta = values
    if x > 100:
        return

    def dies(time):
        return s * (alpha + recency) ** (r + x) / (alpha + time) ** (r + x) / (beta + time) ** (s + 1)

    died = quad(dies, recency, age, epsabs=0, epsrel=1e-11, limit=400)[0]
    lives = ((alpha + recency) / (alpha + age)) ** (r + x) / (beta + age) ** s
    model = BuyingDraws(family="pareto_nbd", values=tuple(np.array([value]) for value in values))
    known = {"frequency": x, "recency": recency, "age": age}
    assert float(probability_active(model, **known)[0]) == pytest.approx(lives / (lives + died), rel=1e-9)
    value, _ = buying_density("pareto_nbd", purchase_patterns([x], [recency], [age]))(
        np.log([r, alpha / age, s, beta / age])
    )
    front = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    front -= (r + x) * np.log(alpha + recency)
    assert value == pytest.approx(front + np.log(lives + died), rel=1e-9)


@pytest.mark.parametrize("family", ["mbg_nbd", "pareto_nbd", "gompertz_nbd"])
def test_probabilities_of_every_family_add_up_to_the_expectation(family):
    values = {
        "mbg_nbd": (0.5, 6.0, 0.9, 1.6),
        "pareto_nbd": (0.55, 10.6, 0.61, 11.7),
        "gompertz_nbd": (0.55, 10.6, 0.61, 0.4, 0.03),
    }[family]
    model = BuyingDraws(family=family, values=tuple(np.array(value) for value in values))
    counts = np.arange(2_000)
    chances = purchase_probability(model, counts, 20.0)
    assert chances.sum() == pytest.approx(1.0, abs=1e-8)
    assert chances @ counts == pytest.approx(float(expected_purchases(model, 20.0)), rel=1e-7)


def test_gompertz_tends_to_pareto_when_growth_vanishes():
    known = {"frequency": 3, "recency": 20.0, "age": 30.0}
    pareto = BuyingDraws(family="pareto_nbd", values=tuple(np.array(v) for v in (0.55, 10.6, 0.61, 11.7)))
    growth = 1e-6
    close = BuyingDraws(
        family="gompertz_nbd", values=tuple(np.array(v) for v in (0.55, 10.6, 0.61, 11.7 * growth, growth))
    )
    for asked in (probability_active, lambda model, **kw: expected_purchases_given(model, 20.0, **kw)):
        assert float(asked(close, **known)) == pytest.approx(float(asked(pareto, **known)), rel=1e-4)


def test_the_sampler_and_laplace_agree_where_data_are_many():
    rng = np.random.default_rng(5)
    rate, chance, age = rng.gamma(0.8, 1 / 6.0, 8000), rng.beta(0.9, 2.5, 8000), rng.uniform(20, 60, 8000)
    bought, last = np.zeros(8000), np.zeros(8000)
    for i in range(8000):
        time = rng.exponential(1 / rate[i])
        while time < age[i]:
            bought[i], last[i] = bought[i] + 1, time
            if rng.random() < chance[i]:
                break
            time += rng.exponential(1 / rate[i])
    rows = purchase_patterns(bought, last, age)
    laplace = draw_buying(rows, 2000, np.random.default_rng(1))
    sampled = sample_buying(rows, 2000, 1)
    for name, ours, theirs, truth in zip(["r", "alpha", "a", "b"], laplace.values, sampled.values, (0.8, 6.0, 0.9, 2.5), strict=True):  # fmt: skip
        assert abs(ours.mean() - theirs.mean()) < 0.35 * theirs.std(), name
        assert ours.std() == pytest.approx(theirs.std(), rel=0.25), name
        assert abs(theirs.mean() - truth) < 4 * theirs.std(), name


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.5])
@pytest.mark.parametrize("power", [1.0, 0.7, 1.6])
def test_discounted_lifetimes_are_sums_over_renewals(rate, power):
    model = Contractual(alpha=0.7, beta=1.2, power=power)
    periods = np.arange(200_000)
    paid = survival(model, periods)
    assert discounted_lifetime(model, rate) == pytest.approx(
        np.sum(paid * (1 + rate) ** -periods.astype(float))
    )
    later = periods[3:]
    residual = np.sum(paid[3:] / paid[2] * (1 + rate) ** -(later - 3.0))
    assert discounted_residual_lifetime(model, rate, 3) == pytest.approx(residual)
    assert retention(model, 4) == pytest.approx(paid[4] / paid[3])


def test_discounted_purchases_of_bgnbd_are_those_of_a_long_sum():
    known = {"frequency": 4, "recency": 20.0, "age": 30.0}
    times = np.linspace(0, 6000, 600_001)
    to_come = expected_purchases_given(CDNOW, times, **known)
    rate = 0.01
    total = np.sum(np.diff(to_come) * np.exp(-rate * (times[1:] + times[:-1]) / 2))
    assert float(discounted_purchases_given(CDNOW, rate, **known)) == pytest.approx(total, rel=1e-5)


def test_opportunities_lived_and_taken_add_up():
    model = BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.8, log_likelihood=0, undetermined=())
    assert opportunity_probability(model, np.arange(7), 6).sum() == pytest.approx(1.0)


def simulated_lives(family, values, n, seed):
    """Buy until death or drop-out, as the family says; frequency, recency, age, purchases in the next 30."""
    rng = np.random.default_rng(seed)
    r, alpha, first, second = values
    age = rng.uniform(20, 60, n)
    rate, ends = rng.gamma(r, 1 / alpha, n), np.full(n, np.inf)
    if family == "pareto_nbd":
        ends = rng.exponential(1.0, n) / rng.gamma(first, 1 / second, n)
        leaves = np.zeros(n)
    else:
        leaves = rng.beta(first, second, n)
    bought, last, later = np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        time = 0.0
        gone = family == "mbg_nbd" and rng.random() < leaves[i]
        while not gone:
            time += rng.exponential(1 / max(rate[i], 1e-12))
            if time > min(ends[i], age[i] + 30.0):
                break
            if time <= age[i]:
                bought[i], last[i] = bought[i] + 1, time
            else:
                later[i] += 1
            gone = rng.random() < leaves[i]
    return bought, last, age, later


@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("bg_nbd", (0.8, 6.0, 0.9, 2.5)),
        ("mbg_nbd", (0.8, 6.0, 0.9, 2.5)),
        ("pareto_nbd", (0.8, 6.0, 0.7, 20.0)),
    ],
)
def test_simulated_customers_give_their_parameters_and_their_future_back(family, values):
    bought, last, age, later = simulated_lives(family, values, 6000, seed=11)
    rows = purchase_patterns(bought, last, age)
    model = fit_buying(rows, family)
    # Four standard errors on each of four logs: one false alarm in 4,000.
    errors = standard_errors(model, rows) / np.array(model.values)
    assert (np.abs(np.log(np.array(model.values) / values)) < 4 * errors).all()
    expected = expected_purchases_given(model, 30.0, frequency=bought, recency=last, age=age)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.06)
    # Customer by customer: the future follows its expectation within fifths of customers.
    order = np.array_split(np.argsort(expected), 5)
    for group in order[2:]:
        spread = 4 * np.sqrt(later[group].var() / len(group))
        assert later[group].mean() == pytest.approx(expected[group].mean(), abs=spread + 0.02)
