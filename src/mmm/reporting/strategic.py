"""The strategic page: one message, the headline figures, what moved sales."""

from collections.abc import Callable
from math import isfinite
from typing import Any

import pandas as pd
from markupsafe import Markup

from mmm.reporting.budget_charts import waterfall
from mmm.reporting.elements import Column, Grid, Tile, card, figure
from mmm.reporting.kpi_words import comparison, kpi_label, kpi_text, kpi_unit, status_class
from mmm.reporting.moves import plan_gain, total_moved
from mmm.reporting.report import Report, records
from mmm.reporting.steps import Step, main_outcome, sales_steps, steps_frame
from mmm.reporting.templates import render
from mmm.reporting.wording import basis, confidence, interval, value

MAX_TILES = 8


def message(report: Report) -> Markup:
    """Say in one sentence what to do and how sure it is."""
    sentence, detail = _message(report)
    return render("message", sentence=sentence, detail=detail)


def _message(report: Report) -> tuple[str, str]:
    level = (report.manifest.get("verdict") or {}).get("level")
    gain = plan_gain(report)
    if level == "not_usable":
        return report.say("strategic.message_not_usable"), _media_sentence(report)
    if gain is None:
        return _media_sentence(report) or report.say("strategic.message_none"), ""
    moved, share = total_moved(report)
    if moved <= 0:
        return report.say("strategic.message_same"), _media_sentence(report)
    if gain.probability < 0.6:
        return report.say(
            "strategic.message_keep", confidence=confidence(report, gain.probability)
        ), _media_sentence(report)
    sentence = report.say(
        "strategic.message_move",
        moved=moved,
        share=share,
        gain=gain.mean,
        confidence=confidence(report, gain.probability),
    )
    detail = report.say(
        "strategic.message_detail", interval=interval(report, gain.low, gain.high), basis=basis(report)
    )
    return sentence, f"{detail} {_media_sentence(report)}".strip()


def _media_sentence(report: Report) -> str:
    summary = report.table("channel_summary")
    total = summary[(summary["channel"] == "all") & (summary["outcome"] == main_outcome(report))]
    if total.empty:
        return ""
    row = total.iloc[0]
    if not isfinite(row["return_mean"]):
        share, outcome = float(row["share_of_kpi"]), report.outcome(str(row["outcome"]))
        said = report.say("strategic.media_share_sentence", share=share, outcome=outcome)
        return f"{said} {specification_sentence(report)}".strip()
    said = report.say(
        "strategic.media_sentence",
        brings=float(row["return_mean"]),
        low=float(row["return_p05"]),
        high=float(row["return_p95"]),
        share=float(row["share_of_kpi"]),
        outcome=report.outcome(str(row["outcome"])),
    )
    return f"{said} {specification_sentence(report)}".strip()


def specification_sentence(report: Report) -> str:
    """Say how much the media total depends on the shapes assumed; empty where none was averaged."""
    table = report.table("specifications")
    rows = table[(table["outcome"] == main_outcome(report)) & (table["specification"] != "average")]
    rows = rows[rows["weight"] > 0]
    if len(rows) < 2:
        return ""
    average = float((rows["weight"] * rows["media_total_mean"]).sum())
    change = rows["media_total_mean"] / average - 1.0
    return report.say(
        "strategic.specifications",
        count=len(rows),
        weight=float(rows["weight"].max()),
        low=float(change.min()),
        high=float(change.max()),
    )


def tiles(report: Report) -> Markup | None:
    """Show the strategic KPIs beside plan and last year, each with its definition."""
    kpis = report.table("kpis")
    rows = kpis[(kpis["level"] == "strategic") & kpis["value"].notna()]
    aimed_first = rows["target"].isna().sort_values(kind="stable").index[:MAX_TILES]
    rows = rows[rows.index.isin(aimed_first)]
    shown = [_kpi_tile(report, row) for row in records(rows)] or _media_tiles(report)
    if not shown:
        return None
    return render(
        "tiles",
        tiles=shown,
        title=report.say("strategic.tiles"),
        definition=report.say("shared.definition"),
        period=_period(report, rows),
    )


def _period(report: Report, rows: pd.DataFrame) -> str:
    """Say which dates the figures cover: the newest complete quarter of most of them."""
    if rows.empty:
        return ""
    most = rows["period_end"].mode().iloc[0]
    start, end = rows.loc[rows["period_end"] == most, "period_start"].iloc[0], most
    return report.say("strategic.kpi_period", start=report.day(start), end=report.day(end))


def _kpi_tile(report: Report, row: dict[str, Any]) -> Tile:
    kpi, unit = str(row["kpi"]), kpi_unit(report, row)
    return Tile(
        name=kpi_label(report, kpi),
        figure=value(report, float(row["value"]), unit),
        interval=interval(report, float(row["lower"]), float(row["upper"]), unit),
        comparisons=[
            found
            for words, other in (
                ("shared.against_target", row["target"]),
                ("shared.against_last_year", row["previous_year"]),
            )
            if (found := comparison(report, words, row, float(other), unit))
        ],
        status=status_class(str(row["status"])),
        status_words=report.said(f"status.{row['status']}", str(row["status"])),
        definition=kpi_text(report, kpi, "definition"),
    )


def _media_tiles(report: Report) -> list[Tile]:
    """Fall back on the model's own figures when an analysis has no KPI reference."""
    summary = report.table("channel_summary")
    total = summary[(summary["channel"] == "all") & (summary["outcome"] == main_outcome(report))]
    if total.empty:
        return []
    row = records(total)[0]
    figures: list[tuple[str, Callable[[], tuple[str, str]]]] = [
        ("full_cost", lambda: (value(report, float(row["full_cost"]), "money"), "")),
        ("romi", lambda: _with_interval(report, row, "romi", "signed_ratio")),
        ("mromi", lambda: _with_interval(report, row, "mromi", "signed_ratio")),
        ("incremental", lambda: (value(report, float(row["share_of_kpi"]), "share"), "")),
    ]
    return [
        Tile(
            name=report.say(f"definition.{term}.term"),
            figure=shown()[0],
            interval=shown()[1],
            comparisons=(),
            status="",
            status_words="",
            definition=report.say(f"definition.{term}.text"),
        )
        for term, shown in figures
        if shown()[0] != "–"
    ]


def _with_interval(report: Report, row: dict[str, Any], name: str, unit: str) -> tuple[str, str]:
    low, high = float(row[f"{name}_p05"]), float(row[f"{name}_p95"])
    return value(report, float(row[f"{name}_mean"]), unit), interval(report, low, high, unit)


def sales_waterfall(report: Report) -> Markup | None:
    """Explain how sales went from one year to the next."""
    steps = sales_steps(report)
    if not steps:
        return None
    first, last = steps[0], steps[-1]
    growth = last.end / first.end - 1
    moves = [step for step in steps[1:-1] if step.kind != "total"]
    up, down = max(moves, key=_size), min(moves, key=_size)
    said = "strategic.waterfall_both" if _size(up) > 0 > _size(down) else "strategic.waterfall_one"
    sentence = report.say(
        said,
        outcome=report.outcome(main_outcome(report)),
        growth=growth,
        up=up.label if _size(up) > 0 else down.label,
        up_amount=_size(up) if _size(up) > 0 else _size(down),
        down=down.label,
        down_amount=_size(down),
    )
    grid = Grid(
        caption=report.say("strategic.waterfall_table"),
        columns=[
            Column(title=report.say("shared.step"), is_figure=False),
            Column(title=report.say("shared.amount")),
            Column(title=report.say("shared.interval90")),
        ],
        rows=[
            (step.label, _step_amount(report, step), interval(report, step.low, step.high)) for step in steps
        ],
    )
    frame = steps_frame(report, steps)
    shown = figure(
        report,
        lambda width: waterfall(frame, width),
        grid,
        subtitle=report.say("strategic.waterfall_unit", unit=report.currency),
    )
    return card(report.say("strategic.waterfall"), shown, message=sentence, width="half", anchor="waterfall")


def _size(step: Step) -> float:
    return step.end - step.start


def _step_amount(report: Report, step: Step) -> str:
    return report.money(step.end) if step.kind == "total" else report.money(_size(step), sign=True)
