"""Sentences by key: `texts/<language>/<topic>.yml` holds `key: sentence` lines of one topic.

A sentence quotes figures as `{name}` or `{name:how}`, where `how` is one of
`number`, `number1`, `number2`, `number3`, `percent`, `percent1`, `signed_percent`,
`signed_percent1`, `money`, `money0`, `money2`, `signed_money`, `day`, `month`.
Both languages hold the same keys and quote the same figures.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from ruamel.yaml import YAML

from mmm.texts import locale
from mmm.texts.locale import Language

_KEY = re.compile(r"^([\w.]+):", re.MULTILINE)
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@cache
def _topics(language: Language) -> dict[str, str]:
    """Map each key to the text of its topic, which is parsed only when one of its sentences is asked."""
    found: dict[str, str] = {}
    for topic in sorted(files("mmm.texts").joinpath(language).iterdir(), key=lambda path: path.name):
        text = topic.read_text("utf-8")
        for key in _KEY.findall(text):
            if key in found:
                raise ValueError(f"{topic.name}: {key} is defined twice in {language}")
            found[key] = text
    return found


@cache
def _parsed(topic: str) -> dict[str, str]:
    sentences: dict[str, str] = YAML(typ="safe", pure=True).load(topic)
    return sentences


def sentence(key: str, language: Language) -> str:
    """Give the sentence of a key as written, its figures still in braces."""
    return _parsed(_topics(language)[key])[key]


def keys(language: Language) -> tuple[str, ...]:
    """List the keys that a language has."""
    return tuple(_topics(language))


def say(key: str, language: Language, currency: str = "EUR", **figures: Any) -> str:
    """Give the sentence of `key` with its figures, formatted for the language."""
    return _Sentence(language, currency).vformat(sentence(key, language), (), figures)


class _Sentence(Formatter):
    """`str.format` with the units of this module as format specifications."""

    def __init__(self, language: Language, currency: str) -> None:
        self._language = language
        self._currency = currency

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, str):
            return value
        if not format_spec:
            return str(super().format_field(value, format_spec))
        return _formats(self._language, self._currency)[format_spec](value)


def _formats(language: Language, currency: str) -> dict[str, Callable[[Any], str]]:
    return {
        "number": lambda v: locale.number(v, language),
        "number1": lambda v: locale.number(v, language, 1),
        "number2": lambda v: locale.number(v, language, 2),
        "number3": lambda v: locale.number(v, language, 3),
        "percent": lambda v: locale.percent(v, language),
        "percent1": lambda v: locale.percent(v, language, 1),
        "signed_percent": lambda v: locale.percent(v, language, sign=True),
        "signed_percent1": lambda v: locale.percent(v, language, 1, sign=True),
        "money": lambda v: locale.money(v, language, currency),
        "money0": lambda v: locale.money(v, language, currency, 0),
        "money2": lambda v: locale.money(v, language, currency, 2),
        "signed_money": lambda v: locale.money(v, language, currency, sign=True),
        "day": lambda v: locale.day(v, language),
        "month": lambda v: locale.month(v, language),
    }
