"""Rules on the calendar: alignment, duplicates, gaps, what lies outside, freshness."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from mmm.quality.rule import Analysis, Reading, Rule, Seen, each
from mmm.records import Severity

ALLOWED_AGE_DAYS = {"daily": 4, "weekly": 14, "monthly": 45, "quarterly": 120, "yearly": 400}
"""Days after the last one that a source covers before it is late, by its refresh."""
_SERIES = ("media", "outcome", "control", "plan", "target", "funnel")
_COARSEST = {"daily": 1, "weekly": 7, "monthly": 31, "annual": 366}
_NAMES = {1: "one day", 7: "one week", 28: "one month", 360: "one year"}


def spacing(dates: pd.DatetimeIndex) -> int | None:
    """Give what consecutive dates are apart: 1, 7, 28 (a month) or 360 (a year) days at least."""
    if len(dates) < 2:
        return None
    gap = int(np.diff(dates.to_numpy()).min() / np.timedelta64(1, "D"))
    return max((step for step in _NAMES if step <= gap), default=1)


def _not_aligned(analysis: Analysis) -> Iterator[Seen]:
    """See sources whose own periods are not those of the analysis."""
    for reading in analysis.of(*_SERIES):
        step, dates = spacing(reading.dates), reading.dates
        if step is None or step == 1:
            continue
        starts = analysis.periods.start_of(dates)
        off = dates[dates != starts] if step >= 7 else dates[:0]
        coarser = step > _COARSEST[analysis.periods.frequency]
        if coarser:
            yield _misaligned(reading, dates[0], f"{_NAMES[step]} apart")
        elif len(off) and not _within(analysis, step):
            day = off[0]
            yield _misaligned(reading, day, f"{day.date()}, {day.day_name()}")


def _within(analysis: Analysis, step: int) -> bool:
    """Whether finer rows always fall whole into one period: days do, months do into years."""
    return analysis.periods.frequency == "annual" and step == 28


def _misaligned(reading: Reading, day: pd.Timestamp, value: str) -> Seen:
    rows = reading.rows
    row = rows.loc[rows["date"] == day, "row"]
    return Seen(
        source=reading.name,
        column=reading.header("date"),
        value=value,
        row=int(row.iloc[0]) if len(row) else None,
    )


_MANY_ROWS = 5
"""Rows across periods from which the export as a whole is wrong, when most of its rows are."""


def _range_across_periods(analysis: Analysis) -> Iterator[Seen]:
    """See rows that cover several days, not all of one period; once when most of a source do."""
    for reading in analysis.of("media"):
        if "date_end" not in reading.columns:
            continue
        rows = reading.rows.dropna(subset=["date", "date_end"])
        first, last = analysis.periods.start_of(rows["date"]), analysis.periods.start_of(rows["date_end"])
        across = rows[np.asarray(first != last)]
        if len(across) >= max(_MANY_ROWS, 0.5 * len(rows)) or _finer_than_periods(analysis, rows, across):
            yield Seen(
                source=reading.name,
                row=int(across["row"].iloc[0]),
                column=reading.header("date"),
                value=_span(next(each(across))) + f" ({len(across):,} / {len(rows):,})",
            )
            continue
        for row in each(across):
            yield Seen(
                source=reading.name,
                row=row.row,
                column=reading.header("date"),
                value=_span(row),
            )


def _span(row: Any) -> str:
    return f"{row.date.date()} - {row.date_end.date()}"


def _finer_than_periods(analysis: Analysis, rows: pd.DataFrame, across: pd.DataFrame) -> bool:
    """Whether rows are weeks in an analysis by month: some cross the end of a month, by nature."""
    days = (rows["date_end"] - rows["date"]).dt.days + 1
    return len(across) > 1 and analysis.periods.frequency in {"monthly", "annual"} and bool((days == 7).all())


def _duplicate_period(analysis: Analysis) -> Iterator[Seen]:
    """See an outcome or a control said twice for one date, in one geo."""
    for reading in analysis.of("outcome", "control"):
        rows = reading.rows.dropna(subset=["date"])
        by = ["date", "geo"] if "geo" in rows else ["date"]
        for row in each(rows[rows.duplicated(by, keep="first")]):
            yield Seen(
                source=reading.name, row=row.row, column=reading.header("date"), value=str(row.date.date())
            )


def _duplicate_row(analysis: Analysis) -> Iterator[Seen]:
    """See the same amount twice for one date and place."""
    keys = ("date", "geo", "channel", "campaign", "kind", "spend", "amount", "impressions", "clicks")
    yield from _same_count_twice(analysis)
    for reading in analysis.of("media", "fees", "plan", "target", "funnel"):
        rows = reading.rows
        by = (
            [key for key in keys if key in rows] if reading.content in {"media", "fees", "plan"} else ["date"]
        )
        repeated = rows.duplicated(by, keep="first") & rows["date"].notna()
        amount = next((column for column in ("spend", "amount") if column in rows), None)
        if amount:
            repeated &= rows[amount].fillna(0) != 0
        for row in each(rows[repeated]):
            shown = f"{row.date.date()}, {getattr(row, amount):,.2f}" if amount else str(row.date.date())
            yield Seen(source=reading.name, row=row.row, column=reading.header("date"), value=shown)


def _same_count_twice(analysis: Analysis) -> Iterator[Seen]:
    """See the same line of an audience report twice."""
    for reading in analysis.of("web", "seo"):
        rows = reading.rows
        counted = "visits" if reading.content == "web" else "impressions"
        repeated = rows.duplicated([name for name in rows if name != "row"], keep="first") & (
            rows[counted] > 0
        )
        for row in rows[repeated].to_dict("records"):
            shown = f"{row.get('label', '')}, {row[counted]:,.0f}".removeprefix(", ")
            yield Seen(source=reading.name, row=int(row["row"]), column=reading.header(counted), value=shown)


def missing_runs(
    analysis: Analysis, dates: pd.DatetimeIndex
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp, int]]:
    """Give runs of periods without any row: first, last, how many."""
    there = np.isin(analysis.periods.starts, analysis.periods.start_of(dates))
    run: list[pd.Timestamp] = []
    for start, is_there in zip(analysis.periods.starts, there, strict=True):
        if not is_there:
            run.append(start)
        elif run:
            yield run[0], run[-1], len(run)
            run = []
    if run:
        yield run[0], run[-1], len(run)


def _gaps(analysis: Analysis, reading: Reading, column: str, dates: pd.DatetimeIndex) -> Iterator[Seen]:
    for first, last, count in missing_runs(analysis, dates):
        span = str(first.date()) if count == 1 else f"{first.date()} - {last.date()}"
        yield Seen(source=reading.name, column=column, value=f"{span} ({count})")


def _kpi_gap(analysis: Analysis) -> Iterator[Seen]:
    for reading in analysis.of("outcome"):
        if len(reading.dates):
            yield from _gaps(analysis, reading, reading.header("date"), reading.dates)


def _control_gap(analysis: Analysis) -> Iterator[Seen]:
    for reading in analysis.of("control"):
        for column in analysis.params.model.controls:
            if column in reading.columns and reading.n_rows:
                known = reading.rows.dropna(subset=["date", column])["date"]
                yield from _gaps(analysis, reading, reading.header(column), pd.DatetimeIndex(known))


def _media_gap(analysis: Analysis) -> Iterator[Seen]:
    """See periods without any row, from the first one that the source has."""
    for reading in analysis.of("media"):
        if not len(reading.dates):
            continue
        for seen in _gaps(analysis, reading, reading.header("date"), reading.dates):
            if seen.value[:10] > str(reading.dates[0].date()):
                yield seen


def _outside(analysis: Analysis) -> Iterator[Seen]:
    """Count rows before or after the analysis, which it does not use."""
    begin, end = analysis.periods.starts[0], analysis.periods.end
    for reading in analysis.of("media", "outcome"):
        days = reading.rows["date"]
        count = int(((days < begin) | (days > end)).sum())
        if count:
            yield Seen(source=reading.name, column=reading.header("date"), value=f"{count:,}")


def last_covered_day(reading: Reading) -> pd.Timestamp | None:
    """Give the last day that the last row covers, from the spacing of the dates."""
    if not len(reading.dates):
        return None
    step, last = spacing(reading.dates) or 1, reading.dates[-1]
    ends = {
        7: last + pd.Timedelta(days=6),
        28: last + pd.offsets.MonthEnd(0),
        360: last + pd.offsets.YearEnd(0),
    }
    return ends.get(step, last)


def _late(analysis: Analysis) -> Iterator[Seen]:
    for reading in analysis.readings.values():
        allowed = ALLOWED_AGE_DAYS.get(reading.declared.refresh)
        covered = last_covered_day(reading)
        if allowed is None or covered is None:
            continue
        age = (pd.Timestamp(analysis.as_of) - covered).days
        if age > allowed:
            yield Seen(source=reading.name, column=reading.header("date"), value=f"{covered.date()}, {age}")


def _plan_gap(analysis: Analysis) -> Iterator[Seen]:
    """See periods that a plan leaves out for one channel while it plans others: not a zero."""
    for reading in analysis.of("plan"):
        rows = reading.rows.dropna(subset=["date"])
        if rows.empty or (spacing(reading.dates) or 0) > _COARSEST[analysis.periods.frequency]:
            continue
        period = pd.Series(analysis.periods.start_of(rows["date"]), index=rows.index, name="period")
        there = pd.crosstab(period, rows["channel"]) > 0
        for channel in there.columns:
            known = there.index[there[channel]]
            inside = there.loc[known[0] : known[-1], channel]
            missing = inside.index[~inside]
            if len(missing):
                yield Seen(
                    source=reading.name,
                    column=reading.header("date"),
                    value=f"{channel}: {missing[0].date()} - {missing[-1].date()} ({len(missing)})",
                )


def _plan_too_short(analysis: Analysis) -> Iterator[Seen]:
    """See a plan that does not reach the end of the horizon to allocate."""
    if analysis.params.allocation is None:
        return
    wanted = analysis.periods.following(analysis.params.allocation.horizon_periods)
    for reading in analysis.of("plan"):
        if not len(reading.dates):
            continue
        planned = analysis.periods.start_of(reading.dates)
        missing = [start for start in wanted.starts if start not in planned]
        if missing:
            yield Seen(
                source=reading.name,
                column=reading.header("date"),
                value=f"{missing[0].date()} - {missing[-1].date()} ({len(missing)})",
            )


CALENDAR_RULES: tuple[Rule, ...] = (
    Rule(name="not_aligned", severity=Severity.FATAL, find=_not_aligned),
    Rule(name="range_across_periods", severity=Severity.FATAL, find=_range_across_periods),
    Rule(name="duplicate_period", severity=Severity.FATAL, find=_duplicate_period),
    Rule(name="kpi_gap", severity=Severity.FATAL, find=_kpi_gap),
    Rule(name="control_gap", severity=Severity.FATAL, find=_control_gap),
    Rule(name="duplicate_row", severity=Severity.WARNING, find=_duplicate_row),
    Rule(name="media_gap", severity=Severity.WARNING, find=_media_gap),
    Rule(name="plan_gap", severity=Severity.WARNING, find=_plan_gap),
    Rule(name="plan_too_short", severity=Severity.WARNING, find=_plan_too_short),
    Rule(name="late", severity=Severity.WARNING, find=_late),
    Rule(name="outside_calendar", severity=Severity.NOTE, find=_outside),
)
