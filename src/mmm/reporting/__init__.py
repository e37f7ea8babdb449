"""Pages, charts and sentences of a finished run.

Names are looked up when they are used, so that the server of the pages loads no figure library.
"""

from typing import TYPE_CHECKING

from mmm.lazy import exporter

if TYPE_CHECKING:
    from mmm.reporting.document import write_report
    from mmm.reporting.header import PAGES, PUBLISHED
    from mmm.reporting.pages import SECTIONS, Fragment, calibration_chart, page_section, page_sections
    from mmm.reporting.report import Report, in_language, read_report
    from mmm.reporting.workbook import write_workbook

__all__ = [
    "PAGES",
    "PUBLISHED",
    "SECTIONS",
    "Fragment",
    "Report",
    "calibration_chart",
    "in_language",
    "page_section",
    "page_sections",
    "read_report",
    "write_report",
    "write_workbook",
]

__getattr__ = exporter(
    __name__,
    {
        "PAGES": "header",
        "PUBLISHED": "header",
        "SECTIONS": "pages",
        "Fragment": "pages",
        "Report": "report",
        "calibration_chart": "pages",
        "in_language": "report",
        "page_section": "pages",
        "page_sections": "pages",
        "read_report": "report",
        "write_report": "document",
        "write_workbook": "workbook",
    },
)
