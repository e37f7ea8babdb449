"""Numbers, amounts, shares and dates as a French or an English reader writes them.

French: `1 234,5 k€` with U+202F between thousands and U+00A0 before the unit,
`12,3 %`, `4 oct. 2026`. English: `€1,234.5k`, `12.3%`, `4 Oct 2026`.
"""

from datetime import date
from math import isfinite
from typing import Literal

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_symbol

Language = Literal["fr", "en"]
LOCALES: dict[Language, str] = {"fr": "fr_FR", "en": "en_GB"}
UNKNOWN = "–"
_SCALES = ((1e9, {"fr": "Md", "en": "bn"}), (1e6, {"fr": "M", "en": "M"}), (1e3, {"fr": "k", "en": "k"}))
_LEAST_MONEY = 0.005
_SCALED_FROM = 1e4


def number(value: float, language: Language, digits: int = 0, *, sign: bool = False) -> str:
    r"""Write a number with a fixed count of decimals; an unknown one is a dash.

    Examples
    --------
    >>> number(1234.56, "en", 1)
    '1,234.6'
    >>> number(1234.56, "fr", 1).replace("\u202f", "_")
    '1_234,6'
    """
    if not isfinite(value):
        return UNKNOWN
    rounded = round(value, digits) + 0.0
    decimals = f".{'0' * digits}" if digits else ""
    text = str(format_decimal(rounded, format=f"#,##0{decimals}", locale=LOCALES[language]))
    return f"+{text}" if sign and rounded > 0 else text.replace("-", "−")


def percent(share: float, language: Language, digits: int = 0, *, sign: bool = False) -> str:
    """Write a share (0 to 1) in per cent.

    Examples
    --------
    >>> percent(0.1234, "en", 1)
    '12.3%'
    """
    text = number(share * 100, language, digits, sign=sign)
    if text == UNKNOWN:
        return text
    return f"{text}\u202f%" if language == "fr" else f"{text}%"


def money(
    value: float, language: Language, currency: str, digits: int | None = None, *, sign: bool = False
) -> str:
    """Write an amount, scaled to k, M or bn (Md) when it is large; nothing is written without cents.

    `digits` fixes the decimals and switches scaling off: `digits=2` is to the cent.

    Examples
    --------
    >>> money(1234567, "en", "EUR")
    '€1.23M'
    >>> money(12.5, "en", "EUR", digits=2)
    '€12.50'
    >>> money(-0.001, "en", "EUR", sign=True)
    '€0'
    """
    if not isfinite(value):
        return UNKNOWN
    if digits is None and abs(value) < _LEAST_MONEY:
        value, digits = 0.0, 0
    scale, suffix = 1.0, ""
    if digits is None and abs(value) >= _SCALED_FROM:
        scale, suffix = next(((s, names[language]) for s, names in _SCALES if abs(value) >= s), (1.0, ""))
    size = abs(value) / scale
    text = number(size, language, digits if digits is not None else _digits(size, scaled=bool(suffix)))
    minus = "−" if value < 0 else "+" if sign and value > 0 else ""
    symbol = get_currency_symbol(currency, locale=LOCALES[language])
    if language == "fr":
        return f"{minus}{text}\u00a0{suffix}{symbol}"
    return f"{minus}{symbol}{text}{suffix}"


def _digits(size: float, *, scaled: bool) -> int:
    """Three significant figures."""
    if not scaled:
        return 0 if size >= 100 else 2
    return 2 if size < 10 else 1 if size < 100 else 0


def day(value: date, language: Language) -> str:
    """Write a date with its month in letters.

    Examples
    --------
    >>> from datetime import date
    >>> day(date(2026, 10, 4), "en")
    '4 Oct 2026'
    """
    return str(format_date(value, format="d MMM y", locale=LOCALES[language]))


def month(value: date, language: Language) -> str:
    """Write a month and its year."""
    return str(format_date(value, format="MMM y", locale=LOCALES[language]))
