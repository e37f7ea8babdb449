"""Charts by channel: returns, response curves, customers' value, attribution beside the model."""

from typing import Literal

import altair as alt
import pandas as pd

from mmm.reporting.svg import Chart
from mmm.reporting.theme import ACCENT, BAD, MIST, NAVY, SLATE


def returns(
    channels: pd.DataFrame, width: int, words: tuple[str, str, str, str], margin_even: float | None
) -> Chart:
    """Draw ROMI and marginal ROMI with 90 % intervals, and the break-even lines: revenue at 0, margin.

    `channels` has `channel`, `measure` (one of the first two words), `value`, `low`, `high`,
    already cut to the axis, and `text` for what was cut; `words` name ROMI, marginal ROMI and both lines.
    """
    order = channels["channel"].drop_duplicates().tolist()
    chart = alt.Chart(channels)
    y = alt.Y("channel:N", sort=order, axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False))
    offset = alt.YOffset("measure:N", sort=list(words[:2]), scale=alt.Scale(paddingOuter=0.45))
    shape = alt.Shape(
        "measure:N",
        scale=alt.Scale(domain=list(words[:2]), range=["circle", "diamond"]),
        legend=alt.Legend(columns=1 if width < 400 else 2, offset=26),
    )
    colour = alt.Color("measure:N", scale=alt.Scale(domain=list(words[:2]), range=[NAVY, ACCENT]))
    axis = alt.Axis(
        title=None, tickCount=6, labelExpr="datum.value === 0 ? '0' : format(datum.value, '+.1f')"
    )
    x = alt.X("value:Q", axis=axis)
    spans = chart.mark_rule(strokeWidth=2, opacity=0.55).encode(
        y=y,
        yOffset=offset,
        x=alt.X("low:Q", axis=axis),
        x2=alt.X2("high:Q"),
        color=colour,
    )
    dots = chart.mark_point(size=70, filled=True, opacity=1).encode(
        y=y, yOffset=offset, x=x, shape=shape, color=colour
    )
    lines = [_even(0.0, words[2], "right" if margin_even is not None else "left")]
    if margin_even is not None and margin_even <= float(channels["high"].max()):
        lines.append(_even(margin_even, words[3], "left"))
    beyond = (
        chart.transform_filter("datum.text != ''")
        .mark_text(align="left", dx=6)
        .encode(y=y, yOffset=offset, x=alt.value("width"), text=alt.Text("text:N"), color=colour)
    )
    layers = alt.layer(*lines, spans, dots, beyond)
    return layers.properties(width=max(120, width - 165), height=44 * len(order))


def _even(at: float, words: str, align: Literal["left", "right"]) -> Chart:
    """Draw a dashed line with its name at the top."""
    line = alt.Chart(pd.DataFrame({"value": [at], "text": [words]}))
    rule = line.mark_rule(color=BAD, strokeDash=[5, 3], strokeWidth=1.4).encode(x=alt.X("value:Q"))
    away = 5 if align == "left" else -5
    name = line.mark_text(color=BAD, align=align, dx=away, dy=-7, baseline="bottom").encode(
        x=alt.X("value:Q"), y=alt.value(0), text=alt.Text("text:N")
    )
    return alt.layer(rule, name)


def response_curves(curves: pd.DataFrame, points: pd.DataFrame, width: int, words: tuple[str, str]) -> Chart:
    """Draw each channel's response: today a circle, the recommendation a square, dashed beyond the limits.

    `curves` has `channel`, `spend`, `mean`, `p05`, `p95`, `is_allowed`; `points` has
    `channel`, `spend`, `mean`, `mark`; `words` name the two marks.
    """
    order = curves["channel"].drop_duplicates().tolist()
    columns = 2 if width < 400 else 4
    used = ["channel", "spend", "mean", "p05", "p95", "is_allowed", "mark"]
    together = pd.concat([curves.assign(mark="")[used], points], ignore_index=True)
    chart = alt.Chart(together)
    x = alt.X("spend:Q", axis=alt.Axis(title=None, tickCount=3, grid=False))
    y = alt.Y("mean:Q", axis=alt.Axis(title=None, tickCount=3, minExtent=32, maxExtent=32))
    band = (
        chart.transform_filter("datum.mark == ''")
        .mark_area(color=MIST, opacity=0.5)
        .encode(x=x, y=alt.Y("p05:Q"), y2=alt.Y2("p95:Q"))
    )
    every = (
        chart.transform_filter("datum.mark == ''")
        .mark_line(color=NAVY, strokeDash=[3, 3], strokeWidth=1.2)
        .encode(x=x, y=y)
    )
    allowed = (
        chart.transform_filter("datum.is_allowed === true")
        .mark_line(color=NAVY, strokeWidth=2.6)
        .encode(x=x, y=y)
    )
    dots = (
        chart.transform_filter("datum.mark != ''")
        .mark_point(size=85, filled=True, opacity=1, stroke="white", strokeWidth=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("mark:N", scale=alt.Scale(domain=list(words), range=["circle", "square"])),
            color=alt.Color("mark:N", scale=alt.Scale(domain=list(words), range=[NAVY, ACCENT])),
        )
    )
    each = (width - 20) // columns - 52
    header = alt.Header(title=None, labelLimit=each + 40, labelFontSize=11 if each < 120 else 13)
    return (
        alt.layer(band, every, allowed, dots)
        .properties(width=max(80, each), height=120)
        .facet(
            facet=alt.Facet("channel:N", sort=order, header=header),
            columns=columns,
        )
        .resolve_scale(x="independent", y="independent")
    )


def ratios(channels: pd.DataFrame, width: int, target: float, target_words: str) -> Chart:
    """Draw LTV/CAC with its 90 % interval against its target.

    `channels` has `channel`, `value`, `low`, `high`, `kind` (`good`, `bad`, `open`), `text`.
    """
    order = channels["channel"].tolist()
    chart = alt.Chart(channels)
    y = alt.Y("channel:N", sort=order, axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False))
    top = max(float(channels["high"].max()), target) * 1.02
    scale = alt.Scale(domain=[0, top], nice=False)
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=["good", "bad", "open"], range=[ACCENT, BAD, SLATE]), legend=None
    )
    spans = chart.mark_rule(strokeWidth=2, opacity=0.6).encode(
        y=y,
        x=alt.X("low:Q", scale=scale, axis=alt.Axis(title=None, tickCount=5)),
        x2=alt.X2("high:Q"),
        color=colour,
    )
    dots = chart.mark_point(size=80, filled=True, opacity=1).encode(
        y=y, x=alt.X("value:Q", scale=scale), color=colour
    )
    text = chart.mark_text(align="left", dx=8).encode(y=y, x=alt.value("width"), text=alt.Text("text:N"))
    goal = alt.Chart(pd.DataFrame({"value": [target], "text": [target_words]}))
    rule = goal.mark_rule(color=NAVY, strokeDash=[5, 3]).encode(x=alt.X("value:Q", scale=scale))
    label = goal.mark_text(align="left", dx=5, dy=-7, baseline="bottom").encode(
        x=alt.X("value:Q", scale=scale), y=alt.value(0), text=alt.Text("text:N")
    )
    return alt.layer(rule, spans, dots, text, label).properties(
        width=max(120, width - 205), height=34 * len(order)
    )


def shares(channels: pd.DataFrame, width: int, words: tuple[str, ...]) -> Chart:
    """Draw two or more measures of the same share side by side, joined by a line per channel.

    `channels` has `channel`, `measure`, `share`; `words` name the measures in order.
    """
    order = channels["channel"].drop_duplicates().tolist()
    chart = alt.Chart(channels)
    y = alt.Y(
        "channel:N",
        sort=order,
        axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False, grid=True),
    )
    x = alt.X("share:Q", axis=alt.Axis(title=None, format=".0%", tickCount=5))
    joined = chart.mark_line(color=MIST, strokeWidth=3).encode(y=y, x=x, detail=alt.Detail("channel:N"))
    dots = chart.mark_point(size=85, filled=True, opacity=1).encode(
        y=y,
        x=x,
        color=alt.Color(
            "measure:N", scale=alt.Scale(domain=list(words), range=[NAVY, "#c98a1b", ACCENT][: len(words)])
        ),
        shape=alt.Shape(
            "measure:N",
            scale=alt.Scale(domain=list(words), range=["circle", "diamond", "square"][: len(words)]),
            legend=alt.Legend(columns=1 if width < 400 else 3),
        ),
    )
    return alt.layer(joined, dots).properties(width=max(120, width - 165), height=34 * len(order))
