"""What stands behind customers' value and attribution: forecast of purchases, reconciliation, campaigns."""

from typing import Any

import altair as alt
import pandas as pd
from markupsafe import Markup

from mmm.reporting.elements import HALF, Column, Grid, card, figure, table
from mmm.reporting.report import Report, records
from mmm.reporting.svg import Chart, chart_svg, unchecked
from mmm.reporting.theme import ACCENT, NAVY
from mmm.reporting.wording import interval
from mmm.texts import Language, say

_FAMILIES = {
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "pareto_nbd": "Pareto/NBD",
    "gompertz_nbd": "Gompertz/NBD",
    "sbg": "sBG",
    "bdw": "BdW",
}
MAX_CAMPAIGNS = 20
MAX_RENEWALS = 12


def buying(report: Report) -> Markup | None:
    """Show purchases held out against the forecast of the model that LTV rests on."""
    if len(report.table("retention")):
        return retention(report)
    models, classes = report.table("customer_models"), report.table("customer_calibration")
    if models.empty or classes.empty:
        return None
    used = models[models["is_used"]].iloc[0]
    words = (report.say("buying.actual"), report.say("buying.expected"))
    shown = _long(classes[classes["model"] == used["model"]], words)
    said = report.say(
        "buying.message",
        model=_FAMILIES[used["model"]],
        days=float(used["days_held_out"]),
        gap=abs(float(used["gap"])),
    )
    drawn = figure(
        report,
        lambda width: _calibration(shown, width, words),
        _buying_grid(report, models),
        subtitle=report.say("buying.unit"),
    )
    return card(report.say("buying.title"), drawn, message=said, width="half", anchor="buying")


def retention(report: Report) -> Markup | None:
    """Show how many subscribers renew, seen and expected, and what those still there will bring."""
    rows, models = report.table("retention"), report.table("customer_models")
    every = rows[rows["channel"] == "all"].head(MAX_RENEWALS)
    if every.empty or models.empty:
        return None
    used = models[models["is_used"]].iloc[0]
    words = (report.say("retention.actual"), report.say("retention.expected"))
    shown = _melted(
        every.assign(
            label=every["renewal"].astype(str),
            actual=every["retention_actual"],
            expected=every["retention_mean"],
        ),
        words,
    )
    names = ("renewal", "customers", "actual", "expected", "interval", "to_come")
    body = [
        (
            report.number(row["renewal"]),
            report.number(row["n_customers"]),
            report.percent(row["retention_actual"], 1),
            report.percent(row["retention_mean"], 1),
            interval(report, row["retention_p05"], row["retention_p95"], "percent"),
            report.money(row["residual_value_mean"]),
        )
        for row in records(every)
    ]
    drawn = figure(
        report,
        lambda width: _calibration(shown, width, words),
        _grid(report, "retention", names, body, set()),
        subtitle=report.say("retention.unit"),
    )
    other = models[~models["is_used"]].iloc[0]
    said = report.say(
        "retention.message",
        model=_FAMILIES[used["model"]],
        other=_FAMILIES[other["model"]],
        gap=abs(float(used["gap"])),
        other_gap=abs(float(other["gap"])),
    )
    return card(report.say("retention.title"), drawn, message=said, width="half", anchor="retention")


def calibration_figure(
    calibration: pd.DataFrame | None, models: pd.DataFrame | None, language: Language
) -> Markup:
    """Draw purchases held out and their forecast by the model in use; nothing where none was held out."""
    if calibration is None or models is None or models.empty or calibration.empty:
        return Markup()
    used = models.loc[models["is_used"], "model"].iloc[0]
    words = (say("buying.actual", language), say("buying.expected", language))
    with unchecked():
        chart = _calibration(_long(calibration[calibration["model"] == used], words), HALF, words)
    return chart_svg(chart, language, say("buying.unit", language))


def reconciliation(report: Report) -> Markup | None:
    """Show what journeys must be multiplied by, channel by channel, and where sources contradict."""
    rows = report.table("reconciliation")
    if rows.empty:
        return None
    names = ("channel", "by_journeys", "by_model", "by_experiment", "multiplier", "interval", "conflict")
    has_money = report.table("attribution")["value"].notna().any()
    amount = report.money if has_money else report.number
    body = [
        (
            report.channel(row["channel"]),
            amount(row["journeys"]),
            amount(row["model"]),
            "–" if pd.isna(row["experiment"]) else amount(row["experiment"]),
            report.number(row["multiplier_mean"], 1),
            interval(report, row["multiplier_p05"], row["multiplier_p95"], "ratio"),
            report.say(str(row["conflict"])),
        )
        for row in records(rows)
    ]
    grid = _grid(report, "reconciliation", names, body, {"channel", "conflict"})
    apart = int((rows["conflict"] != "conflict.none").sum())
    said = report.say("reconciliation.none")
    if apart:
        said = report.say("reconciliation.message", apart=float(apart), total=float(len(rows)))
    return card(report.say("reconciliation.title"), table(grid), message=said, anchor="reconciliation")


def campaign_returns(report: Report) -> Markup | None:
    """Show ROMI by campaign: the model's channel totals, shared out as journeys do."""
    rows = report.table("campaign_split")
    rows = rows[rows["romi_mean"].notna()].sort_values("full_cost", ascending=False)
    if rows.empty:
        return None
    names = ("campaign", "channel", "full_cost", "share", "contribution", "romi", "interval")
    body = [
        (
            str(row["campaign"]),
            report.channel(row["channel"]),
            report.money(row["full_cost"]),
            report.percent(row["share"]),
            report.money(row["contribution_mean"]),
            report.number(row["romi_mean"], 2, sign=True),
            interval(report, row["romi_p05"], row["romi_p95"], "ratio"),
        )
        for row in records(rows.head(MAX_CAMPAIGNS))
    ]
    grid = _grid(report, "campaign_romi", names, body, {"campaign", "channel"})
    lost = float((rows["romi_p95"] < 0).sum())
    said = report.say("campaign_romi.none", total=float(len(rows)))
    if lost:
        said = report.say("campaign_romi.message", lost=lost, total=float(len(rows)))
    return card(report.say("campaign_romi.title"), table(grid), message=said, anchor="campaign-romi")


def _buying_grid(report: Report, models: pd.DataFrame) -> Grid:
    names = ("model", "made", "forecast", "gap", "used")
    body = [
        (
            _FAMILIES[row["model"]],
            report.number(row["actual"]),
            report.number(row["expected"]),
            report.percent(row["gap"], 1, sign=True),
            report.say("buying.yes") if row["is_used"] else "",
        )
        for row in records(models)
    ]
    return _grid(report, "buying", names, body, {"model", "used"})


def _grid(report: Report, place: str, names: tuple[str, ...], body: list[Any], words: set[str]) -> Grid:
    return Grid(
        caption=report.say(f"{place}.table"),
        columns=[Column(title=report.say(f"{place}.{name}"), is_figure=name not in words) for name in names],
        rows=body,
        note=report.say(f"{place}.note"),
    )


def _long(classes: pd.DataFrame, words: tuple[str, str]) -> pd.DataFrame:
    """One row per class and measure; the last class is open."""
    last = classes["repeats"].max()
    label = [f"{repeats}+" if repeats == last else str(repeats) for repeats in classes["repeats"]]
    return _melted(classes.assign(label=label), words)


def _melted(classes: pd.DataFrame, words: tuple[str, str]) -> pd.DataFrame:
    named = classes.rename(columns={"actual": words[0], "expected": words[1]})
    return named.melt(id_vars="label", value_vars=list(words), var_name="measure", value_name="value")


def _calibration(classes: pd.DataFrame, width: int, words: tuple[str, str]) -> Chart:
    order = classes["label"].drop_duplicates().tolist()
    colour = alt.Color("measure:N", scale=alt.Scale(domain=list(words), range=[NAVY, ACCENT]))
    dash = alt.StrokeDash("measure:N", scale=alt.Scale(domain=list(words), range=[[1, 0], [5, 3]]))
    encoded = (
        alt.Chart(classes)
        .mark_line(point=alt.OverlayMarkDef(size=55, filled=True))
        .encode(
            x=alt.X("label:N", sort=order, axis=alt.Axis(title=None, labelAngle=0)),
            y=alt.Y("value:Q", axis=alt.Axis(title=None, tickCount=5)),
            color=colour,
            strokeDash=dash,
        )
    )
    return encoded.properties(width=max(120, width - 60), height=210)
