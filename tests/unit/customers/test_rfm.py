"""Each rule of the purchase histories, on a few lines worked out by hand."""

from datetime import date

import pytest

from hand_made_customers import lines, table_of
from mmm.customers import purchases, purchases_without_refunds, rfm
from mmm.customers.history import read_history
from mmm.errors import UserInputError


def histories(table, until=date(2025, 3, 31)):
    found = rfm(purchases(table, until), until).execute()
    return found.set_index("customer").sort_index()


def test_a_history_is_counted_in_days_and_cents():
    found = histories(
        lines(("a", "2025-01-01", 10.5, "tv"), ("a", "2025-01-31", 20, "x"), ("a", "2025-03-01", 5, "x"))
    )
    assert found.loc["a", ["channel", "frequency", "recency", "age"]].tolist() == ["tv", 2, 59, 89]
    assert found.loc["a", ["first_cents", "repeat_cents"]].tolist() == [1050, 2500]


def test_lines_of_one_day_are_one_purchase():
    found = histories(
        lines(("a", "2025-01-01 09:00", 10), ("a", "2025-01-01 18:00", 4), ("a", "2025-01-02", 7))
    )
    assert found.loc["a", ["frequency", "first_cents", "repeat_cents"]].tolist() == [1, 1400, 700]


def test_a_refund_is_taken_off_the_purchase_before_it():
    found = histories(
        lines(
            ("a", "2025-01-01", 50), ("a", "2025-01-10", 30), ("a", "2025-01-20", -12), ("a", "2025-02-01", 9)
        )
    )
    assert found.loc["a", ["frequency", "recency", "first_cents", "repeat_cents"]].tolist() == [
        2,
        31,
        5000,
        2700,
    ]


def test_a_purchase_refunded_in_full_never_took_place():
    found = histories(
        lines(
            ("a", "2025-01-01", 50), ("a", "2025-01-05", -50), ("a", "2025-02-01", 20), ("b", "2025-01-01", 8)
        )
    )
    assert found.loc["a", "first_day"].date() == date(2025, 2, 1)
    assert found.loc["a", ["frequency", "first_cents"]].tolist() == [0, 2000]


def test_a_customer_with_refunds_alone_is_no_customer():
    assert list(histories(lines(("a", "2025-01-01", -50), ("b", "2025-01-01", 8))).index) == ["b"]


def test_a_gift_is_a_purchase_worth_nothing():
    found = histories(lines(("a", "2025-01-01", 0), ("a", "2025-01-09", 12)))
    assert found.loc["a", ["frequency", "first_cents", "repeat_cents"]].tolist() == [1, 0, 1200]


def test_lines_after_the_end_of_observation_do_not_count():
    found = histories(lines(("a", "2025-01-01", 5), ("a", "2025-06-01", 5), ("b", "2025-06-01", 5)))
    assert found["frequency"].to_dict() == {"a": 0}


def test_lines_without_customer_date_or_amount_are_left_out_and_counted():
    table = lines(
        ("a", "2025-01-01", 5), (None, "2025-01-02", 5), ("a", None, 5), ("b", "2025-01-03", float("nan"))
    )
    table = table.mutate(amount=table.amount.nullif(float("nan")))
    history = read_history(table, "orders")
    assert history.n_left_out == 3
    assert sum(cohort.n_customers for cohort in history.cohorts) == 1


def test_customers_without_a_channel_are_unknown_even_when_a_later_purchase_has_one():
    found = histories(
        lines(("a", "2025-01-01", 5, None), ("a", "2025-02-01", 5, "tv"), ("b", "2025-01-01", 5, "tv"))
    )
    assert found["channel"].to_dict() == {"a": "unknown", "b": "tv"}


def test_the_shorter_reading_agrees_where_nothing_is_refunded():
    table = lines(("a", "2025-01-01", 5, "tv"), ("a", "2025-01-01", 6, "tv"), ("a", "2025-02-01", 0, None))
    until = date(2025, 3, 1)
    short = purchases_without_refunds(table, until).order_by("day").execute()
    assert short.to_dict() == purchases(table, until).order_by("day").execute().to_dict()


def test_a_customer_never_leaves_the_database():
    history = read_history(
        lines(("jean.dupont", "2025-01-01", 5), ("jean.dupont", "2025-02-01", 5)), "orders"
    )
    assert "jean.dupont" not in repr(history) + repr([vars_of(cohort) for cohort in history.cohorts])


def vars_of(cohort):
    return cohort.purchases.frequency, cohort.spend.mean_spend, cohort.first_spend


def test_an_empty_table_is_refused_in_words():
    with pytest.raises(UserInputError) as refused:
        read_history(lines(("a", "2025-01-01", 5)).limit(0), "orders")
    assert str(refused.value) == (
        "orders: 1 problem\n  - found no line with a customer, a date and an amount, "
        "expected at least one: check the file and its `columns`"
    )


def test_nothing_but_refunds_is_refused_in_words():
    with pytest.raises(UserInputError, match="every purchase up to 2025-01-09 was refunded in full"):
        read_history(lines(("a", "2025-01-01", 5), ("a", "2025-01-09", -5)), "orders")


def test_a_missing_column_is_refused_with_its_likely_name():
    table = lines(("a", "2025-01-01", 5)).rename(amounts="amount")
    with pytest.raises(UserInputError) as refused:
        read_history(table, "orders")
    assert refused.value.problems == (
        "found no column amount, did you mean amounts?: declare it in the source's columns",
    )


def test_observation_ends_with_the_calendar_when_lines_go_on():
    table = lines(("a", "2025-01-01", 5), ("a", "2025-05-01", 5), ("a", "2099-01-01", 5))
    assert read_history(table, "orders", date(2025, 6, 30)).observed_until == date(2025, 6, 30)
    assert read_history(table, "orders", date(2020, 6, 30)).observed_until == date(2099, 1, 1)


def test_refunds_beyond_what_was_paid_are_measured():
    history = read_history(
        lines(("a", "2025-01-01", 100), ("a", "2025-01-02", -130), ("b", "2025-01-01", 100)), "o"
    )
    assert (history.refunds, history.refunds_unmatched) == (pytest.approx(0.65), pytest.approx(0.15))


def test_one_customer_per_row_gives_the_same_counts():
    frame = lines(("a", "2025-01-01", 5), ("b", "2025-01-01", 5), ("b", "2025-01-15", 9)).execute()
    history = read_history(table_of(frame.drop(columns="row")), "orders", unit="days")
    patterns = history.cohorts[0].purchases
    assert (patterns.frequency.tolist(), patterns.recency.tolist(), patterns.age.tolist()) == (
        [0, 1],
        [0, 14],
        [14, 14],
    )
