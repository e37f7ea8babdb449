"""`allocation.xlsx`: the budget decision for finance, in both languages, with totals that reconcile."""

from datetime import datetime
from pathlib import Path

from mmm.params import RunParams
from mmm.reporting.workbook_book import Book, Tables, formats
from mmm.reporting.workbook_grid import harmless
from mmm.reporting.workbook_sheets import (
    channels_sheet,
    definitions_sheet,
    frontier_sheet,
    limits_sheet,
    matrix_sheet,
    plan_sheet,
    plans_sheet,
    schedule_sheet,
    tests_sheet,
)
from mmm.reporting.workbook_summary import plan_gain, summary_sheet


def write_workbook(path: Path, tables: Tables, params: RunParams) -> None:
    """Write the budget decision as a workbook whose totals are formulas with their values.

    Parameters
    ----------
    path : Path
        The file; an existing one is replaced.
    tables : mapping of name to DataFrame
        `allocation`, `allocation_summary`, `plans`, `frontier`, `shadow_prices` and `matrix`;
        `schedule`, `value_of_information` and `channel_summary` when there are some.
    """
    import xlsxwriter  # noqa: PLC0415  # loaded by the one who writes a workbook

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "nan_inf_to_errors": False}) as file:
        made = datetime.combine(params.calendar.end, datetime.min.time())
        file.set_properties({"title": harmless(params.title.fr), "created": made})
        book = Book(file=file, formats=formats(file, params.currency), params=params, tables=tables)
        summary = book.sheet("summary")  # first in the file, filled once the plan's totals have addresses
        plan = plan_sheet(book, plan_gain(book))
        summary_sheet(book, summary, plan)
        matrix_sheet(book)
        frontier_sheet(book)
        plans_sheet(book)
        limits_sheet(book)
        if "schedule" in tables and len(tables["schedule"]):
            schedule_sheet(book)
        if "value_of_information" in tables and len(tables["value_of_information"]):
            tests_sheet(book)
        if "channel_summary" in tables and len(tables["channel_summary"]):
            channels_sheet(book)
        definitions_sheet(book)
