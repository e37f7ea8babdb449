"""Facts by period against figures added up by hand; what was not measured is missing, not zero."""

import numpy as np
import pandas as pd
import pytest

from mmm.params import read_params
from mmm.sources import read_sources
from mmm.steering import steering_facts
from mmm.steering.database import draws_of, evaluate, open_facts
from mmm.steering.facts import fact_names, observed_facts
from mmm.steering.formulas import parse_formula
from mmm.steering.modelled import MEAN, N_DRAWS, modelled_facts
from mmm.steering.periods import Window, complete_periods, period_end, quarter_windows, year_to_date

WEEK = pd.Timestamp("2026-09-21")


def window(start, last, n_periods):
    return Window(name="window", start=pd.Timestamp(start), last=pd.Timestamp(last), n_periods=n_periods)


@pytest.fixture(scope="module")
def observed(world):
    return observed_facts(world.params, world.tables, world.panel)


def test_costs_and_outcomes_of_a_week_are_those_of_the_files(observed):
    last = observed.loc[WEEK]
    assert last["spend"] == 3_000.0
    assert last["full_cost"] == pytest.approx(1_100.0 + 2_000.0)
    assert (last["search_spend"], last["tv_spend"]) == (1_000.0, 2_000.0)
    assert last["new_customers"] == 100
    assert last["revenue_margin"] == pytest.approx(0.4 * last["revenue"])


def test_spend_with_clicks_leaves_out_the_channel_without_clicks(observed):
    assert observed.loc[WEEK, "spend_with_clicks"] == 1_000.0
    assert observed.loc[WEEK, "impressions_with_clicks"] == observed.loc[WEEK, "search_impressions"]
    assert observed.loc[WEEK, "clicks"] == observed.loc[WEEK, "search_clicks"] == 400
    assert "tv_clicks" not in observed


def test_answers_are_counted_and_missing_after_the_survey_stopped(observed):
    asked = observed.loc["2026-08-31", ["promoters", "detractors", "nps_answers"]]
    assert asked.tolist() == [2.0, 2.0, 5.0]
    assert observed.loc["2026-09-07":, "nps_answers"].isna().all()


def test_every_fact_that_can_be_measured_has_a_known_name(world, observed):
    assert set(observed.columns) <= set(fact_names(world.params))


def test_rows_outside_the_analysis_do_not_enter_its_periods(world, tmp_path):
    for path in world.folder.glob("*"):
        (tmp_path / path.name).write_text(path.read_text())
    funnel = pd.read_csv(tmp_path / "funnel.csv")
    outside = funnel.iloc[[0, 0]].assign(date=["2024-06-03", "2026-09-28"])
    pd.concat([funnel, outside]).to_csv(tmp_path / "funnel.csv", index=False)
    params = read_params(tmp_path / "params.yaml")
    found = observed_facts(params, read_sources(params), world.panel)
    assert found["visits"].sum() == 120 * 10_000


def test_a_rate_over_a_window_is_that_of_the_sums_not_a_mean_of_rates():
    periods = pd.date_range("2026-01-05", periods=2, freq="W-MON", name="period")
    database = open_facts(
        pd.DataFrame({"a": [1.0, 30.0], "b": [10.0, 40.0]}, index=periods), no_model(periods)
    )
    found = evaluate(database, parse_formula("sum(a) / sum(b)"), [window(periods[0], periods[1], 2)])
    assert found["value"].tolist() == pytest.approx([31 / 50])
    assert found[["lower", "upper"]].isna().all(axis=None)


def no_model(periods):
    index = pd.MultiIndex.from_product([[MEAN], periods], names=["draw", "period"])
    return pd.DataFrame(index=index)


def test_a_window_that_is_not_whole_has_no_value():
    periods = pd.date_range("2026-01-05", periods=3, freq="W-MON", name="period")
    database = open_facts(pd.DataFrame({"a": [1.0, np.nan, 3.0]}, index=periods), no_model(periods))
    asked = [
        window(periods[0], periods[2], 3),
        window(periods[2], periods[2], 1),
        window(periods[2], periods[2], 2),
    ]
    assert evaluate(database, parse_formula("sum(a)"), asked)["value"].tolist() == pytest.approx(
        [np.nan, 3.0, np.nan], nan_ok=True
    )


def test_a_division_by_zero_has_no_value():
    periods = pd.date_range("2026-01-05", periods=1, freq="W-MON", name="period")
    database = open_facts(pd.DataFrame({"a": [1.0], "b": [0.0]}, index=periods), no_model(periods))
    found = evaluate(database, parse_formula("sum(a) / sum(b)"), [window(periods[0], periods[0], 1)])
    assert found["value"].isna().all()


def test_modelled_facts_keep_the_published_mean_and_interval(world):
    table = world.run_tables["contributions"]
    periods = pd.DatetimeIndex(table["period"].unique(), name="period")
    found = modelled_facts(world.run_tables, periods, ("search",), seed=1)
    brought = found.reset_index().pivot_table(index="draw", columns="period", values="revenue_incremental")
    assert (brought.loc[MEAN] == 2_200.0).all()
    drawn = brought.drop(index=MEAN).iloc[:, 0]
    assert len(drawn) == N_DRAWS
    # the ranks are evenly spread, so the ends of the interval are met to a fraction of it
    assert drawn.quantile([0.05, 0.95]).tolist() == pytest.approx([1_100.0, 3_300.0], rel=0.01)
    assert found["ltv"].drop(index=MEAN, level="draw").quantile(0.05) == pytest.approx(80.0, rel=0.01)


def test_the_interval_of_a_ratio_comes_from_its_draws(world):
    facts = facts_of(world)
    reading = facts.readings["romi"]
    # search 2200 + tv 4000 a week over a full cost of 3100
    assert reading.value() == pytest.approx(6_200 / 3_100 - 1)
    draws = draws_of(facts.database, reading.kpi.parsed, reading.windows[0])
    lower, upper = draws.quantile([0.05, 0.95])
    shown = reading.history.iloc[0]
    assert (shown["lower"], shown["upper"]) == (pytest.approx(lower), pytest.approx(upper))
    # independent channels: sqrt(1100^2 + 2000^2) each side, in units of full cost; 400 draws: within a tenth
    half = np.hypot(1_100, 2_000) / 3_100
    assert upper - reading.value() == pytest.approx(half, rel=0.1)


def facts_of(world, **changes):
    given = {"run_tables": world.run_tables, "as_of": pd.Timestamp("2026-09-28").date(), **changes}
    return steering_facts(world.params, world.tables, world.panel, **given)


def test_a_period_that_is_not_over_does_not_count(world):
    facts = facts_of(world, as_of=pd.Timestamp("2026-09-26").date())
    assert facts.observed.index[-1] == pd.Timestamp("2026-09-14")


@pytest.mark.parametrize(
    ("start", "frequency", "last"),
    [
        ("2026-09-21", "weekly", "2026-09-27"),
        ("2026-02-01", "monthly", "2026-02-28"),
        ("2024-01-01", "annual", "2024-12-31"),
    ],
)
def test_a_period_ends_the_day_before_the_next(start, frequency, last):
    assert str(period_end(pd.Timestamp(start), frequency)) == last


def test_windows_are_as_long_as_history_allows():
    weeks = pd.date_range("2025-12-29", periods=30, freq="W-MON")
    found = quarter_windows(weeks, "weekly")
    assert list(found) == ["last_quarter", "previous_quarter"]
    assert (found["previous_quarter"].last, found["last_quarter"].start) == (weeks[16], weeks[17])
    assert year_to_date(weeks).n_periods == 29
    assert len(complete_periods(list(weeks), "weekly", pd.Timestamp("2026-01-11").date())) == 2
