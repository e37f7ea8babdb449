"""Rules across figures that should agree: totals, units, funnel, touches."""

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from mmm.quality.rule import Analysis, Reading, Rule, Seen, each
from mmm.records import Severity

_WHOLE = re.compile(
    r"(?i)^(grand )?tota(l|ux)( g[ée]n[ée]ral)?\s*(:\s*(account|campaigns|compte|campagnes))?$"
)
_ROUNDING = 0.01
_FACTORS = (10.0, 100.0, 1000.0)
_NEAR = 1.25
"""A ratio within 25 % of a power of ten is suspect; sales do not do that by chance."""
_STABLE = 3.0
_SIDE = 6
"""Periods on each side that must agree among themselves."""
_USUALLY = 0.9
_AGREE = 0.005


def _total_gap(analysis: Analysis) -> Iterator[Seen]:
    """See a total row that is not the sum of the rows it covers."""
    for reading in analysis.of("media", "fees", "outcome", "plan"):
        ours = {header: column for column, header in reading.source_table.headers.items()}
        for row, column, label, value in reading.source_table.totals.itertuples(index=False):
            if not _WHOLE.match(label) or column not in ours or pd.isna(value):
                continue
            added = float(reading.rows[ours[column]].sum())
            if abs(added - value) > _ROUNDING + 1e-9 * abs(value):
                yield Seen(
                    source=reading.name,
                    row=int(row),
                    column=column,
                    value=f"{value:,.2f} - {added:,.2f} = {value - added:,.2f}",
                )


def _series(analysis: Analysis) -> Iterator[tuple[Reading, str, pd.Series]]:
    """Give the series by date in which a unit may break."""
    for reading in analysis.of("outcome", "control"):
        for column in reading.numbers:
            rows = reading.rows.dropna(subset=["date", column])
            yield reading, column, rows.set_index("date")[column]
    for reading in analysis.of("media"):
        rows = reading.rows.dropna(subset=["date", "spend", "channel"])
        for _, group in rows[rows["spend"] > 0].groupby("channel"):
            yield reading, "spend", group.groupby("date")["spend"].sum()


def _unit_break(analysis: Analysis) -> Iterator[Seen]:
    """See a value, or every value from some date, ten, a hundred or a thousand times the others."""
    for reading, column, series in _series(analysis):
        values = series[series > 0].sort_index()
        for at, factor in unit_breaks(values.to_numpy(dtype=float)):
            day = values.index[at]
            rows = reading.rows
            row = rows.loc[rows["date"] == day, "row"].iloc[0]
            yield Seen(
                source=reading.name,
                row=int(row),
                column=reading.header(column),
                value=f"{values.iloc[at]:,.2f} (x {factor:g})",
            )


def unit_breaks(values: np.ndarray) -> list[tuple[int, float]]:
    """Find positions where a positive series is off by a power of ten, and the power.

    Both sides must be steady (largest under three times smallest), so that a
    campaign that starts or a season is not a break.
    """
    found: list[tuple[int, float]] = []
    logs = np.log10(values)
    if len(logs) < 2 or np.abs(np.diff(logs)).max() < np.log10(_FACTORS[0] / _NEAR / _STABLE):
        return found
    at = 0
    while at < len(values):
        before = logs[max(0, at - _SIDE) : at]
        after = logs[at + 1 : at + 1 + _SIDE]
        around = np.concatenate([before, after])
        alone = _power(logs[at] - np.median(around)) if _steady(around) else None
        if alone is not None:
            found.append((at, alone))
        elif _steady(before) and _steady(logs[at : at + _SIDE]):
            shift = _power(np.median(logs[at : at + _SIDE]) - np.median(before))
            if shift is not None:
                found.append((at, shift))
                at += _SIDE
        at += 1
    return found


def _steady(logs: np.ndarray) -> bool:
    return len(logs) >= _SIDE and float(np.ptp(logs)) < np.log10(_STABLE)


def _power(log_ratio: float) -> float | None:
    for factor in _FACTORS:
        if abs(abs(log_ratio) - np.log10(factor)) < np.log10(_NEAR):
            return factor if log_ratio > 0 else 1 / factor
    return None


def _funnel_order(analysis: Analysis) -> Iterator[Seen]:
    """See a stage with more people than the one before."""
    for reading in analysis.of("funnel"):
        stages = reading.numbers
        for earlier, later in pairwise(stages):
            rows = reading.rows
            for row in each(rows[rows[later] > rows[earlier]]):
                shown = f"{getattr(row, later):,.0f} > {getattr(row, earlier):,.0f}"
                yield Seen(source=reading.name, row=row.row, column=reading.header(later), value=shown)


def _funnel_gap(analysis: Analysis) -> Iterator[Seen]:
    """See periods in which sales of the funnel leave an outcome that they otherwise equal."""
    for reading in analysis.of("funnel"):
        if not reading.numbers:
            continue
        last = reading.numbers[-1]
        counted = reading.rows.dropna(subset=["date"]).set_index("date")[last]
        for name, outcome in analysis.params.outcomes.items():
            if outcome.unit != "count":
                continue
            actual = analysis.readings[outcome.source].rows.dropna(subset=["date"]).set_index("date")[name]
            if not (counted.index.is_unique and actual.index.is_unique):
                continue
            both = pd.concat({"funnel": counted, "outcome": actual}, axis=1, join="inner").dropna()
            gap = (both["funnel"] - both["outcome"]).abs() > _AGREE * both["outcome"].abs()
            if len(both) < 2 or gap.mean() > 1 - _USUALLY:
                continue
            for day in both.index[gap]:
                row = reading.rows.loc[reading.rows["date"] == day, "row"].iloc[0]
                shown = f"{both.loc[day, 'funnel']:,.0f} / {both.loc[day, 'outcome']:,.0f} ({name})"
                yield Seen(source=reading.name, row=int(row), column=reading.header(last), value=shown)


def _duplicate_touch(analysis: Analysis) -> Iterator[Seen]:
    """See the same touch of a journey twice."""
    for reading in analysis.of("journeys"):
        if "journey" not in reading.columns:
            continue
        table = reading.table
        repeated = (
            table.group_by("journey", "date", "channel")
            .agg(row=table.row.max(), n=table.row.count())
            .filter(lambda touch: touch.n > 1)
        )
        for row in each(repeated.order_by("row").limit(1000).execute()):
            yield Seen(
                source=reading.name,
                row=int(row.row),
                column=reading.header("journey"),
                value=f"{row.journey}, {row.date}, {row.channel}",
            )


COHERENCE_RULES: tuple[Rule, ...] = (
    Rule(name="total_gap", severity=Severity.WARNING, find=_total_gap),
    Rule(name="unit_break", severity=Severity.WARNING, find=_unit_break),
    Rule(name="funnel_order", severity=Severity.WARNING, find=_funnel_order),
    Rule(name="funnel_gap", severity=Severity.WARNING, find=_funnel_gap),
    Rule(name="duplicate_touch", severity=Severity.WARNING, find=_duplicate_touch),
)
