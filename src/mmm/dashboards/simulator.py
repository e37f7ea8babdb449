"""The live simulator page: a slider per channel, and what the run's own draws answer.

Its kernel loads numpy and widgets, no pandas: a reader costs little memory.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import ipywidgets as widgets

from mmm.allocation.simulator import Answer, Simulator, load_simulator, simulate_budget
from mmm.dashboards.answer import answer_html, channel_words
from mmm.dashboards.published import NotPublishedError, published_run
from mmm.texts import Language, money, say

REPORTS_VARIABLE = "MMM_REPORTS"
N_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which analysis is asked about, and in which language."""

    run: Path
    analysis: str
    language: Language


def show_simulator(reports_folder: str | Path, language: Language = "fr") -> widgets.Widget:
    """Build the page for the analysis that the reader asked for."""
    question = _question(Path(os.environ.get(REPORTS_VARIABLE, str(reports_folder))), language)
    style = files("mmm.dashboards").joinpath("templates/simulator/style.css").read_text("utf-8")
    sheet = widgets.HTML(f"<style>{style}</style>")
    stored = None if question is None else question.run / "simulator.npz"
    if question is None or stored is None or not stored.is_file():
        words = say("simulator.none", language if question is None else question.language)
        return widgets.VBox([sheet, widgets.HTML(f'<p class="mmm-none">{escape(words)}</p>')])
    return widgets.VBox([sheet, *_page(load_simulator(stored), question)]).add_class("mmm-page")


def _question(reports: Path, language: Language) -> Question | None:
    """Read the analysis and the language from the page's address; by hand, take the first analysis."""
    asked = parse_qs(os.environ.get("QUERY_STRING", ""))
    names = asked.get("analysis") or (
        sorted(path.parent.name for path in reports.glob("*/latest")) if reports.is_dir() else []
    )
    chosen: Language = "en" if asked.get("lang", [language])[0] == "en" else "fr"
    for name in names[:1]:
        try:
            return Question(run=published_run(reports, name), analysis=name, language=chosen)
        except NotPublishedError:
            return None
    return None


def _page(simulator: Simulator, question: Question) -> list[widgets.Widget]:
    language, currency = question.language, simulator.response.currency
    sliders = {name: _slider(simulator, index, language) for index, name in enumerate(simulator.channels)}
    amounts = {name: widgets.HTML(layout={"width": "90px"}) for name in sliders}
    shown = widgets.HTML()

    def refresh(_change: Any = None) -> None:
        answer = simulate_budget(simulator, {name: slider.value for name, slider in sliders.items()})
        for index, name in enumerate(sliders):
            amounts[name].value = _amount(answer, index, simulator, language)
        shown.value = answer_html(simulator, answer, language, question.run.name)

    for slider in sliders.values():
        slider.observe(refresh, names="value")
    buttons = [_plan_button(sliders, simulator, name, language) for name in ("today", "recommended")]
    refresh()
    rows = [
        widgets.HBox(
            [
                widgets.HTML(_label(simulator, name, language), layout={"width": "170px"}),
                sliders[name],
                amounts[name],
            ]
        ).add_class("mmm-row")
        for name in sliders
    ]
    left = widgets.VBox([widgets.HBox(buttons), *rows]).add_class("mmm-card").add_class("mmm-sliders")
    right = widgets.VBox([shown]).add_class("mmm-card").add_class("mmm-answer")
    return [
        widgets.HTML(_head(simulator, question, currency)),
        widgets.Box([left, right]).add_class("mmm-columns"),
    ]


def _slider(simulator: Simulator, index: int, language: Language) -> widgets.FloatSlider:
    current = float(simulator.current[index])
    low, high = min(float(simulator.lower[index]), current), max(float(simulator.upper[index]), current)
    name = simulator.channels[index]
    return widgets.FloatSlider(
        value=current,
        min=low,
        max=high if high > low else low + 1.0,
        step=(high - low) / N_STEPS if high > low else 1.0,
        readout=False,
        disabled=high <= low,
        tooltip=channel_words(simulator, name, language),
        layout={"width": "auto", "flex": "1 1 120px"},
    )


def _plan_button(
    sliders: Mapping[str, widgets.FloatSlider], simulator: Simulator, plan: str, language: Language
) -> widgets.Button:
    button = widgets.Button(description=say(f"simulator.{plan}", language)).add_class("mmm-button")
    amounts = simulator.current if plan == "today" else simulator.recommended

    def choose(_button: widgets.Button) -> None:
        for slider, amount in zip(sliders.values(), amounts.tolist(), strict=True):
            slider.value = amount

    button.on_click(choose)
    return button


def _label(simulator: Simulator, name: str, language: Language) -> str:
    return f'<span class="mmm-channel">{escape(channel_words(simulator, name, language))}</span>'


def _amount(answer: Answer, index: int, simulator: Simulator, language: Language) -> str:
    current = float(simulator.current[index])
    spend = float(answer.spend[index])
    change = f"{(spend / current - 1) * 100:+.0f}" if current else ""
    change = (
        "" if change in {"+0", "-0"} else f"{change.replace('-', '−')}{' %' if language == 'fr' else '%'}"
    )
    amount = escape(money(spend, language, simulator.response.currency))
    return f'<span class="mmm-amount">{amount}<i>{change}</i></span>'


def _head(simulator: Simulator, question: Question, currency: str) -> str:
    periods = simulator.response.periods
    start, end = (date.fromisoformat(str(period)[:10]) for period in (periods[0], periods[-1]))
    intro = say("simulator.intro", question.language, currency, count=len(periods), start=start, end=end)
    other = "en" if question.language == "fr" else "fr"
    back, title = say("simulator.back", question.language), say("simulator.title", question.language)
    return (
        f'<div class="mmm-top"><a href="strategic.{question.language}.html">← {escape(back)}</a>'
        f'<a href="simulator.{other}.html" hreflang="{other}">{other.upper()}</a></div>'
        f'<div class="mmm-head"><h1>{escape(title)}</h1><p>{escape(intro)}</p></div>'
    )
