"""BG/NBD and Gamma-Gamma against figures printed in papers, manuals and their authors' sheets.

CDNOW: 2,357 customers, purchases of 1997-01 to 1998-06, calibration to 1997-09-30, in weeks.
FHL: Fader, Hardie and Lee (2005), Marketing Science 24(2). Note 025: Fader and Hardie (2013).
BTYD: manual and walkthrough of the R package. Sheet: the authors' spreadsheets, as quoted by the
test suite of lifetimes 0.11; their solver stops a little short of the maximum.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from hand_made_customers import CDNOW, CDNOW_SPEND, table_of
from mmm.customers import (
    SpendPatterns,
    expected_purchases,
    expected_purchases_given,
    expected_spend,
    fit_bgnbd,
    fit_gamma_gamma,
    purchase_patterns,
    purchase_probability,
)
from mmm.customers.gamma_gamma import spend_frequency_correlation
from mmm.customers.history import read_history


@pytest.fixture(scope="module")
def summary(reference_data):
    return pd.read_csv(reference_data / "ltv" / "cdnow_customers_summary_with_transactions.csv")


@pytest.fixture(scope="module")
def patterns(summary):
    return purchase_patterns(summary["x"], summary["t_x"], summary["T"])


@pytest.fixture(scope="module")
def spend(summary):
    repeat = summary[(summary["x"] > 0) & (summary["zbar"] > 0)]
    return SpendPatterns(
        frequency=repeat["x"].to_numpy(dtype=float),
        mean_spend=repeat["zbar"].to_numpy(),
        count=np.ones(len(repeat)),
    )


@pytest.mark.reference
def test_bgnbd_estimates(patterns):
    model = fit_bgnbd(patterns)
    # FHL, table 2: 0.243, 4.414, 0.793, 2.426, log-likelihood -9582.4.
    assert [round(figure, 3) for figure in (model.r, model.alpha, model.a, model.b)] == [
        0.243,
        4.414,
        0.793,
        2.426,
    ]
    assert round(model.log_likelihood, 1) == -9582.4
    assert model.undetermined == ()


@pytest.mark.reference
def test_estimates_do_not_depend_on_how_rows_are_grouped(summary, patterns):
    distinct = len(patterns.count)
    assert distinct < len(summary)
    ungrouped = purchase_patterns(
        summary["x"], summary["t_x"] + np.arange(len(summary)) * 1e-12, summary["T"]
    )
    assert len(ungrouped.count) > distinct
    assert fit_bgnbd(ungrouped).log_likelihood == pytest.approx(fit_bgnbd(patterns).log_likelihood, abs=1e-6)


@pytest.mark.reference
def test_expected_purchases_of_one_customer_and_of_all(patterns):
    model = fit_bgnbd(patterns)
    one = expected_purchases_given(model, 39.0, frequency=2, recency=30.43, age=38.86)
    assert round(float(one), 3) == 1.226  # sheet
    known = {"frequency": patterns.frequency, "recency": patterns.recency, "age": patterns.age}
    total = float(expected_purchases_given(model, 39.0, **known) @ patterns.count)
    assert total == pytest.approx(1653.423, abs=5e-4)  # lifetimes 0.11.3 on the same rows


@pytest.mark.reference
def test_expected_purchases_of_a_new_customer(patterns):
    found = expected_purchases(fit_bgnbd(patterns), [0.1429, 1.0, 3.0, 31.8571, 32.0, 78.0])
    # Sheet; 5e-4 because its parameters are not quite at the maximum.
    np.testing.assert_allclose(found, [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576], atol=5e-4)


def test_probabilities_of_purchase_counts():
    # BTYD manual, bgnbd.pmf at the estimates of FHL.
    assert float(purchase_probability(CDNOW, 10, 2.0)) == pytest.approx(1.07869e-07, abs=5e-13)
    assert float(purchase_probability(CDNOW, 0, 39.0)) == pytest.approx(0.5737864, abs=5e-8)
    printed = [
        0.0019995214, 0.0015170236, 0.0011633150, 0.0009003148, 0.0007023638,
        0.0005517902, 0.0004361913, 0.0003467171, 0.0002769613, 0.0002222260,
    ]  # fmt: skip
    np.testing.assert_allclose(purchase_probability(CDNOW, np.arange(11, 21), 30.0), printed, atol=5e-11)


@pytest.mark.reference
def test_gamma_gamma_estimates(spend):
    model = fit_gamma_gamma(spend)
    assert spend.n_customers == 946
    # Note 025: 6.25, 3.74, 15.44 (the last one is 15.4477 at the maximum), mean 35.17.
    assert (round(model.p, 2), round(model.q, 2)) == (6.25, 3.74)
    assert model.v == pytest.approx(15.44, abs=0.01)
    assert round(model.mean, 2) == 35.17
    assert round(model.log_likelihood, 2) == -4055.92  # CLVTools 0.12
    assert round(spend_frequency_correlation(spend), 2) == 0.11  # note 025


@pytest.mark.reference
def test_expected_spend_of_the_first_ten_customers(summary, spend):
    model = fit_gamma_gamma(spend)
    printed = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]  # sheet of note 025
    found = expected_spend(model, summary["x"][:10], summary["zbar"][:10])
    np.testing.assert_allclose(found, printed, atol=0.011)  # the sheet rounds its parameters


def test_the_mean_of_the_population_at_the_printed_parameters():
    assert CDNOW_SPEND.mean == pytest.approx(6.25 * 15.44 / 2.74)


@pytest.mark.reference
def test_the_database_gives_the_published_histories(reference_data, summary):
    log = pd.read_csv(reference_data / "real" / "cdnow_sample_transactions.csv", dtype={"customer_id": str})
    table = table_of(
        pd.DataFrame(
            {"customer": log["customer_id"], "date": pd.to_datetime(log["date"]), "amount": log["value_usd"]}
        )
    )
    history = read_history(table, "cdnow", date(1997, 9, 30))
    (everybody,) = history.cohorts
    published = purchase_patterns(
        summary["x"], (summary["t_x"] * 7).round() / 7, (summary["T"] * 7).round() / 7
    )
    for name in ("frequency", "recency", "age", "count"):
        np.testing.assert_allclose(getattr(everybody.purchases, name), getattr(published, name), atol=1e-9)
    assert everybody.spend.n_customers == 946
    assert round(fit_bgnbd(everybody.purchases).log_likelihood, 1) == -9582.4
    assert round(fit_gamma_gamma(everybody.spend).mean, 1) == 35.2
