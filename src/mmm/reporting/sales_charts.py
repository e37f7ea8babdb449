"""Charts over time: actual against what was expected and planned, and what sales are made of."""

from typing import Any

import altair as alt
import pandas as pd

from mmm.reporting.svg import Chart
from mmm.reporting.theme import ACCENT, HATCH, MIST, NAVY, PALETTE, SLATE


def expected_and_actual(weeks: pd.DataFrame, width: int, words: dict[str, str]) -> Chart:
    """Draw the actual figures, the 80 and 95 % bands of the model, the hatched forecast and the target.

    `weeks` has `period`, `actual`, `mean`, `p025`, `p10`, `p90`, `p975`, `target`, `is_future`;
    `words` name `actual`, `model`, `forecast`, `target`, `unit`.
    """
    chart: Any = alt.Chart(weeks)
    x = alt.X(
        "period:T", axis=alt.Axis(title=None, format="%b %Y", tickCount=4 if width < 400 else 8, grid=False)
    )
    lowest = float(weeks[["actual", "p025", "target"]].min().min())
    scale = alt.Scale(zero=lowest < 0.35 * float(weeks["p975"].max()), nice=True)
    axis = alt.Axis(title=None, tickCount=5)

    def line(column: str, name: str, **style: Any) -> Any:
        rows = chart.transform_filter(f"isValid(datum.{column})").transform_calculate(
            series=f"'{_quoted(name)}'"
        )
        return rows.mark_line(**style).encode(
            x=x,
            y=alt.Y(f"{column}:Q", scale=scale, axis=axis),
            color=alt.Color("series:N", scale=colours, legend=key),
        )

    names = [words["actual"], words["model"]]
    ranges = [NAVY, "#6f8fb8"]
    if weeks["target"].notna().any():
        names, ranges = [*names, words["target"]], [*ranges, ACCENT]
    colours = alt.Scale(domain=names, range=ranges)
    key = alt.Legend(columns=1 if width < 400 else 4, symbolType="stroke")
    layers: list[Any] = [
        _band(chart, ("p025", "p975"), x, alt.Y(scale=scale, axis=axis), 0.35),
        _band(chart, ("p10", "p90"), x, alt.Y(scale=scale, axis=axis), 0.55),
        line("mean", words["model"], strokeWidth=1.4, strokeDash=[2, 2]),
    ]
    if weeks["target"].notna().any():
        layers.append(line("target", words["target"], strokeWidth=1.6, strokeDash=[6, 4]))
    layers.append(line("actual", words["actual"], strokeWidth=2))
    return alt.layer(*layers).properties(width=max(140, width - 62), height=270)


def _band(chart: Any, between: tuple[str, str], x: alt.X, y_axis: alt.Y, opacity: float) -> Any:
    y, y2 = y_axis.copy(), alt.Y2(f"{between[1]}:Q")
    y.shorthand = f"{between[0]}:Q"
    past = (
        chart.transform_filter("!datum.is_future")
        .mark_area(color=MIST, opacity=opacity)
        .encode(x=x, y=y, y2=y2)
    )
    future = (
        chart.transform_filter("datum.is_future")
        .mark_area(color=HATCH, opacity=0.9 * opacity)
        .encode(x=x, y=y, y2=y2)
    )
    return alt.layer(past, future)


def decomposition(parts: pd.DataFrame, width: int) -> Chart:
    """Draw what each part brought over time, stacked from the baseline up.

    `parts` has `period`, `part`, `value`, and `position` (0 is at the bottom).
    """
    names = parts.sort_values("position")["part"].drop_duplicates().tolist()
    colours = ["#d5dce6", *(PALETTE * 5)][: len(names)]
    return (
        alt.Chart(parts)
        .mark_area()
        .encode(
            x=alt.X(
                "period:T",
                axis=alt.Axis(title=None, format="%b %Y", tickCount=4 if width < 400 else 8, grid=False),
            ),
            y=alt.Y("value:Q", stack=True, axis=alt.Axis(title=None, tickCount=5)),
            order=alt.Order("position:Q"),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=names, range=colours),
                legend=alt.Legend(columns=2 if width < 400 else 5, labelLimit=130),
            ),
        )
        .properties(width=max(140, width - 62), height=260)
    )


def funnel(stages: pd.DataFrame, width: int) -> Chart:
    """Draw the share of each stage that reaches the next one, with its interval.

    `stages` has `stage`, `rate`, `lower`, `upper`, `text`, in order.
    """
    order = stages["stage"].tolist()
    chart = alt.Chart(stages)
    y = alt.Y("stage:N", sort=order, axis=alt.Axis(title=None, labelLimit=180, domain=False, ticks=False))
    x_axis = alt.Axis(title=None, format="%", tickCount=4)
    scale = alt.Scale(domain=[0, max(0.05, float(stages["upper"].fillna(stages["rate"]).max()) * 1.35)])
    bars = chart.mark_bar(color=NAVY, height={"band": 0.55}).encode(
        y=y, x=alt.X("rate:Q", axis=x_axis, scale=scale)
    )
    spans = chart.mark_rule(color=SLATE).encode(y=y, x=alt.X("lower:Q", scale=scale), x2=alt.X2("upper:Q"))
    text = chart.mark_text(align="left", dx=10).encode(
        y=y, x=alt.X("upper:Q", scale=scale), text=alt.Text("text:N")
    )
    return alt.layer(bars, spans, text).properties(width=max(120, width - 175), height=34 * len(stages))


def _quoted(words: str) -> str:
    return words.replace("\\", "").replace("'", "\\'")
