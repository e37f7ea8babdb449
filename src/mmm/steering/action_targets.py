"""Targets of actions as people write them: `> 25 %`, `< 3 EUR`, `0.25`, in the unit of their KPI."""

import re
from dataclasses import dataclass

from mmm.steering.reference import Kpi

_TARGET = re.compile(
    r"""^\s*(?P<sign>>=|<=|≥|≤|>|<|=)?\s*
        (?P<number>[-+]?\d[\d\s\u00a0\u202f.,']*?)\s*
        (?P<unit>%|[€$£]|[A-Za-z]{1,10}\.?)?\s*$""",
    re.VERBOSE,
)
_WAYS = {">": "higher", ">=": "higher", "≥": "higher", "<": "lower", "<=": "lower", "≤": "lower"}
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "euro": "EUR", "euros": "EUR"}


@dataclass(frozen=True, slots=True)
class WrongTargetError(ValueError):
    """A target that cannot be read for its KPI: what was found and what was expected."""

    problem: str

    def __str__(self) -> str:
        return self.problem


def read_target(found: object, kpi: Kpi, currency: str | None = None) -> float:
    """Give a target in the KPI's unit: shares are 0 to 1, whether written 0.25 or 25 %.

    Parameters
    ----------
    found : number or str
        What the plan says. A sign (`>`, `<`, `≥`, `≤`) must agree with the KPI's direction; decimal
        comma or point; `%` for shares; a currency for money.
    currency : str, optional
        Currency of the analysis; another one is refused.

    Raises
    ------
    WrongTargetError
        It is no number, or its sign or unit contradicts the KPI.
    """
    if isinstance(found, bool) or found is None:
        raise WrongTargetError(f"{found} is not a target, expected a number such as {_example(kpi)}")
    if isinstance(found, int | float):
        return _in_range(float(found), found, kpi)
    match = _TARGET.match(str(found))
    number = None if match is None else _number(match["number"])
    if match is None or number is None:
        raise WrongTargetError(f"{found!r} is not a target, expected for example {_example(kpi)}")
    way = _WAYS.get(match["sign"] or "")
    if way is not None and way != kpi.direction:
        raise WrongTargetError(
            f"{found!r} asks for a {way} value, but {kpi.direction} is better for this KPI: "
            "turn the sign or correct the KPI's direction"
        )
    return _in_unit(number, match["unit"] or "", found, kpi, currency)


def _in_unit(number: float, unit: str, found: object, kpi: Kpi, currency: str | None) -> float:
    if unit == "%":
        if kpi.unit != "share":
            raise WrongTargetError(f"{found!r} is a percentage, but this KPI is in {kpi.unit}")
        return number / 100
    code = _CURRENCIES.get(unit.lower(), unit.upper())
    is_currency = len(code) == 3 and unit != ""
    if kpi.unit == "money" and is_currency and currency is not None and code != currency:
        raise WrongTargetError(f"{found!r} is in {code}, expected {currency}, the analysis' currency")
    if kpi.unit in {"share", "ratio"} and is_currency:
        raise WrongTargetError(f"{found!r} is an amount of money, but this KPI is in {kpi.unit}")
    return _in_range(number, found, kpi)


def _in_range(number: float, found: object, kpi: Kpi) -> float:
    if kpi.unit == "share" and not 0 <= number <= 1:
        raise WrongTargetError(
            f"{found} is not a share: write {number:g} % as '{number:g} %' or {number / 100:g}"
        )
    return number


def _number(text: str) -> float | None:
    """Read digits with a decimal comma or point; of both, the last one is decimal."""
    digits = re.sub(r"[\s\u00a0\u202f']", "", text)
    if "," in digits and "." in digits:
        decimal = max(digits, key=lambda mark: digits.rfind(mark) if mark in ",." else -1)
        digits = digits.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    else:
        digits = digits.replace(",", ".")
    try:
        return float(digits)
    except ValueError:
        return None


def _example(kpi: Kpi) -> str:
    sign = ">" if kpi.direction == "higher" else "<"
    return f"'{sign} 25 %'" if kpi.unit == "share" else f"'{sign} 3'"
