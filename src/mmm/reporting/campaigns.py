"""Campaigns and the pace of spend, on the operational page."""

from math import isfinite
from typing import Any

from markupsafe import Markup

from mmm.reporting.elements import Column, Grid, badge, bar, card, table
from mmm.reporting.kpi_words import status_class
from mmm.reporting.report import Report, records
from mmm.reporting.wording import value

MAX_CAMPAIGNS = 60


def campaigns(report: Report) -> Markup | None:
    """Show every campaign of the last weeks: cost, volume, cost per acquisition, trend."""
    every = report.table("campaigns")
    if every.empty:
        return None
    ranked = every.sort_values(["channel", "spend"], ascending=[True, False]).head(MAX_CAMPAIGNS)
    rows = [
        (
            str(row["campaign"]),
            report.channel(str(row["channel"])),
            report.money(row["spend"]),
            Markup("{} {}").format(
                report.percent(row["share_of_spend"]), bar(float(row["share_of_spend"] or 0))
            ),
            value(report, float(row["clicks"]), "count"),
            report.percent(row["ctr"], 1),
            _small(report, row["cpc"]),
            _small(report, row["cpa"]),
            _trend(report, row["trend"]),
            badge(
                status_class(str(row["status"])), report.said(f"status.{row['status']}", str(row["status"]))
            ),
        )
        for row in records(ranked)
    ]
    names = ("campaign", "channel", "spend", "share", "clicks", "ctr", "cpc", "cpa", "trend", "status")
    grid = Grid(
        caption=report.say("operational.campaigns_table"),
        columns=[
            Column(
                title=report.say(f"campaign.{name}"), is_figure=name not in {"campaign", "channel", "status"}
            )
            for name in names
        ],
        rows=rows,
    )
    return card(report.say("operational.campaigns"), table(grid), anchor="campaigns")


def _small(report: Report, amount: float) -> str:
    return report.money(amount, digits=2) if isfinite(float(amount)) else "–"


def _trend(report: Report, trend: Any) -> str:
    try:
        moved = float(trend)
    except (TypeError, ValueError):
        return report.said(f"trend.{trend}", str(trend or "–"))
    if not isfinite(moved):
        return "–"
    return f"{'▲' if moved > 0.005 else '▼' if moved < -0.005 else '='} {report.percent(moved, sign=True)}"


def pace(report: Report) -> Markup | None:
    """Show what is spent so far against the plan, and where it will land."""
    rows = report.table("pacing")
    if rows.empty:
        return None
    body = [
        (
            report.channel(str(row["channel"])),
            Markup("{} {}").format(
                report.money(row["spend_to_date"]), bar(row["spend_to_date"], row["plan_total"])
            ),
            report.money(row["plan_to_date"]),
            report.percent(
                row["spend_to_date"] / row["plan_to_date"] - 1 if row["plan_to_date"] else float("nan"),
                sign=True,
            ),
            report.money(row["projected_total"]),
            report.money(row["plan_total"]),
            badge(
                status_class(str(row["status"])), report.said(f"status.{row['status']}", str(row["status"]))
            ),
        )
        for row in records(rows)
    ]
    names = ("channel", "to_date", "plan_to_date", "gap", "landing", "plan_total", "status")
    grid = Grid(
        caption=report.say("operational.pace_table"),
        columns=[
            Column(title=report.say(f"pace.{name}"), is_figure=name not in {"channel", "status"})
            for name in names
        ],
        rows=body,
    )
    return card(report.say("operational.pace"), table(grid), message=pace_words(report), anchor="pace")


def pace_words(report: Report) -> str:
    """Name the channels whose spend is away from its plan."""
    pacing = report.table("pacing")
    off = pacing[~pacing["status"].isin(["on_plan", "no_plan"]) & (pacing["channel"] != "all")]
    if off.empty:
        return ""
    is_over = off["spend_to_date"] > off["plan_to_date"]
    over, under = (", ".join(map(report.channel, off.loc[side, "channel"])) for side in (is_over, ~is_over))
    if over and under:
        return report.say("operational.pace_message", over=over, under=under)
    if over:
        return report.say("operational.pace_over", channels=over)
    return report.say("operational.pace_under", channels=under)
