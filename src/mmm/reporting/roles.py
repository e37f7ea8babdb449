"""The page of the roles: the same figures, seen by whoever answers for them."""

from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from markupsafe import Markup

from mmm.reporting.alerts import alert_action, alert_sentence, alert_subject, open_alerts
from mmm.reporting.elements import Column, Grid, badge, card, table
from mmm.reporting.kpi_words import kpi_label, kpi_text, kpi_unit, status_class
from mmm.reporting.operational import source_file
from mmm.reporting.report import Report, records
from mmm.reporting.steering import action_words, in_unit
from mmm.reporting.templates import render
from mmm.reporting.wording import value

ROLES = ("management", "finance", "marketing", "sales", "data", "agency")
HARDLY = 0.01
"""A probability below it is written in words."""
_DRIFTING = ("off", "at_risk")
_CALLING = ("warning", "critical")
_Row = tuple[str | Markup, ...]
Section = Callable[[Report], Markup | None]


def message(report: Report) -> Markup:
    """Say how much waits for somebody, all roles together."""
    return render(
        "message",
        sentence=report.say(
            "roles.message",
            alerts=len(open_alerts(report)),
            actions=int(report.table("actions")["status"].isin(_DRIFTING).sum()),
            sources=len(_faulty(report)),
        ),
        detail=report.say("roles.detail"),
    )


def _role(role: str) -> Section:
    """Show what one role answers for: what calls for it first, then what is well."""

    def written(report: Report) -> Markup | None:
        asked = [*_alerts(report, role), *_actions(report, role, drifting=True)]
        asked += [*(_sources(report) if role == "data" else ()), *_kpis(report, role, calling=True)]
        well = [*_objectives(report, role), *_actions(report, role, drifting=False)]
        rows = [*asked, *well, *_kpis(report, role, calling=False)]
        if not rows:
            return None
        names = ("nature", "subject", "state", "status", "todo")
        grid = Grid(
            caption=report.say("roles.table"),
            columns=[Column(title=report.say(f"roles.column.{name}"), is_figure=False) for name in names],
            rows=rows,
        )
        said = report.say("roles.asked" if asked else "roles.calm", count=len(asked))
        return card(report.say(f"owner.{role}"), table(grid), message=said, anchor=role)

    return written


def _alerts(report: Report, role: str) -> Iterator[_Row]:
    every = open_alerts(report)
    for row in records(every[every["owner"] == role]):
        kind = str(row["kind"])
        yield (
            report.say("roles.alert"),
            alert_subject(report, str(row["subject"])),
            alert_sentence(report, row),
            badge("bad" if row["level"] == "strategic" else "watch", report.said(f"alert_kind.{kind}", kind)),
            alert_action(report, row),
        )


def _actions(report: Report, role: str, *, drifting: bool) -> Iterator[_Row]:
    plan = report.table("actions")
    own = plan[(plan["owner"] == role) & (plan["status"].isin(_DRIFTING) == drifting)]
    for row in records(own):
        state = report.say(
            "roles.action_state",
            kpi=kpi_label(report, str(row["kpi"])),
            actual=in_unit(report, row, "actual"),
            target=in_unit(report, row, "target"),
        )
        due = report.say("roles.due", day=report.day(row["due"]))
        how = action_words(report, row, "how")
        activity = action_words(report, row, "activity")
        yield report.say("roles.action"), activity, state, _status(report, row), f"{how} ({due})"


def _objectives(report: Report, role: str) -> Iterator[_Row]:
    objectives = report.table("objectives")
    for row in records(objectives[objectives["owner"] == role]):
        probability, day = float(row["probability"]), report.day(row["deadline"])
        hardly = probability < HARDLY
        state = report.say(
            "roles.objective_hardly" if hardly else "roles.objective_state", probability=probability, day=day
        )
        name = alert_subject(report, str(row["objective"]))
        yield (
            report.say("roles.objective"),
            name,
            state,
            _status(report, row),
            kpi_text(report, str(row["kpi"]), "action"),
        )


def _kpis(report: Report, role: str, *, calling: bool) -> Iterator[_Row]:
    kpis = report.table("kpis")
    said = open_alerts(report)["subject"] if calling else ()
    own = kpis[(kpis["owner"] == role) & kpis["value"].notna() & (kpis["status"].isin(_CALLING) == calling)]
    own = own[~own["kpi"].isin(said)]
    for row in records(own):
        unit = kpi_unit(report, row)
        state = value(report, float(row["value"]), unit)
        if isfinite(float(row["target"])):
            state = report.say(
                "roles.kpi_state", value=state, target=value(report, float(row["target"]), unit)
            )
        todo = kpi_text(report, str(row["kpi"]), "action") if calling else ""
        yield report.say("roles.kpi"), kpi_label(report, str(row["kpi"])), state, _status(report, row), todo


def _sources(report: Report) -> Iterator[_Row]:
    for row in _faulty(report):
        fatal, warning = int(row["n_fatal"]), int(row["n_warning"])
        key = "roles.source_state" if fatal else "roles.source_warnings"
        state = report.say(key, fatal=fatal, warning=warning)
        level = "bad" if row["n_fatal"] else "watch"
        yield (
            report.say("roles.source"),
            source_file(report, str(row["source"])),
            state,
            badge(level, report.say("roles.to_correct")),
            report.say("roles.source_todo"),
        )


def _faulty(report: Report) -> list[dict[str, Any]]:
    scores = report.table("quality_score")
    return records(scores[(scores["n_fatal"] > 0) | (scores["n_warning"] > 0)])


def _status(report: Report, row: dict[str, Any]) -> Markup:
    status = str(row["status"])
    return badge(status_class(status), report.said(f"status.{status}", status))


ROLE_SECTIONS: dict[str, Section] = {"message": message, **{role: _role(role) for role in ROLES}}
"""Sections of the page of the roles."""
