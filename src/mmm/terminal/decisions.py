"""`mmm decide`: record a decision with its evidence, or read those that were taken."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mmm.errors import UserInputError
from mmm.params import RunParams, read_params
from mmm.registry import (
    Decision,
    DecisionKind,
    due_decisions,
    list_decisions,
    record_decision,
    search_decisions,
)
from mmm.runs.decisions import open_analysis_registry
from mmm.runs.layout import analysis_folder, latest_run
from mmm.steering.activities import known_activity


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionWords:
    """What was typed; without an activity, decisions are listed."""

    activity: str | None
    kind: str | None
    owner: str | None
    why: str
    review_on: date | None
    expected_gain: float | None
    search: str | None
    decided_on: date


def show_decisions(params_file: Path, reports: Path, words: DecisionWords) -> None:
    """Record the decision that was typed, or list and search those of this analysis."""
    params = read_params(params_file)
    console = Console()
    if words.activity is None:
        _list(console, params, reports, words)
        return
    recorded = record_decision(open_analysis_registry(reports), _decision(params, reports, words))
    console.print(f"Decision {recorded.sequence} is recorded; it will be judged on {recorded.review_on}.")


def _decision(params: RunParams, reports: Path, words: DecisionWords) -> Decision:
    problems, activity = _missing(words), str(words.activity)
    try:
        activity = known_activity(params, activity)
    except UserInputError as refused:
        problems += refused.problems
    if words.review_on is not None and words.review_on <= words.decided_on:
        said = f"--review-on {words.review_on}: expected a day after the decision ({words.decided_on})"
        problems.append(said)
    evidence = latest_run(analysis_folder(reports, params.analysis))
    if evidence is None:
        problems.append(f"{params.analysis} has no published run to rest on: `mmm run` first")
    if problems or evidence is None or not (words.kind and words.owner and words.review_on):
        raise UserInputError("mmm decide", problems)
    return Decision(
        analysis=params.analysis,
        activity=activity,
        kind=DecisionKind(words.kind),
        reason=words.why,
        evidence_run=evidence.name,
        decided_on=words.decided_on,
        review_on=words.review_on,
        owner=words.owner,
        expected_gain=words.expected_gain,
        currency=params.currency,
    )


def _missing(words: DecisionWords) -> list[str]:
    required = {
        "--kind": words.kind,
        "--owner": words.owner,
        "--review-on": words.review_on,
        "--why": words.why.strip(),
    }
    return [f"{name} is missing, a value is required" for name, value in required.items() if not value]


def _list(console: Console, params: RunParams, reports: Path, words: DecisionWords) -> None:
    registry = open_analysis_registry(reports)
    found = (
        search_decisions(registry, words.search, params.analysis)
        if words.search
        else list_decisions(registry, params.analysis)
    )
    if not found:
        console.print(
            "No decision is recorded." if not words.search else f'No decision holds "{words.search}".'
        )
        return
    due = {decision.sequence for decision in due_decisions(registry, words.decided_on, params.analysis)}
    table = Table("no.", "decided", "activity", "decision", "owner", "review", "why")
    for decision in found:
        review = f"{decision.review_on} (due)" if decision.sequence in due else str(decision.review_on)
        who = (decision.activity, decision.kind, decision.owner, review, decision.reason)
        table.add_row(str(decision.sequence), str(decision.decided_on), *who)
    console.print(table)
