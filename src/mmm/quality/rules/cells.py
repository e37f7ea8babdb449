"""Rules on cells that could not be read, and on sources without rows."""

from collections.abc import Iterator
from datetime import date, timedelta

from mmm.quality.rule import Analysis, Reading, Rule, Seen
from mmm.records import Severity

_COUNTS = {
    *("impressions", "clicks", "conversions", "conversion_value", "opens", "engagements"),
    *("engaged_visits", "page_views", "engagement_seconds", "position"),
    *("score", "nulls", "converted"),
}
_EXCEL_EPOCH = date(1899, 12, 30)


def _faults(analysis: Analysis, kind: str) -> Iterator[tuple[Reading, int, str, str, str]]:
    """Give source, row, our column, column of the file and text of cells with one kind of fault."""
    for reading in analysis.readings.values():
        found = reading.faults
        if found.empty:
            continue
        ours = {header: column for column, header in reading.table.headers.items()}
        for row, column, value in found[found["kind"] == kind][["row", "column", "value"]].itertuples(
            index=False
        ):
            yield reading, int(row), ours.get(column, column), column, value


def _not_a_number(analysis: Analysis) -> Iterator[Seen]:
    for reading, row, ours, column, value in _faults(analysis, "not_a_number"):
        if ours not in _COUNTS:
            yield Seen(source=reading.name, row=row, column=column, value=value)


def _unreadable_count(analysis: Analysis) -> Iterator[Seen]:
    for reading, row, ours, column, value in _faults(analysis, "not_a_number"):
        if ours in _COUNTS:
            yield Seen(source=reading.name, row=row, column=column, value=value)


def _not_a_date(analysis: Analysis) -> Iterator[Seen]:
    for reading, row, _, column, value in _faults(analysis, "not_a_date"):
        yield Seen(source=reading.name, row=row, column=column, value=value)


def _excel_serial_date(analysis: Analysis) -> Iterator[Seen]:
    for reading, row, _, column, value in _faults(analysis, "excel_serial_date"):
        day = _EXCEL_EPOCH + timedelta(days=int(float(value)))
        yield Seen(source=reading.name, row=row, column=column, value=value, suggestion=day.isoformat())


def _empty_source(analysis: Analysis) -> Iterator[Seen]:
    for reading in analysis.readings.values():
        if reading.n_rows == 0:
            yield Seen(source=reading.name, value=reading.table.location)


CELL_RULES: tuple[Rule, ...] = (
    Rule(name="empty_source", severity=Severity.FATAL, find=_empty_source),
    Rule(name="not_a_number", severity=Severity.FATAL, find=_not_a_number),
    Rule(name="not_a_date", severity=Severity.FATAL, find=_not_a_date),
    Rule(name="excel_serial_date", severity=Severity.FATAL, find=_excel_serial_date, suggests=True),
    Rule(name="unreadable_count", severity=Severity.WARNING, find=_unreadable_count),
)
