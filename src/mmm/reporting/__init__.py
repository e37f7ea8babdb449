"""Pages, charts and sentences of a finished run.

Names are looked up when they are used, so that the server of the pages loads no figure library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmm.reporting.document import write_reports
    from mmm.reporting.header import PAGES
    from mmm.reporting.pages import SECTIONS, Fragment, page_section, page_sections
    from mmm.reporting.report import Report, in_language, read_report
    from mmm.reporting.workbook import write_workbook

__all__ = [
    "PAGES",
    "SECTIONS",
    "Fragment",
    "Report",
    "in_language",
    "page_section",
    "page_sections",
    "read_report",
    "write_reports",
    "write_workbook",
]

_HOME = {
    "PAGES": "header",
    "SECTIONS": "pages",
    "Fragment": "pages",
    "Report": "report",
    "in_language": "report",
    "page_section": "pages",
    "page_sections": "pages",
    "read_report": "report",
    "write_reports": "document",
    "write_workbook": "workbook",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'mmm.reporting' has no attribute {name!r}")
    return getattr(import_module(f"mmm.reporting.{_HOME[name]}"), name)
