"""The strategic page's second half: where the budget goes, other budgets, what to decide, what is unknown."""

from typing import Any

import pandas as pd
from markupsafe import Markup

from mmm.reporting.budget_charts import before_after, frontier
from mmm.reporting.elements import MAX_DRAWN, Column, Grid, card, drawn_of, figure, table
from mmm.reporting.header import reason_sentence
from mmm.reporting.moves import channel_moves, plan_gain
from mmm.reporting.report import Report, records
from mmm.reporting.steps import main_outcome
from mmm.reporting.templates import render
from mmm.reporting.wording import basis, chance, interval

MAX_LIMITS = 6
_REASSURING = {
    "converged",
    "forecast_closer",
    "coverage_kept",
    "outcome_usable",
    "return_between",
    "cost_between",
}


def budget(report: Report) -> Markup | None:
    """Show each channel's budget today and as recommended."""
    moves = channel_moves(report)
    if moves.empty:
        return None
    ranked = moves.sort_values("delta")
    up, down = ranked.iloc[-1], ranked.iloc[0]
    said = "strategic.budget_message" if up["delta"] > 0 > down["delta"] else "strategic.budget_unmoved"
    sentence = report.say(
        said,
        up=report.channel(up["channel"]),
        up_amount=float(up["delta"]),
        down=report.channel(down["channel"]),
        down_amount=float(down["delta"]),
    )
    if not moves["delta"].abs().gt(0).any():
        sentence = report.say("strategic.budget_same")
    drawn_moves = moves.loc[moves["delta"].abs().nlargest(MAX_DRAWN).index].sort_values(
        "current", ascending=False, kind="stable"
    )
    shown = drawn_moves.assign(
        channel=drawn_moves["channel"].map(report.channel),
        text=[_change(report, row) for row in records(drawn_moves)],
    )
    words = tuple(report.say(f"strategic.budget_{name}") for name in ("today", "recommended", "range"))
    thousands = shown.assign(
        **{name: shown[name] / 1000 for name in ("current", "recommended", "lower", "upper")}
    )
    drawn = figure(
        report,
        lambda width: before_after(thousands, width, (words[0], words[1], words[2])),
        _budget_grid(report, moves),
        subtitle=drawn_of(report, report.say("strategic.budget_unit", unit=report.currency), len(moves)),
    )
    return card(report.say("strategic.budget"), drawn, message=sentence, width="half", anchor="budget")


def _change(report: Report, row: dict[str, Any]) -> str:
    if not row["current"] or abs(row["delta"]) < 0.5:
        return "="
    arrow = "▲" if row["delta"] > 0 else "▼"
    return f"{arrow} {report.percent(row['delta'] / row['current'], sign=True)}"


def _budget_grid(report: Report, moves: pd.DataFrame) -> Grid:
    names = ("channel", "today", "recommended", "change", "range", "gain", "p_gain")
    rows = [
        (
            report.channel(row["channel"]),
            report.money(row["current"]),
            report.money(row["recommended"]),
            report.money(row["delta"], sign=True),
            interval(report, row["lower"], row["upper"]),
            f"{report.money(row['gain_mean'], sign=True)} "
            f"({interval(report, row['gain_p05'], row['gain_p95'])})",
            chance(report, row["p_gain"]),
        )
        for row in records(moves)
    ]
    gain = plan_gain(report)
    total = (
        report.say("shared.total"),
        report.money(moves["current"].sum()),
        report.money(moves["recommended"].sum()),
        report.money(moves["delta"].sum(), sign=True),
        "",
        f"{report.money(gain.mean, sign=True)} ({interval(report, gain.low, gain.high)})" if gain else "",
        chance(report, gain.probability) if gain else "",
    )
    notes = [report.say("strategic.gains_together")]
    if moves["extrapolates"].any():
        notes.append(report.say("strategic.extrapolates"))
    return Grid(
        caption=report.say("strategic.budget_table"),
        columns=[
            Column(title=report.say(f"strategic.budget_{name}"), is_figure=name != "channel")
            for name in names
        ],
        rows=rows,
        total=total,
        note=" ".join(notes),
    )


def frontier_points(report: Report) -> pd.DataFrame:
    """Lay the frontier out: one row per budget, with the gain over today's plan and its interval."""
    long = report.table("frontier")
    if long.empty:
        return pd.DataFrame()
    wide = long.pivot_table(
        index="subject", columns="quantity", values=["value", "lower", "upper"], sort=False, dropna=False
    )
    if ("value", "budget") not in wide or ("value", "gain") not in wide:
        return pd.DataFrame()
    points = pd.DataFrame(
        {
            "budget": wide[("value", "budget")],
            "gain": wide[("value", "gain")],
            "low": wide[("lower", "gain")],
            "high": wide[("upper", "gain")],
            "marginal": wide.get(("value", "marginal_return"), float("nan")),
            "p_gain": wide.get(("value", "p_gain"), float("nan")),
        }
    )
    current = (
        float(channel_moves(report)["current"].sum())
        if len(report.table("allocation"))
        else points["budget"].median()
    )
    points["is_today"] = (points["budget"] - current).abs() == (points["budget"] - current).abs().min()
    return points.sort_values("budget").reset_index(drop=True)


def budgets(report: Report) -> Markup | None:
    """Show what the best plan would bring with less or more money."""
    points = frontier_points(report)
    if points.empty:
        return None
    today = points[points["is_today"]].iloc[0]
    best = points.sort_values("gain").iloc[-1]
    said = (
        "strategic.frontier_same"
        if best["is_today"]
        else "strategic.frontier_more"
        if best["budget"] > today["budget"]
        else "strategic.frontier_less"
    )
    sentence = report.say(
        said,
        change=abs(float(best["budget"] / today["budget"] - 1)),
        extra=float(best["gain"] - today["gain"]),
        gain=float(today["gain"]),
    )
    grid = Grid(
        caption=report.say("strategic.frontier_table"),
        columns=[
            Column(title=report.say(f"strategic.frontier_{name}"), is_figure=True)
            for name in ("budget", "gain", "interval", "marginal")
        ],
        rows=[
            (
                report.money(row["budget"]),
                report.money(row["gain"], sign=True),
                interval(report, row["low"], row["high"]),
                report.number(row["marginal"], 2),
            )
            for row in records(points)
        ],
    )
    thousands = points.assign(**{name: points[name] / 1000 for name in ("budget", "gain", "low", "high")})
    thousands["text"] = [
        report.percent(row / today["budget"] - 1, sign=True)
        if row != today["budget"]
        else report.say("strategic.frontier_today")
        for row in points["budget"]
    ]
    words = (
        report.say("strategic.frontier_x", unit=report.currency),
        report.say("strategic.frontier_y", unit=report.currency),
    )
    drawn = figure(
        report,
        lambda width: frontier(thousands, width, words),
        grid,
        subtitle=report.say("strategic.frontier_unit"),
    )
    return card(report.say("strategic.frontier"), drawn, message=sentence, width="half", anchor="frontier")


def matrix(report: Report) -> Markup | None:
    """Lay the budget out by level and objective, before and after."""
    every = report.table("matrix")
    if every.empty:
        return None
    groups = every.groupby(["level", "objective"], sort=False)
    rows = []
    for (level, objective), group in groups:
        rows.append(
            (
                f"{report.say(f'level.{level}')} · {report.say(f'objective_of.{objective}')}",
                ", ".join(report.channel(name) for name in group["channel"]),
                report.money(group["before"].sum()),
                report.money(group["after"].sum()),
                report.money(group["difference"].sum(), sign=True),
            )
        )
    names = ("place", "channels", "before", "after", "difference")
    columns = [
        Column(title=report.say(f"matrix.{name}"), is_figure=name not in {"place", "channels"})
        for name in names
    ]
    totals = [report.money(every[name].sum()) for name in ("before", "after")]
    grid = Grid(
        caption=report.say("matrix.caption"),
        columns=columns,
        rows=rows,
        total=(report.say("shared.total"), "", *totals, report.money(every["difference"].sum(), sign=True)),
    )
    return card(report.say("matrix.title"), table(grid), width="half", anchor="matrix")


def limits(report: Report) -> Markup | None:
    """Say what the model cannot tell: channels by hypothesis only, groups, short history."""
    items = list(dict.fromkeys(_limits(report)))
    always = [report.say("limits.correlation"), report.say("limits.horizon")]
    body = render("list", items=[*items[:MAX_LIMITS], *always], columns=True)
    return card(report.say("limits.title"), body, anchor="limits")


def _limits(report: Report) -> list[str]:
    """Take the verdict's reservations on the outcome; what went well is said with the verdict itself."""
    verdicts = {str(verdict["subject"]): verdict for verdict in report.manifest.get("verdicts", [])}
    outcome = verdicts.get(main_outcome(report), {})
    found = [
        reason_sentence(report, reason)
        for reason in outcome.get("reasons", [])
        if reason["key"] not in _REASSURING
    ]
    found += _little_known(report)
    if basis(report) == report.say("basis.model_only"):
        found.append(report.say("limits.no_experiment"))
    return found


def _little_known(report: Report) -> list[str]:
    """Name the channels on which the data say little, and those on which they say almost nothing."""
    summary = report.table("channel_summary")
    rows = summary[(summary["outcome"] == main_outcome(report)) & (summary["channel"] != "all")]
    named = (
        ("limits.unknown_channels", rows[rows["verdict"] == "not_usable"]),
        ("limits.weak_channels", rows[rows["verdict"] == "with_caution"]),
    )
    return [
        report.say(key, channels=", ".join(report.channel(str(name)) for name in found["channel"]))
        for key, found in named
        if len(found)
    ]
