"""How many contacts a unit of spend buys against what it bought before."""

import numpy as np
import pandas as pd
import pytest

from mmm.steering.contacts import contacts_bought
from mmm.steering.periods import Window

WEEKS = pd.date_range("2025-01-06", periods=65, freq="W-MON")
QUARTER = Window(name="last_quarter", start=WEEKS[-13], last=WEEKS[-1], n_periods=13)


def facts(*, display=0.9, clicks_only=1.2):
    """A year at the usual price, then a quarter at these multiples of what a euro bought."""
    later = np.arange(65) >= 52
    spend = np.where(later, 500.0, 1_000.0)
    return pd.DataFrame(
        {
            "display_spend_with_impressions": spend,
            "display_impressions": 200.0 * spend * np.where(later, display, 1.0),
            "search_spend_with_clicks": spend,
            "search_clicks": 2.0 * spend * np.where(later, clicks_only, 1.0),
        },
        index=WEEKS,
    )


def bought(observed):
    return contacts_bought(observed, ("display", "search", "tv"), QUARTER, "weekly")


def test_impressions_count_first_then_clicks_and_what_is_not_counted_is_left_out():
    assert bought(facts()) == pytest.approx({"display": 0.9, "search": 1.2})


def test_weeks_without_contacts_or_without_spend_say_nothing_of_their_price():
    observed = facts()
    observed.loc[WEEKS[10], "display_impressions"] = 0.0
    observed.loc[WEEKS[20], "display_spend_with_impressions"] = 0.0
    observed.loc[WEEKS[-1], ["display_impressions", "display_spend_with_impressions"]] = np.nan
    assert bought(observed)["display"] == pytest.approx(0.9)


@pytest.mark.parametrize("change", [0.1, 5.0])
def test_a_count_that_changed_its_meaning_is_no_change_of_price(change):
    assert set(bought(facts(display=change))) == {"search"}


def test_less_than_a_quarter_before_is_too_little_to_compare_with():
    assert bought(facts().iloc[-20:]) == {}
    assert set(bought(facts().iloc[-26:])) == {"display", "search"}
