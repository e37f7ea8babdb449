"""The steering page: KPI tree, plan against actual, alerts, actions, objectives, funnel."""

from math import isfinite
from typing import Any

import pandas as pd
from markupsafe import Markup

from mmm.reporting.alerts import alert_action, alert_subject, open_alerts
from mmm.reporting.budget_charts import waterfall
from mmm.reporting.channels import returns_sentence
from mmm.reporting.elements import WIDE, Column, Grid, Tile, badge, card, figure, table
from mmm.reporting.kpi_words import comparison, kpi_label, kpi_text, kpi_unit, status_class
from mmm.reporting.report import Report, records
from mmm.reporting.sales_charts import expected_and_actual
from mmm.reporting.steps import Step, main_outcome, steps_frame
from mmm.reporting.templates import render
from mmm.reporting.wording import chance, interval, value

PERIODS_SHOWN = 65
_NAN = float("nan")


def message(report: Report) -> Markup:
    """Say how many alerts are open and how far sales are from the plan."""
    alerts, todo = open_alerts(report), ""
    if report.table("kpis").empty:
        sentence = returns_sentence(report)
    elif alerts.empty:
        sentence = report.say("steering.message_calm")
    else:
        heaviest = records(alerts.head(1))[0]
        first, stake = alert_subject(report, str(heaviest["subject"])), float(heaviest["money_at_stake"])
        if isfinite(stake):
            first = report.say("steering.message_stake", first=first, amount=stake)
        if action := alert_action(report, heaviest):
            todo = f"{report.say('steering.todo')} {action[:1].lower()}{action[1:]}"
        sentence = report.say(
            "steering.message_one" if len(alerts) == 1 else "steering.message_many",
            count=len(alerts),
            first=first,
        )
    return render("message", sentence=sentence, detail=f"{todo} {_gap(report)}".strip())


def _variance(report: Report) -> pd.DataFrame:
    variance = report.table("variance")
    rows = variance[variance["subject"] == main_outcome(report)]
    first_window = rows["window"].head(1).tolist()
    return rows[rows["window"].isin(first_window)]


def _gap(report: Report) -> str:
    rows = _variance(report)
    if rows.empty or not rows.iloc[0]["plan"]:
        return ""
    first = rows.iloc[0]
    direction = 1.0 if first["actual"] >= first["plan"] else -1.0
    causes = rows.reindex((rows["amount"] * direction).sort_values(ascending=False).index)
    return report.say(
        "steering.gap",
        outcome=report.outcome(main_outcome(report)),
        share=float(first["actual"] / first["plan"] - 1),
        amount=float(first["actual"] - first["plan"]),
        cause=_driver(report, str(causes.iloc[0]["driver"])),
        cause_amount=float(causes.iloc[0]["amount"]),
        window=_window(report, str(first["window"])),
    )


def _window(report: Report, window: str) -> str:
    words = report.said(f"window.{window}", window)
    return words[:1].lower() + words[1:]


def _driver(report: Report, driver: str) -> str:
    return report.said(f"driver.{driver}", report.component(driver))


def kpi_tree(report: Report) -> Markup | None:
    """Show every KPI by level, with the one that it serves."""
    kpis = report.table("kpis")
    kpis = kpis[kpis["value"].notna()]
    if kpis.empty:
        return None
    levels = [
        (level, report.say(f"level.{level}"), [_node(report, row) for row in records(rows)])
        for level in ("strategic", "tactical", "operational")
        if len(rows := kpis[kpis["level"] == level])
    ]
    behind = int(kpis["status"].isin(["warning", "critical"]).sum())
    said = report.say(
        "steering.tree_message" if behind else "steering.tree_calm", behind=behind, total=len(kpis)
    )
    return card(report.say("steering.tree"), render("tree", levels=levels), message=said, anchor="kpis")


def _node(report: Report, row: dict[str, Any]) -> Tile:
    kpi, unit = str(row["kpi"]), kpi_unit(report, row)
    target = comparison(report, "shared.against_target", row, float(row["target"]), unit)
    parent = str(row["parent"] or "")
    return Tile(
        name=kpi_label(report, kpi),
        figure=value(report, float(row["value"]), unit),
        interval=interval(report, float(row["lower"]), float(row["upper"]), unit),
        comparisons=[target] if target else [],
        status=status_class(str(row["status"])),
        status_words=report.said(f"status.{row['status']}", str(row["status"])),
        definition=kpi_text(report, kpi, "definition"),
        extra=[report.say("steering.serves", parent=kpi_label(report, parent))]
        if parent and parent != "None"
        else [],
    )


def sales(report: Report) -> Markup | None:
    """Show actual sales, what the model expected, and the forecast of the plan."""
    outcome = main_outcome(report)
    past, future = (report.table(name) for name in ("fit", "forecast"))
    past = past[past["outcome"] == outcome].sort_values("period").tail(PERIODS_SHOWN).assign(is_future=False)
    if past.empty:
        return None
    future = future[future["outcome"] == outcome].assign(is_future=True)
    weeks = pd.concat([past, future] if len(future) else [past], ignore_index=True)
    weeks = weeks.assign(target=weeks["period"].map(_targets(report, outcome)).astype(float))
    outside = int(((past["actual"] < past["p025"]) | (past["actual"] > past["p975"])).sum())
    said = report.say("steering.sales_message", count=outside, total=len(past))
    if len(future):
        said = f"{said} " + report.say(
            "steering.forecast_message", total=float(future["mean"].sum()), count=len(future)
        )
    amounts = ["actual", "mean", "p025", "p10", "p90", "p975", "target"]
    scaled = weeks.assign(**{name: weeks[name] / 1000 for name in amounts})
    words = {name: report.say(f"steering.sales_{name}") for name in ("actual", "model", "forecast", "target")}
    drawn = figure(
        report,
        lambda width: expected_and_actual(scaled, width, words),
        _sales_grid(report, weeks),
        subtitle=report.say("steering.sales_unit", unit=report.currency),
        width=WIDE,
    )
    return card(report.say("steering.sales"), drawn, message=said, anchor="sales")


def _targets(report: Report, outcome: str) -> "pd.Series[float]":
    """Give what is wanted of an outcome by period."""
    wanted = report.table("targets")
    return wanted[wanted["outcome"] == outcome].set_index("period")["target"]


def _sales_grid(report: Report, weeks: pd.DataFrame) -> Grid:
    shown = weeks.tail(39)
    rows = [
        (
            report.day(row["period"]),
            report.money(row["actual"]),
            report.money(row["mean"]),
            interval(report, row["p025"], row["p975"]),
            report.money(row["target"]) if isfinite(row["target"]) else "–",
        )
        for row in records(shown)
    ]
    titles = (
        "shared.period",
        "steering.sales_actual",
        "steering.sales_model",
        "shared.interval95",
        "steering.sales_target",
    )
    return Grid(
        caption=report.say("steering.sales_table"),
        columns=[Column(title=report.say(title), is_figure=index > 0) for index, title in enumerate(titles)],
        rows=rows,
    )


def plan_gap(report: Report) -> Markup | None:
    """Explain the gap between plan and actual by its causes."""
    rows = _variance(report)
    if rows.empty:
        return None
    plan, actual = float(rows.iloc[0]["plan"]), float(rows.iloc[0]["actual"])
    steps = [Step(label=report.say("steering.plan"), start=0.0, end=plan, low=_NAN, high=_NAN, kind="total")]
    at = plan
    for row in records(rows[rows["amount"].abs() >= 0.005]):
        amount = float(row["amount"])
        steps.append(
            Step(
                label=_driver(report, str(row["driver"])),
                start=at,
                end=at + amount,
                low=_NAN,
                high=_NAN,
                kind="good" if amount >= 0 else "bad",
            )
        )
        at += amount
    steps.append(
        Step(label=report.say("steering.actual"), start=0.0, end=actual, low=_NAN, high=_NAN, kind="total")
    )
    frame = steps_frame(report, steps)
    grid = Grid(
        caption=report.say("steering.gap_table"),
        columns=[
            Column(title=report.say("shared.step"), is_figure=False),
            Column(title=report.say("shared.amount")),
        ],
        rows=[(step["label"], step["text"]) for step in records(frame)],
    )
    drawn = figure(
        report,
        lambda width: waterfall(frame, width),
        grid,
        subtitle=report.say("steering.gap_unit", unit=report.currency),
    )
    said = _causes(report, rows) or _gap(report)
    return card(report.say("steering.gap_title"), drawn, message=said, width="half", anchor="gap")


def _causes(report: Report, rows: pd.DataFrame) -> str:
    """Name the largest cause on each side; nothing when all push the same way."""
    ranked = records(rows.sort_values("amount"))
    up, down = ranked[-1], ranked[0]
    if not up["amount"] > 0 > down["amount"]:
        return ""
    return report.say(
        "steering.gap_causes",
        up=_driver(report, str(up["driver"])),
        up_amount=float(up["amount"]),
        down=_driver(report, str(down["driver"])),
        down_amount=float(down["amount"]),
    )


def actions(report: Report) -> Markup | None:
    """Show the action plan with the status that the data give."""
    plan = report.table("actions")
    if plan.empty:
        return None
    rows = [
        (
            action_words(report, row, "activity"),
            action_words(report, row, "objective"),
            kpi_label(report, str(row["kpi"])),
            in_unit(report, row, "target"),
            in_unit(report, row, "actual"),
            badge(
                status_class(str(row["status"])), report.said(f"status.{row['status']}", str(row["status"]))
            ),
            report.said(f"owner.{row['owner']}", str(row["owner"])),
            report.day(row["due"]),
        )
        for row in records(plan)
    ]
    names = ("activity", "objective", "kpi", "target", "actual", "status", "owner", "due")
    grid = Grid(
        caption=report.say("steering.actions_table"),
        columns=[
            Column(title=report.say(f"action.{name}"), is_figure=name in {"target", "actual"})
            for name in names
        ],
        rows=rows,
    )
    return card(report.say("steering.actions"), table(grid), anchor="actions")


def action_words(report: Report, row: dict[str, Any], name: str) -> str:
    """Give the words of an action in the reader's language."""
    return report.text(report.actions.get(str(row["action"]), {}).get(name), str(row[name]))


def in_unit(report: Report, row: dict[str, Any], name: str) -> str:
    """Write a figure of an action in the unit of its KPI."""
    unit = str(report.kpis.get(str(row["kpi"]), {}).get("unit", "ratio"))
    try:
        return value(report, float(row[name]), unit)
    except (TypeError, ValueError):
        return str(row[name] or "–")


def objectives(report: Report) -> Markup | None:
    """Show the SMART objectives with the probability of reaching them in time."""
    wanted = report.table("objectives")
    if wanted.empty:
        return None
    rows = []
    for row in records(wanted):
        label = report.text(
            (report.manifest.get("labels", {}).get("objectives") or {}).get(row["objective"]),
            kpi_label(report, str(row["kpi"])),
        )
        probability = float(row["probability"])
        rows.append(
            (
                label,
                in_unit(report, row, "baseline"),
                in_unit(report, row, "value"),
                in_unit(report, row, "target"),
                _expected(report, row),
                report.day(row["deadline"]),
                chance(report, probability),
                badge(
                    status_class(str(row["status"])),
                    report.said(f"status.{row['status']}", str(row["status"])),
                ),
                report.said(f"owner.{row['owner']}", str(row["owner"])),
            )
        )
    names = (
        "objective",
        "baseline",
        "now",
        "target",
        "expected",
        "deadline",
        "probability",
        "status",
        "owner",
    )
    grid = Grid(
        caption=report.say("steering.objectives_table"),
        columns=[
            Column(
                title=report.say(f"objective.{name}"),
                is_figure=name in {"baseline", "now", "target", "expected", "probability"},
            )
            for name in names
        ],
        rows=rows,
    )
    return card(report.say("steering.objectives"), table(grid), anchor="objectives")


def _expected(report: Report, row: dict[str, Any]) -> str:
    """Write what is expected at the deadline, with its interval."""
    unit = str(report.kpis.get(str(row["kpi"]), {}).get("unit", "ratio"))
    between = interval(report, float(row["lower"]), float(row["upper"]), unit)
    return f"{in_unit(report, row, 'expected')} ({between})" if between else in_unit(report, row, "expected")
