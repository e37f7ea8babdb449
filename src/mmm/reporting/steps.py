"""From one year's sales to the next: the steps of the waterfall."""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from mmm.reporting.report import Report, as_date, records

BEFORE, AFTER, UNEXPLAINED = "before", "after", "unexplained"
MAX_STEPS = 9
_NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A bar of the waterfall, in money: a total from 0, or a move from `start` to `end`."""

    label: str
    start: float
    end: float
    low: float
    high: float
    kind: str
    """`total`, `good` or `bad`."""


def main_outcome(report: Report) -> str:
    """Give the outcome that pages speak of first: one worth money, else the first one."""
    summary = report.table("channel_summary")
    worth_money = summary[summary["romi_mean"].notna()]
    for table in (worth_money, summary, report.table("fit")):
        if len(table):
            return str(table.iloc[0]["outcome"])
    return ""


def sales_steps(report: Report) -> list[Step]:
    """Give the earlier total, what moved it in order of size, and the later total."""
    table = report.table("waterfall")
    table = table[table["outcome"] == main_outcome(report)]
    ends = table[table["component"].isin([BEFORE, AFTER])].set_index("component")["mean"]
    if not {BEFORE, AFTER} <= set(ends.index):
        return []
    moves = table[~table["component"].isin([BEFORE, AFTER, UNEXPLAINED])]
    kept = moves.reindex(moves["mean"].abs().sort_values(ascending=False).index)
    kept = kept[kept["mean"].abs() > 0.0005 * abs(ends[BEFORE])].head(MAX_STEPS)
    at = float(ends[BEFORE])
    before, after = _windows(report, table)
    steps = [_total(before, at)]
    for row in records(kept):
        steps.append(_move(report.component(str(row["component"])), at, row["mean"], row["p05"], row["p95"]))
        at = steps[-1].end
    rest = float(ends[AFTER]) - at
    if abs(rest) > 1e-9 * abs(float(ends[AFTER])):
        steps.append(_move(report.say("component.unexplained"), at, rest, _NAN, _NAN))
    return [*steps, _total(after, float(ends[AFTER]))]


def _total(label: str, amount: float) -> Step:
    return Step(label=label, start=0.0, end=amount, low=_NAN, high=_NAN, kind="total")


def _move(label: str, at: float, change: float, low: float, high: float) -> Step:
    kind = "good" if change >= 0 else "bad"
    return Step(label=label, start=at, end=at + change, low=at + low, high=at + high, kind=kind)


def _windows(report: Report, table: pd.DataFrame) -> tuple[str, str]:
    """Name the two windows by their last day."""
    later_start = as_date(table.iloc[0]["to"])
    ends = (
        None if later_start is None else later_start - timedelta(days=1),
        report.manifest.get("period_end"),
    )
    first, last = (report.say("strategic.year_to", end=report.day(end)) for end in ends)
    return first, last


def steps_frame(report: Report, steps: list[Step]) -> pd.DataFrame:
    """Lay the steps out for the chart, each with the words beside its bar."""
    rows = [
        {
            "label": step.label,
            "start": step.start,
            "end": step.end,
            "low": step.low,
            "high": step.high,
            "kind": step.kind,
            "text": report.money(step.end)
            if step.kind == "total"
            else report.money(step.end - step.start, sign=True),
        }
        for step in steps
    ]
    return pd.DataFrame(rows)
