"""Channels on the steering page: returns, curves, customers' value, attribution beside the model."""

from math import isfinite

import pandas as pd
from markupsafe import Markup

from mmm.reporting.channel_charts import ratios, response_curves, returns, shares
from mmm.reporting.elements import MAX_DRAWN, WIDE, Column, Grid, badge, card, drawn_of, figure
from mmm.reporting.moves import channel_moves
from mmm.reporting.report import Report, records
from mmm.reporting.steps import main_outcome
from mmm.reporting.wording import chance, interval, value

TARGET_RATIO = 3.0
MAX_NAMED = 4
_CUT = 4.0
"""LTV/CAC beyond which an interval is cut, as a multiple of the target."""
_FARTHEST = 5.0
"""ROMI beyond which a bar is cut, so that one small channel does not flatten the others."""


def channel_returns(report: Report) -> Markup | None:
    """Show what each channel brings per euro, and what the next euro would bring."""
    rows = _channels(report)
    if rows["romi_mean"].isna().all():
        return None
    rows = rows.sort_values("romi_mean", ascending=False)
    costliest = rows[rows["full_cost"].rank(ascending=False, method="first") <= MAX_DRAWN]
    words = tuple(report.say(f"channels.{name}") for name in ("romi", "mromi", "break_even", "margin_even"))
    even = margin_even(report)
    shown = pd.concat(
        [_measure(report, costliest, name, words[index]) for index, name in enumerate(("romi", "mromi"))]
    )
    said = returns_sentence(report)
    drawn = figure(
        report,
        lambda width: returns(shown, width, (words[0], words[1], words[2], words[3]), even),
        _returns_grid(report, rows),
        subtitle=drawn_of(report, report.say("channels.returns_unit"), len(rows)),
    )
    return card(report.say("channels.returns"), drawn, message=said, width="half", anchor="returns")


def returns_sentence(report: Report) -> str:
    """Count the channels that pay back, that do not, and that only a test can settle."""
    rows = _channels(report)
    if rows["romi_mean"].isna().all():
        return report.say("channels.no_returns")
    even = margin_even(report)
    said = [
        report.say("channels.returns_message", paying=int((rows["romi_p05"] > 0).sum()), total=len(rows)),
        report.say(
            "channels.returns_on_margin", rate=1 / (1 + even), paying=int((rows["romi_p05"] > even).sum())
        )
        if even is not None
        else "",
    ]
    losing, unsure = rows["romi_p95"] < 0, (rows["romi_p05"] <= 0) & (rows["romi_p95"] >= 0)
    for key, found in (("losing", rows[losing]), ("to_test", rows[unsure])):
        if len(found):
            said.append(report.say(f"channels.returns_{key}", channels=_named(report, found)))
    return " ".join(words for words in said if words)


def _named(report: Report, rows: pd.DataFrame) -> str:
    """Name a few channels; count them when they are many."""
    if len(rows) > MAX_NAMED:
        return report.say("channels.returns_many", count=len(rows))
    return ", ".join(report.channel(str(name)) for name in rows["channel"])


def margin_even(report: Report) -> float | None:
    """Give the ROMI on revenue at which the margin pays the cost: 1 / margin rate - 1."""
    rate = report.manifest.get("margins", {}).get(main_outcome(report))
    return 1 / rate - 1 if isinstance(rate, float) and 0 < rate < 1 else None


def _channels(report: Report, outcome: str | None = None) -> pd.DataFrame:
    summary = report.table("channel_summary")
    return summary[(summary["channel"] != "all") & (summary["outcome"] == (outcome or main_outcome(report)))]


def _measure(report: Report, rows: pd.DataFrame, name: str, words: str) -> pd.DataFrame:
    cut = rows[[f"{name}_mean", f"{name}_p05", f"{name}_p95"]].clip(upper=_FARTHEST)
    cut.columns = pd.Index(["value", "low", "high"])
    beyond = rows[f"{name}_mean"] > _FARTHEST
    text = [
        f"{report.number(value, 1, sign=True)} →" if cut_off else ""
        for value, cut_off in zip(rows[f"{name}_mean"], beyond, strict=True)
    ]
    kept = cut.assign(channel=rows["channel"].map(report.channel), measure=words, text=text)
    kept.loc[beyond, "value"] = float("nan")
    return kept


def _returns_grid(report: Report, rows: pd.DataFrame) -> Grid:
    names = ("channel", "full_cost", "contribution", "romi", "romi_interval", "mromi", "verdict")
    body = [
        (
            report.channel(row["channel"]),
            report.money(row["full_cost"]),
            report.money(row["contribution_mean"]),
            value(report, row["romi_mean"], "signed_ratio"),
            interval(report, row["romi_p05"], row["romi_p95"], "signed_ratio"),
            value(report, row["mromi_mean"], "signed_ratio"),
            badge(str(row["verdict"]), report.said(f"verdict.{row['verdict']}", str(row["verdict"]))),
        )
        for row in records(rows)
    ]
    return Grid(
        caption=report.say("channels.returns_table"),
        columns=[
            Column(title=report.say(f"channels.{name}"), is_figure=name not in {"channel", "verdict"})
            for name in names
        ],
        rows=body,
        note=report.say("channels.cut_note", farthest=_FARTHEST),
    )


def curves(report: Report) -> Markup | None:
    """Show how each channel responds to money, with today's point and the recommended one."""
    table = report.table("response_curves")
    table = table[table["outcome"] == main_outcome(report)]
    if table.empty:
        return None
    words = (report.say("channels.today"), report.say("channels.recommended"))
    marks = _marks(report, table, words)
    limits = _limits(report, table)
    every = table["channel"].nunique()
    costliest = table.groupby("channel", sort=False)["spend"].max().nlargest(MAX_DRAWN).index
    table = table[table["channel"].isin(costliest)]
    rows = []
    for channel, curve in table.groupby("channel", sort=False):
        low, high = limits.get(str(channel), (0.0, float(curve["spend"].max())))
        rows.append(
            curve.assign(is_allowed=curve["spend"].between(low, high), channel=report.channel(str(channel)))
        )
    shown = pd.concat(rows)
    money = {name: shown[name] / 1000 for name in ("spend", "mean", "p05", "p95")}
    points = marks[marks["channel"].isin(shown["channel"])]
    points = points.assign(spend=points["spend"] / 1000, mean=points["mean"] / 1000)
    drawn = figure(
        report,
        lambda width: response_curves(shown.assign(**money), points, width, words),
        _curves_grid(report, marks),
        subtitle=drawn_of(report, report.say("channels.curves_unit", unit=report.currency), every),
        width=WIDE,
    )
    return card(report.say("channels.curves"), drawn, message=_next_euro(report), anchor="curves")


def _next_euro(report: Report) -> str:
    """Name where the next euro brings most and least, among the channels that the data tell of."""
    rows = _channels(report)
    rows = rows[(rows["verdict"] != "not_usable") & rows["mromi_mean"].notna()].sort_values("mromi_mean")
    if len(rows) < 2:
        return report.say("channels.curves_message")
    worst, best = rows.iloc[0], rows.iloc[-1]
    return report.say(
        "channels.curves_next",
        best=report.channel(str(best["channel"])),
        most=1 + float(best["mromi_mean"]),
        worst=report.channel(str(worst["channel"])),
        least=1 + float(worst["mromi_mean"]),
    )


def _today(table: pd.DataFrame) -> dict[str, float]:
    """Today's spend per period is the middle of each curve."""
    return {
        str(name): float(curve["spend"].max()) / 2 for name, curve in table.groupby("channel", sort=False)
    }


def _ratios_of_plan(report: Report) -> pd.DataFrame:
    moves = channel_moves(report)
    if moves.empty:
        return pd.DataFrame(columns=["channel", "recommended", "lower", "upper"])
    moves = moves[moves["current"] > 0]
    amounts = moves[["recommended", "lower", "upper"]].div(moves["current"], axis=0)
    return amounts.assign(channel=moves["channel"])


def _limits(report: Report, table: pd.DataFrame) -> dict[str, tuple[float, float]]:
    today, scale = _today(table), _ratios_of_plan(report)
    return {
        str(row["channel"]): (today[row["channel"]] * row["lower"], today[row["channel"]] * row["upper"])
        for row in records(scale)
        if row["channel"] in today
    }


def _marks(report: Report, table: pd.DataFrame, words: tuple[str, str]) -> pd.DataFrame:
    today = _today(table)
    scale = {row["channel"]: float(row["recommended"]) for row in records(_ratios_of_plan(report))}
    rows = []
    for channel, curve in table.groupby("channel", sort=False):
        spends = [(words[0], today[str(channel)])]
        if channel in scale:
            spends.append((words[1], today[str(channel)] * scale[channel]))
        for mark, spend in spends:
            near = curve.iloc[(curve["spend"] - spend).abs().argmin()]
            rows.append(
                {
                    "channel": report.channel(str(channel)),
                    "mark": mark,
                    "spend": spend,
                    "mean": float(near["mean"]),
                    "marginal": float(near["marginal_mean"]),
                }
            )
    return pd.DataFrame(rows)


def _curves_grid(report: Report, marks: pd.DataFrame) -> Grid:
    names = ("channel", "point", "spend", "brings", "next_euro")
    return Grid(
        caption=report.say("channels.curves_table"),
        columns=[
            Column(title=report.say(f"channels.{name}"), is_figure=name not in {"channel", "point"})
            for name in names
        ],
        rows=[
            (
                row["channel"],
                row["mark"],
                report.money(row["spend"]),
                report.money(row["mean"]),
                report.number(row["marginal"], 2),
            )
            for row in records(marks)
        ],
    )


def customers(report: Report) -> Markup | None:
    """Show what a customer is worth against what one costs, by channel."""
    rows = report.table("cac")
    rows = rows[rows["ltv_cac_mean"].notna()]
    if rows.empty:
        return None
    target = float(report.kpis.get("ltv_cac", {}).get("target") or TARGET_RATIO)
    each = rows[rows["channel"] != "all"].sort_values("ltv_cac_mean", ascending=False)
    each = each if len(each) else rows
    most = each[each["n_customers"].rank(ascending=False, method="first") <= MAX_DRAWN]
    shown = pd.DataFrame(
        {
            "channel": most["channel"].map(report.channel),
            "value": most["ltv_cac_mean"].clip(upper=_CUT * target),
            "low": most["ltv_cac_p05"],
            "high": most["ltv_cac_p95"].clip(upper=_CUT * target),
            "kind": [_kind(p) for p in most["p_above_3"]],
            "text": [chance(report, p) for p in most["p_above_3"]],
        }
    )
    above = int((each["p_above_3"] >= 0.8).sum())
    below = int((each["p_above_3"] <= 0.2).sum())
    said = report.say(
        "channels.customers_message" if above else "channels.customers_none",
        above=above,
        total=len(each),
        below=below,
        open=len(each) - above - below,
        target=target,
    )
    drawn = figure(
        report,
        lambda width: ratios(shown, width, target, report.say("channels.target", target=target)),
        _customers_grid(report, rows, target),
        subtitle=drawn_of(report, report.say("channels.customers_unit", target=target), len(each)),
    )
    return card(report.say("channels.customers"), drawn, message=said, width="half", anchor="customers")


def _kind(probability: float) -> str:
    return "good" if probability >= 0.8 else "bad" if probability <= 0.2 else "open"


def _customers_grid(report: Report, rows: pd.DataFrame, target: float) -> Grid:
    names = ("channel", "ltv", "cac", "ltv_cac", "ltv_cac_interval", "p_above", "payback", "worth")
    worth = report.table("acquisition_value").set_index("channel")["value_total_mean"].to_dict()
    body = [
        (
            report.channel(row["channel"]),
            report.money(row["ltv_mean"]),
            report.money(row["cac_mean"]),
            report.number(row["ltv_cac_mean"], 1),
            interval(report, row["ltv_cac_p05"], row["ltv_cac_p95"], "ratio"),
            chance(report, row["p_above_3"]),
            _months(report, float(row["payback_months"])),
            report.money(worth[row["channel"]]) if row["channel"] in worth else "",
        )
        for row in records(rows)
    ]
    return Grid(
        caption=report.say("channels.customers_table"),
        columns=[Column(title=report.say(f"channels.{name}"), is_figure=name != "channel") for name in names],
        rows=body,
        note=report.say("channels.customers_note", farthest=_CUT * target),
    )


def _months(report: Report, months: float) -> str:
    """Write the months until a customer has paid its acquisition back; in words when it never does."""
    return report.say("channels.never") if months == float("inf") else report.number(months, 1)


def attribution(report: Report) -> Markup | None:
    """Show the model's split beside that of the journeys and of experiments."""
    rows = report.table("triangulation")
    measures = [name for name in ("model", "journeys", "experiment") if rows[name].notna().any()]
    if rows.empty or len(measures) < 2:
        return None
    names = {name: report.say(f"channels.by_{name}") for name in measures}
    long = rows.melt(id_vars="channel", value_vars=measures, var_name="measure", value_name="share").dropna()
    if float(long["share"].abs().max()) > 1.5:
        return None
    largest = rows.loc[rows["model"].rank(ascending=False, method="first") <= MAX_DRAWN, "channel"]
    long = long[long["channel"].isin(largest)]
    shown = long.assign(channel=long["channel"].map(report.channel), measure=long["measure"].map(names))
    apart = (
        rows.assign(gap=(rows[measures[0]] - rows[measures[1]]).abs())
        .sort_values("gap", ascending=False)
        .iloc[0]
    )
    said = report.say(
        "channels.attribution_message",
        channel=report.channel(str(apart["channel"])),
        model=float(apart[measures[0]]),
        other=float(apart[measures[1]]),
    )
    drawn = figure(
        report,
        lambda width: shares(shown, width, tuple(names.values())),
        _attribution_grid(report, rows, measures),
        subtitle=drawn_of(report, report.say("channels.attribution_unit"), len(rows)),
    )
    return card(report.say("channels.attribution"), drawn, message=said, width="half", anchor="attribution")


def _attribution_grid(report: Report, rows: pd.DataFrame, measures: list[str]) -> Grid:
    methods = report.table("attribution")
    wide = (
        methods.pivot_table(index="channel", columns="method", values="share", sort=False)
        if len(methods)
        else pd.DataFrame()
    )
    body = []
    for row in records(rows):
        own = [report.percent(row[name]) if isfinite(row[name]) else "–" for name in measures]
        others = [
            report.percent(wide.loc[row["channel"], name]) if row["channel"] in wide.index else "–"
            for name in wide.columns
        ]
        body.append((report.channel(row["channel"]), *own, *others))
    titles = [report.say(f"channels.by_{name}") for name in measures]
    return Grid(
        caption=report.say("channels.attribution_table"),
        columns=[
            Column(title=report.say("channels.channel"), is_figure=False),
            *(Column(title=title) for title in titles),
            *(Column(title=report.said(f"method.{name}", str(name))) for name in wide.columns),
        ],
        rows=body,
    )
