"""Holidays with the days around them, and daily periods. Evidence: the calendar, counted by hand."""

import numpy as np
import pytest

from mmm.panel import build_panel, build_plan
from mmm.panel.days import holiday_shares
from mmm.quality.periods import periods
from mmm.sources import read_sources

MEDIA = ({"content": "media", "channel": "tv"}, "date,spend\n2026-12-07,100\n2027-01-01,50\n2027-01-03,30\n")
SALES = ({"content": "outcome"}, "date,ca\n" + "".join(f"2026-12-{day:02d},{day}\n" for day in range(7, 32)))
PLAN = ({"content": "plan"}, "date,channel,spend\n2027-01-04,tv,50\n2027-01-11,tv,50\n")
CALENDAR = {"start": "2026-12-07", "end": "2027-01-03"}
AROUND = {"holidays": {"lead_days": 6, "lag_days": 2}}


@pytest.fixture
def params_of(make_params):
    def make(calendar=CALENDAR, **model):
        return make_params(
            {"media": MEDIA, "sales": SALES, "plan": PLAN},
            country="FR",
            calendar=calendar,
            model=model,
        )

    return make


def shares(params):
    return holiday_shares(params, periods(params.calendar))


def test_days_before_and_after_a_holiday_are_columns_of_their_own(params_of):
    found = shares(params_of(**AROUND))
    # Christmas is Friday 25 December 2026: the six days before run from Saturday 19 to Thursday 24.
    np.testing.assert_allclose(found["Christmas Day"], [0, 0, 1 / 7, 0])
    np.testing.assert_allclose(found["Christmas Day, before"], [0, 2 / 7, 4 / 7, 0])
    np.testing.assert_allclose(found["Christmas Day, after"], [0, 0, 2 / 7, 0])
    # New Year's Day is the Friday after, in the last week.
    np.testing.assert_allclose(found["New Year's Day, before"], [0, 0, 2 / 7, 4 / 7])


def test_the_window_of_a_holiday_outside_the_periods_reaches_into_them(params_of):
    found = shares(params_of({"start": "2026-12-07", "end": "2026-12-31", "frequency": "daily"}, **AROUND))
    assert "New Year's Day" in found
    np.testing.assert_allclose(found["New Year's Day, before"], [0.0] * 19 + [1.0] * 6)


def test_days_around_follow_their_holiday_in_the_order_of_the_year(params_of):
    names = list(shares(params_of(**AROUND)))
    assert names[:3] == ["New Year's Day", "New Year's Day, before", "New Year's Day, after"]
    assert list(shares(params_of())) == [name for name in names if not name.endswith(("before", "after"))]


def test_a_window_of_zero_days_adds_nothing_and_false_takes_all_away(params_of):
    assert list(shares(params_of(holidays={"lag_days": 0}))) == list(shares(params_of()))
    assert shares(params_of(holidays=False)) == {}


def test_the_plan_has_the_columns_of_the_panel(params_of):
    params = params_of(**AROUND)
    tables = read_sources(params)
    panel = build_panel(params, tables)
    plan = build_plan(params, tables, panel)
    assert plan["holiday"].to_numpy().tolist() == panel["holiday"].to_numpy().tolist()
    after = plan["holiday_share"].sel(holiday="New Year's Day, after").to_numpy()
    np.testing.assert_allclose(after, [0, 0])


def test_a_daily_panel_has_a_row_a_day_and_leaves_no_day_out(params_of):
    params = params_of({"start": "2026-12-07", "end": "2026-12-31", "frequency": "daily"})
    panel = build_panel(params, read_sources(params))
    assert panel.sizes["period"] == 25
    assert panel.attrs["frequency"] == "daily"
    assert panel.attrs["period_end"] == "2026-12-31"
    np.testing.assert_allclose(panel["kpi"][0, 0], np.arange(7, 32))
    assert float(panel["spend"].sum()) == 100.0
