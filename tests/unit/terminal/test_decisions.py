"""What is wrong with a decision that somebody types is said all at once, and nothing is recorded."""

from dataclasses import replace
from datetime import date

import pytest

from mmm.errors import UserInputError
from mmm.terminal.decisions import DecisionWords, show_decisions

WORDS = DecisionWords(
    activity="tvv",
    kind=None,
    owner="marketing",
    why=" ",
    review_on=date(2026, 1, 28),
    expected_gain=None,
    search=None,
    decided_on=date(2026, 10, 5),
)


def test_every_problem_of_a_decision_is_said_at_once(root, tmp_path):
    with pytest.raises(UserInputError) as refused:
        show_decisions(root / "params" / "demo.yaml", tmp_path, WORDS)
    assert refused.value.problems == (
        "--kind is missing, a value is required",
        "--why is missing, a value is required",
        "--activity tvv is no channel, outcome, KPI or action of demo, did you mean tv?",
        "--review-on 2026-01-28: expected a day after the decision (2026-10-05)",
        "demo has no published run to rest on: `mmm run` first",
    )


def test_a_decision_without_a_published_run_is_refused_and_nothing_is_kept(root, tmp_path, capsys):
    words = replace(WORDS, activity="TV", kind="stop", why="saturated", review_on=date(2026, 12, 28))
    with pytest.raises(UserInputError, match="no published run"):
        show_decisions(root / "params" / "demo.yaml", tmp_path, words)
    show_decisions(root / "params" / "demo.yaml", tmp_path, replace(words, activity=None))
    assert "No decision is recorded." in capsys.readouterr().out
