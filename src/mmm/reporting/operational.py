"""The operational page: data quality, campaigns, pace of spend, carry-over, health of the model."""

from math import isfinite, log
from typing import Any

import pandas as pd
from markupsafe import Markup

from mmm.reporting.elements import WIDE, Column, Grid, badge, bar, card, figure, render, table
from mmm.reporting.kpi_words import status_class
from mmm.reporting.report import Report
from mmm.reporting.sales_charts import decomposition
from mmm.reporting.steps import main_outcome
from mmm.reporting.wording import value

MAX_FINDINGS = 40
BIGGEST = 6
_LOOKS = {"fatal": "bad", "warning": "watch", "note": ""}


def message(report: Report) -> Markup:
    """Say how many faults the data have and which source has the most."""
    findings = report.table("findings")
    counts = findings["severity"].map(str).value_counts()
    grave = int(counts.get("fatal", 0) + counts.get("warning", 0))
    if not grave:
        return render("message", sentence=report.say("operational.message_clean"), detail=_pace_words(report))
    worst = findings[findings["severity"] != "note"]["source"].value_counts()
    sentence = report.say(
        "operational.message_one" if grave == 1 else "operational.message_many",
        count=grave,
        source=str(worst.index[0]),
        most=int(worst.iloc[0]),
    )
    return render("message", sentence=sentence, detail=_pace_words(report))


def _pace_words(report: Report) -> str:
    pacing = report.table("pacing")
    off = pacing[~pacing["status"].isin(["on_track", "ok", "on_plan"])]
    if off.empty:
        return ""
    return report.say(
        "operational.pace_message", channels=", ".join(report.channel(name) for name in off["channel"])
    )


def quality(report: Report) -> Markup | None:
    """Count the findings of every rule in every source."""
    scores, findings = report.table("quality_score"), report.table("findings")
    if scores.empty:
        return None
    rules = findings["rule"].value_counts().index.tolist()[:8]
    counts = findings.groupby(["source", "rule"]).size()
    rows = []
    for row in scores.to_dict("records"):
        each = [str(counts.get((row["source"], rule), "")) for rule in rules]
        score = Markup("{} {}").format(bar(float(row["score"])), report.percent(float(row["score"])))
        rows.append((str(row["source"]), score, *each))
    titles = [report.said(f"rule.{rule}", str(rule).replace("_", " ")) for rule in rules]
    grid = Grid(
        caption=report.say("operational.quality_table"),
        columns=[Column(title=report.say("operational.source"), is_figure=False), Column(title=report.say("operational.score")), *(Column(title=title) for title in titles)],
        rows=rows,
    )  # fmt: skip
    return card(
        report.say("operational.quality"),
        table(grid),
        message=report.say("operational.quality_message"),
        anchor="quality",
    )


def findings(report: Report) -> Markup | None:
    """List what is wrong in the data, where, and what to do."""
    found = report.table("findings")
    if found.empty:
        return None
    order = {"fatal": 0, "warning": 1, "note": 2}
    ranked = found.assign(rank=found["severity"].map(str).map(order)).sort_values("rank", kind="stable")
    rows = [_finding(report, row) for row in ranked.head(MAX_FINDINGS).to_dict("records")]
    names = ("severity", "where", "what", "action")
    grid = Grid(
        caption=report.say("operational.findings_table"),
        columns=[Column(title=report.say(f"operational.{name}"), is_figure=False) for name in names],
        rows=rows,
        note=report.say("operational.findings_more", count=len(found) - MAX_FINDINGS)
        if len(found) > MAX_FINDINGS
        else "",
    )
    return card(report.say("operational.findings"), table(grid), anchor="findings")


def _finding(report: Report, row: dict[str, Any]) -> tuple[str | Markup, ...]:
    line = row["row"]
    has_line = line is not None and line == line and str(line) not in {"", "<NA>"}
    place = [
        str(row["source"]),
        *([report.say("operational.line", line=str(int(line)))] if has_line else []),
        str(row["column"] or ""),
    ]
    figures = {
        "source": str(row["source"]), "row": str(int(line)) if has_line else "", "column": str(row["column"] or ""),
        "value": str(row["value"] or ""),
    }  # fmt: skip
    severity = str(row["severity"])
    return (
        badge(_LOOKS.get(severity, ""), report.say(f"severity.{severity}")),
        ", ".join(part for part in place if part),
        _said(report, f"finding.{row['rule']}.message", str(row["message"] or ""), figures),
        _said(report, f"finding.{row['rule']}.action", str(row["action"] or ""), figures),
    )


def _said(report: Report, key: str, otherwise: str, figures: dict[str, Any]) -> str:
    """Say a sentence of another topic in the reader's language; as the table has it when that fails."""
    if not report.knows(key):
        return otherwise
    try:
        return report.say(key, **figures)
    except (KeyError, ValueError, IndexError):
        return otherwise


def sources(report: Report) -> Markup | None:
    """Map the sources: what they hold, how fresh they are, who answers for them."""
    known = report.table("source_map")
    if known.empty:
        return None
    rows = [
        (
            str(row["source"]), report.said(f"content.{row['content']}", str(row["content"])), str(row["owner"] or "–"),
            report.day(row["first_date"]), report.day(row["last_date"]), value(report, float(row["rows"]), "count"),
            _freshness(report, row),
        )
        for row in known.to_dict("records")
    ]  # fmt: skip
    names = ("source", "content", "owner", "first", "last", "rows", "freshness")
    grid = Grid(
        caption=report.say("operational.sources_table"),
        columns=[
            Column(title=report.say(f"operational.{name}"), is_figure=name in {"rows"}) for name in names
        ],
        rows=rows,
    )
    late = int((~known["is_fresh"].fillna(True).astype(bool)).sum())
    said = report.say(
        "operational.sources_late" if late else "operational.sources_fresh", count=late, total=len(known)
    )
    return card(report.say("operational.sources"), table(grid), message=said, anchor="sources")


def _freshness(report: Report, row: dict[str, Any]) -> Markup | str:
    if row["is_fresh"] is None or row["is_fresh"] != row["is_fresh"]:
        return "–"
    return (
        badge("good", report.say("operational.fresh"))
        if row["is_fresh"]
        else badge("watch", report.say("operational.late"))
    )


def campaigns(report: Report) -> Markup | None:
    """Show every campaign of the last weeks: cost, volume, cost per acquisition, trend."""
    every = report.table("campaigns")
    if every.empty:
        return None
    ranked = every.sort_values(["channel", "spend"], ascending=[True, False]).head(60)
    rows = [
        (
            str(row["campaign"]), report.channel(str(row["channel"])), report.money(row["spend"]),
            Markup("{} {}").format(bar(float(row["share_of_spend"] or 0)), report.percent(row["share_of_spend"])),
            value(report, float(row["clicks"]), "count"), report.percent(row["ctr"], 1), _small(report, row["cpc"]), _small(report, row["cpa"]),
            _trend(report, row["trend"]), badge(status_class(str(row["status"])), report.said(f"status.{row['status']}", str(row["status"]))),
        )
        for row in ranked.to_dict("records")
    ]  # fmt: skip
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
            report.channel(str(row["channel"])), report.money(row["spend_to_date"]), report.money(row["plan_to_date"]),
            Markup("{} {}").format(bar(row["spend_to_date"], row["plan_total"]), report.percent(row["spend_to_date"] / row["plan_to_date"] - 1 if row["plan_to_date"] else float("nan"), sign=True)),
            report.money(row["projected_total"]), report.money(row["plan_total"]),
            badge(status_class(str(row["status"])), report.said(f"status.{row['status']}", str(row["status"]))),
        )
        for row in rows.to_dict("records")
    ]  # fmt: skip
    names = ("channel", "to_date", "plan_to_date", "gap", "landing", "plan_total", "status")
    grid = Grid(
        caption=report.say("operational.pace_table"),
        columns=[
            Column(title=report.say(f"pace.{name}"), is_figure=name not in {"channel", "status"})
            for name in names
        ],
        rows=body,
    )
    return card(report.say("operational.pace"), table(grid), message=_pace_words(report), anchor="pace")


def carry_over(report: Report) -> Markup | None:
    """Show how long each channel's effect lasts and how close it is to its ceiling."""
    found = report.table("parameters")
    found = found[found["outcome"] == main_outcome(report)].set_index("name")
    summary = report.table("channel_summary")
    summary = summary[(summary["outcome"] == main_outcome(report)) & (summary["channel"] != "all")].set_index(
        "channel"
    )
    rows = []
    for channel in summary.index:
        retention = _parameter(found, "retention", channel)
        if retention is None:
            continue
        half, slope = _parameter(found, "half_saturation", channel), _parameter(found, "slope", channel)
        level = 1 / (1 + half["mean"] ** (slope["mean"] if slope else 1.0)) if half else float("nan")
        rows.append((
            report.channel(str(channel)), _half_life(report, retention["mean"]),
            f"{_half_life(report, retention['p05'])} – {_half_life(report, retention['p95'])}",
            Markup("{} {}").format(bar(level), report.percent(level)), report.number(1 + float(summary.loc[channel, "mromi_mean"]), 2),
        ))  # fmt: skip
    if not rows:
        return None
    names = ("channel", "half_life", "half_life_interval", "saturation", "next_euro")
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


def _half_life(report: Report, retention: float) -> str:
    """Periods until half of the effect has come: ln(1/2) / ln(retention)."""
    if not 0 < retention < 1:
        return "–"
    return report.number(log(0.5) / log(retention), 1)


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
        columns=[Column(title=report.say("shared.step"), is_figure=False), Column(title=report.say("shared.amount")), Column(title=report.say("shared.share"))],
        rows=[(str(name), report.money(amount), report.percent(amount / total.sum(), 1)) for name, amount in total.items()],
    )  # fmt: skip
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


def health(report: Report) -> Markup | None:
    """Say each check of the model in words; what failed comes first with what to do."""
    checks = report.table("checks")
    if checks.empty:
        return None
    ranked = checks.sort_values("passed", kind="stable")
    rows = [_check(report, row) for row in ranked.to_dict("records")]
    names = ("result", "check", "action")
    grid = Grid(
        caption=report.say("operational.health_table"),
        columns=[Column(title=report.say(f"operational.{name}"), is_figure=False) for name in names],
        rows=rows,
    )
    failed = int((~checks["passed"].astype(bool)).sum())
    said = report.say(
        "operational.health_failed" if failed else "operational.health_passed",
        count=failed,
        total=len(checks),
    )
    return card(report.say("operational.health"), table(grid), message=said, anchor="health")


def _check(report: Report, row: dict[str, Any]) -> tuple[str | Markup, ...]:
    outcome, _, channel = str(row["subject"]).partition("/")
    subject = " · ".join(
        [
            report.said(f"component.{outcome}", report.outcome(outcome)),
            *([report.channel(channel)] if channel else []),
        ]
    )
    figures = {"subject": subject, "value": float(row["value"]), "threshold": float(row["threshold"])}
    passed = bool(row["passed"])
    return (
        badge(
            "good" if passed else "watch",
            report.say("operational.passed" if passed else "operational.failed"),
        ),
        _said(report, f"check.{row['check']}.message", str(row["message"] or row["check"]), figures),
        "" if passed else _said(report, f"check.{row['check']}.action", str(row["action"] or ""), figures),
    )
