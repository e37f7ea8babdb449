"""Breaks of unit: a figure ten, a hundred or a thousand times its neighbours.

Sales, prices and the cost of a thousand impressions are steady enough for one
odd value to show. Spend is not: a burst is a campaign, so only a lasting jump
of a hundred or more counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mmm.quality.rule import Analysis, Reading, Rule, Seen
from mmm.records import Severity

_NEAR = 1.5
"""A ratio within a factor 1.5 of a power of ten is suspect."""
_STEADY = 3.0
"""Largest over smallest of the values around."""
_SIDE = 6
"""Periods on a side that must be steady."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    reading: Reading
    column: str
    figures: pd.Series
    factors: tuple[float, ...] = (10.0, 100.0, 1000.0)
    singles: bool = True


def _series(analysis: Analysis) -> Iterator[_Series]:
    for reading in analysis.of("outcome", "control"):
        for column in reading.numbers:
            yield _Series(reading=reading, column=column, figures=reading.rows.groupby("date")[column].sum())
    for reading in analysis.of("media"):
        for _, rows in reading.rows.groupby("channel"):
            by_date = rows.groupby("date")
            spend = by_date["spend"].sum()
            if "impressions" in rows and rows["impressions"].gt(0).any():
                yield _Series(reading=reading, column="spend", figures=spend / by_date["impressions"].sum())
            else:
                yield _Series(
                    reading=reading, column="spend", figures=spend, factors=(100.0, 1000.0), singles=False
                )


def _unit_break(analysis: Analysis) -> Iterator[Seen]:
    """See a value, or every value from some date, that is off by a power of ten."""
    for one in _series(analysis):
        known = one.figures[np.isfinite(one.figures) & (one.figures > 0)].sort_index()
        for at, factor in unit_breaks(known.to_numpy(dtype=float), one.factors, singles=one.singles):
            rows = one.reading.rows
            row = rows[rows["date"] == known.index[at]].iloc[0]
            yield Seen(
                source=one.reading.name,
                row=int(row["row"]),
                column=one.reading.header(one.column),
                value=f"{row[one.column]:,.2f} (x {factor:g})",
            )


def unit_breaks(
    values: npt.NDArray[np.float64], factors: Sequence[float] = (10.0, 100.0, 1000.0), *, singles: bool = True
) -> list[tuple[int, float]]:
    """Find positions where a positive series is off by a power of ten, and the power.

    What is around must be steady, so that a campaign that starts or a season is no break.
    """
    logs = np.log10(values)
    found: list[tuple[int, float]] = []
    if len(logs) < 2 or np.abs(np.diff(logs)).max() < np.log10(factors[0] / _NEAR / _STEADY):
        return found
    at = 0
    while at < len(logs):
        before, here = logs[max(0, at - _SIDE) : at], logs[at : at + _SIDE]
        around = np.concatenate([before, logs[at + 1 : at + 1 + _SIDE]])
        power = _power(float(logs[at] - np.median(around)), factors) if singles and _steady(around) else None
        if power is not None:
            found.append((at, power))
        elif _steady(before) and _steady(here):
            power = _power(float(np.median(here) - np.median(before)), factors)
            if power is not None:
                found.append((at, power))
                at += _SIDE
        at += 1
    return found


def _steady(logs: npt.NDArray[np.float64]) -> bool:
    return len(logs) >= _SIDE and float(np.ptp(logs)) < np.log10(_STEADY)


def _power(log_ratio: float, factors: Sequence[float]) -> float | None:
    for factor in factors:
        if abs(abs(log_ratio) - np.log10(factor)) < np.log10(_NEAR):
            return factor if log_ratio > 0 else 1 / factor
    return None


UNIT_RULES: tuple[Rule, ...] = (Rule(name="unit_break", severity=Severity.WARNING, find=_unit_break),)
