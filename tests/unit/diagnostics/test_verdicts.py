"""Verdicts: each fault leads to its level and its reason, in both languages."""

import numpy as np
import pandas as pd
import pytest

from mmm.diagnostics import Evidence, Learning, channel_verdicts, outcome_verdict, run_verdict
from mmm.diagnostics.evidence import of_outcome
from mmm.diagnostics.results import result
from mmm.effects import ReturnDraws
from mmm.model import ModelSpec
from mmm.records import Reason, Verdict, VerdictLevel
from mmm.texts import LANGUAGES, say

CHANNELS = ("search", "tv", "radio")


def learnt(prior_share=(0.4, 0.4, 0.4), groups=(), value=1.0):
    contribution = np.random.default_rng(1).lognormal(0, 0.3, (400, 3)) * [200.0, 500.0, 100.0]
    cost = np.array([100.0, 300.0, 50.0])
    return Learning(
        outcome="revenue",
        specification="geometric-hill",
        returns=ReturnDraws(
            channels=CHANNELS,
            contribution=contribution,
            marginal=0.6 * contribution,
            media_cost=cost / 1.1,
            full_cost=cost,
            marginal_cost=cost,
            value_per_unit=value,
        ),
        prior_share=dict(zip(CHANNELS, prior_share, strict=True)),
        groups=groups,
    )


def check(name, subject="revenue", *, passed=False, value=0.5, threshold=0.1):
    return result(name, subject, passed=passed, value=value, threshold=threshold)


def backtest(error=0.1, width=10.0):
    actual = np.linspace(90, 110, 13)
    middle = actual * (1 + error * np.array([1, -1] * 6 + [1]))
    spread = {"p025": -2, "p10": -1.3, "p25": -0.7, "p50": 0, "p75": 0.7, "p90": 1.3, "p975": 2}
    columns = {name: middle + step * width for name, step in spread.items()}
    return pd.DataFrame({"outcome": "revenue", "actual": actual, "naive": actual * 1.15, **columns})


def evidence(*checks, frequency="weekly", rows=None, **learning):
    return Evidence(
        spec=ModelSpec(outcome="revenue", frequency=frequency),
        n_periods=54 if frequency == "annual" else 156,
        learnt=learnt(**learning),
        checks=(check("r_hat", "revenue/slope[tv]", passed=True, value=1.003, threshold=1.01), *checks),
        backtest=backtest() if rows is None else rows,
    )


def judged(found):
    channels = channel_verdicts(found)
    return outcome_verdict(found, channels), {v.subject.split("/")[1]: v for v in channels}


def keys(verdict):
    return [reason.key for reason in verdict.reasons]


def test_a_sound_fit_is_usable_and_says_why():
    outcome, channels = judged(evidence())
    assert outcome.level is VerdictLevel.USABLE
    assert keys(outcome) == ["converged", "forecast_closer", "coverage_kept"]
    assert {v.level for v in channels.values()} == {VerdictLevel.USABLE}
    assert keys(channels["tv"]) == ["return_between"]
    low, high = np.quantile(evidence().learnt.returns.returns[:, 1], [0.05, 0.95])
    assert channels["tv"].reasons[0].figures == {"low": low, "high": high, "one": 1.0}


def test_what_did_not_converge_may_not_be_used_at_all():
    found = evidence(check("ess_bulk", "revenue/return[tv]", value=80, threshold=400))
    outcome, channels = judged(found)
    assert outcome.level is VerdictLevel.NOT_USABLE
    assert keys(outcome)[0] == "not_converged"
    assert outcome.reasons[0].figures["parameter"] == "revenue/return[tv]"
    assert {v.level for v in channels.values()} == {VerdictLevel.NOT_USABLE}


def test_annual_points_whose_budget_follows_sales_prove_nothing():
    found = evidence(check("spend_chases_sales", "revenue/tv", value=0.0001), frequency="annual")
    outcome, channels = judged(found)
    assert outcome.level is VerdictLevel.NOT_USABLE
    assert keys(outcome)[:2] == ["annual_feedback", "annual_points"]
    assert channels["tv"].level is VerdictLevel.NOT_USABLE
    assert keys(channels["search"]) == ["annual_feedback_possible", "return_between"]
    english = say("reason.annual_feedback", "en", **outcome.reasons[0].figures)
    assert "54 such points show an association and prove no return" in english


def test_annual_points_without_a_visible_link_call_for_caution_and_say_that_it_may_be_there():
    outcome, _ = judged(evidence(frequency="annual"))
    assert outcome.level is VerdictLevel.CAUTION
    assert keys(outcome)[:2] == ["annual_points", "annual_feedback_possible"]


def test_a_channel_of_which_the_data_say_nothing_may_not_be_decided_on():
    outcome, channels = judged(evidence(prior_share=(0.8, 0.95, 0.5)))
    assert channels["search"].level is VerdictLevel.CAUTION
    assert keys(channels["search"]) == ["prior_driven", "return_between"]
    assert channels["tv"].level is VerdictLevel.NOT_USABLE
    assert outcome.level is VerdictLevel.NOT_USABLE  # tv is two thirds of the cost
    said = {reason.key: reason.figures for reason in outcome.reasons}
    assert said["channels_not_usable"] == {"share": pytest.approx(300 / 450), "channels": "tv"}
    assert said["channels_prior_driven"] == {"share": pytest.approx(400 / 450), "channels": "search, tv"}


def test_a_small_channel_of_which_the_data_say_nothing_leaves_the_outcome_usable():
    outcome, channels = judged(evidence(prior_share=(0.5, 0.5, 0.95)))
    assert channels["radio"].level is VerdictLevel.NOT_USABLE
    assert outcome.level is VerdictLevel.USABLE


def test_a_collinear_group_is_quoted_with_the_interval_of_the_group():
    found = evidence(groups=(("tv", "radio"),))
    outcome, channels = judged(found)
    together = found.learnt.returns.contribution[:, 1:].sum(axis=1) / 350
    figures = channels["tv"].reasons[0].figures
    assert channels["tv"].reasons[0].key == "group_return"
    assert figures["others"] == "radio"
    assert figures["low"] == pytest.approx(np.quantile(together, 0.05))
    assert figures["high"] == pytest.approx(np.quantile(together, 0.95))
    assert outcome.level is VerdictLevel.CAUTION
    assert channels["search"].level is VerdictLevel.USABLE


def test_a_count_without_a_value_quotes_costs():
    _, channels = judged(evidence(value=float("nan"), groups=(("tv", "radio"),)))
    assert keys(channels["tv"]) == ["group_cost", "cost_between"]
    assert channels["tv"].reasons[1].figures["low"] < 300 / 500 < channels["tv"].reasons[1].figures["high"]


@pytest.mark.parametrize(
    ("name", "subject", "channel", "key"),
    [
        ("channel_variation", "tv", "tv", "little_variation"),
        ("active_periods", "tv", "tv", "rarely_active"),
        ("collinear_baseline", "radio", "radio", "spend_follows_season"),
        ("spend_outlier", "radio", "radio", "spend_outlier"),
        ("collinear_spend", "search, radio", "radio", "spend_moves_with"),
        ("spend_chases_sales", "revenue/search", "search", "spend_follows_sales"),
    ],
)
def test_each_fault_of_spend_calls_for_caution_on_its_channel_only(name, subject, channel, key):
    _, channels = judged(evidence(check(name, subject)))
    assert channels[channel].level is VerdictLevel.CAUTION
    assert key in keys(channels[channel])
    assert channels["tv" if channel != "tv" else "search"].level is VerdictLevel.USABLE


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("short_history", "short_history"),
        ("rows_per_parameter", "few_rows"),
        ("residual_autocorrelation", "residuals_persist"),
        ("outliers", "outliers"),
        ("media_share", "media_share_high"),
        ("backtest_skill", "forecast_no_closer"),
        ("backtest_coverage", "coverage_missed"),
    ],
)
def test_each_fault_of_the_fit_calls_for_caution_on_the_outcome(name, key):
    outcome, _ = judged(evidence(check(name)))
    assert outcome.level is VerdictLevel.CAUTION
    assert key in keys(outcome)


def test_a_forecast_both_worse_than_last_year_and_far_too_sure_is_not_usable():
    rows = backtest(error=0.3, width=0.1)
    outcome, _ = judged(evidence(check("backtest_skill"), check("backtest_coverage"), rows=rows))
    assert outcome.level is VerdictLevel.NOT_USABLE
    assert keys(outcome)[:2] == ["forecast_no_closer", "coverage_missed"]


def test_no_backtest_is_said():
    outcome, _ = judged(evidence(rows=backtest().iloc[:0]))
    assert keys(outcome) == ["no_backtest", "converged"]


def test_checks_of_another_outcome_do_not_count():
    checks = [check("outliers", "new_customers"), check("prior_driven", "new_customers/tv"),
              check("active_periods", "tv"), check("outliers", "revenue")]  # fmt: skip
    kept = of_outcome(checks, "revenue", ("revenue", "new_customers"))
    assert [found.subject for found in kept] == ["tv", "revenue"]


def test_the_run_is_as_good_as_its_worst_outcome_unless_no_budget_hangs_on_it():
    good = Verdict(subject="revenue", level=VerdictLevel.USABLE, reasons=(Reason(key="converged"),))
    bad = Verdict(
        subject="leads",
        level=VerdictLevel.NOT_USABLE,
        reasons=(Reason(key="no_backtest"), Reason(key="converged")),
    )
    assert run_verdict([good, bad], None).level is VerdictLevel.NOT_USABLE
    assert run_verdict([good, bad], "leads").level is VerdictLevel.NOT_USABLE
    found = run_verdict([good, bad], "revenue")
    assert found.level is VerdictLevel.CAUTION
    assert keys(found) == ["outcome_usable", "converged", "outcome_not_usable", "no_backtest"]


def test_every_reason_reads_in_both_languages_without_a_hole():
    everything = [
        check(name, subject)
        for name, subject in (
            ("short_history", "revenue"), ("rows_per_parameter", "revenue"), ("outliers", "revenue"),
            ("media_share", "revenue"), ("residual_autocorrelation", "revenue"), ("active_periods", "tv"),
            ("channel_variation", "tv"), ("collinear_baseline", "tv"), ("spend_outlier", "tv"),
            ("collinear_spend", "search, tv"), ("spend_chases_sales", "revenue/tv"), ("ess_bulk", "revenue/x"),
        )
    ]  # fmt: skip
    groups = (("tv", "radio"),)
    found = [evidence(*everything, prior_share=(0.8, 0.95, 0.5), groups=groups, frequency=frequency, value=value)
             for frequency in ("weekly", "annual") for value in (1.0, float("nan"))]  # fmt: skip
    for outcome, channels in map(judged, found):
        for verdict in (outcome, run_verdict([outcome], None), *channels.values()):
            for reason in verdict.reasons:
                for language in LANGUAGES:
                    said = say(f"reason.{reason.key}", language, **reason.figures)
                    assert said.endswith(".")
                    assert "nan" not in said
                    assert "–" not in said
