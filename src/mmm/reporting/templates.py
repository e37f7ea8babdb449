"""The HTML templates and the style sheet of every page; no figure is needed to fill them."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("mmm.reporting", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **content: Any) -> Markup:
    """Fill one of the templates of reporting/html; every text is escaped."""
    return Markup(_environment().get_template(f"{template}.html").render(**content))


@cache
def style() -> Markup:
    """Give the style sheet of every page, to be written inside it."""
    return Markup(files("mmm.reporting").joinpath("html/style.css").read_text("utf-8"))
