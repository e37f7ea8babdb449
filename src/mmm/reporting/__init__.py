"""Pages, charts and sentences of a finished run."""

from mmm.reporting.document import write_reports
from mmm.reporting.pages import PAGES, SECTIONS, Fragment, page_section, page_sections
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
