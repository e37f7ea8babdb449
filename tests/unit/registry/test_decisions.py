"""Decisions come back as they were recorded, are found by their words, and cannot be vague."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from mmm.errors import UserInputError
from mmm.registry import (
    AlertChange,
    AlertState,
    Decision,
    DecisionKind,
    alert_states,
    due_decisions,
    list_decisions,
    open_registry,
    record_alert_state,
    record_decision,
    search_decisions,
    verify_chain,
    with_states,
)

CUT = Decision(
    analysis="demo",
    activity="Télévision",
    kind=DecisionKind.ADJUST,
    reason="L'euro suivant ne se paie plus au-delà de 40 k€ par semaine",
    evidence_run="20260928-001",
    evidence={"mromi_tv": -0.31, "p_gain": 0.84},
    decided_on=date(2026, 10, 5),
    review_on=date(2027, 1, 11),
    owner="marketing",
    expected_gain=52_000.0,
)


@pytest.fixture
def registry(tmp_path):
    return open_registry(tmp_path / "registry.db")


def test_a_decision_comes_back_as_it_was_recorded(registry):
    recorded = record_decision(registry, CUT)
    assert recorded == replace(CUT, sequence=1)
    assert list_decisions(registry) == (recorded,)


def test_decisions_of_another_analysis_are_kept_apart(registry):
    record_decision(registry, CUT)
    other = record_decision(registry, replace(CUT, analysis="belgium"))
    assert list_decisions(registry, "belgium") == (other,)
    assert len(list_decisions(registry)) == 2


@pytest.mark.parametrize(
    "words", ["television", "EURO suivant", "adjust marketing", "mromi_tv", "2026-10-05"]
)
def test_a_decision_is_found_whatever_the_case_accents_or_order(registry, words):
    record_decision(registry, CUT)
    record_decision(registry, replace(CUT, activity="Display", kind=DecisionKind.STOP, reason="CPA", evidence={},
                                      owner="agency", decided_on=date(2026, 10, 6)))  # fmt: skip
    assert [found.activity for found in search_decisions(registry, words)] == ["Télévision"]


def test_decisions_whose_review_has_come_are_given_longest_due_first(registry):
    record_decision(registry, CUT)
    record_decision(registry, replace(CUT, activity="Display", review_on=date(2026, 11, 2)))
    record_decision(registry, replace(CUT, activity="E-mail", review_on=date(2027, 6, 1)))
    assert [found.activity for found in due_decisions(registry, date(2027, 1, 11))] == [
        "Display",
        "Télévision",
    ]


def test_a_decision_that_could_never_be_judged_is_refused_with_every_gap(registry):
    vague = replace(CUT, reason=" ", owner="", kind="ajust", review_on=date(2026, 10, 5))
    with pytest.raises(UserInputError) as refused:
        record_decision(registry, vague)
    assert refused.value.problems == (
        "reason: empty, a value is required",
        "owner: empty, a value is required",
        "kind: found ajust, did you mean adjust?",
        "review_on: found 2026-10-05, expected a day after the decision (2026-10-05)",
    )
    assert list_decisions(registry) == ()


def test_the_last_state_given_to_an_alert_is_shown_and_all_are_kept(registry):
    change = AlertChange(
        analysis="demo",
        alert="threshold/cac",
        state=AlertState.ACKNOWLEDGED,
        by="finance",
        on=date(2026, 10, 5),
    )
    record_alert_state(registry, change)
    solved = replace(change, state=AlertState.SOLVED, on=date(2026, 10, 20), note="prix revus")
    record_alert_state(registry, solved)
    record_alert_state(registry, replace(change, analysis="belgium"))
    assert alert_states(registry, "demo") == {"threshold/cac": solved}
    assert verify_chain(registry) == ()
    alerts = pd.DataFrame({"alert": ["threshold/cac", "late/nps"], "state": ["new", "new"]})
    assert list(with_states(alerts, registry, "demo")["state"]) == ["solved", "new"]
    assert list(alerts["state"]) == ["new", "new"]


def test_a_change_of_state_by_nobody_is_refused(registry):
    change = AlertChange(
        analysis="demo", alert="late/nps", state=AlertState.SOLVED, by="", on=date(2026, 10, 5)
    )
    with pytest.raises(UserInputError) as refused:
        record_alert_state(registry, change)
    assert refused.value.problems == ("by: empty, a value is required",)
