"""The server's own small pages: the list of analyses, and why a page cannot be shown."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from mmm.reporting.templates import render, style
from mmm.texts import Language, say


def index_html(analyses: Mapping[str, Mapping[str, Any]], language: Language) -> str:
    """List the published analyses with their verdict and their pages."""
    shown = [
        {
            "name": name,
            "title": (manifest.get("title") or {}).get(language, name),
            "market": manifest.get("market", ""),
            "as_of": _day(manifest.get("as_of"), language),
            "level": (manifest.get("verdict") or {}).get("level", ""),
            "verdict": _verdict(manifest, language),
        }
        for name, manifest in analyses.items()
    ]
    return str(
        render(
            "index",
            language=language,
            style=style(),
            title=say("server.choose", language),
            none=say("server.none", language),
            analyses=shown,
            pages=[
                (page, say(f"page.{page}", language)) for page in ("strategic", "steering", "operational")
            ],
        )
    )


def _verdict(manifest: Mapping[str, Any], language: Language) -> str:
    level = (manifest.get("verdict") or {}).get("level")
    return say(f"verdict.{level}", language) if level else say("header.no_verdict", language)


def _day(value: Any, language: Language) -> str:
    return say("server.as_of", language, day=date.fromisoformat(str(value)[:10])) if value else ""


def notice_html(key: str, language: Language) -> str:
    """Say in a page of its own why there is nothing to show."""
    return str(render("notice", language=language, style=style(), sentence=say(key, language)))
