"""The decision log: what was decided on which evidence, by whom, and when it is judged."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from mmm.errors import UserInputError
from mmm.params import nearest
from mmm.registry.ledger import Entry, Registry, append, entries

KIND = "decision"


class DecisionKind(StrEnum):
    """The four decisions that a review may end with."""

    CONTINUE = "continue"
    ADJUST = "adjust"
    STOP = "stop"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided on an activity, on what evidence, and when it will be judged."""

    analysis: str
    activity: str
    """Channel, campaign or project that it is about."""
    kind: DecisionKind
    reason: str
    """Why, in a sentence that a successor understands."""
    evidence_run: str
    """Identifier in the run store; the figures quoted must be found there."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """Figures it rests on: name and value."""
    decided_on: date
    review_on: date
    """Day on which what happened is set beside what was expected."""
    owner: str
    expected_gain: float | None = None
    """Money expected by the review; None when none is claimed."""
    currency: str = "EUR"
    sequence: int | None = None
    """Place in the registry, once recorded."""


def record_decision(registry: Registry, decision: Decision) -> Decision:
    """Add a decision to the log; give it with its place.

    Raises
    ------
    UserInputError
        The decision cannot be judged later: every gap at once.
    """
    problems = decision_problems(decision)
    if problems:
        raise UserInputError("decision", problems)
    content = asdict(decision)
    del content["sequence"]
    content["kind"] = str(decision.kind)
    content["evidence"] = dict(decision.evidence)
    content.update({name: content[name].isoformat() for name in ("decided_on", "review_on")})
    return _decision(append(registry, KIND, content))


def decision_problems(decision: Decision) -> list[str]:
    """List what a decision lacks to be judged one day."""
    found = [
        f"{name}: empty, a value is required"
        for name in ("analysis", "activity", "reason", "evidence_run", "owner")
        if not getattr(decision, name).strip()
    ]
    if decision.kind not in list(DecisionKind):
        found.append(f"kind: found {decision.kind}, {nearest(decision.kind, list(DecisionKind))}")
    if decision.review_on <= decision.decided_on:
        found.append(
            f"review_on: found {decision.review_on}, expected a day after the decision "
            f"({decision.decided_on})"
        )
    return found


def list_decisions(registry: Registry, analysis: str | None = None) -> tuple[Decision, ...]:
    """Give the decisions, oldest first; of one analysis when asked."""
    found = tuple(_decision(entry) for entry in entries(registry, KIND))
    return tuple(decision for decision in found if analysis in {None, decision.analysis})


def search_decisions(registry: Registry, words: str, analysis: str | None = None) -> tuple[Decision, ...]:
    """Give the decisions that hold every word, whatever case or accents, oldest first."""
    wanted = _plain(words).split()
    return tuple(
        decision
        for decision in list_decisions(registry, analysis)
        if all(word in _plain(_searched(decision)) for word in wanted)
    )


def due_decisions(registry: Registry, as_of: date, analysis: str | None = None) -> tuple[Decision, ...]:
    """Give the decisions whose day of review has come, the longest due first."""
    due = (decision for decision in list_decisions(registry, analysis) if decision.review_on <= as_of)
    return tuple(sorted(due, key=lambda decision: (decision.review_on, decision.sequence or 0)))


def _searched(decision: Decision) -> str:
    words = (
        decision.activity,
        decision.kind,
        decision.reason,
        decision.owner,
        decision.evidence_run,
        decision.decided_on.isoformat(),
        *decision.evidence,
    )
    return " ".join(words)


def _plain(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _decision(entry: Entry) -> Decision:
    content: dict[str, Any] = dict(entry.content)
    content.update({name: date.fromisoformat(content[name]) for name in ("decided_on", "review_on")})
    return Decision(**{**content, "kind": DecisionKind(content["kind"]), "sequence": entry.sequence})
