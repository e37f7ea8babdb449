"""What the model says of sales, how long effects last, and whether it is sound."""

from math import isfinite
from typing import Any

import pandas as pd
from markupsafe import Markup

from mmm.reporting.elements import WIDE, Column, Grid, badge, bar, card, figure, table
from mmm.reporting.report import Report, records
from mmm.reporting.sales_charts import decomposition
from mmm.reporting.steps import main_outcome
from mmm.reporting.templates import render
from mmm.reporting.wording import said

BIGGEST = 6


def composition(report: Report) -> Markup | None:
    """Show what sales are made of, period by period."""
    rows = report.table("contributions")
    rows = rows[rows["outcome"] == main_outcome(report)]
    if rows.empty:
        return None
    channels = set(report.table("channel_summary")["channel"]) - {"all"}
    media = rows[rows["component"].isin(channels)]
    totals = media.groupby("component")["mean"].sum().sort_values(ascending=False)
    shown = totals.index[:BIGGEST].tolist()
    names = {name: report.channel(name) for name in shown}
    base, rest = report.say("operational.baseline"), report.say("operational.other_channels")
    part = rows["component"].map(lambda name: names.get(name, rest if name in channels else base))
    parts = (
        rows.assign(part=part, value=rows["mean"] / 1000)
        .groupby(["period", "part"], as_index=False)["value"]
        .sum()
    )
    order = [base, *names.values(), rest]
    parts = parts.assign(position=parts["part"].map({name: index for index, name in enumerate(order)}))
    share = float(media["mean"].sum() / rows["mean"].sum())
    total = (
        parts.groupby("part")["value"].sum().reindex([name for name in order if name in set(parts["part"])])
        * 1000
    )
    grid = Grid(
        caption=report.say("operational.composition_table"),
        columns=[
            Column(title=report.say("shared.step"), is_figure=False),
            Column(title=report.say("shared.amount")),
            Column(title=report.say("shared.share")),
        ],
        rows=[
            (str(name), report.money(amount), report.percent(amount / total.sum(), 1))
            for name, amount in total.items()
        ],
    )
    said = report.say(
        "operational.composition_message", share=share, outcome=report.outcome(main_outcome(report))
    )
    drawn = figure(
        report,
        lambda width: decomposition(parts, width),
        grid,
        subtitle=report.say("shared.thousands_per_period", unit=report.currency),
        width=WIDE,
    )
    return card(report.say("operational.composition"), drawn, message=said, anchor="composition")


def carry_over(report: Report) -> Markup | None:
    """Show how long each channel's effect lasts, and what saturation takes from the next euro."""
    found = report.table("parameters")
    found = found[found["outcome"] == main_outcome(report)].drop_duplicates("name").set_index("name")
    summary = report.table("channel_summary")
    summary = summary[(summary["outcome"] == main_outcome(report)) & (summary["channel"] != "all")]
    rows = []
    for row in records(summary):
        half_life = _parameter(found, "half_life", row["channel"])
        if half_life is None:
            continue
        average, following = float(row["return_mean"]), 1 + float(row["mromi_mean"])
        left = following / average if average > 0 else float("nan")
        rows.append(
            (
                report.channel(str(row["channel"])),
                _half_life(report, half_life["mean"]),
                report.say(
                    "shared.interval",
                    low=_half_life(report, half_life["p05"]),
                    high=_half_life(report, half_life["p95"]),
                ),
                report.number(average, 2),
                report.number(following, 2),
                Markup("{} {}").format(report.percent(left), bar(left)),
            )
        )
    if not rows:
        return None
    names = ("channel", "half_life", "half_life_interval", "average", "next_euro", "left")
    grid = Grid(
        caption=report.say("operational.carry_table"),
        columns=[Column(title=report.say(f"carry.{name}"), is_figure=name != "channel") for name in names],
        rows=rows,
    )
    return card(
        report.say("operational.carry"),
        table(grid),
        message=report.say("operational.carry_message"),
        anchor="carry",
    )


def _parameter(found: pd.DataFrame, name: str, channel: Any) -> dict[str, float] | None:
    for written in (f"{name}[{channel}]", f"{name}.{channel}", f"{name}_{channel}"):
        if written in found.index:
            row = found.loc[written]
            first = row.iloc[0] if isinstance(row, pd.DataFrame) else row
            return {stat: float(first[stat]) for stat in ("mean", "p05", "p95")}
    return None


def _half_life(report: Report, periods: float) -> str:
    """Periods until half of the effect has come."""
    return report.number(periods, 1) if isfinite(periods) else "–"


def health(report: Report) -> Markup | None:
    """Say each check in words: what failed first, with what to do; what passed behind a fold."""
    checks = pd.concat(
        [found for name in ("checks", "customer_checks") if len(found := report.table(name))]
        or [report.table("checks")]
    )
    if checks.empty:
        return None
    passed = checks["passed"].astype(bool)
    failed = int((~passed).sum())
    said = report.say(
        "operational.health_failed" if failed else "operational.health_passed",
        count=failed,
        total=len(checks),
    )
    body = render(
        "folded",
        first=_checks_table(report, checks[~passed], "operational.health_failures") if failed else "",
        summary=report.say("operational.health_more", count=len(checks) - failed),
        rest=_checks_table(report, checks[passed], "operational.health_table"),
    )
    return card(report.say("operational.health"), body, message=said, anchor="health")


def _checks_table(report: Report, checks: pd.DataFrame, caption: str) -> Markup:
    names = ("result", "check", "action")
    columns = [Column(title=report.say(f"operational.{name}"), is_figure=False) for name in names]
    rows = [_check(report, row) for row in records(checks)]
    return table(Grid(caption=report.say(caption), columns=columns, rows=rows))


def _check(report: Report, row: dict[str, Any]) -> tuple[str | Markup, ...]:
    subject = _subject(report, str(row["subject"]))
    figures = {"subject": subject, "value": float(row["value"]), "threshold": float(row["threshold"])}
    passed = bool(row["passed"])
    return (
        badge(
            "good" if passed else "watch",
            report.say("operational.passed" if passed else "operational.failed"),
        ),
        said(report, f"check.{row['check']}.message", str(row["message"] or row["check"]), figures),
        "" if passed else said(report, f"check.{row['check']}.action", str(row["action"] or ""), figures),
    )


def _subject(report: Report, subject: str) -> str:
    """Name what was checked: outcomes, channels, a parameter such as `revenue/retention[tv]`."""
    listed, _, more = subject.partition(" and ")
    words = []
    for part in listed.replace(", ", "/").split("/"):
        name, bracket, channel = part.partition("[")
        if bracket:
            words.append(
                f"{report.said(f'parameter.{name}', name)} ({report.component(channel.rstrip(']'))})"
            )
        else:
            labels = report.manifest.get("labels", {}).get("outcomes", {})
            words.append(report.outcome(part) if part in labels else report.component(part))
    if more:
        words.append(report.say("operational.and_more", count=more.split(" ")[0]))
    return " · ".join(dict.fromkeys(words))
