"""The funnel: what share of each stage reaches the next, and which step fell."""

from itertools import pairwise

import pandas as pd
from markupsafe import Markup

from mmm.reporting.elements import Column, Grid, card, figure
from mmm.reporting.report import Report, records
from mmm.reporting.sales_charts import funnel
from mmm.reporting.wording import interval, value


def stages(report: Report) -> Markup | None:
    """Show the funnel of the last period: what share of each stage reaches the next."""
    rows = report.table("funnel")
    if rows.empty:
        return None
    last = rows[rows["period"] == rows["period"].max()].reset_index(drop=True)
    passed = last[last["rate"].notna()].reset_index(drop=True)
    if passed.empty:
        return None
    names = [report.said(f"stage.{name}", str(name)) for name in last["stage"]]
    labels = [report.say("steering.to_stage", start=a, end=b) for a, b in pairwise(names)]
    labels = (
        labels
        if len(labels) == len(passed)
        else [report.said(f"stage.{name}", str(name)) for name in passed["stage"]]
    )
    shown = passed.assign(
        stage=labels,
        text=[report.percent(rate, 1) for rate in passed["rate"]],
        upper=passed["upper"].fillna(passed["rate"]),
    )
    grid = Grid(
        caption=report.say("steering.funnel_table"),
        columns=[
            Column(title=report.say(f"steering.funnel_{name}"), is_figure=name != "stage")
            for name in ("stage", "volume", "rate", "interval")
        ],
        rows=[
            (
                name,
                value(report, float(row["volume"]), "count"),
                report.percent(row["rate"], 1),
                interval(report, row["lower"], row["upper"], "share"),
            )
            for name, row in zip(names, records(last), strict=True)
        ],
    )
    said = _fallen(report, rows, shown.assign(name=passed["stage"]))
    drawn = figure(
        report,
        lambda width: funnel(shown, width),
        grid,
        subtitle=report.say("steering.funnel_unit", day=report.day(last.iloc[0]["period"])),
    )
    return card(report.say("steering.funnel"), drawn, message=said, width="half", anchor="funnel")


def _fallen(report: Report, rows: pd.DataFrame, shown: pd.DataFrame) -> str:
    """Name the step whose rate fell most since the oldest quarter kept, a year ago; nothing without one."""
    then = rows[rows["period"] == rows["period"].min()].set_index("stage")["rate"]
    if rows["period"].nunique() < 2:
        return ""
    changes = (shown["rate"] / shown["name"].map(then) - 1).dropna()
    if changes.empty or changes.min() >= 0:
        return report.say("steering.funnel_steady")
    worst = records(shown.loc[[changes.idxmin()]])[0]
    return report.say(
        "steering.funnel_message",
        stage=str(worst["stage"]),
        rate=float(worst["rate"]),
        before=float(then[worst["name"]]),
    )
