"""The simulator's answer in words: gain with its interval and probability, cost, warnings."""

from html import escape
from math import isnan

from mmm.allocation.simulator import Answer, Simulator
from mmm.texts import Language, money, percent, say

_BANDS = ((0.95, "very_likely"), (0.8, "likely"), (0.6, "leaning"), (0.4, "undecided"), (0.0, "unlikely"))


def channel_words(simulator: Simulator, name: str, language: Language) -> str:
    """Name a channel as the reader knows it."""
    return str(simulator.labels.get("channels", {}).get(name, {}).get(language, name))


def answer_html(simulator: Simulator, answer: Answer, language: Language, run: str) -> str:
    """Write the answer: its sentence, its figures with their intervals, what to beware of."""
    currency = simulator.response.currency
    total = answer.total - float(simulator.current.sum())
    figures = [
        (
            say("simulator.gain", language),
            money(answer.gain[0], language, currency, sign=True),
            _between(answer.gain, language, currency),
        ),
        (
            say("simulator.p_gain", language),
            "–" if isnan(answer.p_gain) else percent(min(max(answer.p_gain, 0.01), 0.99), language),
            "",
        ),
        (
            say("simulator.total", language),
            money(answer.total, language, currency),
            say("simulator.difference", language, currency, amount=total),
        ),
        (say("simulator.full_cost", language), money(answer.full_cost, language, currency), ""),
        (
            say("simulator.contribution", language),
            money(answer.contribution[0], language, currency),
            _between(answer.contribution, language, currency),
        ),
        (
            say("simulator.profit", language),
            money(answer.profit[0], language, currency),
            _between(answer.profit, language, currency),
        ),
    ]
    tiles = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(figure)}</dd>"
        f"<dd class='mmm-between'>{escape(between)}</dd></div>"
        for name, figure, between in figures
    )
    warnings = "".join(
        f'<p class="mmm-warning">▲ {escape(words)}</p>' for words in _warnings(simulator, answer, language)
    )
    note = say("simulator.note", language, draws=simulator.response.n_draws, run=run)
    return (
        f'<div aria-live="polite"><p class="mmm-says">{escape(_sentence(answer, language, currency))}</p>'
        f'<dl class="mmm-figures">{tiles}</dl>{warnings}<p class="mmm-note">{escape(note)}</p></div>'
    )


def _sentence(answer: Answer, language: Language, currency: str) -> str:
    if isnan(answer.p_gain):
        return say("simulator.answer_same", language)
    band = next(name for floor, name in _BANDS if answer.p_gain >= floor)
    sure = say(
        "confidence.with_probability",
        language,
        band=say(f"confidence.{band}", language),
        probability=percent(min(max(answer.p_gain, 0.01), 0.99), language),
    )
    return say("simulator.answer_gain", language, currency, gain=answer.gain[0], confidence=sure)


def _between(figure: tuple[float, float, float], language: Language, currency: str) -> str:
    low, high = (money(value, language, currency) for value in figure[1:])
    return say("shared.interval", language, low=low, high=high)


def _warnings(simulator: Simulator, answer: Answer, language: Language) -> list[str]:
    found = []
    for key, flags in (
        ("simulator.extrapolates", answer.extrapolates),
        ("simulator.outside", ~answer.within_limits),
    ):
        names = [
            channel_words(simulator, name, language)
            for name, flag in zip(simulator.channels, flags, strict=True)
            if flag
        ]
        if names:
            found.append(say(key, language, channels=", ".join(names)))
    return found
