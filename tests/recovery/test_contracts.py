"""LTV of subscribers by channel against planted chances of leaving.

Truth is the closed form of sBG or BdW at the parameters that drew the contracts; what is read back is a
table of starts and ends. The renewals of a channel are Fader and Hardie's (2007) equation 7, held out here
by the planted values themselves.
"""

from datetime import date

import numpy as np
import pytest

from hand_made_customers import table_of
from mmm.customers import (
    Contractual,
    LtvTerms,
    read_contracts,
    retention_table,
    subscription_values,
    survival,
)
from mmm.simulate import ContractTruth, simulate_contracts

TERMS = LtvTerms(margin_rate=0.5, discount_rate=0.1, horizon_months=36)
FIRST, UNTIL = date(2023, 1, 1), date(2026, 1, 4)
SBG = {
    "search": ContractTruth(share=0.4, alpha=0.8, beta=4.0, amount=20.0),
    "social": ContractTruth(share=0.3, alpha=1.0, beta=2.5, amount=18.0),
    "tv": ContractTruth(share=0.3, alpha=0.7, beta=6.0, amount=25.0),
}
BDW = {"search": ContractTruth(share=1.0, alpha=1.2, beta=7.0, power=0.6, amount=20.0)}


def planted(one):
    model = Contractual(alpha=one.alpha, beta=one.beta, power=one.power)
    months = np.arange(36)
    return 0.5 * one.amount * float(survival(model, months) @ 1.1 ** (-months / 12))


def found(truth, seed, n_customers):
    table = table_of(simulate_contracts(seed, truth, n_customers, first=FIRST, until=UNTIL))
    subscribers = read_contracts(table, "contracts", 1, UNTIL)
    return subscribers, subscription_values(subscribers, TERMS, "best", 1_000, seed)


def test_intervals_hold_the_planted_value_in_four_worlds():
    held, errors = [], []
    for seed in (1, 2, 3, 4):
        _, values = found(SBG, seed, 6_000)
        for name, one in SBG.items():
            draws = values.ltv[name].draws
            low, high = np.quantile(draws, [0.05, 0.95])
            held.append(low <= planted(one) <= high)
            errors.append(abs(draws.mean() / planted(one) - 1.0))
    # 12 intervals of 90 %: fewer than 8 happens 4 times in 1,000 when they are right.
    assert sum(held) >= 8
    assert np.median(errors) < 0.04


def test_the_family_that_drew_the_contracts_forecasts_them_best():
    subscribers, values = found(BDW, 5, 20_000)
    models = values.models.set_index("model")
    assert values.family == "bdw"
    assert abs(models.loc["bdw", "gap"]) < abs(models.loc["sbg", "gap"])
    assert models.loc["bdw", "log_likelihood"] > models.loc["sbg", "log_likelihood"] + 2.0
    assert values.renewing["all"].power.mean() == pytest.approx(0.6, abs=0.08)
    shown = retention_table(values, subscribers, TERMS, frozenset()).query("channel == 'all'")
    model = Contractual(alpha=1.2, beta=7.0, power=0.6)
    expected = survival(model, shown["renewal"]) / survival(model, shown["renewal"] - 1)
    np.testing.assert_allclose(shown["retention_mean"], expected, atol=0.015)
