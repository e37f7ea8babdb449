"""Open alerts: what departs from what, what it costs, what to do about it."""

from math import isfinite
from typing import Any

import pandas as pd
from markupsafe import Markup

from mmm.reporting.elements import card
from mmm.reporting.kpi_words import kpi_label, kpi_text
from mmm.reporting.report import Report, as_date, records
from mmm.reporting.templates import render
from mmm.reporting.wording import value

MAX_ALERTS = 6
GOOD_SURPRISE = "good_surprise"
_OF_A_KPI = frozenset({"threshold", "abnormal", "objective"})


def open_alerts(report: Report) -> pd.DataFrame:
    """Give the alerts that ask for something, the most money at stake first."""
    alerts = report.table("alerts")
    alerts = alerts[(alerts["state"] != "solved") & (alerts["kind"] != GOOD_SURPRISE)]
    return alerts.sort_values("money_at_stake", ascending=False, na_position="last", kind="stable")


def alert_subject(report: Report, subject: str) -> str:
    """Name what an alert is about: a KPI, a channel or an objective."""
    labels = report.manifest.get("labels", {})
    if subject in report.kpis:
        return kpi_label(report, subject)
    return report.text(labels.get("objectives", {}).get(subject), report.component(subject))


def alerts(report: Report) -> Markup | None:
    """List the open alerts with the action each calls for, then the good surprises."""
    surprises = report.table("alerts")
    surprises = surprises[surprises["kind"] == GOOD_SURPRISE]
    every = open_alerts(report)
    first = pd.concat([every.head(MAX_ALERTS), surprises.head(2)])
    if first.empty:
        return None
    shown = [_alert(report, row) for row in records(first)]
    left = [_alert(report, row) for row in records(every.iloc[MAX_ALERTS:])]
    rest = [f"{alert['subject']} ({alert['kind']})" for alert in left]
    more = report.say("steering.alerts_more", names=", ".join(rest)) if rest else ""
    body = render("alerts", alerts=shown, todo=report.say("steering.todo"), more=more)
    return card(report.say("steering.alerts"), body, anchor="alerts")


def _alert(report: Report, row: dict[str, Any]) -> dict[str, str]:
    subject, kind = str(row["subject"]), str(row["kind"])
    facts = [
        report.say("steering.since", day=report.day(row["since"])),
        report.said(f"owner.{row['owner']}", str(row["owner"])),
    ]
    if isfinite(float(row["money_at_stake"])):
        facts.insert(0, report.say("steering.stake", amount=float(row["money_at_stake"])))
    if shape := str(row.get("shape") or ""):
        facts.insert(0, report.said(f"shape.{shape}", shape))
    return {
        "subject": alert_subject(report, subject),
        "kind": report.said(f"alert_kind.{kind}", kind),
        "status": "good" if kind == GOOD_SURPRISE else "bad" if row["level"] == "strategic" else "watch",
        "sentence": alert_sentence(report, row),
        "action": alert_action(report, row),
        "facts": " · ".join(facts),
    }


def alert_action(report: Report, row: dict[str, Any]) -> str:
    """Say what an alert calls for: the KPI's own action, else that of its kind."""
    kind = str(row["kind"])
    own = (
        kpi_text(report, str(row["subject"]), "action")
        if kind in {"threshold", "abnormal", "objective"}
        else ""
    )
    return own or report.said(f"alert.{kind}.action", str(row["action"] or ""))


def alert_sentence(report: Report, row: dict[str, Any]) -> str:
    """Say what departs from what, in one sentence."""
    subject = str(row["subject"])
    unit = str(report.kpis.get(subject, {}).get("unit", "money" if row["kind"] == "pacing" else "number"))
    figures = {
        name: value(report, float(row[name]), unit) for name in ("value", "expected", "lower", "upper")
    }
    stake = float(row["money_at_stake"])
    dates = {name: as_date(row[name]) or str(row[name]) for name in ("since", "period")}
    key = f"alert.{row['kind']}"
    return report.say(
        key if report.knows(key) else "steering.alert",
        subject=alert_subject(report, subject),
        money=report.money(stake) if isfinite(stake) else report.said("alert.no_money", "–"),
        **figures,
        **dates,
    )
