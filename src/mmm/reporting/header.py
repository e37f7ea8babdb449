"""What stands on every page: whose figures, until when, may one decide on them, and the other pages."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from mmm.reporting.report import Report
from mmm.reporting.templates import render
from mmm.texts import LANGUAGES

PAGES = ("strategic", "steering", "operational")
ROLES_PAGE = "roles"
"""The same figures, by whoever answers for them."""
REVIEWS = ("weekly", "monthly", "quarterly")
"""The pack of each ritual: agenda, facts, decisions expected."""
PUBLISHED = (*PAGES, ROLES_PAGE, *REVIEWS)
"""Every page drawn at publication."""
WHOLE = "report"
"""The three pages in one file."""


def page_header(report: Report, page: str) -> Markup:
    """Write the head of a page: title, navigation, languages, dates, verdict with its reasons."""
    manifest = report.manifest
    verdict = manifest.get("verdict") or {}
    return render(
        "header",
        title=report.text(manifest.get("title"), str(manifest.get("analysis", ""))),
        page_title="" if page == WHOLE else report.say(f"page.{page}"),
        navigation=_navigation(report, page),
        languages=_languages(report, page),
        words={name: report.say(f"header.{name}") for name in ("navigation", "language", "skip", "why")},
        facts=_facts(report),
        level=verdict.get("level", "unknown"),
        verdict=report.say(f"verdict.{verdict['level']}") if verdict else report.say("header.no_verdict"),
        reasons=[reason_sentence(report, reason) for reason in verdict.get("reasons", [])],
        notice=report.say("header.not_usable") if verdict.get("level") == "not_usable" else "",
    )


def page_footer(report: Report) -> Markup:
    """Write the foot of a page: definitions of the terms used, and where the figures come from."""
    terms = (
        "romi",
        "mromi",
        "return",
        "full_cost",
        "incremental",
        "interval",
        "probability",
        "cac",
        "ltv",
        "ltv_cac",
        "carry_over",
        "saturation",
    )
    return render(
        "footer",
        title=report.say("footer.definitions"),
        terms=[
            (report.say(f"definition.{term}.term"), report.say(f"definition.{term}.text")) for term in terms
        ],
        origin=report.say(
            "footer.origin",
            run=str(report.manifest.get("run_id", "")),
            version=str(report.manifest.get("versions", {}).get("mmm", "")),
        ),
    )


def reason_sentence(report: Report, reason: Mapping[str, Any]) -> str:
    """Say one reason of a verdict; its key in words when the sentence is missing."""
    key = f"reason.{reason['key']}"
    figures = {name: _figure(report, name, value) for name, value in reason.get("figures", {}).items()}
    if not report.knows(key):
        return str(reason["key"]).replace("_", " ")
    return report.say(key, **figures)


def _figure(report: Report, name: str, value: Any) -> Any:
    """Put labels where a sentence quotes a channel or an outcome by its name."""
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.replace("/", ",").split(",")]
    labels = report.manifest.get("labels", {})
    known = {**labels.get("outcomes", {}), **labels.get("channels", {})}
    if not all(part in known for part in parts):
        return value
    return ", ".join(report.text(known[part], part) for part in parts)


def _navigation(report: Report, page: str) -> list[tuple[str, str, bool]]:
    """Give address, words, and whether we are there; addresses are relative, so files open anywhere."""
    if page == WHOLE:
        return [(f"#{name}", report.say(f"page.{name}"), False) for name in PAGES]
    names = (*PUBLISHED, "simulator") if report.has_simulator else PUBLISHED
    return [(f"{name}.{report.language}.html", report.say(f"page.{name}"), name == page) for name in names]


def _languages(report: Report, page: str) -> list[tuple[str, str]]:
    return [
        (
            code,
            ""
            if code == report.language
            else f"{page}_{code}.html"
            if page == WHOLE
            else f"{page}.{code}.html",
        )
        for code in LANGUAGES
    ]


def _facts(report: Report) -> list[tuple[str, str]]:
    manifest = report.manifest
    tax = report.say(f"header.vat_{manifest.get('vat', 'excluded')}")
    start, end = report.day(manifest.get("period_start")), report.day(manifest.get("period_end"))
    facts = [
        (report.say("header.market"), str(manifest.get("market", "–"))),
        (report.say("header.period"), report.say("header.from_to", start=start, end=end)),
        (report.say("header.currency"), f"{report.currency} {tax}"),
        (report.say("header.data_to"), end),
        (report.say("header.run"), str(manifest.get("run_id", "–"))),
    ]
    if manifest.get("next_run"):
        facts.append((report.say("header.next_run"), report.day(manifest["next_run"])))
    return facts
