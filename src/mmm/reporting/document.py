"""The single-file report: the three pages in one HTML file that opens anywhere, without a server."""

from pathlib import Path

from mmm.reporting.header import PAGES, page_footer, page_header
from mmm.reporting.pages import page_sections
from mmm.reporting.report import Report
from mmm.reporting.templates import render, style


def document_title(report: Report, page: str | None = None) -> str:
    """Name a page in the browser's tab and when printed."""
    title = report.text(report.manifest.get("title"), str(report.manifest.get("analysis", "")))
    return f"{report.say(f'page.{page}')} · {title}" if page else title


def report_html(report: Report) -> str:
    """Write the whole report as one self-contained HTML file."""
    return str(
        render(
            "document",
            language=report.language,
            title=document_title(report),
            style=style(),
            header=page_header(report, "report"),
            parts=[(name, report.say(f"page.{name}"), page_sections(report, name)) for name in PAGES],
            footer=page_footer(report),
        )
    )


def write_report(report: Report) -> list[Path]:
    """Write the report's language into its run folder as `report_<language>.html`; give its path."""
    path = report.folder / f"report_{report.language}.html"
    path.write_text(report_html(report), "utf-8")
    return [path]
