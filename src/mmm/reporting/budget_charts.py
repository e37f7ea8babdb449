"""Charts of money: what moved sales, the budget before and after, what other budgets would bring."""

import altair as alt
import pandas as pd

from mmm.reporting.svg import Chart
from mmm.reporting.theme import ACCENT, BAD, MIST, NAVY, SLATE

_NO_TITLE = alt.Axis(title=None)


def waterfall(steps: pd.DataFrame, width: int) -> Chart:
    """Draw totals as solid bars and what lies between them as floating ones, with 90 % intervals.

    `steps` has `label`, `start`, `end`, `low`, `high` (NaN for a total), `kind`
    (`total`, `good`, `bad`) and `text`, in order.
    """
    order = steps["label"].tolist()
    rows = steps.assign(side=steps[["start", "end"]].max(axis=1))
    colour = alt.Color(
        "kind:N", scale=alt.Scale(domain=["total", "good", "bad"], range=[NAVY, ACCENT, BAD]), legend=None
    )
    y = alt.Y("label:N", sort=order, axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False))
    scale = alt.Scale(domain=_room(rows), zero=False, nice=False)
    axis = alt.Axis(title=None, labels=False, ticks=False, grid=False, domain=False)
    chart = alt.Chart(rows)
    bars = chart.mark_bar(height={"band": 0.62}, clip=True).encode(
        y=y, x=alt.X("start:Q", scale=scale, axis=axis), x2=alt.X2("end:Q"), color=colour
    )
    spans = (
        chart.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=1.2, color="#222222")
        .encode(y=y, x=alt.X("low:Q", scale=scale), x2=alt.X2("high:Q"))
    )
    words = chart.transform_calculate(at="isValid(datum.high) ? max(datum.high, datum.side) : datum.side")
    text = words.mark_text(align="left", dx=6).encode(
        y=y, x=alt.X("at:Q", scale=scale), text=alt.Text("text:N")
    )
    return alt.layer(bars, spans, text).properties(width=_inner(width, 165), height=25 * len(steps))


def _room(rows: pd.DataFrame) -> list[float]:
    """Leave out the empty start of the axis: only differences are read, and totals are written."""
    moving = rows[rows["kind"] != "total"]
    values = pd.concat([rows["side"], rows["high"]]).dropna()
    lowest = float(moving[["low", "start", "end"]].min().min())
    highest = float(values.max())
    span = highest - lowest
    start = max(0.0, lowest - 0.35 * span) if lowest > 0 else min(lowest, 0.0) - 0.05 * span
    return [start, highest + 0.32 * (highest - start)]


def before_after(moves: pd.DataFrame, width: int, words: tuple[str, str, str]) -> Chart:
    """Draw today's budget solid, the recommended one outlined, and the allowed range as a thin line.

    `moves` has `channel`, `current`, `recommended`, `lower`, `upper`, `text`; `words` name the three marks.
    """
    order = moves["channel"].tolist()
    top = float(moves[["current", "recommended", "upper"]].max().max()) * 1.42
    y = alt.Y("channel:N", sort=order, axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False))
    scale = alt.Scale(domain=[0, top], nice=False)
    x_axis = alt.Axis(title=None, tickCount=4, grid=True)
    chart = alt.Chart(moves)
    keys = alt.Color(
        "mark:N",
        scale=alt.Scale(domain=list(words), range=[NAVY, ACCENT, SLATE]),
        legend=alt.Legend(columns=1 if width < 400 else 3),
    )
    before = (
        chart.transform_calculate(mark=f"'{_quoted(words[0])}'")
        .mark_bar(height={"band": 0.28}, yOffset=-8)
        .encode(y=y, x=alt.X("current:Q", scale=scale, axis=x_axis), color=keys)
    )
    after = (
        chart.transform_calculate(mark=f"'{_quoted(words[1])}'")
        .mark_bar(height={"band": 0.28}, yOffset=4, fillOpacity=0.12, strokeWidth=1.6, stroke=ACCENT)
        .encode(y=y, x=alt.X("recommended:Q", scale=scale), color=keys)
    )
    limits = (
        chart.transform_calculate(mark=f"'{_quoted(words[2])}'")
        .mark_rule(yOffset=13, strokeWidth=1.6)
        .encode(y=y, x=alt.X("lower:Q", scale=scale), x2=alt.X2("upper:Q"), color=keys)
    )
    text = (
        chart.transform_calculate(at="max(datum.current, max(datum.recommended, datum.upper))")
        .mark_text(align="left", dx=8)
        .encode(y=y, x=alt.X("at:Q", scale=scale), text=alt.Text("text:N"))
    )
    return alt.layer(before, after, limits, text).properties(width=_inner(width, 165), height=38 * len(moves))


def frontier(points: pd.DataFrame, width: int, words: tuple[str, str]) -> Chart:
    """Draw the gain of the best plan at each budget with its interval; today's budget is marked.

    `points` has `budget`, `gain`, `low`, `high`, `text` and `is_today`; `words` name the two axes.
    """
    chart = alt.Chart(points)
    x = alt.X(
        "budget:Q",
        scale=alt.Scale(zero=False, padding=24),
        axis=alt.Axis(title=words[0], grid=False, tickCount=5),
    )
    y_axis = alt.Axis(title=words[1], titleAngle=0, titleAlign="left", titleX=0, titleY=-14, tickCount=5)
    y = alt.Y("gain:Q", axis=y_axis)
    band = chart.mark_area(color=MIST, opacity=0.45).encode(
        x=x, y=alt.Y("low:Q", axis=y_axis), y2=alt.Y2("high:Q")
    )
    line = chart.mark_line(color=NAVY, strokeWidth=2.2).encode(x=x, y=y)
    dots = chart.mark_point(size=90, filled=True, opacity=1, strokeWidth=2).encode(
        x=x,
        y=y,
        shape=alt.Shape(
            "is_today:N", scale=alt.Scale(domain=[True, False], range=["circle", "square"]), legend=None
        ),
        color=alt.condition("datum.is_today", alt.value(NAVY), alt.value(ACCENT)),
    )
    text = chart.mark_text(align="left", dx=8, dy=-10).encode(x=x, y=y, text=alt.Text("text:N"))
    zero = (
        alt.Chart(pd.DataFrame({"gain": [0.0]}))
        .mark_rule(color=SLATE, strokeDash=[4, 3])
        .encode(y=alt.Y("gain:Q"))
    )
    return alt.layer(band, zero, line, dots, text).properties(width=_inner(width, 60), height=250)


def own_optimum(channels: pd.DataFrame, width: int, words: tuple[str, str, str]) -> Chart:
    """Draw the range of best budgets as a thick line, today's as a bar, the recommended one as a diamond.

    `channels` has `channel`, `current`, `recommended`, `p05`, `p95`, `text`; `words` name the three marks.
    """
    order = channels["channel"].tolist()
    top = float(channels[["current", "recommended", "p95"]].max().max()) * 1.3
    y = alt.Y("channel:N", sort=order, axis=alt.Axis(title=None, labelLimit=150, domain=False, ticks=False))
    scale = alt.Scale(domain=[0, top], nice=False)
    x_axis = alt.Axis(title=None, tickCount=4, grid=True)
    colours = alt.Color(
        "mark:N",
        scale=alt.Scale(domain=list(words), range=[MIST, NAVY, ACCENT]),
        legend=alt.Legend(columns=1 if width < 400 else 3, symbolType="square"),
    )
    chart = alt.Chart(channels)

    def named(word: str) -> alt.Chart:
        return chart.transform_calculate(mark=f"'{_quoted(word)}'")

    spans = (
        named(words[0])
        .mark_bar(height={"band": 0.42})
        .encode(y=y, x=alt.X("p05:Q", scale=scale, axis=x_axis), x2=alt.X2("p95:Q"), color=colours)
    )
    today = (
        named(words[1])
        .mark_tick(thickness=3, bandSize=22)
        .encode(y=y, x=alt.X("current:Q", scale=scale), color=colours)
    )
    recommended = (
        named(words[2])
        .mark_point(shape="diamond", size=110, filled=True, opacity=1)
        .encode(y=y, x=alt.X("recommended:Q", scale=scale), color=colours)
    )
    text = (
        chart.transform_calculate(at="max(datum.p95, max(datum.current, datum.recommended))")
        .mark_text(align="left", dx=10)
        .encode(y=y, x=alt.X("at:Q", scale=scale), text=alt.Text("text:N"))
    )
    height = 32 * len(channels)
    return alt.layer(spans, today, recommended, text).properties(width=_inner(width, 165), height=height)


def _inner(width: int, labels: int) -> int:
    """Leave room for the labels of the other axis."""
    return max(120, width - labels)


def _quoted(words: str) -> str:
    return words.replace("\\", "").replace("'", "\\'")
