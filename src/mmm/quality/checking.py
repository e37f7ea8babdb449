"""Run every rule on every source: the findings, the gate, and what to correct where."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd

from mmm.errors import MAX_LISTED, DataRefusedError, UserInputError
from mmm.params import RunParams, nearest
from mmm.quality.row_tests import row_findings
from mmm.quality.rule import Analysis, Reading, RowRule, Rule, Seen
from mmm.quality.rules import ROW_RULES, RULES
from mmm.records import TABLES, Severity
from mmm.texts import say

if TYPE_CHECKING:
    from mmm.sources import SourceTable

MAX_ROWS = 200
"""Findings listed per rule and source; the rest is a count."""
_ORDER = {severity: rank for rank, severity in enumerate(Severity)}


def check_sources(params: RunParams, tables: "Mapping[str, SourceTable]", as_of: date) -> pd.DataFrame:
    """List what is wrong in the data, by row: the worst first, then in the order of the sources."""
    _refuse_unknown_rules(params)
    analysis = Analysis(
        params=params, readings={name: Reading(params, table) for name, table in tables.items()}, as_of=as_of
    )
    found: list[dict[str, object]] = []
    for rule in RULES:
        found += _findings(rule, rule.find(analysis))
    for reading in analysis.readings.values():
        for row_rule, seen in row_findings(reading, analysis, ROW_RULES, MAX_ROWS):
            found += _findings(row_rule, seen)
    frame = pd.DataFrame(found, columns=list(TABLES["findings"]))
    declared = frame["rule"].where(frame["rule"] != "more", frame["column"]).map(params.quality.severity)
    frame["severity"] = declared.where(declared.notna(), frame["severity"]).astype(str)
    frame["row"] = frame["row"].astype("Int64")
    order = {name: rank for rank, name in enumerate(params.sources)}
    ranked = frame.assign(_severity=frame["severity"].map(_ORDER), _source=frame["source"].map(order))
    ranked = ranked.sort_values(["_severity", "_source"], kind="stable").reset_index(drop=True)
    return ranked[list(TABLES["findings"])]


def _refuse_unknown_rules(params: RunParams) -> None:
    known = sorted({rule.name for rule in RULES} | {rule.name for rule in ROW_RULES})
    problems = [
        f"quality.severity.{name}: no such rule, {nearest(name, known)}"
        for name in params.quality.severity
        if name not in known
    ]
    if problems:
        raise UserInputError(str(params.file), problems)


def _findings(rule: Rule | RowRule, seen: Iterable[Seen]) -> Iterator[dict[str, object]]:
    for _, group in groupby(seen, key=lambda one: one.source):
        ones = list(group)
        for one in ones[:MAX_ROWS]:
            if one.more:
                yield _more(rule, one.source, one.more)
            else:
                yield _finding(rule, one)
        if len(ones) > MAX_ROWS:
            rest = len(ones) - MAX_ROWS
            last = ones[-1].more
            yield _more(rule, ones[0].source, rest - 1 + last if last else rest)


def _finding(rule: Rule | RowRule, one: Seen) -> dict[str, object]:
    figures = {
        "source": one.source,
        "row": "" if one.row is None else str(one.row),
        "column": one.column,
        "value": one.value,
    }
    suggests = isinstance(rule, Rule) and rule.suggests
    return {
        **figures,
        "row": one.row,
        "rule": rule.name,
        "severity": str(rule.severity),
        "message": say(f"finding.{rule.name}.message", "en", **figures),
        "action": f"→ {one.suggestion}" if suggests else say(f"finding.{rule.name}.action", "en", **figures),
    }


def _more(rule: Rule | RowRule, source: str, count: int) -> dict[str, object]:
    figures = {"source": source, "row": "", "column": rule.name, "value": str(count)}
    return {
        **figures,
        "row": None,
        "rule": "more",
        "severity": str(rule.severity),
        "message": say("finding.more.message", "en", **figures),
        "action": say("finding.more.action", "en", **figures),
    }


def gate(findings: pd.DataFrame) -> None:
    """Stop before any fit when a finding is fatal.

    Raises
    ------
    DataRefusedError
        One line per finding, at most five of a kind from one source.
    """
    fatal = findings[(findings["severity"] == str(Severity.FATAL)) & (findings["rule"] != "more")]
    if fatal.empty:
        return
    groups = fatal.groupby(["source", "rule"], sort=False)
    problems = [line for (source, _), group in groups for line in _lines(str(source), group)]
    raise DataRefusedError("data", problems)


def _lines(source: str, group: pd.DataFrame) -> list[str]:
    shown = [
        f"{source}{'' if pd.isna(row) else f', line {row}'}: {message}: {action}"
        for row, message, action in group[["row", "message", "action"]].head(MAX_LISTED).to_numpy()
    ]
    left = len(group) - len(shown)
    more = f"{source}: and {left} more of this kind: `mmm check PARAMS --fix-plan FILE` lists them all"
    return [*shown, more] if left else shown


def fix_plan(findings: pd.DataFrame) -> pd.DataFrame:
    """List what to correct and where, fatal first: one row per thing to do."""
    plan = findings[(findings["severity"] != str(Severity.NOTE)) & (findings["rule"] != "more")]
    columns = ["severity", "source", "row", "column", "value", "rule", "message", "action"]
    return plan[columns].reset_index(drop=True)
