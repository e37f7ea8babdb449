"""The panel against figures worked out by hand on three weeks.

Evidence: hand calculation, on figures for which the plausible wrong formulas differ.
"""

import numpy as np
import pandas as pd
import pytest

from mmm.panel import build_panel, build_plan, planned, targets
from mmm.sources import read_sources

MEDIA = {"content": "media"}
SEARCH = (
    {**MEDIA, "channel": "search", "refresh": "daily"},
    "date,spend\n2026-08-31,10\n2026-09-06,5\n2026-09-07,20\n2026-09-20,7\n2026-09-21,1000\n",
)
TV = ({**MEDIA, "channel": "tv", "currency": "USD"}, "date,spend\n2026-08-31,100\n2026-09-14,300\n")
SALES = ({"content": "outcome"}, "date,ca\n2026-08-31,1000\n2026-09-02,500\n2026-09-14,900\n")
FEES = (
    {"content": "fees", "refresh": "monthly"},
    "date,channel,amount\n2026-08-01,tv,310\n2026-09-01,tv,600\n2026-09-01,all,90\n",
)
RATES = {"exchange_rates": {"USD": 0.5}}
PLAN = (
    {"content": "plan"},
    "date,channel,spend\n2026-09-14,tv,50\n2026-09-21,tv,80\n2026-09-24,search,20\n2026-09-28,tv,40\n",
)


@pytest.fixture
def panel_of(make_params):
    def build(files, **more):
        params = make_params({"search": SEARCH, "tv": TV, "sales": SALES, **files}, **{**RATES, **more})
        tables = read_sources(params)
        return params, tables, build_panel(params, tables)

    return build


def test_spend_is_summed_by_period_in_the_currency_of_the_analysis(panel_of):
    _, _, panel = panel_of({})
    assert panel["spend"].dims == ("geo", "period", "channel")
    np.testing.assert_allclose(
        panel["spend"].sel(geo="all").to_numpy(), [[15.0, 50.0], [20.0, 0.0], [7.0, 150.0]]
    )
    assert [str(start)[:10] for start in panel["period"].to_numpy()] == [
        "2026-08-31",
        "2026-09-07",
        "2026-09-14",
    ]
    assert panel.attrs == {
        "currency": "EUR", "frequency": "weekly", "vat": "excluded", "period_end": "2026-09-20",
    }  # fmt: skip


def test_a_period_without_sales_is_missing_and_never_zero(panel_of):
    _, _, panel = panel_of({})
    revenue = panel["kpi"].sel(outcome="revenue", geo="all").to_numpy()
    np.testing.assert_array_equal(revenue, [1500.0, np.nan, 900.0])


def test_fixed_fees_are_spread_by_days_and_shared_fees_by_spend(panel_of):
    _, _, panel = panel_of({"fees": FEES})
    # August: 310 over 31 days = 10 a day for tv. September: 600 / 30 = 20 for tv, 90 / 30 = 3 for all.
    # Week of 31 August: one day of August and six of September.
    tv = [10 + 6 * 20 + 18 * 50 / 65, 140 + 21 * 0 / 20, 140 + 21 * 150 / 157]
    search = [18 * 15 / 65, 21.0, 21 * 7 / 157]
    np.testing.assert_allclose(panel["fixed_cost"].sel(geo="all", channel="tv"), tv)
    np.testing.assert_allclose(panel["fixed_cost"].sel(geo="all", channel="search"), search)


def test_full_cost_is_media_with_commission_and_fixed_fees(panel_of):
    _, _, panel = panel_of({"fees": FEES})
    expected = panel["spend"] * (1 + panel["fee_rate"]) + panel["fixed_cost"]
    np.testing.assert_allclose(panel["full_cost"], expected)
    assert panel["fee_rate"].to_dict()["data"] == [0.05, 0.1]


def test_shared_fees_of_a_period_without_spend_follow_total_spend(panel_of):
    quiet = (SEARCH[0], "date,spend\n2026-08-31,30\n")
    tv = ({**MEDIA, "channel": "tv"}, "date,spend\n2026-08-31,10\n")
    fees = ({"content": "fees"}, "date,channel,amount\n2026-09-01,all,60\n")
    _, _, panel = panel_of({"search": quiet, "tv": tv, "fees": fees})
    np.testing.assert_allclose(panel["fixed_cost"].isel(geo=0, period=1), [14 * 0.75, 14 * 0.25])


@pytest.mark.parametrize(
    ("dates", "first_week"),
    [
        (["2026-08-31", "2026-09-07", "2026-09-14"], 7.0),
        (["2026-08-31", "2026-09-01", "2026-09-02"], 21.0),
        (["2025-01-01", "2026-01-01"], 7 * 7 / 365),
    ],
)
def test_fees_cover_the_week_the_day_or_the_year_that_their_dates_are_apart(panel_of, dates, first_week):
    rows = "".join(f"{day},tv,7\n" for day in dates)
    _, _, panel = panel_of({"fees": ({"content": "fees"}, f"date,channel,amount\n{rows}")})
    assert panel["fixed_cost"].isel(geo=0, period=0).sel(channel="tv").item() == pytest.approx(first_week)


def test_events_and_holidays_are_shares_of_the_days(panel_of):
    model = {"events": {"sales": [{"start": "2026-09-05", "end": "2026-09-08"}]}}
    _, _, panel = panel_of({}, model=model, country="US")
    np.testing.assert_allclose(panel["event_share"].sel(event="sales"), [2 / 7, 2 / 7, 0])
    labor_day = panel["holiday_share"].sel(holiday="Labor Day")  # 7 September 2026
    np.testing.assert_allclose(labor_day, [0, 1 / 7, 0])


def test_controls_are_averaged_by_period(panel_of):
    prices = (
        {"content": "control", "columns": {"price": "price"}},
        "date,price\n2026-08-31,100\n2026-09-01,104\n2026-09-07,90\n2026-09-14,80\n2026-09-22,70\n",
    )
    params, tables, panel = panel_of({"prices": prices, "plan": PLAN}, model={"controls": ["price"]})
    np.testing.assert_allclose(panel["control_value"].sel(geo="all", control="price"), [102, 90, 80])
    plan = build_plan(params, tables, panel)
    np.testing.assert_allclose(plan["control_value"].sel(geo="all", control="price"), [70, 70])


def test_the_plan_continues_the_panel(panel_of):
    params, tables, panel = panel_of({"plan": PLAN, "fees": FEES})
    plan = build_plan(params, tables, panel)
    assert [str(start)[:10] for start in plan["period"].to_numpy()] == ["2026-09-21", "2026-09-28"]
    np.testing.assert_allclose(plan["spend"].sel(geo="all"), [[20, 80], [0, 40]])
    # Fees end on 30 September; from then on the average of the days known: 61 days, 910 for tv and 90 for all.
    tv = [7 * 20 + 21 * 80 / 100, 3 * 20 + 4 * 910 / 61 + (3 * 3 + 4 * 90 / 61)]
    np.testing.assert_allclose(plan["fixed_cost"].sel(geo="all", channel="tv"), tv)
    assert plan.attrs["period_end"] == "2026-10-04"
    assert "kpi" not in plan


def test_the_horizon_to_allocate_decides_how_far_the_plan_goes(panel_of):
    params, tables, panel = panel_of({"plan": PLAN}, allocation={"outcome": "revenue", "horizon_periods": 3})
    plan = build_plan(params, tables, panel)
    np.testing.assert_allclose(plan["spend"].sel(geo="all"), [[20, 80], [0, 40], [0, 0]])


def test_without_a_plan_for_the_future_there_is_none(panel_of):
    params, tables, panel = panel_of({})
    assert build_plan(params, tables, panel) is None
    params, tables, panel = panel_of({"plan": (PLAN[0], "date,channel,spend\n2026-09-14,tv,50\n")})
    assert build_plan(params, tables, panel) is None


def test_planned_and_targets_cover_past_and_future(panel_of):
    goals = ({"content": "target"}, "date,revenue\n2026-09-14,800\n2026-09-22,850\n")
    params, tables, _ = panel_of({"plan": PLAN, "goals": goals})
    assert planned(params, tables).assign(date=lambda t: t["date"].astype(str)).to_numpy().tolist() == [
        ["2026-09-14", "tv", 50.0],
        ["2026-09-21", "search", 20.0],
        ["2026-09-21", "tv", 80.0],
        ["2026-09-28", "tv", 40.0],
    ]
    found = targets(params, tables).assign(date=lambda t: t["date"].astype(str))
    assert found.to_numpy().tolist() == [["2026-09-14", "revenue", 800.0], ["2026-09-21", "revenue", 850.0]]


@pytest.mark.parametrize(
    ("frequency", "start", "end", "expected"),
    [
        ("monthly", "2026-08-01", "2026-09-30", [[10.0, 50.0], [1032.0, 150.0]]),
        ("annual", "2026-01-01", "2026-12-31", [[1042.0, 200.0]]),
    ],
)
def test_months_and_years_are_periods_too(panel_of, frequency, start, end, expected):
    calendar = {"frequency": frequency, "start": start, "end": end}
    _, _, panel = panel_of({}, calendar=calendar)
    np.testing.assert_allclose(panel["spend"].isel(geo=0), expected)
    assert panel.attrs["period_end"] == end


def test_an_unknown_country_is_refused_with_the_nearest_one(panel_of):
    from mmm.errors import UserInputError

    with pytest.raises(UserInputError, match="no public holidays known for FRA2"):
        panel_of({}, country="FRA2")


def test_a_panel_travels_through_netcdf(panel_of, tmp_path):
    import xarray as xr

    _, _, panel = panel_of({"fees": FEES})
    panel.to_netcdf(tmp_path / "panel.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "panel.nc", engine="h5netcdf") as read:
        xr.testing.assert_equal(read.load(), panel)


def test_calendar_days_fall_in_the_week_that_starts_as_the_calendar_does():
    from datetime import date

    from mmm.panel import periods
    from mmm.params.data import Calendar

    span = periods(Calendar(start=date(2026, 9, 6), end=date(2026, 9, 26)))
    days = pd.DatetimeIndex(["2026-09-05", "2026-09-06", "2026-09-12", "2026-09-13"])
    assert [str(day.date()) for day in span.start_of(days)] == [
        "2026-08-30", "2026-09-06", "2026-09-06", "2026-09-13",
    ]  # fmt: skip
