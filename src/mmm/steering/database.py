"""Facts in a locked-down database, and the value of a formula over windows of periods."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from mmm.steering.formulas import Formula, locked_database
from mmm.steering.modelled import MEAN
from mmm.steering.periods import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsDatabase:
    """Facts that formulas can be asked of."""

    connection: duckdb.DuckDBPyConnection
    periods: pd.DatetimeIndex
    observed: tuple[str, ...]
    modelled: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every name that a formula may use."""
        return (*self.observed, *self.modelled)


def open_facts(observed: pd.DataFrame, modelled: pd.DataFrame) -> FactsDatabase:
    """Load facts. `modelled` has the index (draw, period), `observed` the index period."""
    tables = [("observed", pa.Table.from_pandas(observed.reset_index(), preserve_index=False))]
    tables.append(("modelled", pa.Table.from_pandas(modelled.reset_index(), preserve_index=False)))
    return FactsDatabase(
        connection=locked_database(tables),
        periods=pd.DatetimeIndex(observed.index),
        observed=tuple(observed.columns),
        modelled=tuple(modelled.columns),
    )


def has_columns(database: FactsDatabase, formula: Formula) -> bool:
    """Whether every column of the formula was measured in this analysis."""
    return set(formula.columns) <= set(database.columns)


def evaluate(database: FactsDatabase, formula: Formula, windows: Sequence[Window]) -> pd.DataFrame:
    """Give the formula's value over each window, with its 90 % interval where the model is in it.

    A window where a column is missing in some period has no value: a sum over
    fewer periods than asked would pass for the whole.

    Returns
    -------
    DataFrame
        One row per window, in order: value, lower, upper.
    """
    drawn = _drawn(database, formula, windows)
    found = drawn.xs(MEAN, level="draw").to_frame("value").reindex(range(len(windows)))
    draws = drawn[drawn.index.get_level_values("draw") != MEAN]
    if draws.empty:
        return found.assign(lower=np.nan, upper=np.nan).reset_index(drop=True)
    spread = draws.groupby("window")
    return found.assign(lower=spread.quantile(0.05), upper=spread.quantile(0.95)).reset_index(drop=True)


def values_over(database: FactsDatabase, formula: Formula, windows: Sequence[Window]) -> "pd.Series[float]":
    """Give the value alone of `evaluate`, by window in order: the draws behind an interval are not read."""
    mean = _drawn(database, formula, windows, f"WHERE _draw = {MEAN}").droplevel("draw")
    return mean.reindex(range(len(windows)))


def draws_of(database: FactsDatabase, formula: Formula, window: Window) -> "pd.Series[float]":
    """Give the formula's value over one window by draw, without the mean; empty for an observed KPI."""
    drawn = _drawn(database, formula, [window]).droplevel("window")
    return drawn[drawn.index != MEAN]


def _drawn(
    database: FactsDatabase, formula: Formula, windows: Sequence[Window], kept: str = ""
) -> "pd.Series[float]":
    """Value by (window, draw), of the draws kept; draw -1 alone where no column is modelled."""
    if not windows:
        index = pd.MultiIndex.from_arrays([[], []], names=["window", "draw"])
        return pd.Series(index=index, dtype=float)
    spans = ", ".join(
        f"({place}, TIMESTAMP '{w.start}', TIMESTAMP '{w.last}', {w.n_periods})"
        for place, w in enumerate(windows)
    )
    complete = " AND ".join(f'count("{name}") = count(*)' for name in formula.columns) or "true"
    rows = database.connection.execute(f"""
        SELECT _window AS "window", _draw AS draw,
               CASE WHEN count(*) = any_value(_n) AND {complete} THEN ({formula.text}
               )::DOUBLE END AS value
        FROM (SELECT spans.*, facts.* FROM ({_rows(database, formula)}) AS facts
              JOIN (VALUES {spans}) AS spans (_window, _start, _last, _n)
              ON facts.period BETWEEN _start AND _last {kept})
        GROUP BY _window, _draw ORDER BY _window, _draw
    """).df()
    values = rows.set_index(["window", "draw"])["value"].astype(float)
    return values.where(np.isfinite(values))


def _rows(database: FactsDatabase, formula: Formula) -> str:
    if set(formula.columns) & set(database.modelled):
        return (
            'SELECT m.draw AS _draw, o.*, m.* EXCLUDE ("draw", period) '
            "FROM observed AS o JOIN modelled AS m USING (period)"
        )
    return f"SELECT {MEAN} AS _draw, observed.* FROM observed"
