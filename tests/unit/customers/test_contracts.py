"""Contracts to lives, values and tables: counts by hand, closed forms, what is refused and hidden."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from hand_made_customers import Source, make_panel, make_params, table_of
from mmm.customers import (
    Contractual,
    LtvTerms,
    customer_tables,
    discounted_residual_lifetime,
    read_contracts,
    renewals_of,
    residual_lifetimes,
    subscription_values,
    survival,
)
from mmm.customers.families import renewal_density
from mmm.errors import UserInputError
from mmm.params import RunParams
from mmm.records import TABLES
from mmm.simulate import ContractTruth, simulate_contracts

UNTIL = date(2026, 1, 4)


def contracts(*rows):
    frame = pd.DataFrame(list(rows), columns=["customer", "date", "date_end", "amount", "channel"])
    for name in ("date", "date_end"):
        frame[name] = pd.to_datetime(frame[name])
    return table_of(frame.astype({"amount": float}))


def test_renewals_are_counted_from_starts_and_ends():
    seen = read_contracts(
        contracts(
            ("left at once", "2025-01-15", "2025-02-15", 10, "search"),  # the day after the last one paid
            ("the same", "2025-01-15", "2025-02-14", 10, "search"),  # the last day paid
            ("renewed twice", "2025-01-15", "2025-04-15", 10, "search"),
            ("still there", "2025-10-05", None, 10, "search"),  # the third renewal is due on 5 January
            ("leaves later", "2025-12-05", "2026-03-05", 10, "social"),
            ("came back", "2025-01-01", "2025-02-01", 10, "social"),
            ("came back", "2025-11-04", None, 30, "search"),
            ("after the end", "2026-01-20", None, 10, "social"),
            ("ends first", "2025-05-05", "2025-05-01", 10, "social"),
        ),
        "subs",
        1,
        UNTIL,
    )
    counts = renewals_of(seen.lives)
    assert counts.lost.tolist()[:4] == [2, 0, 1, 0]
    assert np.flatnonzero(counts.kept).tolist() == [0, 2, 12]
    assert counts.reached[:3].tolist() == [5, 3, 2]
    assert counts.renewed[:3].tolist() == [3, 3, 1]
    assert seen.acquired.set_index("channel")["count"].groupby("channel").sum().to_dict() == {
        "search": 4,
        "social": 2,
    }
    assert seen.lives.loc[seen.lives["renewals"] == 12, "amount"].tolist() == [20.0]
    assert (seen.observed_until, seen.first_day) == (UNTIL, date(2025, 1, 1))


def test_yearly_contracts_renew_once_a_year():
    rows = [("a", "2022-03-10", "2025-03-10", 100, "tv"), ("b", "2023-03-10", None, 100, "tv")]
    counts = renewals_of(read_contracts(contracts(*rows), "subs", 12, UNTIL).lives)
    assert counts.lost.tolist() == [0, 0, 1]
    assert counts.kept.tolist() == [0, 0, 1, 0]


def test_residual_lifetimes_are_the_closed_form_and_its_sum():
    sbg = Contractual(alpha=np.array([0.7, 1.2]), beta=np.array([3.0, 5.0]))
    found = residual_lifetimes(sbg, 0.1, 3)
    one = Contractual(alpha=1.2, beta=5.0)
    assert found[1].tolist() == pytest.approx(
        [discounted_residual_lifetime(one, 0.1, renewals) for renewals in (1, 2, 3)]
    )
    almost = Contractual(alpha=sbg.alpha, beta=sbg.beta, power=np.array([1.0 + 1e-9, 1.0 + 1e-9]))
    np.testing.assert_allclose(residual_lifetimes(almost, 0.1, 3), found, rtol=1e-6)


def params(**customers):
    given = make_params().model_dump()
    given["sources"]["orders"]["content"] = "contracts"
    given["customers"] = {"source": "orders", "margin_rate": 0.5, "horizon_months": 24, **customers}
    return RunParams.model_validate(given)


@pytest.fixture(scope="module")
def result():
    truth = {
        "search": ContractTruth(share=0.6, alpha=0.8, beta=4.0),
        "social": ContractTruth(share=0.3, alpha=1.0, beta=2.5),
        "radio": ContractTruth(share=0.005, alpha=1.0, beta=2.5),
        "direct": ContractTruth(share=0.095, alpha=1.0, beta=2.5),
    }
    table = table_of(simulate_contracts(7, truth, 1_000, first=date(2025, 1, 6), until=UNTIL))
    return customer_tables(params(), {"orders": Source(table, "contracts")}, make_panel())


@pytest.mark.parametrize("n_parameters", [2, 3])
def test_the_density_is_that_of_lives_and_its_slope_that_of_its_differences(n_parameters):
    lost, kept = np.array([40.0, 25.0, 12.0, 0.0]), np.array([3.0, 5.0, 7.0, 0.0, 30.0])
    density = renewal_density(lost, kept, n_parameters)
    point = np.array([0.2, 1.1, -0.3])[:n_parameters]
    value, slope = density(point)
    alpha, beta, *power = np.exp(point)
    alive = survival(Contractual(alpha=alpha, beta=beta, power=power[0] if power else 1.0), np.arange(5))
    assert value == pytest.approx(lost @ np.log(alive[:-1] - alive[1:]) + kept @ np.log(alive), rel=1e-12)
    moves = 1e-5 * np.eye(n_parameters)
    differences = [(density(point + move)[0] - density(point - move)[0]) / 2e-5 for move in moves]
    np.testing.assert_allclose(slope, differences, rtol=1e-6)


def test_sampling_agrees_with_laplace_where_leavers_are_many_and_says_that_it_was_done():
    truth = {"search": ContractTruth(share=1.0, alpha=0.8, beta=4.0, amount=20.0)}
    made = simulate_contracts(3, truth, 5_000, first=date(2023, 1, 1), until=UNTIL)
    subscribers = read_contracts(table_of(made), "subs", 1, UNTIL)
    terms = LtvTerms(margin_rate=0.5, discount_rate=0.1, horizon_months=24)
    drawn = {
        kind: subscription_values(subscribers, terms, "sbg", 2_000, 1, intervals=kind).ltv["search"]
        for kind in ("laplace", "sampling")
    }
    assert [one.is_sampled for one in drawn.values()] == [False, True]
    for share in (0.05, 0.5, 0.95):
        laplace, sampled = (float(np.quantile(one.draws, share)) for one in drawn.values())
        assert sampled == pytest.approx(laplace, rel=0.02)
        assert sampled != laplace


def test_contracts_fill_the_tables_of_customers_and_their_own(result):
    tables = result.tables
    for name in ("customers", "cac", "margin_curve", "acquisition_value", "customer_models", "retention"):
        assert tuple(tables[name].columns) == TABLES[name]
        assert len(tables[name])
    assert not tables["retention"].isna().any().any()
    assert sorted(tables["customer_models"]["model"]) == ["bdw", "sbg"]
    assert set(tables["customers"]["channel"]) == {"all", "search", "social"}
    curve = tables["margin_curve"].query("channel == 'search'")
    assert curve["month"].max() == 24
    (choice,) = [one for one in result.checks if one.check.startswith("customers.renewal_choice")]
    assert choice.message.startswith(f"LTV rests on {choice.subject}: its forecast of the renewals held out")


def test_no_cell_of_few_subscribers_is_shown(result):
    shown = result.tables["retention"]
    assert (shown["n_customers"] >= 10).all()
    assert {"radio", "direct"}.isdisjoint(shown["channel"])


def test_nobody_who_left_is_said():
    table = contracts(*[(f"c{at}", "2025-03-03", None, 10, "search") for at in range(40)])
    found = customer_tables(params(), {"orders": Source(table, "contracts")}, make_panel())
    ended = {one.check: one for one in found.notices}["customers.contracts_ended"]
    assert ended.message == "0 customers left; a rate of renewal needs at least 10."
    assert not found.tables["retention"].isna().any().any()


def test_no_usable_contract_is_refused():
    table = contracts(("a", "2025-05-05", "2025-05-01", 10, "tv"))
    with pytest.raises(UserInputError, match="found no contract with a customer, a start and an amount"):
        read_contracts(table, "subs", 1, UNTIL)
