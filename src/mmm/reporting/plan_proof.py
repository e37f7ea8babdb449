"""How sure the plan is: its proof, other plans beside it, what single draws would choose; geos."""

import math
from typing import Any

import pandas as pd
from markupsafe import Markup

from mmm.reporting.budget_charts import own_optimum
from mmm.reporting.elements import MAX_DRAWN, Column, Grid, card, drawn_of, figure, table
from mmm.reporting.moves import plan_gain
from mmm.reporting.report import Report, records
from mmm.reporting.wording import chance, interval, quantity

PLANS = ("recommended", "no_regret", "current", "proportional", "equal")


def proof(report: Report) -> Markup | None:
    """Say whether the plan is proved the best, how likely it is to pay, and what other plans would lose."""
    plans, summary = report.table("plans"), report.table("allocation_summary")
    if plans.empty or summary.empty:
        return None
    grid = Grid(
        caption=report.say("proof.table"),
        columns=[
            Column(title=report.say(f"proof.{name}"), is_figure=name != "plan")
            for name in ("plan", "gain", "p_gain", "regret")
        ],
        rows=[_plan_row(report, plans, name) for name in PLANS if quantity(plans, "regret", name)],
        note=report.say("proof.regret_note"),
    )
    return card(
        report.say("proof.title"),
        table(grid),
        message=" ".join(_sentences(report, plans, summary)),
        width="half",
        anchor="proof",
    )


def _sentences(report: Report, plans: pd.DataFrame, summary: pd.DataFrame) -> list[str]:
    """Say the certificate, the chance and the regret in words."""
    gap, gain = quantity(summary, "gap"), plan_gain(report)
    found = [
        report.say("allocation.certified", gap=gap[0]) if gap else report.say("allocation.not_certified")
    ]
    if gain is not None and not math.isnan(gain.probability):
        found.append(report.say("allocation.chance", p_gain=gain.probability))
    own, today = quantity(plans, "regret", "recommended"), quantity(plans, "regret", "current")
    if own and today:
        found.append(report.say("proof.regret_words", own=own[0], today=today[0]))
    return found


def _plan_row(report: Report, plans: pd.DataFrame, name: str) -> tuple[str, ...]:
    gain, p_gain = quantity(plans, "gain", name), quantity(plans, "p_gain", name)
    regret = quantity(plans, "regret", name)
    is_today = name == "current"
    return (
        report.say(f"workbook.plan.{name}"),
        "–"
        if gain is None or is_today
        else f"{report.money(gain[0], sign=True)} ({interval(report, gain[1], gain[2])})",
        "–" if p_gain is None or is_today else chance(report, p_gain[0]),
        "–" if regret is None else report.money(regret[0]),
    )


def optimum(report: Report) -> Markup | None:
    """Show how far the best budget of each channel moves from one plausible set of curves to another."""
    every = report.table("optimum")
    if every.empty:
        return None
    ranked = every.sort_values("current", ascending=False, kind="stable")
    drawn_rows = ranked.head(MAX_DRAWN)
    money = ("current", "recommended", "p05", "p50", "p95")
    thousands = drawn_rows.assign(
        channel=drawn_rows["channel"].map(report.channel),
        text=[_direction(report, row) for row in records(drawn_rows)],
        **{name: drawn_rows[name] / 1000 for name in money},
    )
    words = tuple(report.say(f"optimum.{name}") for name in ("range", "today", "recommended"))
    drawn = figure(
        report,
        lambda width: own_optimum(thousands, width, (words[0], words[1], words[2])),
        _optimum_grid(report, ranked),
        subtitle=drawn_of(report, report.say("optimum.unit", unit=report.currency), len(ranked)),
    )
    return card(
        report.say("optimum.title"),
        drawn,
        message=_surest(report, ranked),
        width="half",
        anchor="optimum",
    )


def _agreement(row: dict[str, Any]) -> float:
    """Share of draws that would move the channel as recommended; NaN where nothing moves."""
    delta = row["recommended"] - row["current"]
    if abs(delta) < 0.5:
        return float("nan")
    return float(row["p_more"] if delta > 0 else row["p_less"])


def _direction(report: Report, row: dict[str, Any]) -> str:
    agreed = _agreement(row)
    if math.isnan(agreed):
        return "="
    arrow = "▲" if row["recommended"] > row["current"] else "▼"
    return f"{arrow} {report.percent(agreed)}"


def _surest(report: Report, every: pd.DataFrame) -> str:
    """Name the move that most draws agree on, and the one that fewest do."""
    agreed = sorted(
        ((_agreement(row), str(row["channel"])) for row in records(every) if _agreement(row) >= 0),
        key=lambda pair: pair[0],
    )
    if not agreed:
        return report.say("optimum.unmoved")
    (low, unsure), (high, sure) = agreed[0], agreed[-1]
    if len(agreed) == 1:
        return report.say("optimum.one", sure=report.channel(sure), high=high)
    return report.say(
        "optimum.message", sure=report.channel(sure), high=high, unsure=report.channel(unsure), low=low
    )


def _optimum_grid(report: Report, every: pd.DataFrame) -> Grid:
    names = ("channel", "today", "recommended", "median", "range", "agreed")
    rows = [
        (
            report.channel(row["channel"]),
            report.money(row["current"]),
            report.money(row["recommended"]),
            report.money(row["p50"]),
            interval(report, row["p05"], row["p95"]),
            _direction(report, row),
        )
        for row in records(every)
    ]
    return Grid(
        caption=report.say("optimum.table"),
        columns=[Column(title=report.say(f"optimum.{name}"), is_figure=name != "channel") for name in names],
        rows=rows,
        note=report.say("optimum.note"),
    )


def geography(report: Report) -> Markup | None:
    """Show what each geo gets today and as recommended, all its channels together."""
    cells, summary = report.table("allocation_by_geo"), report.table("allocation_summary")
    gain, p_gain = quantity(summary, "geography_gain"), quantity(summary, "p_geography_gain")
    if cells.empty or gain is None or p_gain is None:
        return None
    columns = ["current", "recommended", "delta", "gain_mean"]
    geos = cells.groupby("geo", sort=False)[columns].sum().reset_index()
    rows = [
        (
            report.geo(str(row["geo"])),
            report.money(row["current"]),
            report.money(row["recommended"]),
            report.money(row["delta"], sign=True),
            _largest(report, cells[cells["geo"] == row["geo"]]),
        )
        for row in records(geos.sort_values("current", ascending=False))
    ]
    names = ("geo", "today", "recommended", "change", "moves")
    grid = Grid(
        caption=report.say("geography.table"),
        columns=[
            Column(title=report.say(f"geography.{name}"), is_figure=name not in {"geo", "moves"})
            for name in names
        ],
        rows=rows,
        note=report.say("geography.note"),
    )
    return card(
        report.say("geography.title"),
        table(grid),
        message=report.say(
            "geography.message",
            gain=gain[0],
            interval=interval(report, gain[1], gain[2]),
            p_gain=chance(report, p_gain[0]),
        ),
        anchor="geography",
    )


def _largest(report: Report, cells: pd.DataFrame) -> str:
    """Name the channel that moves most in a geo."""
    row = max(records(cells), key=lambda cell: abs(float(cell["delta"])))
    if abs(row["delta"]) < 0.5:
        return "="
    return f"{report.channel(str(row['channel']))} {report.money(float(row['delta']), sign=True)}"
