"""Review packs: what each ritual has in hand, facts and the decisions expected of it."""

from collections.abc import Callable

from markupsafe import Markup

from mmm.reporting import (
    alerts,
    campaigns,
    channels,
    decisions,
    funnel,
    operational,
    steering,
    strategic,
    strategic_plan,
)
from mmm.reporting.elements import Column, Grid, card, table
from mmm.reporting.header import REVIEWS
from mmm.reporting.report import Report, records
from mmm.reporting.templates import render

Section = Callable[[Report], Markup | None]


def agenda(report: Report, ritual: str = "quarterly") -> Markup | None:
    """Show the agenda of a ritual: each topic, its fact, the decision expected."""
    rows = _points(report, ritual)
    if not rows:
        return None
    names = ("topic", "fact", "decision")
    grid = Grid(
        caption=report.say("steering.agenda_table"),
        columns=[Column(title=report.say(f"agenda.column.{name}"), is_figure=False) for name in names],
        rows=[tuple(str(row[name]) for name in names) for row in rows],
    )
    return card(report.say(f"review.{ritual}.agenda"), table(grid), anchor="agenda")


def _points(report: Report, ritual: str) -> list[dict[str, object]]:
    points = report.table("agenda")
    if points.empty:
        return []
    own = points[(points["language"] == report.language) & (points["ritual"] == ritual)]
    return records(own.sort_values("position"))


def _message(ritual: str) -> Section:
    """Say how many points the ritual has to settle, who sits in it and how long it takes."""

    def written(report: Report) -> Markup:
        n_points = len(_points(report, ritual))
        key = "review.message" if n_points else "review.message_none"
        return render(
            "message", sentence=report.say(key, count=n_points), detail=report.say(f"review.{ritual}.who")
        )

    return written


def _agenda(ritual: str) -> Section:
    return lambda report: agenda(report, ritual)


_FACTS: dict[str, dict[str, Section]] = {
    "weekly": {
        "alerts": alerts.alerts,
        "pace": campaigns.pace,
        "quality": operational.quality,
        "actions": steering.actions,
    },
    "monthly": {
        "figures": strategic.tiles,
        "gap": steering.plan_gap,
        "funnel": funnel.stages,
        "objectives": steering.objectives,
        "alerts": alerts.alerts,
        "actions": steering.actions,
        "decision_log": decisions.decision_log,
    },
    "quarterly": {
        "figures": strategic.tiles,
        "decisions": decisions.decisions,
        "budget": strategic_plan.budget,
        "returns": channels.channel_returns,
        "matrix": strategic_plan.matrix,
        "objectives": steering.objectives,
        "decision_log": decisions.decision_log,
        "limits": strategic_plan.limits,
    },
}

REVIEW_SECTIONS: dict[str, dict[str, Section]] = {
    ritual: {"message": _message(ritual), "agenda": _agenda(ritual), **_FACTS[ritual]} for ritual in REVIEWS
}
"""Sections of each pack, in order: the agenda first, then the facts it rests on."""
