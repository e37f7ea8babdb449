"""Rules across sources that measure the same thing: platforms, finance, analytics, sales.

Tolerances are those of `quality` in the params. Money is compared in the
analysis' currency; sources are compared over the days that both cover.
"""

from collections.abc import Iterator

import pandas as pd

from mmm.quality.rule import Analysis, Reading, Rule, Seen, each
from mmm.quality.rules.calendar import last_covered_day, spacing
from mmm.records import Severity

_DAILY = 1


def _cost_gap(analysis: Analysis) -> Iterator[Seen]:
    """See months in which what platforms report is not what finance has booked."""
    tolerance = analysis.params.quality.cost_tolerance
    platforms = _platform_costs(analysis)
    for reading in analysis.of("ledger"):
        booked = _booked(analysis, reading)
        if platforms.empty or booked.empty:
            continue
        by = [name for name in ("channel", "month") if name in booked]
        reported = platforms.groupby(by)["spend"].sum()
        for row in each(booked):
            key = tuple(getattr(row, name) for name in by)
            seen = reported.get(key if len(key) > 1 else key[0])
            if seen is None or abs(seen - row.amount) <= tolerance * abs(row.amount):
                continue
            subject = f"{row.channel}, " if "channel" in by else ""
            yield Seen(
                source=reading.name,
                row=int(row.row),
                column=reading.header("amount"),
                value=f"{subject}{row.month:%Y-%m}: {seen:,.2f} / {row.amount:,.2f}",
            )


def _rates(analysis: Analysis) -> dict[str, float]:
    return {analysis.params.currency: 1.0, **analysis.params.exchange_rates}


def _platform_costs(analysis: Analysis) -> pd.DataFrame:
    """Give media spend by channel and whole month, of daily sources, in the analysis' currency."""
    parts = []
    for reading in analysis.of("media"):
        if spacing(reading.dates) != _DAILY or "channel" not in reading.columns:
            continue
        rows = reading.table.select(
            "channel, date_trunc('month', date) AS month, currency, sum(spend) AS spend",
            "WHERE date IS NOT NULL GROUP BY ALL",
        )
        rows["spend"] *= rows["currency"].map(_rates(analysis)).astype(float)
        whole = _whole_months(reading.dates)
        parts.append(rows[rows["month"].isin(whole)])
    columns = ["channel", "month", "spend"]
    return pd.concat(parts)[columns] if parts else pd.DataFrame(columns=columns)


def _whole_months(dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Give the months that lie between the first and the last day."""
    first = dates[0] if dates[0].day == 1 else dates[0] + pd.offsets.MonthBegin(1)
    after = dates[-1] + pd.Timedelta(days=1)
    last = after if after.day == 1 else after - pd.offsets.MonthBegin(1)
    return pd.date_range(first, last, freq="MS", inclusive="left")


def _booked(analysis: Analysis, reading: Reading) -> pd.DataFrame:
    by = "channel, " if "channel" in reading.columns else ""
    rows = reading.table.select(
        f"{by}date_trunc('month', date) AS month, currency, sum(amount) AS amount, min(row) AS row",
        "WHERE date IS NOT NULL GROUP BY ALL ORDER BY row",
    )
    rows["amount"] *= rows["currency"].map(_rates(analysis)).astype(float)
    return rows.dropna(subset=["amount"])


def _visits_gap(analysis: Analysis) -> Iterator[Seen]:
    """See periods with more paid clicks than visits to the site."""
    tolerance = analysis.params.quality.visits_tolerance
    clicks = _by_period(analysis, "media", "clicks")
    for reading in analysis.of("funnel"):
        if "visits" not in reading.columns or clicks.empty:
            continue
        yield from _above(analysis, reading, "visits", clicks, tolerance)
    yield from _ranged(analysis, clicks, tolerance)


def _claimed_sales(analysis: Analysis) -> Iterator[Seen]:
    """See periods in which platforms together claim more conversions than there were sales."""
    tolerance = analysis.params.quality.sales_tolerance
    if tolerance is None:
        return
    claimed = _by_period(analysis, "media", "conversions")
    for reading in analysis.of("funnel"):
        if "sales" in reading.columns and len(claimed):
            yield from _above(analysis, reading, "sales", claimed, tolerance)


def _by_period(analysis: Analysis, content: str, column: str) -> pd.Series:
    """Sum a count over the sources of a content by period of the analysis."""
    parts = [
        reading.table.select(f"date, sum({column}) AS n", f"WHERE {column} IS NOT NULL GROUP BY 1")
        for reading in analysis.of(content)
        if column in reading.columns and "date" in reading.columns
    ]
    rows = pd.concat(parts).dropna() if parts else pd.DataFrame({"date": [], "n": []})
    if rows.empty:
        return pd.Series(dtype=float)
    return rows.groupby(analysis.periods.start_of(rows["date"]))["n"].sum()


def _above(
    analysis: Analysis, reading: Reading, column: str, claimed: pd.Series, tolerance: float
) -> Iterator[Seen]:
    rows = reading.rows.dropna(subset=["date", column])
    period = analysis.periods.start_of(rows["date"])
    counted = rows.groupby(period).agg(n=(column, "sum"), row=("row", "min"))
    for start, line in counted.iterrows():
        seen = claimed.get(start, 0.0)
        if seen > line["n"] * (1 + tolerance):
            yield Seen(
                source=reading.name,
                row=int(line["row"]),
                column=reading.header(column),
                value=f"{seen:,.0f} > {line['n']:,.0f}",
            )


def _ranged(analysis: Analysis, clicks: pd.Series, tolerance: float) -> Iterator[Seen]:
    """Hold the visits of a whole report against the clicks of the periods inside its days."""
    for reading in analysis.of("web"):
        if "date" not in reading.columns or clicks.empty:
            continue
        end = "date_end" if "date_end" in reading.columns else "date"
        rows = reading.table.select(
            f"min(date) AS first, max({end}) AS last, sum(visits) AS n, min(row) AS row"
        )
        first, last, visits, row = rows.iloc[0]
        if pd.isna(first) or pd.isna(visits):
            continue
        inside = clicks[(clicks.index >= first) & (_ends(analysis, clicks.index) <= last)]
        seen = float(inside.sum())
        if seen > visits * (1 + tolerance):
            yield Seen(
                source=reading.name,
                row=int(row),
                column=reading.header("visits"),
                value=f"{seen:,.0f} > {visits:,.0f}",
            )


def _ends(analysis: Analysis, starts: pd.Index) -> pd.DatetimeIndex:
    """Give the last day of each period."""
    length = {"daily": pd.Timedelta(days=0), "weekly": pd.Timedelta(days=6)}.get(analysis.periods.frequency)
    index = pd.DatetimeIndex(starts)
    if length is not None:
        return index + length
    unit = {"monthly": "M", "annual": "Y"}[analysis.periods.frequency]
    return index.to_period(unit).to_timestamp(how="end").normalize()


def _unfinished(analysis: Analysis) -> Iterator[Seen]:
    """See event tables so recent that late events may still change them."""
    for reading in analysis.of("events"):
        last = last_covered_day(reading)
        if last is not None and (pd.Timestamp(analysis.as_of) - last).days < 3:
            yield Seen(source=reading.name, column=reading.header("date"), value=str(last.date()))


AGREEMENT_RULES: tuple[Rule, ...] = (
    Rule(name="cost_gap", severity=Severity.WARNING, find=_cost_gap),
    Rule(name="visits_gap", severity=Severity.WARNING, find=_visits_gap),
    Rule(name="claimed_sales", severity=Severity.WARNING, find=_claimed_sales),
    Rule(name="unfinished_events", severity=Severity.NOTE, find=_unfinished),
)
