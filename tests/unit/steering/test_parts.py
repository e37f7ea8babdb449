"""Statuses of actions and KPIs, the costliest stage, campaigns, and units in both languages."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from mmm.params.record import Text
from mmm.steering import Action, read_kpi_reference
from mmm.steering.actions import action_status
from mmm.steering.alerts import without_echoes
from mmm.steering.campaigns import campaigns_table
from mmm.steering.funnel import costliest_stage, funnel_table
from mmm.steering.future import future_facts, periods_until
from mmm.steering.kpi_values import kpi_status
from mmm.steering.modelled import N_DRAWS
from mmm.steering.wording import Amount, TextKey, sentence, shown

WORDS = Text(fr="mot", en="word")
ACTION = Action(
    activity=WORDS, objective=WORDS, kpi="mql_to_sql", target=0.5, owner="sales", start=date(2026, 1, 1),
    due=date(2026, 4, 11), where=WORDS, how=WORDS, why=WORDS,
)  # fmt: skip


@pytest.fixture(scope="module")
def kpis(world):
    return read_kpi_reference(world.folder / "kpis.yaml").kpis


@pytest.mark.parametrize(
    ("as_of", "actual", "status"),
    [
        (date(2025, 12, 31), 0.9, "to_launch"),
        (date(2026, 2, 20), np.nan, "no_data"),
        (date(2026, 2, 20), 0.5, "reached"),
        (date(2026, 2, 20), 0.45, "on_track"),  # half of the time gone, half of the road from 0.4 covered
        (date(2026, 2, 20), 0.43, "at_risk"),
        (date(2026, 2, 20), 0.41, "off"),
        (date(2026, 2, 20), 0.39, "off"),
        (date(2026, 4, 12), 0.49, "off"),
        (date(2026, 4, 12), 0.51, "reached"),
    ],
)
def test_an_action_is_judged_by_road_covered_against_time_gone(kpis, as_of, actual, status):
    assert action_status(ACTION, kpis["mql_to_sql"], actual, 0.4, as_of) == status


def test_an_action_without_a_start_to_compare_with_is_at_risk_until_reached(kpis):
    assert action_status(ACTION, kpis["mql_to_sql"], 0.45, np.nan, date(2026, 2, 20)) == "at_risk"


@pytest.mark.parametrize(
    ("value", "status"),
    [(19.0, "on_target"), (20.0, "on_target"), (24.0, "near_target"), (25.0, "near_target"), (26.0, "warning"),
     (61.0, "critical"), (np.nan, "no_data")],
)  # fmt: skip
def test_a_kpi_is_judged_by_its_target_then_its_thresholds(kpis, value, status):
    assert kpi_status(kpis["cac"], value, 20.0) == status


def test_the_stage_that_costs_most_is_the_one_whose_fall_loses_most_sales():
    weeks = pd.date_range("2025-01-06", periods=78, freq="W-MON")
    counts = pd.DataFrame({"visits": 1_000.0, "leads": 100.0, "sales": 20.0}, index=weeks)
    counts.iloc[-13:, counts.columns.get_loc("leads")] = 90.0  # 10 % instead of 9 %: 1/9 more sales
    counts.iloc[-13:, counts.columns.get_loc("sales")] = 17.0  # 20 % instead of 18.9 %
    funnel = funnel_table(counts, ["visits", "leads", "sales"], "weekly")
    assert funnel["period"].nunique() == 3
    last = funnel[funnel["period"] == weeks[-13]].set_index("stage")
    assert last.loc["sales", "rate"] == pytest.approx(17 / 90)
    stage, lost = costliest_stage(funnel, value_of_sale=50.0)
    assert (stage, lost) == ("leads", pytest.approx(13 * 17 * (100 / 90 - 1) * 50))


def test_a_funnel_that_did_not_fall_costs_nothing():
    weeks = pd.date_range("2025-01-06", periods=78, freq="W-MON")
    counts = pd.DataFrame({"visits": 1_000.0, "sales": 20.0}, index=weeks)
    assert costliest_stage(funnel_table(counts, ["visits", "sales"], "weekly"), 50.0) is None


class MediaTable:
    """A source in memory."""

    content = "media"

    def __init__(self, rows):
        self.rows = rows

    def to_pandas(self):
        return self.rows


def test_a_campaign_is_dear_efficient_ended_or_not_measured():
    weeks = pd.date_range("2026-01-05", periods=13, freq="W-MON")
    rows = [
        ("search", "good", 100.0, 100, 10.0, weeks),
        ("search", "bad", 100.0, 100, 2.0, weeks),
        ("search", "old", 100.0, 100, 6.0, weeks[:5]),
        ("tv", "spot", 900.0, np.nan, np.nan, weeks),
    ]
    frames = [
        pd.DataFrame({"date": dates, "channel": channel, "campaign": campaign, "spend": spend,
                      "impressions": 1_000.0, "clicks": clicks, "conversions": conversions})
        for channel, campaign, spend, clicks, conversions, dates in rows
    ]  # fmt: skip
    found = campaigns_table({"ads": MediaTable(pd.concat(frames))}, weeks, "weekly").set_index("campaign")
    assert found["status"].to_dict() == {
        "good": "efficient",
        "bad": "dear",
        "old": "ended",
        "spot": "not_measured",
    }
    assert found.loc["bad", ["cpa", "cpc", "ctr"]].tolist() == pytest.approx([50.0, 1.0, 0.1])
    assert found["share_of_spend"].sum() == pytest.approx(1.0)
    assert found.loc["good", "trend"] == pytest.approx(0.0)
    assert np.isnan(found.loc["spot", "trend"])
    assert found.index[0] == "spot"


@pytest.mark.parametrize(
    ("amount", "french", "english"),
    [
        (Amount(value=0.0432, unit="share"), "4,3\u202f%", "4.3%"),
        (Amount(value=0.0043, unit="share"), "0,43\u202f%", "0.43%"),
        (Amount(value=31.0, unit="money"), "31,00\u00a0€", "€31.00"),
        (Amount(value=2.469, unit="ratio"), "2,47", "2.47"),
        (Amount(value=12_345.0, unit="count"), "12\u202f345", "12,345"),
        (Amount(value=-9_509.85, unit="money", is_signed=True), "−9\u202f510\u00a0€", "−€9,510"),
        (Amount(value=np.nan, unit="score"), "–", "–"),
    ],
)
def test_a_figure_is_written_in_its_unit_and_language(amount, french, english):
    assert (shown(amount, "fr", "EUR"), shown(amount, "en", "EUR")) == (french, english)


def test_labels_of_a_sentence_follow_its_language():
    figures = {"outcome": Text(fr="Ventes", en="Revenue"), "amount": "x", "share": 0.1, "part": "y",
               "driver": TextKey(key="driver.price")}  # fmt: skip
    assert sentence("agenda.gap.fact", "fr", "EUR", **figures).startswith("Ventes : écart de x")
    assert "Price" in sentence("agenda.gap.fact", "en", "EUR", **figures)


def test_a_threshold_that_an_anomaly_alone_made_pass_is_not_a_second_alert():
    odd = [{"kind": "abnormal", "subject": "cpc", "since": pd.Timestamp("2026-09-14")}]
    late = {"kind": "threshold", "subject": "cpc", "since": pd.Timestamp("2026-09-14")}
    early = {"kind": "threshold", "subject": "cpc", "since": pd.Timestamp("2026-08-31")}
    other = {"kind": "threshold", "subject": "cac", "since": pd.Timestamp("2026-09-21")}
    assert without_echoes([late, early, other], odd) == [early, other]


def test_paths_that_the_model_draws_are_those_an_objective_is_judged_on():
    weeks = pd.date_range("2024-01-01", periods=120, freq="W-MON", name="period")
    observed = pd.DataFrame({"revenue": 100.0, "revenue_margin": 40.0, "full_cost": 10.0}, index=weeks)
    ahead = periods_until(weeks[-1], "weekly", weeks[-1] + pd.Timedelta(weeks=3))
    assert len(ahead) == 2
    drawn = {"revenue": pd.DataFrame(np.arange(2 * N_DRAWS, dtype=float).reshape(N_DRAWS, 2), columns=ahead)}
    found = future_facts(observed, None, None, ahead, drawn=drawn, frequency="weekly", seed=1)
    assert found["revenue"].to_numpy().tolist() == list(range(2 * N_DRAWS))
    np.testing.assert_allclose(found["revenue_margin"], 0.4 * found["revenue"])
    assert (found["full_cost"] == 10.0).all()
