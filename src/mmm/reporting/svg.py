"""Charts to inline SVG, without a browser and without network: text stays text."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from threading import RLock
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode
from markupsafe import Markup, escape

from mmm.reporting.theme import FORMAT_LOCALES, HATCH, NAVY, chart_config, time_locale
from mmm.texts import Language

type Chart = Any
"""A chart of Altair, whose layered and faceted kinds share no useful type."""
_BUILDING = RLock()
_DECIMALS = 6
"""Decimals of a figure in a chart: finer than a pixel."""


def chart_svg(chart: Chart, language: Language, description: str) -> Markup:
    """Draw a chart as an SVG element that scales to its column and says what it shows."""
    drawn = hatched(_drawn(_specification(chart), language))
    return Markup(_accessible(_own_ids(drawn), description))


@contextmanager
def unchecked() -> Iterator[None]:
    """Build charts without checking each part against Vega-Lite's schema: Vega-Lite itself will.

    Altair keeps this choice for the whole process: one thread at a time builds charts.
    """
    with _BUILDING, debug_mode(False):
        yield


def _specification(chart: Chart) -> str:
    """Write a chart as Vega-Lite; rows stand apart under a name, so that Altair copies no row."""
    rows: dict[str, str] = {}

    def named(data: Any, /) -> dict[str, str]:
        written: str = data.to_json(orient="records", date_format="iso", double_precision=_DECIMALS)
        name = sha256(written.encode()).hexdigest()[:12]
        rows[name] = written
        return {"name": name}

    with unchecked(), _rows_by(named):
        specification: dict[str, Any] = chart.to_dict(validate=False)
    specification["config"] = chart_config()
    datasets = ",".join(f'"{name}":{written}' for name, written in rows.items())
    return f'{json.dumps(specification)[:-1]},"datasets":{{{datasets}}}}}'


@contextmanager
def _rows_by(named: Callable[[Any], dict[str, str]]) -> Iterator[None]:
    """Have Altair hand over every table that a chart holds."""
    alt.data_transformers.register("named", named)
    with alt.data_transformers.enable("named"):
        yield


def _drawn(specification: str, language: Language) -> str:
    return vl_convert.vegalite_to_svg(
        specification,
        format_locale=FORMAT_LOCALES[language],
        time_format_locale=time_locale(language),
    )


def hatched(drawn: str) -> str:
    """Replace the stand-in colour of a drawing by diagonal lines."""
    if HATCH not in drawn:
        return drawn
    pattern = (
        '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/>'
        f'<line x1="0" y1="0" x2="0" y2="5" stroke="{NAVY}" stroke-width="2.4"/></pattern></defs>'
    )
    filled = drawn.replace(f'"{HATCH}"', '"url(#hatch)"')
    return re.sub(r"(<svg[^>]*>)", partial(_append, addition=pattern), filled, count=1)


def _append(match: re.Match[str], addition: str) -> str:
    return match.group(1) + addition


def _own_ids(drawn: str) -> str:
    """Make ids differ between the drawings of a page."""
    mark = sha256(drawn.encode()).hexdigest()[:8]
    drawn = re.sub(r'id="([\w-]+)"', rf'id="\1-{mark}"', drawn)
    return re.sub(r"url\(#([\w-]+)\)", rf"url(#\1-{mark})", drawn)


def _accessible(drawn: str, description: str) -> str:
    head = re.match(r"<svg[^>]*>", drawn)
    if head is None:
        raise ValueError("the drawing has no svg element")
    size = re.search(r'viewBox="([^"]+)"', head.group(0))
    width = size.group(1).split()[2] if size else "640"
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size.group(1) if size else ""}" '
        f'role="img" aria-label="{escape(description)}" style="max-width:{float(width):.0f}px">'
    )
    return start + re.sub(r' (?:role="graphics-\w+"|aria-\w+="[^"]*")', "", drawn[head.end() :])
