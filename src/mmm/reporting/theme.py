"""One colour system and one typography for every chart; locales as the reader writes figures."""

from typing import Any

from mmm.texts import Language

NAVY = "#14294b"
"""Actual figures, titles."""
SLATE = "#5b6b82"
"""Secondary text; 5.4:1 on white."""
MIST = "#b9c4d3"
"""Last year, bands, axes."""
FOG = "#e6ebf1"
ACCENT = "#0b7a75"
"""What is recommended, what is good; 5.2:1 on white."""
WARNING = "#8a5a00"
BAD = "#b23a1e"
"""Below plan, costs; 5.9:1 on white. Told from the accent by colour-blind readers too."""
HATCH = "#fe01dc"
"""Stands for hatching in a chart; no other use (see `svg.hatched`)."""
PALETTE = (NAVY, ACCENT, "#c98a1b", "#6f8fb8", BAD, "#7a5c99", "#3f9c6b", "#9aa5b1")
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

FORMAT_LOCALES: dict[Language, dict[str, Any]] = {
    "fr": {
        "decimal": ",",
        "thousands": "\u202f",
        "grouping": [3],
        "currency": ["", "\u00a0€"],
        "percent": "\u202f%",
        "minus": "−",
    },
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["€", ""], "minus": "−"},
}
_DAYS = {
    "fr": ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
    "en": ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
}
_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_SHORT_MONTHS = {
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}


def time_locale(language: Language) -> dict[str, Any]:
    """Give the names of days and months in the form that Vega reads."""
    return {
        "dateTime": "%A %e %B %Y",
        "date": "%d/%m/%Y",
        "time": "%H:%M",
        "periods": ["AM", "PM"],
        "days": _DAYS[language],
        "shortDays": [name[:3] for name in _DAYS[language]],
        "months": _MONTHS[language],
        "shortMonths": _SHORT_MONTHS[language],
    }


def chart_config() -> dict[str, Any]:
    """Give the Vega-Lite configuration of every chart: quiet axes, no frame, direct labels."""
    return {
        "background": "transparent",
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": SLATE,
            "labelFontSize": 12,
            "titleColor": SLATE,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "domainColor": MIST,
            "tickColor": MIST,
            "gridColor": FOG,
            "labelPadding": 6,
        },
        "axisY": {"domain": False, "ticks": False},
        "text": {"fontSize": 12, "color": NAVY},
        "header": {"labelFontSize": 13, "labelColor": NAVY, "labelFontWeight": "bold", "title": None},
        "legend": {
            "labelColor": NAVY,
            "labelFontSize": 12,
            "title": None,
            "orient": "top",
            "symbolStrokeWidth": 2,
            "labelLimit": 260,
        },
    }
