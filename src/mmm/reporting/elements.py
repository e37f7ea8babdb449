"""The pieces of a page: cards, figures with their table, tiles. Every text is escaped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from mmm.reporting.report import Report
from mmm.reporting.svg import Chart, chart_svg, unchecked
from mmm.reporting.templates import render

WIDE, MIDDLE, HALF, NARROW = 1180, 680, 560, 330
"""Widths in px for which charts are drawn: whole page, a sheet or a tablet, half of a page, a phone."""

MAX_DRAWN = 12
"""Channels that a chart draws; its table has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its heading, and whether it holds figures."""

    title: str
    is_figure: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table ready to show: text only."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Markup]]
    total: Sequence[str | Markup] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One headline figure with its comparisons and its definition."""

    name: str
    figure: str
    interval: str
    comparisons: Sequence[tuple[str, str, str]]
    """Words, figure, and `good`, `bad` or nothing."""
    status: str
    status_words: str
    definition: str
    extra: Sequence[str] = field(default_factory=tuple)


def card(title: str, body: Markup, *, message: str = "", width: str = "full", anchor: str = "") -> Markup:
    """Frame a piece of a page: what it is about, what it says, then the piece."""
    is_long = width == "full" and "<figure" not in body
    look = f"{width} long" if is_long else width
    return render("card", title=title, body=body, message=message, width=look, anchor=anchor)


def table(grid: Grid) -> Markup:
    """Write a table with its caption and the scope of its headings."""
    return render("table", grid=grid)


def figure(
    report: Report,
    draw: Callable[[int], Chart],
    grid: Grid,
    *,
    subtitle: str,
    width: int = HALF,
    description: str = "",
) -> Markup:
    """Show a chart, drawn for each width at which its labels can be read, with its table behind it."""
    described = description or f"{grid.caption}. {subtitle}"
    with unchecked():
        charts = [draw(each) for each in ((WIDE, NARROW, MIDDLE) if width == WIDE else (width, NARROW))]
    wide, narrow, *middle = (chart_svg(chart, report.language, described) for chart in charts)
    return render(
        "figure",
        wide=wide,
        narrow=narrow,
        middle=middle[0] if middle else "",
        subtitle=subtitle,
        table=table(grid),
        open_table=report.say("shared.open_table"),
    )


def drawn_of(report: Report, subtitle: str, total: int) -> str:
    """Say that a chart leaves channels out, when it does."""
    if total <= MAX_DRAWN:
        return subtitle
    return f"{subtitle}. {report.say('shared.first_channels', count=MAX_DRAWN, total=total)}"


def badge(level: str, words: str) -> Markup:
    """Show a state by a shape and words, never by colour alone."""
    return render("badge", level=level, words=words)


def bar(share: float, limit: float = 1.0, kind: str = "") -> Markup:
    """Draw a small horizontal bar beside a figure."""
    length = max(0.0, min(share / limit if limit else 0.0, 1.0)) * 100
    return Markup('<span class="bar {}" aria-hidden="true"><i style="width:{:.0f}%"></i></span>').format(
        kind, length
    )
