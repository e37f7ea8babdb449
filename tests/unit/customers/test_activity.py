"""Customers who come and go, against dates counted by hand."""

import pandas as pd
import pytest

from hand_made_customers import table_of
from mmm.customers.activity import buying_activity, contract_activity


def lines(columns, *rows):
    frame = pd.DataFrame(list(rows), columns=columns)
    for name in {"date", "date_end"} & set(columns):
        frame[name] = pd.to_datetime(frame[name])
    return table_of(frame.astype({"amount": float}))


def days(found, column):
    moved = found.moves[column]
    return {f"{day:%Y-%m-%d}": int(count) for day, count in moved[moved > 0].items()}


def test_a_buyer_is_lost_after_a_year_of_silence_and_may_come_back():
    found = buying_activity(
        lines(
            ["customer", "date", "amount"],
            ("faithful", "2023-01-10", 5),
            ("faithful", "2024-01-10", 5),  # the 365th day: still there
            ("faithful", "2025-01-01", 5),
            ("back", "2023-02-01", 5),  # lost on 1 February 2024
            ("back", "2024-02-02", 5),
            ("twice a day", "2023-03-01", 5),
            ("twice a day", "2023-03-01", 7),
            ("refunded", "2023-03-05", -7),  # not a purchase
            ("last", "2025-02-10", 5),
        ),
        "shop",
    )
    assert days(found, "came") == {
        "2023-01-10": 1, "2023-02-01": 1, "2024-02-02": 1, "2023-03-01": 1, "2025-02-10": 1,
    }  # fmt: skip
    assert days(found, "left") == {"2024-02-01": 1, "2024-02-29": 1, "2025-02-01": 1}
    assert (found.known_from, found.known_until) == (pd.Timestamp("2024-01-10"), pd.Timestamp("2025-02-10"))


def test_a_subscriber_is_there_from_the_first_start_to_the_last_end():
    found = contract_activity(
        lines(
            ["customer", "date", "date_end", "amount"],
            ("changed", "2025-01-01", "2025-03-31", 5),
            ("changed", "2025-04-01", "2025-06-30", 7),
            ("runs", "2025-02-01", "2025-02-28", 5),
            ("runs", "2025-03-01", None, 5),
            ("left", "2025-01-01", "2025-05-31", 5),
        ),
        "subs",
    )
    assert days(found, "came") == {"2025-01-01": 2, "2025-02-01": 1}
    assert days(found, "left") == {"2025-05-31": 1, "2025-06-30": 1}


@pytest.mark.parametrize(
    ("count", "columns", "undated"),
    [
        (buying_activity, ["customer", "date", "amount"], ("a", None, 5)),
        (contract_activity, ["customer", "date", "date_end", "amount"], ("a", None, None, 5)),
    ],
)
def test_nobody_is_no_activity(count, columns, undated):
    assert count(lines(columns, undated), "empty") is None
