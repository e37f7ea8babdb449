"""What each KPI is worth: the last quarter, against the one before and a year earlier."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mmm.errors import UserInputError
from mmm.params import nearest
from mmm.params.data import Frequency
from mmm.records import TABLES
from mmm.steering.database import FactsDatabase, evaluate, has_columns, values_over
from mmm.steering.formulas import parse_formula
from mmm.steering.periods import QUARTER, YEAR, Window, period_end, trailing
from mmm.steering.reference import Kpi, KpiReference

ON_TARGET, NEAR_TARGET, WARNING, CRITICAL, NO_TARGET, NO_DATA = (
    "on_target",
    "near_target",
    "warning",
    "critical",
    "no_target",
    "no_data",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiReading:
    """A KPI over every quarter-long window of history, newest first."""

    name: str
    kpi: Kpi
    windows: tuple[Window, ...]
    history: pd.DataFrame
    """value, lower, upper; one row per window, newest first."""

    target: float
    """Value wanted over the newest known window; missing where none is declared."""

    @property
    def latest(self) -> int | None:
        """Place of the newest window with a value."""
        known = np.flatnonzero(self.history["value"].notna())
        return int(known[0]) if len(known) else None

    def value(self, back: int = 0) -> float:
        """The value `back` periods before the newest known window; missing where there is none."""
        latest = self.latest
        if latest is None or latest + back >= len(self.history):
            return float("nan")
        return float(self.history["value"].iloc[latest + back])


def kpi_status(kpi: Kpi, value: float, target: float) -> str:
    """Judge a value by its target and thresholds."""
    if not np.isfinite(value):
        return NO_DATA
    for limit, status in ((kpi.thresholds.critical, CRITICAL), (kpi.thresholds.warning, WARNING)):
        if limit is not None and kpi.gap(value, limit) > 0:
            return status
    if not np.isfinite(target):
        return NO_TARGET
    return ON_TARGET if kpi.gap(value, target) <= 0 else NEAR_TARGET


def readings(
    reference: KpiReference, database: FactsDatabase, frequency: Frequency, known: set[str]
) -> dict[str, KpiReading]:
    """Read every KPI that the data of this analysis can compute, over quarters or what history there is.

    Parameters
    ----------
    known
        Names that a formula may hold although this analysis did not measure them.

    Raises
    ------
    UserInputError
        Formulas that name a column nobody knows, all of them, with the nearest name.
    """
    _refuse_unknown(reference, known | set(database.columns))
    quarter = min(QUARTER[frequency], len(database.periods))
    n_windows = min(len(database.periods) - quarter + 1, YEAR[frequency] + 2 * quarter)
    windows = tuple(
        window
        for back in range(n_windows)
        if (window := trailing(database.periods, quarter, "quarter", back=back)) is not None
    )
    return {
        name: _reading(name, kpi, database, windows)
        for name, kpi in reference.kpis.items()
        if has_columns(database, kpi.parsed)
    }


def _reading(name: str, kpi: Kpi, database: FactsDatabase, windows: tuple[Window, ...]) -> KpiReading:
    history = evaluate(database, kpi.parsed, windows)
    known = np.flatnonzero(history["value"].notna())
    target = target_of(kpi, database, windows[int(known[0]) if len(known) else 0])
    return KpiReading(name=name, kpi=kpi, windows=windows, history=history, target=target)


def target_of(kpi: Kpi, database: FactsDatabase, window: Window) -> float:
    """Give the value wanted over a window; missing where none is declared or the plan does not cover it."""
    if not isinstance(kpi.target, str):
        return float("nan") if kpi.target is None else kpi.target
    return computed(kpi.target, database, window)


def _refuse_unknown(reference: KpiReference, known: set[str]) -> None:
    problems = [
        f"kpis.{name}.{key}: column {column} is not a fact, {nearest(column, sorted(known))}"
        for name, kpi in reference.kpis.items()
        for key, text in (
            ("formula", kpi.formula),
            ("target", kpi.target),
            ("money_per_unit", kpi.money_per_unit),
        )
        if isinstance(text, str)
        for column in parse_formula(text).columns
        if column not in known
    ]
    if problems:
        raise UserInputError(str(reference.file), problems)


def kpis_table(found: Mapping[str, KpiReading], frequency: Frequency) -> pd.DataFrame:
    """Tabulate KPIs in the order of the reference, each over its newest complete quarter.

    `period_end` says how new: a late source makes an older quarter, never a partial one.
    """
    rows = [_row(reading, frequency) for reading in found.values()]
    return pd.DataFrame(rows, columns=list(TABLES["kpis"]))


def _row(reading: KpiReading, frequency: Frequency) -> dict[str, Any]:
    kpi, latest = reading.kpi, reading.latest
    shown = reading.history.iloc[latest or 0]
    window = reading.windows[latest or 0]
    return {
        "kpi": reading.name,
        "level": kpi.level,
        "owner": kpi.owner,
        "parent": kpi.parent or "",
        "unit": kpi.unit,
        "value": shown["value"],
        "lower": shown["lower"],
        "upper": shown["upper"],
        "previous": reading.value(QUARTER[frequency]),
        "previous_year": reading.value(YEAR[frequency]),
        "target": reading.target,
        "status": kpi_status(kpi, float(shown["value"]), reading.target),
        "period_start": window.start,
        "period_end": pd.Timestamp(period_end(window.last, frequency)),
        "action": kpi.action.en,
    }


def kpi_history_table(found: Mapping[str, KpiReading], database: FactsDatabase) -> pd.DataFrame:
    """Tabulate every KPI period by period, for charts: one period alone, not a quarter."""
    windows = [Window(name="period", start=start, last=start, n_periods=1) for start in database.periods]
    frames = [
        pd.DataFrame({"kpi": name, "period": database.periods, "value": values.to_numpy()})
        for name, reading in found.items()
        for values in [values_over(database, reading.kpi.parsed, windows)]
    ]
    if not frames:
        return pd.DataFrame(columns=list(TABLES["kpi_history"]))
    return pd.concat(frames, ignore_index=True).dropna(subset="value").reset_index(drop=True)


def money_per_unit(kpi: Kpi, database: FactsDatabase, window: Window) -> float:
    """Give what one unit of the KPI is worth over the window; missing where it cannot be computed."""
    return float("nan") if kpi.money_per_unit is None else computed(kpi.money_per_unit, database, window)


def computed(text: str, database: FactsDatabase, window: Window) -> float:
    """Give the value of an expression over a window; missing where a fact is."""
    formula = parse_formula(text)
    if not has_columns(database, formula):
        return float("nan")
    return float(values_over(database, formula, [window]).iloc[0])
