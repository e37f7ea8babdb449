"""The operational page: data quality, what to correct, where the data come from."""

import re
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from markupsafe import Markup

from mmm.reporting.campaigns import pace_words
from mmm.reporting.elements import Column, Grid, badge, bar, card, table
from mmm.reporting.report import Report, records
from mmm.reporting.templates import render
from mmm.reporting.wording import said, value

MAX_FINDINGS = 40
MAX_RULES = 8
_LOOKS = {"fatal": "bad", "warning": "watch", "note": ""}


def message(report: Report) -> Markup:
    """Say how many faults the data have and which source has the most."""
    findings = report.table("findings")
    counts = findings["severity"].map(str).value_counts()
    grave = int(counts.get("fatal", 0) + counts.get("warning", 0))
    if not grave:
        return render("message", sentence=report.say("operational.message_clean"), detail=pace_words(report))
    worst = findings[findings["severity"] != "note"]["source"].value_counts()
    sentence = report.say(
        "operational.message_one" if grave == 1 else "operational.message_many",
        count=grave,
        source=source_file(report, str(worst.index[0])),
        most=int(worst.iloc[0]),
    )
    return render("message", sentence=sentence, detail=pace_words(report))


def quality(report: Report) -> Markup | None:
    """Count the findings of every rule in every source."""
    scores, findings = report.table("quality_score"), report.table("findings")
    if scores.empty:
        return None
    rules = findings["rule"].value_counts().index.tolist()[:MAX_RULES]
    counts = findings.groupby(["source", "rule"]).size()
    rows = []
    clean = sorted(set(scores["source"]) - set(findings["source"]))
    for row in records(scores[~scores["source"].isin(clean)]):
        each = [str(counts.get((row["source"], rule), "")) for rule in rules]
        score = Markup("{} {}").format(report.percent(float(row["score"])), bar(float(row["score"])))
        rows.append((source_file(report, str(row["source"])), score, *each))
    titles = [report.said(f"rule.{rule}", str(rule).replace("_", " ")) for rule in rules]
    grid = Grid(
        caption=report.say("operational.quality_table"),
        columns=[
            Column(title=report.say("operational.source"), is_figure=False),
            Column(title=report.say("operational.score")),
            *(Column(title=title) for title in titles),
        ],
        rows=rows,
        note=report.say(
            "operational.quality_rest", sources=", ".join(source_file(report, name) for name in clean)
        )
        if clean
        else "",
    )
    return card(
        report.say("operational.quality"),
        table(grid) if rows else Markup(""),
        message=report.say("operational.quality_message", clean=len(clean), total=len(scores)),
        anchor="quality",
    )


def source_file(report: Report, name: str) -> str:
    """Name a source by its file, which is what its owner opens; by its own name when it has none."""
    known = report.table("source_map")
    places = known.loc[known["source"] == name, "location"]
    file = PurePosixPath(str(places.iloc[0])).name if len(places) else ""
    return file if "." in file else name


def _localised(report: Report, written: str) -> str:
    """Write the figures, dates and names inside a quoted value as the reader does."""
    labels = report.manifest.get("labels", {})
    known = {**labels.get("outcomes", {}), **labels.get("channels", {})}
    words = re.sub(r"\b[a-z][a-z0-9_]*\b", lambda m: report.text(known.get(m[0]), m[0]), written)
    words = re.sub(r"\d{4}-\d{2}-\d{2}", lambda m: report.day(m[0]), words)
    return re.sub(r"(?<![\w.,])\d[\d,]*\.\d+(?![\w.])", lambda m: _plain(report, m[0]), words)


def _plain(report: Report, written: str) -> str:
    figure = float(written.replace(",", ""))
    return report.number(figure, 0 if figure == int(figure) else 2)


def findings(report: Report) -> Markup | None:
    """List what is wrong in the data, where, and what to do."""
    found = report.table("findings")
    if found.empty:
        return None
    order = {"fatal": 0, "warning": 1, "note": 2}
    ranked = found.assign(rank=found["severity"].map(str).map(order)).sort_values("rank", kind="stable")
    rows = [_finding(report, row) for row in records(ranked.head(MAX_FINDINGS))]
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
    has_line = not pd.isna(line)
    place = [
        source_file(report, str(row["source"])),
        *([report.say("operational.line", line=str(int(line)))] if has_line else []),
        str(row["column"] or ""),
    ]
    written = str(row["value"] or "")
    figures = {
        "source": source_file(report, str(row["source"])),
        "row": str(int(line)) if has_line else "",
        "column": str(row["column"] or ""),
        "value": written if row["rule"] == "naming" else _localised(report, written),
    }
    severity = str(row["severity"])
    return (
        badge(_LOOKS.get(severity, ""), report.say(f"severity.{severity}")),
        ", ".join(part for part in place if part),
        said(report, f"finding.{row['rule']}.message", str(row["message"] or ""), figures),
        said(report, f"finding.{row['rule']}.action", str(row["action"] or ""), figures),
    )


def sources(report: Report) -> Markup | None:
    """Map the sources: what they hold, how fresh they are, who answers for them."""
    known = report.table("source_map")
    if known.empty:
        return None
    rows = [
        (
            source_file(report, str(row["source"])),
            report.said(f"content.{row['content']}", str(row["content"])),
            str(row["owner"] or "–"),
            report.day(row["first_date"]),
            report.day(row["last_date"]),
            value(report, float(row["rows"]), "count"),
            _freshness(report, row),
        )
        for row in records(known)
    ]
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
