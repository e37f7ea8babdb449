"""The decisions expected of the committee, three at most, and those already taken."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from mmm.reporting.elements import Column, Grid, card, table
from mmm.reporting.moves import Gain, channel_moves, is_unsure, plan_gain, total_moved
from mmm.reporting.report import Report, records
from mmm.reporting.steps import main_outcome
from mmm.reporting.strategic_plan import frontier_points
from mmm.reporting.templates import render
from mmm.reporting.wording import basis, confidence, interval

SURE_ENOUGH = 0.6
NAMED = 2
"""Channels named on each side of a reallocation."""
WORTH = 0.1
"""Another budget is put to the committee when it beats the recommended plan by this share of its gain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDecision:
    """One decision asked of the committee, in words."""

    kind: str
    """continue, adjust, stop or test."""
    verb: str
    what: str
    gain: str
    facts: tuple[tuple[str, str], ...]


def asked_decisions(report: Report) -> list[AskedDecision]:
    """Ask for the split of the budget, its size, and the test that would settle most.

    A channel whose interval of ROMI holds the break-even is asked as a test, never as a cut.
    """
    if (report.manifest.get("verdict") or {}).get("level") == "not_usable":
        return []
    asked = (_reallocation(report), _size_of_budget(report), _test(report))
    return [decision for decision in asked if decision is not None]


def _reallocation(report: Report) -> AskedDecision | None:
    gain, (moved, _) = plan_gain(report), total_moved(report)
    if gain is None or moved <= 0 or gain.probability < SURE_ENOUGH:
        return None
    moves = channel_moves(report).sort_values("delta")
    what = report.say(
        "decision.reallocate",
        down=_named(report, moves[moves["delta"] < 0].head(NAMED)),
        up=_named(report, moves[moves["delta"] > 0].tail(NAMED).iloc[::-1]),
    )
    return _decision(report, what, gain, "marketing")


def _named(report: Report, moves: pd.DataFrame) -> str:
    return ", ".join(
        report.say("decision.move", channel=report.channel(row["channel"]), amount=float(row["delta"]))
        for row in records(moves)
    )


def _size_of_budget(report: Report) -> AskedDecision | None:
    points = frontier_points(report)
    if points.empty:
        return None
    best, today = points.sort_values("gain").iloc[-1], points[points["is_today"]].iloc[0]
    is_worth = best["gain"] > today["gain"] + WORTH * abs(today["gain"])
    if best["is_today"] or not is_worth or not best["p_gain"] >= SURE_ENOUGH:
        return None
    key = "decision.budget_more" if best["budget"] > today["budget"] else "decision.budget_less"
    what = report.say(
        key, change=abs(float(best["budget"] / today["budget"] - 1)), budget=float(best["budget"])
    )
    gain = Gain(
        mean=float(best["gain"]),
        low=float(best["low"]),
        high=float(best["high"]),
        probability=float(best["p_gain"]),
    )
    return _decision(report, what, gain, "management", "decision.gain_of_budget")


def _test(report: Report) -> AskedDecision | None:
    """Ask for a test of the unsure channel whose test is worth most, else the one with most at stake.

    At stake is planned spend x width of the interval of its ROMI.
    """
    moves = {row["channel"]: row for row in records(channel_moves(report))}
    planned = {name: float(row["current"]) for name, row in moves.items()}
    summary = report.table("channel_summary")
    rows = [
        row
        for row in records(summary[summary["outcome"] == main_outcome(report)])
        if row["channel"] in planned and is_unsure(report, row["channel"])
    ]
    if not rows:
        return None
    worth = _worth(report)
    row = max(
        rows,
        key=lambda row: (
            worth.get(row["channel"], 0.0),
            planned[row["channel"]] * (row["romi_p95"] - row["romi_p05"]),
        ),
    )
    name = str(row["channel"])
    gains = (
        report.say("decision.test_worth", amount=worth[name])
        if worth.get(name, 0.0) > 0
        else report.say("decision.at_stake", amount=planned[name])
    )
    between = interval(report, row["romi_p05"], row["romi_p95"], "signed_ratio")
    key = "decision.test_channel_lowered" if moves[name]["delta"] < 0 else "decision.test_channel"
    return AskedDecision(
        kind="test",
        verb=report.say("decision.test"),
        what=report.say(key, channel=report.channel(name), interval=between),
        gain=gains,
        facts=_facts(report, "marketing", report.say("decision.to_establish")),
    )


def _worth(report: Report) -> dict[str, float]:
    """Give what the best test of each channel is expected to bring to this decision, in money."""
    tests = report.table("value_of_information")
    return {str(name): float(group["evsi"].max()) for name, group in tests.groupby("channel")}


def _decision(
    report: Report, what: str, gain: Gain, owner: str, brings: str = "decision.gain"
) -> AskedDecision:
    """Ask for a change of money: by default its gain is that of the split alone."""
    sure = f"{confidence(report, gain.probability)}, {basis(report)}"
    between = interval(report, gain.low, gain.high)
    said = report.say(brings, gain=gain.mean, interval=between)
    verb = report.say("decision.adjust")
    return AskedDecision(kind="adjust", verb=verb, what=what, gain=said, facts=_facts(report, owner, sure))


def _facts(report: Report, owner: str, sure: str) -> tuple[tuple[str, str], ...]:
    return (
        (report.say("decision.owner"), report.say(f"owner.{owner}")),
        (report.say("decision.confidence"), sure),
        (report.say("decision.date"), _start(report)),
    )


def _start(report: Report) -> str:
    moves = channel_moves(report)
    start = str(moves.iloc[0]["start"]).partition("/")[0]
    return report.day(start) if start[:2] == "20" else report.day(report.manifest.get("as_of"))


def decisions(report: Report) -> Markup | None:
    """List the decisions expected of the committee."""
    if report.table("allocation").empty:
        return None
    asked = asked_decisions(report)
    body = (
        render("decisions", decisions=asked)
        if asked
        else render("message", sentence=report.say("decision.none"), detail="")
    )
    return card(report.say("decision.title"), body, width="half", anchor="decisions")


def decision_log(report: Report) -> Markup | None:
    """Show the decisions already taken, with what was expected of them."""
    taken = report.table("decisions")
    if taken.empty:
        return None
    rows = [
        (
            report.day(row["decided_on"]),
            report.said(f"decision.{row['kind']}", str(row["kind"])),
            str(row["activity"]),
            str(row["reason"] or "–"),
            report.money(row["expected_gain"], sign=True),
            report.said(f"owner.{row['owner']}", str(row["owner"])),
            report.day(row["review_on"]),
            str(row["evidence_run"] or "–"),
        )
        for row in records(taken.sort_values("decided_on", ascending=False))
    ]
    names = (
        "decided_on",
        "kind",
        "activity",
        "reason",
        "expected_gain",
        "owner",
        "review_on",
        "evidence_run",
    )
    columns = [Column(title=report.say(f"log.{name}"), is_figure=name == "expected_gain") for name in names]
    grid = Grid(caption=report.say("log.caption"), columns=columns, rows=rows)
    return card(report.say("log.title"), table(grid), anchor="decision-log")
