"""Words for uncertainty: how sure, between what and what, and on which evidence."""

from math import isfinite
from typing import Any

import pandas as pd

from mmm.reporting.report import Report

LEAST = 0.01
_BANDS = ((0.95, "very_likely"), (0.8, "likely"), (0.6, "leaning"), (0.4, "undecided"), (0.0, "unlikely"))


def confidence_level(probability: float) -> str:
    """Name the band of a probability that a statement is true.

    Examples
    --------
    >>> confidence_level(0.95), confidence_level(0.8), confidence_level(0.79), confidence_level(0.4)
    ('very_likely', 'likely', 'leaning', 'undecided')
    """
    return next(name for floor, name in _BANDS if probability >= floor)


def confidence(report: Report, probability: float) -> str:
    """Say how sure a statement is, with its probability: "likely (82%)"."""
    if not isfinite(probability):
        return report.say("confidence.unknown")
    band = report.say(f"confidence.{confidence_level(probability)}")
    return report.say("confidence.with_probability", band=band, probability=chance(report, probability))


def chance(report: Report, probability: float) -> str:
    """Write a probability; never 100 % or 0 %, as a share of draws is no certainty."""
    if not isfinite(probability):
        return "–"
    if probability < LEAST:
        return f"< {report.percent(LEAST)}"
    return f"> {report.percent(1 - LEAST)}" if probability > 1 - LEAST else report.percent(probability)


def basis(report: Report, channel: str | None = None) -> str:
    """Say what a figure rests on: the model alone, or a model held against a test (not fitted to it)."""
    together = report.table("triangulation")
    tested = set(together.loc[together["experiment"].notna(), "channel"])
    is_tested = bool(tested) if channel is None else channel in tested
    return report.say("basis.experiment" if is_tested else "basis.model_only")


def interval(report: Report, low: float, high: float, unit: str = "money") -> str:
    """Write a 90 % interval, nothing when it is unknown: "€0.1M to €2.3M"."""
    if not (isfinite(low) and isfinite(high)):
        return ""
    return report.say("shared.interval", low=value(report, low, unit), high=value(report, high, unit))


def value(report: Report, figure: float, unit: str) -> str:
    """Write a figure in the unit of its KPI.

    `unit` is `money`, `unit_money` (small amounts, to the cent), `share`, `ratio`,
    `count`, `points` or `days`; another one is written after the number.
    """
    if not isfinite(figure):
        return "–"
    if unit in {"money", "signed_money"}:
        return report.money(figure, sign=unit == "signed_money")
    if unit in {"share", "percent", "rate"}:
        return report.percent(figure, 2 if 0 < abs(figure) < 0.01 else 1)
    if unit in {"ratio", "signed_ratio"}:
        return report.number(figure, 2, sign=unit == "signed_ratio")
    if unit in {"count", "points", "number", ""}:
        return large(report, figure) if unit == "count" else report.number(figure)
    return f"{report.number(figure, 0 if unit == 'score' else 1)} {report.said(f'unit.{unit}', unit)}"


def large(report: Report, figure: float) -> str:
    """Write a count, in thousands or millions when it is large."""
    if abs(figure) >= 1e6:
        return f"{report.number(figure / 1e6, 2)} M"
    return report.number(figure, 0 if abs(figure) >= 100 or figure == round(figure) else 1)


def quantity(table: pd.DataFrame, name: str, subject: str | None = None) -> tuple[float, float, float] | None:
    """Find value, lower and upper of a quantity in a long table; None when it has none."""
    rows = table[table["quantity"] == name]
    if subject is not None:
        rows = rows[rows["subject"] == subject]
    if rows.empty:
        return None
    first = rows.iloc[0]
    return float(first["value"]), float(first["lower"]), float(first["upper"])


def said(report: Report, key: str, otherwise: str, figures: dict[str, Any]) -> str:
    """Say a sentence of another part in the reader's language; as the table has it when that fails."""
    if not report.knows(key):
        return otherwise
    try:
        return report.say(key, **figures)
    except (KeyError, ValueError, IndexError):
        return otherwise
