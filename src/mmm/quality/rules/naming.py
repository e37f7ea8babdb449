"""The naming convention of campaigns, with the name that was probably meant."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from mmm.quality.rule import Analysis, Rule, Seen, each
from mmm.records import Severity

_COPY = re.compile(r"(?i)[\s_-]*\((copie|copy|\d+)\)$|[\s_-]+(copie|copy)$")
_SAME = 0.75
"""Similarity from which a part is a misspelling of another."""


def suggested_name(name: str, correct: Sequence[str], pattern: re.Pattern[str]) -> str:
    """Propose a name that follows the convention; empty when none is near.

    First without the mark of a copy, with `_` for spaces and dashes or without
    them, in capitals; then part by part, after the correct names that share the others.
    """
    bare = _COPY.sub("", name.strip())
    for candidate in (bare, re.sub(r"[\s-]+", "_", bare), re.sub(r"[\s-]+", "", bare)):
        for form in (candidate, candidate.upper()):
            if pattern.fullmatch(form):
                return form
    parts = bare.upper().split("_")
    known = [other.split("_") for other in correct]
    known = [other for other in known if len(other) == len(parts)]
    repaired = [_part(parts, at, known) for at in range(len(parts))]
    candidate = "_".join(repaired)
    return candidate if known and pattern.fullmatch(candidate) else ""


def _part(parts: list[str], at: int, known: list[list[str]]) -> str:
    """Keep a part that correct names have; else the most similar one, or the usual one beside the others."""
    usual = Counter(other[at] for other in known)
    if parts[at] in usual or not usual:
        return parts[at]
    plain = re.sub(r"\W", "", parts[at])
    similar = {part: SequenceMatcher(None, plain, part).ratio() for part in usual}
    best = max(similar, key=lambda part: (similar[part], usual[part]))
    if similar[best] >= _SAME:
        return best
    beside = Counter(other[at] for other in known if other[:at] == parts[:at])
    return beside.most_common(1)[0][0] if beside else best


def _naming(analysis: Analysis) -> Iterator[Seen]:
    convention = analysis.params.naming
    if convention is None:
        return
    pattern = re.compile(convention.pattern)
    media = [reading for reading in analysis.of("media") if "campaign" in reading.columns]
    names = {name for reading in media for name in reading.rows["campaign"].dropna().unique()}
    correct = sorted(name for name in names if pattern.fullmatch(name))
    for reading in media:
        firsts = reading.rows.dropna(subset=["campaign"]).drop_duplicates("campaign")
        for row in each(firsts):
            if pattern.fullmatch(row.campaign):
                continue
            suggestion = suggested_name(row.campaign, correct, pattern) or convention.example
            yield Seen(
                source=reading.name,
                row=row.row,
                column=reading.header("campaign"),
                value=row.campaign,
                suggestion=suggestion,
            )


NAMING_RULES: tuple[Rule, ...] = (
    Rule(name="naming", severity=Severity.WARNING, find=_naming, suggests=True),
)
