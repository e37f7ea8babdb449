"""The source map ("cartographie des sources") and the quality score of each source."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from mmm.params import RunParams
from mmm.quality.rule import Analysis, Reading
from mmm.quality.rules.calendar import ALLOWED_AGE_DAYS, last_covered_day, missing_runs
from mmm.records import TABLES, Severity

if TYPE_CHECKING:
    from mmm.sources import SourceTable

_USED_FOR = {
    "media": "model, cost",
    "fees": "cost",
    "outcome": "model",
    "control": "model",
    "plan": "budget, forecast",
    "target": "steering",
    "funnel": "steering",
    "nps": "steering",
    "transactions": "customers",
    "contracts": "customers",
    "journeys": "attribution",
    "ledger": "coherence",
    "web": "coherence, steering",
    "seo": "steering",
    "deals": "coherence",
    "events": "coherence",
}
_POINTS = {Severity.FATAL: 10.0, Severity.WARNING: 1.0, Severity.NOTE: 0.0}


def source_map(params: RunParams, tables: "Mapping[str, SourceTable]", as_of: date) -> pd.DataFrame:
    """Say for each source where it is, who answers for it, how fresh and how complete it is."""
    readings = {name: Reading(params, table) for name, table in tables.items()}
    analysis = Analysis(params=params, readings=readings, as_of=as_of)
    lines = [_line(reading, analysis) for reading in readings.values()]
    return pd.DataFrame(lines, columns=list(TABLES["source_map"])).astype({"age_days": "Int64"})


def _line(reading: Reading, analysis: Analysis) -> dict[str, object]:
    dates, covered = reading.dates, last_covered_day(reading)
    age = (pd.Timestamp(analysis.as_of) - covered).days if covered is not None else None
    allowed = ALLOWED_AGE_DAYS.get(reading.declared.refresh)
    counted = reading.content in {
        "media",
        "outcome",
        "control",
        "funnel",
        "nps",
        "transactions",
        "journeys",
        "events",
        "seo",
    }
    runs = missing_runs(analysis, dates) if counted and len(dates) else ()
    missing = sum(count for first, _, count in runs if first > dates[0])
    return {
        "source": reading.name,
        "content": reading.content,
        "location": reading.table.location,
        "dialect": reading.table.dialect,
        "owner": reading.declared.owner,
        "refresh": reading.declared.refresh,
        "rows": reading.n_rows,
        "first_date": dates[0] if len(dates) else pd.NaT,
        "last_date": dates[-1] if len(dates) else pd.NaT,
        "age_days": age,
        "is_fresh": allowed is None or age is None or age <= allowed,
        "missing_periods": missing,
        "used_for": _USED_FOR[reading.content],
    }


def quality_score(tables: "Mapping[str, SourceTable]", findings: pd.DataFrame) -> pd.DataFrame:
    """Score each source from 0 to 1: 1 is no finding, a fatal one takes as much as ten warnings.

    Points are counted per rule and per row: a rule that sees every row wrong takes
    as much as a finding on the whole source.
    """
    lines = []
    for name, table in tables.items():
        own = findings[findings["source"] == name]
        n_rows = table.n_rows
        counts = {severity: int((own["severity"] == str(severity)).sum()) for severity in Severity}
        lost = sum(
            _lost(group, severity, n_rows)
            for severity in Severity
            for _, group in own[own["severity"] == str(severity)].groupby("rule")
        )
        lines.append(
            {
                "source": name,
                "score": 1.0 / (1.0 + lost),
                "n_rows": n_rows,
                "n_fatal": counts[Severity.FATAL],
                "n_warning": counts[Severity.WARNING],
                "n_note": counts[Severity.NOTE],
            }
        )
    return pd.DataFrame(lines, columns=list(TABLES["quality_score"]))


def _lost(findings: pd.DataFrame, severity: Severity, n_rows: int) -> float:
    on_source = findings["row"].isna().any()
    share = 1.0 if on_source or not n_rows else min(1.0, len(findings) / n_rows)
    return 0.1 * _POINTS[severity] * (0.5 + 0.5 * share)
