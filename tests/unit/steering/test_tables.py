"""The tables of a run on the small analysis: figures by hand, contract, and what bad input gives."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from mmm.errors import UserInputError
from mmm.params import read_params
from mmm.records import TABLES
from mmm.steering import agenda_items, agenda_table, read_action_plan, read_kpi_reference, steering_tables
from mmm.steering.actions import worded_actions
from mmm.steering.agenda import agendas_table

AS_OF = date(2026, 9, 28)


@pytest.fixture(scope="module")
def tables(world):
    return run(world)


def run(world, **changes):
    return steering_tables(
        changes.get("params", world.params), world.tables, world.panel, world.plan,
        changes.get("run_tables", world.run_tables), changes.get("as_of", AS_OF), changes.get("previous"),
    )  # fmt: skip


def kpi(tables, name):
    return tables["kpis"].set_index("kpi").loc[name]


def test_tables_have_the_columns_of_the_contract(tables):
    assert {name: list(table.columns) for name, table in tables.items()} == {
        name: list(TABLES[name]) for name in tables
    }
    assert set(tables) == {
        "kpis", "kpi_history", "funnel", "objectives", "alerts", "variance", "targets", "pacing", "campaigns", "actions",
        "agenda",
    }  # fmt: skip


def test_targets_are_those_of_their_source_by_period(tables):
    quarter = tables["targets"].query("outcome == 'revenue'").tail(13)
    assert (quarter["target"] == 21_000).all()
    assert quarter["period"].is_monotonic_increasing


def test_the_same_inputs_give_the_same_tables(world, tables):
    again = run(world)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, again[name])


def test_kpis_are_those_of_the_hand_worked_quarter(tables):
    assert kpi(tables, "cac")["value"] == pytest.approx(3_100 / 100)  # full cost over new customers
    assert kpi(tables, "mql_to_sql")["value"] == pytest.approx(0.4)  # 80 / 200
    assert kpi(tables, "romi")["value"] == pytest.approx(1.0)  # (6200 - 3100) / 3100
    assert kpi(tables, "nps")["value"] == pytest.approx(0.0)  # 2 promoters and 2 detractors in 5
    assert kpi(tables, "revenue")["target"] == pytest.approx(13 * 21_000)  # from the targets' source
    assert kpi(tables, "cac")["status"] == "warning"  # 31, between 25 and 60
    assert kpi(tables, "mql_to_sql")["status"] == "no_target"


def test_a_late_source_gives_an_older_whole_quarter_and_an_alert(tables):
    assert kpi(tables, "nps")["period_end"] == pd.Timestamp("2026-09-06")
    assert kpi(tables, "cac")["period_end"] == pd.Timestamp("2026-09-27")
    late = tables["alerts"].set_index("alert").loc["late/nps"]
    assert (late["period"], late["value"]) == (pd.Timestamp("2026-08-31"), 3.0)


def test_the_planted_click_price_is_found_and_nothing_else_is_called_abnormal(tables):
    odd = tables["alerts"][tables["alerts"]["kind"].isin(["abnormal", "good_surprise"])]
    assert odd["alert"].tolist() == ["abnormal/cpc/2026-09-21"]
    found = odd.iloc[0]
    assert found["value"] == pytest.approx(2.5)
    assert found["expected"] == pytest.approx(1.0, abs=0.02)
    assert found["money_at_stake"] == pytest.approx((2.5 - found["expected"]) * 400)


def test_alerts_are_ranked_by_money_and_each_has_its_action_and_owner(tables):
    alerts = tables["alerts"]
    money = alerts["money_at_stake"].fillna(-1.0)
    assert money.is_monotonic_decreasing
    assert alerts["alert"].is_unique
    assert (alerts[["action", "owner", "state"]] != "").all(axis=None)
    threshold = alerts.set_index("alert").loc["threshold/cac"]
    assert threshold["money_at_stake"] == pytest.approx((31 - 20) * 1_300)
    assert "pyramid/orphan" in set(alerts["alert"])
    assert "pacing/tv" not in set(alerts["alert"])


def test_a_known_alert_keeps_its_date_and_state_and_a_solved_one_is_new_again(world, tables):
    before = tables["alerts"].copy()
    before.loc[before["alert"] == "threshold/cac", ["state", "since"]] = [
        "acknowledged",
        pd.Timestamp("2024-07-01"),
    ]
    before.loc[before["alert"] == "late/nps", "state"] = "solved"
    after = run(world, previous=before)["alerts"].set_index("alert")
    assert after.loc["threshold/cac", ["state", "since"]].tolist() == [
        "acknowledged",
        pd.Timestamp("2024-07-01"),
    ]
    assert after.loc["late/nps", "state"] == "new"


def test_a_threshold_is_passed_since_the_first_quarter_of_the_run(tables):
    # CAC is 31 in every quarter of the windows looked at: the oldest one counts
    since = tables["alerts"].set_index("alert").loc["threshold/cac", "since"]
    assert since < pd.Timestamp("2025-09-01")


def test_spend_is_set_against_its_plan_by_channel(tables):
    rows = tables["variance"].query("window == 'last_quarter'").set_index(["subject", "driver"])
    assert rows.loc[("spend", "search")].tolist()[1:] == [13 * 2_800.0, 13 * 3_000.0, 13 * 200.0]
    assert rows.loc[("spend/search", "spend")].tolist()[1:] == [13 * 800.0, 13 * 1_000.0, 13 * 200.0]
    assert rows.loc[("spend", "tv"), "amount"] == 0.0


def test_without_a_model_the_gap_is_unexplained_and_says_so(tables):
    rows = tables["variance"].query("subject == 'new_customers' and window == 'last_quarter'")
    assert rows[["driver", "plan", "actual", "amount"]].to_numpy().tolist() == [
        ["unexplained", 1_430.0, 1_300.0, -130.0]
    ]


def test_the_year_lands_at_the_pace_of_the_last_quarter(tables):
    rows = tables["pacing"].set_index("channel")
    n_done, n_left = 38, 13  # weeks that start from 2026-01-05 to 2026-09-21, then those planned
    search = rows.loc["search"]
    assert search["plan_to_date"] == n_done * 800.0
    assert search["spend_to_date"] / search["plan_to_date"] == pytest.approx(1.25)
    assert search["projected_total"] == pytest.approx(search["spend_to_date"] + n_left * 800.0 * 1.25)
    assert (search["status"], rows.loc["tv", "status"]) == ("over_plan", "on_plan")


def test_campaigns_are_compared_with_their_channel(tables):
    rows = tables["campaigns"].set_index("campaign")
    assert rows.loc["brand", ["spend", "status"]].tolist() == [26_000.0, "not_measured"]
    assert rows.loc["generic", "share_of_spend"] == pytest.approx(1 / 3)
    assert rows.loc["generic", "trend"] > 0.1  # the last of four weeks costs 2.5 a click
    assert rows.loc["generic", "status"] == "in_line"


def test_an_action_says_what_its_status_rests_on_in_both_languages(world, tables):
    row = tables["actions"].iloc[0]
    assert row["actual"] == pytest.approx(4_000 / tables_clicks(world, 4))
    assert row["status"] == "off"  # the price of a click went up, away from the target
    reference = read_kpi_reference(world.folder / "kpis.yaml")
    plan = read_action_plan(world.folder / "actions.yaml", reference)
    french = worded_actions(tables["actions"], plan, reference, "fr", "EUR").iloc[0]
    assert french["activity"] == "Trier les requêtes"
    assert french["evidence"].startswith("CPC : 1,17\u00a0€ sur le dernier mois")
    assert row["evidence"].startswith("CPC: €1.17 over the last month")


def tables_clicks(world, n_weeks):
    return world.tables["ads"].to_pandas().dropna(subset=["clicks"])["clicks"].tail(n_weeks).sum()


def test_the_agenda_is_the_same_facts_in_both_languages(world, tables):
    items = agenda_items(
        {**world.run_tables, **tables}, read_kpi_reference(world.folder / "kpis.yaml"), world.params
    )
    french, english = (agenda_table(items, language, "EUR") for language in ("fr", "en"))
    quarterly = tables["agenda"][tables["agenda"]["ritual"] == "quarterly"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.concat([french, english], ignore_index=True), quarterly)
    assert french["position"].tolist() == english["position"].tolist()
    assert french["topic"].iloc[0] == "Résultats du trimestre"
    assert english["fact"].iloc[0].startswith("Revenue: €")
    assert (french["decision"] != english["decision"]).all()


def test_each_ritual_has_its_own_agenda(world, tables):
    quality = pd.DataFrame(
        [("sales", 0.9, 156, 0, 1, 0), ("ads", 0.4, 900, 1, 6, 2)], columns=list(TABLES["quality_score"])
    )
    sources = pd.DataFrame({"source": ["ads"], "location": ["exports/ads.csv"]})
    agenda = agendas_table(
        {**world.run_tables, **tables, "quality_score": quality, "source_map": sources},
        read_kpi_reference(world.folder / "kpis.yaml"),
        world.params,
    )
    english = agenda[agenda["language"] == "en"].set_index("topic")
    weekly = english[english["ritual"] == "weekly"]
    assert (
        weekly.loc["Data quality", "fact"]
        == "Findings to correct: 8; sources touched: 2, first of all ads.csv (7)."
    )
    landing = tables["pacing"]
    landing = landing[landing["channel"].isin(list(world.params.channels))]
    change = landing["projected_total"].sum() / landing["plan_total"].sum() - 1
    assert f"the year ends at {change:+.1%} of the media plan" in weekly.loc["Pace of spend", "fact"].replace(
        "−", "-"
    )
    assert "Results of the quarter" not in weekly.index
    monthly = english[english["ritual"] == "monthly"]
    assert {"Results of the quarter", "Plan against actual"} <= set(monthly.index)
    assert "Budget of the next quarter" not in monthly.index
    assert (
        agenda.groupby(["language", "ritual"])["position"].max()
        == agenda.groupby(["language", "ritual"]).size()
    ).all()


def test_an_objective_on_costs_that_the_plan_lowers_may_be_reached(tables):
    # planned: 800 * 1.1 + 2000 = 2880 a week over about 100 customers: 28.8, under the 30 wanted
    row = tables["objectives"].iloc[0]
    assert row["expected"] == pytest.approx(28.8, rel=0.01)
    assert (row["probability"], row["status"]) == (1.0, "on_track")


def test_a_formula_on_a_column_that_nobody_knows_is_refused_with_the_nearest(world, tmp_path):
    params = changed(world, tmp_path, ("sum(clicks), 0)", "sum(click), 0)"))
    with pytest.raises(UserInputError) as refused:
        run(world, params=params)
    assert refused.value.problems == ("kpis.cpc.formula: column click is not a fact, did you mean clicks?",)


def test_a_kpi_whose_source_this_analysis_lacks_is_left_out(world, tmp_path):
    params = changed(world, tmp_path, ("sum(impressions)", "sum(journeys_value)"))
    assert "orphan" not in set(run(world, params=params)["kpis"]["kpi"])


def changed(world, folder, *replaced):
    for path in world.folder.glob("*.yaml"):
        text = path.read_text()
        for old, new in replaced:
            text = text.replace(old, new)
        (folder / path.name).write_text(text)
    return read_params(folder / "params.yaml")


def test_an_objective_on_an_unknown_kpi_or_without_ambition_is_refused(world, tmp_path):
    params = changed(world, tmp_path, ("kpi: cac\n      baseline: 40", "kpi: cacc\n      baseline: 40"))
    with pytest.raises(UserInputError) as refused:
        run(world, params=params)
    assert refused.value.problems == (
        "steering.objectives.cheaper_customers.kpi: cacc is not in kpis.yaml, did you mean cac?",
    )
    params = changed(world, tmp_path, ("baseline: 40", "baseline: 25"))
    with pytest.raises(UserInputError) as refused:
        run(world, params=params)
    assert refused.value.problems == (
        "steering.objectives.cheaper_customers: target 30 is no better than baseline 25 "
        "where lower is better: correct one of them",
    )


def test_an_action_plan_has_every_problem_said_at_once(world, tmp_path):
    path = tmp_path / "actions.yaml"
    text = (world.folder / "actions.yaml").read_text()
    path.write_text(
        text.replace("kpi: cpc", "kpi: cpcs")
        .replace("due: 2026-12-31", "due: 2026-01-31")
        .replace("why:", "wy:")
    )
    with pytest.raises(UserInputError) as refused:
        read_action_plan(path, read_kpi_reference(world.folder / "kpis.yaml"))
    assert refused.value.problems == (
        "line 3, actions.queries.why: missing, a value is required",
        "line 6, actions.queries.kpi: cpcs is not in kpis.yaml, did you mean cpc?",
        "line 10, actions.queries.due: due on 2026-01-31, before it starts on 2026-07-06",
        "line 13, actions.queries.wy: unknown key, did you mean why?",
    )


def test_a_short_history_gives_what_it_can(world):
    panel = world.panel.isel(period=slice(0, 9))
    short = steering_tables(world.params, world.tables, panel, None, {}, date(2024, 8, 15))
    cac = kpi(short, "cac")
    assert (cac["period_start"], cac["period_end"]) == (
        pd.Timestamp("2024-06-10"),
        pd.Timestamp("2024-08-11"),
    )
    assert cac["value"] == pytest.approx(31.0)
    assert np.isnan(cac["previous"])
    assert not short["kpi_history"].empty
    assert short["funnel"].empty


def test_a_day_before_the_first_period_is_over_is_refused(world):
    with pytest.raises(UserInputError) as refused:
        run(world, as_of=date(2024, 6, 12))
    assert refused.value.problems == (
        "calendar: no period was over on 2024-06-12, expected a day after 2024-06-16",
    )
