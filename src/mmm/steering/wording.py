"""Figures of steering in a reader's language: a value with its KPI's unit, a label, a sentence."""

from dataclasses import dataclass
from typing import Any

from mmm.params.record import Text
from mmm.steering.reference import Unit
from mmm.texts import Language, money, number, percent, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A figure and its unit, not yet worded."""

    value: float
    unit: Unit
    is_signed: bool = False
    """Show a plus on a gain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextKey:
    """A label that the texts hold, such as `driver.price`."""

    key: str


def shown(amount: Amount, language: Language, currency: str) -> str:
    """Write a figure in its unit.

    Examples
    --------
    >>> shown(Amount(value=0.0312, unit="share"), "en", "EUR")
    '3.1%'
    >>> shown(Amount(value=61.5, unit="money"), "en", "EUR")
    '€61.50'
    """
    value, sign = amount.value, amount.is_signed
    match amount.unit:
        case "money":
            return money(value, language, currency, sign=sign)
        case "share":
            return percent(value, language, 2 if abs(value) < 0.01 else 1, sign=sign)
        case "count":
            return number(value, language, sign=sign)
        case "ratio":
            return number(value, language, 2, sign=sign)
        case _:
            return number(value, language, 1, sign=sign)


def label(text: Text, language: Language) -> str:
    """Give the wording of one language."""
    return text.fr if language == "fr" else text.en


def sentence(key: str, language: Language, currency: str, **figures: Any) -> str:
    """Give a sentence whose figures may be labels (`Text`) and amounts (`Amount`)."""
    return say(
        key, language, currency, **{name: _worded(v, language, currency) for name, v in figures.items()}
    )


def _worded(value: Any, language: Language, currency: str) -> Any:
    if isinstance(value, Text):
        return label(value, language)
    if isinstance(value, Amount):
        return shown(value, language, currency)
    if isinstance(value, TextKey):
        return say(value.key, language, currency)
    return value
