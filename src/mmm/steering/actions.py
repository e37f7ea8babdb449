"""Each action's status, computed from the data."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from mmm.params.data import Frequency
from mmm.records import TABLES
from mmm.steering.action_plan import Action
from mmm.steering.database import FactsDatabase, has_columns, values_over
from mmm.steering.periods import MONTH, QUARTER, Window, trailing
from mmm.steering.reference import Kpi, KpiReference
from mmm.steering.wording import Amount, sentence
from mmm.texts import Language

TO_LAUNCH, ON_TRACK, AT_RISK, OFF, REACHED, NO_DATA = (
    "to_launch",
    "on_track",
    "at_risk",
    "off",
    "reached",
    "no_data",
)
BEHIND = 0.5
"""Share of the road that should be covered by now under which an action is off rather than at risk."""


def actions_table(
    plan: Mapping[str, Action],
    reference: KpiReference,
    database: FactsDatabase,
    *,
    frequency: Frequency,
    as_of: date,
    currency: str,
) -> pd.DataFrame:
    """Tabulate actions, English wording: KPI over the last month against the quarter before the start."""
    rows = []
    for name, action in plan.items():
        kpi = reference.kpis[action.kpi]
        actual, baseline = _figures(action, kpi, database, frequency)
        rows.append(
            {
                "action": name,
                "kpi": action.kpi,
                "target": action.target,
                "baseline": baseline,
                "actual": actual,
                "status": action_status(action, kpi, actual, baseline, as_of),
                "owner": action.owner,
                "start": pd.Timestamp(action.start),
                "due": pd.Timestamp(action.due),
                "budget": action.budget,
            }
        )
    figures = pd.DataFrame(rows, columns=_FIGURES)
    return worded_actions(figures, plan, reference, "en", currency)


_FIGURES = ["action", "kpi", "target", "baseline", "actual", "status", "owner", "start", "due", "budget"]


def worded_actions(
    table: pd.DataFrame,
    plan: Mapping[str, Action],
    reference: KpiReference,
    language: Language,
    currency: str,
) -> pd.DataFrame:
    """Give the actions' table with its words in a language; figures and codes unchanged."""
    worded = table.copy()
    for column in ("activity", "objective", "where", "how", "why"):
        worded[column] = [getattr(getattr(plan[name], column), language) for name in table["action"]]
    worded["evidence"] = [
        action_evidence(row, reference.kpis[str(row["kpi"])], language, currency)
        for _, row in table.iterrows()
    ]
    return worded[list(TABLES["actions"])]


def action_evidence(row: "pd.Series[Any]", kpi: Kpi, language: Language, currency: str) -> str:
    """Say in one sentence what the status rests on."""
    if not np.isfinite(row["actual"]):
        return sentence("action.evidence.no_data", language, currency, kpi=kpi.label)
    figures = {
        name: Amount(value=float(row[name]), unit=kpi.unit) for name in ("actual", "baseline", "target")
    }
    key = "action.evidence" if np.isfinite(row["baseline"]) else "action.evidence.no_baseline"
    return sentence(key, language, currency, kpi=kpi.label, **figures)


def _figures(action: Action, kpi: Kpi, database: FactsDatabase, frequency: Frequency) -> tuple[float, float]:
    if not has_columns(database, kpi.parsed):
        return float("nan"), float("nan")
    periods = database.periods
    before = periods[periods < pd.Timestamp(action.start)]
    month = min(MONTH[frequency], len(periods))
    windows: list[Window] = [
        window
        for back in range(len(periods) - month + 1)
        if (window := trailing(periods, month, "month", back=back)) is not None
    ][: QUARTER[frequency]]
    recent = values_over(database, kpi.parsed, windows).dropna()
    actual = float(recent.iloc[0]) if len(recent) else float("nan")
    baseline_window = trailing(before, QUARTER[frequency], "baseline")
    if baseline_window is None:
        return actual, float("nan")
    return actual, float(values_over(database, kpi.parsed, [baseline_window]).iloc[0])


def action_status(action: Action, kpi: Kpi, actual: float, baseline: float, as_of: date) -> str:
    """Judge an action by the share of the road covered against the share of time gone."""
    if as_of < action.start:
        return TO_LAUNCH
    if not np.isfinite(actual):
        return NO_DATA
    if kpi.gap(actual, action.target) <= 0:
        return REACHED
    return OFF if as_of > action.due else _pace(action, kpi, actual, baseline, as_of)


def _pace(action: Action, kpi: Kpi, actual: float, baseline: float, as_of: date) -> str:
    road = kpi.gap(baseline, action.target)
    if not np.isfinite(road) or road <= 0:
        return AT_RISK
    covered = 1 - kpi.gap(actual, action.target) / road
    gone = (as_of - action.start).days / max(1, (action.due - action.start).days)
    if covered >= gone:
        return ON_TRACK
    return AT_RISK if covered >= BEHIND * gone else OFF
