"""KPIs in words: label, definition, unit, distance to a target, state."""

from math import isfinite
from typing import Any

from mmm.reporting.report import Report
from mmm.reporting.wording import value

_CLASSES = {
    "efficient": "good",
    "on_target": "good",
    "on_plan": "good",
    "reached": "good",
    "on_track": "good",
    "good": "good",
    "done": "good",
    "ok": "good",
    "near_target": "watch",
    "dear": "watch",
    "watch": "watch",
    "warning": "watch",
    "under": "watch",
    "in_progress": "watch",
    "at_risk": "watch",
    "off": "bad",
    "off_target": "bad",
    "missed": "bad",
    "over": "bad",
    "alert": "bad",
    "late": "bad",
    "bad": "bad",
    "critical": "bad",
}


def status_class(status: str) -> str:
    """Give the look of a status: good, watch, bad, or nothing when it is unknown."""
    return _CLASSES.get(status, "")


def kpi_label(report: Report, kpi: str) -> str:
    """Name a KPI as the reference does."""
    return report.text(
        report.kpis.get(kpi, {}).get("label"), report.said(f"kpi.{kpi}", kpi.replace("_", " "))
    )


def kpi_text(report: Report, kpi: str, name: str) -> str:
    """Give a text of the reference (definition, formula, action) in the reader's language."""
    return report.text(report.kpis.get(kpi, {}).get(name))


def kpi_unit(report: Report, row: dict[str, Any]) -> str:
    """Give the unit of a KPI's row."""
    return str(row["unit"] or "")


def is_better_low(report: Report, kpi: str) -> bool:
    """Tell whether less is better: a cost, a churn."""
    return str(report.kpis.get(kpi, {}).get("direction", "higher")) == "lower"


def comparison(
    report: Report, words: str, row: dict[str, Any], other: float, unit: str
) -> tuple[str, str, str] | None:
    """Compare a KPI to its target or to last year: words, distance, good or bad."""
    if not isfinite(other) or not isfinite(float(row["value"])):
        return None
    distance = float(row["value"]) - other
    if unit in {"share", "rate", "percent"}:
        written = report.say("shared.points", points=report.number(distance * 100, 1, sign=True))
    elif unit == "money" and row["value"] * other <= 0:
        written = report.money(distance, sign=True)
    elif unit not in {"money", "count"}:
        written = report.number(distance, {"ratio": 2, "score": 0}.get(unit, 1), sign=True)
    else:
        written = report.percent(distance / abs(other), 1, sign=True)
    lower = is_better_low(report, str(row["kpi"]))
    sense = "" if distance == 0 else "good" if (distance > 0) != lower else "bad"
    arrow = {"good": "▲", "bad": "▼"} if not lower else {"good": "▼", "bad": "▲"}
    label = report.say(words, figure=value(report, other, unit))
    return label, f"{arrow.get(sense, '=')} {written}", sense
