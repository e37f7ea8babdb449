"""The one call of notebook 20 on a posterior made by hand."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hand_made_fit import make_fit, make_panel
from mmm.diagnostics import backtest_checks, diagnose
from mmm.diagnostics.origins import default_held
from mmm.model import ModelSpec
from mmm.records import TABLES, VerdictLevel
from mmm.texts import LANGUAGES, say


def made_up_backtest(outcome, seed=1, bias=0.0):
    rng = np.random.default_rng(seed)
    actual = 100 + rng.normal(0, 5, 13)
    steps = {"p025": -1.96, "p10": -1.28, "p25": -0.67, "p50": 0.0, "p75": 0.67, "p90": 1.28, "p975": 1.96}
    table = {"outcome": outcome, "specification": "geometric-hill", "fold": 1, "horizon": range(1, 14),
             "period": pd.date_range("2026-06-29", periods=13, freq="W-MON"), "actual": actual,
             "mean": 100.0 + bias, **{name: 100 + bias + 5 * step for name, step in steps.items()},
             "crps": 3.0, "naive": actual * 1.2, "log_score": -3.0}  # fmt: skip
    return pd.DataFrame(table)[list(TABLES["backtest"])]


@pytest.fixture(scope="module")
def diagnosis():
    panel = make_panel()
    fits = {
        "revenue": make_fit(panel, n_chains=4, n_draws=500),
        "new_customers": make_fit(panel, "new_customers", value_per_unit=None, n_chains=4, n_draws=500),
    }
    backtests = pd.concat([made_up_backtest("revenue"), made_up_backtest("new_customers", bias=40.0)])
    params = SimpleNamespace(currency="EUR", allocation=SimpleNamespace(outcome="revenue"))
    return diagnose(fits, panel, params, backtests)


def test_verdicts_come_for_the_run_then_outcomes_then_channels(diagnosis):
    subjects = [verdict.subject for verdict in diagnosis.verdicts]
    assert subjects == [
        "run", "revenue", "new_customers", "revenue/search", "revenue/tv", "revenue/radio",
        "new_customers/search", "new_customers/tv", "new_customers/radio",
    ]  # fmt: skip
    assert diagnosis.verdict.subject == "run"
    levels = {verdict.subject: verdict.level for verdict in diagnosis.verdicts}
    assert levels["revenue"] is VerdictLevel.CAUTION  # made by hand: residuals hold the season
    assert levels["new_customers"] is VerdictLevel.NOT_USABLE  # its forecast missed everything
    assert levels["run"] is VerdictLevel.CAUTION


def test_tables_have_the_columns_of_the_run_folder(diagnosis):
    assert set(diagnosis.tables) == {"checks", "verdicts", "backtest", "specifications"}
    for name, table in diagnosis.tables.items():
        assert tuple(table.columns) == TABLES[name], name
    specifications = diagnosis.tables["specifications"].set_index("outcome")
    assert specifications["weight"].tolist() == [1.0, 1.0]
    assert specifications.loc["revenue", "elpd"] == pytest.approx(-39.0)
    assert specifications.loc["new_customers", "verdict"] == "not_usable"


def test_checks_of_spend_are_there_once_and_those_of_fits_per_outcome(diagnosis):
    table = diagnosis.tables["checks"]
    count = table.groupby(["check", "subject"]).size()
    assert (count == 1).all()
    assert set(table.loc[table["check"] == "r_hat", "subject"].str.partition("/")[0]) == {
        "revenue", "new_customers",
    }  # fmt: skip
    assert (table.loc[table["check"] == "channel_variation", "subject"] == ["search", "tv", "radio"]).all()
    assert (table["action"] == "")[table["passed"]].all()
    assert (table["action"] != "")[~table["passed"]].all()


def test_messages_can_be_written_again_in_either_language_from_the_columns(diagnosis):
    for row in diagnosis.tables["checks"].to_dict("records"):
        figures = {name: row[name] for name in ("subject", "value", "threshold")}
        assert say(f"check.{row['check']}.message", "en", **figures) == row["message"]
        for language in LANGUAGES:
            assert say(f"check.{row['check']}.message", language, **figures).startswith(row["subject"])
    for row in diagnosis.tables["verdicts"].to_dict("records"):
        assert say(f"reason.{row['reason']}", "en", "EUR", **json.loads(row["figures"])) == row["message"]


def test_coverage_is_judged_by_what_chance_allows_and_skill_by_last_year():
    good = {check.check: check for check in backtest_checks(made_up_backtest("revenue"))}
    assert good["backtest_coverage"].passed
    assert good["backtest_coverage"].threshold == pytest.approx(7 / 13)  # 1 % quantile of Binomial(13, 0.8)
    rows = made_up_backtest("revenue")
    model, naive = (rows["actual"] - 100).abs().mean(), (0.2 * rows["actual"]).mean()
    assert good["backtest_skill"].value == pytest.approx(1 - model / naive)
    bad = {check.check: check for check in backtest_checks(made_up_backtest("revenue", bias=40.0))}
    assert not bad["backtest_coverage"].passed
    assert not bad["backtest_skill"].passed


@pytest.mark.parametrize(
    ("n_periods", "frequency", "held"),
    [(156, "weekly", 13), (104, "weekly", 10), (54, "annual", 5), (8, "annual", 1), (60, "monthly", 3)],
)
def test_a_quarter_is_held_out_or_a_tenth_where_that_is_shorter(n_periods, frequency, held):
    assert default_held(n_periods, ModelSpec(outcome="revenue", frequency=frequency)) == held
