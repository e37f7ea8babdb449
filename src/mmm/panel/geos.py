"""The geos of an analysis: which rows belong to which, and every row that belongs to none."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from mmm.errors import UserInputError, listed
from mmm.params import RunParams, nearest
from mmm.quality.periods import Periods

if TYPE_CHECKING:
    from mmm.sources import SourceTable

FloatArray = npt.NDArray[np.float64]
NATION = "all"


def geo_names(params: RunParams) -> list[str]:
    """Give the declared geos, or the one of a national analysis."""
    return list(params.geos) or [NATION]


def population(params: RunParams) -> FloatArray:
    """Give the population by geo; 1 for a national analysis."""
    return np.array([geo.population for geo in params.geos.values()] or [1.0])


def has_geo(table: "SourceTable") -> bool:
    """Whether each row of a source says its geo; the rows of others are of the whole market."""
    return "geo" in table.columns


def places(params: RunParams, written: pd.Series) -> pd.Series:
    """Give the place of each geo as written, by name or by label; -1 for one that is not declared."""
    known: dict[str, int] = {}
    for at, (name, geo) in enumerate(params.geos.items()):
        known |= {_plain(text): at for text in (name, geo.label.fr, geo.label.en)}
    return written.map(lambda text: known.get(_plain(text), -1) if isinstance(text, str) else -1).astype(int)


def refuse_unknown_geos(params: RunParams, tables: "Mapping[str, SourceTable]") -> None:
    """Refuse rows of geos that are not declared, of every source at once.

    Raises
    ------
    UserInputError
        Names each source and geo, and the declared geo that is nearest.
    """
    problems = [problem for table in tables.values() if has_geo(table) for problem in _unknown(params, table)]
    if problems:
        raise UserInputError("geos", problems)


def refuse_missing_geos(params: RunParams, span: Periods, kpi: FloatArray) -> None:
    """Refuse geos without the outcome in some period.

    Parameters
    ----------
    kpi : ndarray of shape (outcome, geo, period)
        NaN where nothing was reported.

    Raises
    ------
    UserInputError
        Names each outcome, geo and the periods it lacks.
    """
    problems = []
    for outcome, values in zip(params.outcomes, kpi, strict=True):
        for geo, series in zip(params.geos, values, strict=False):
            lacking = np.isnan(series)
            if lacking.any():
                starts = listed(str(start.date()) for start in span.starts[lacking])
                problems.append(
                    f"outcome {outcome}, geo {geo}: nothing in {starts}, expected every period: "
                    "complete its source, or remove the geo"
                )
    if problems:
        raise UserInputError("geos", problems)


def _unknown(params: RunParams, table: "SourceTable") -> Iterator[str]:
    rows = table.select("geo, count(*) AS n", "GROUP BY geo ORDER BY n DESC, geo NULLS FIRST")
    where = f"sources.{table.name}, column {table.header('geo')}"
    for written, place, count in zip(rows["geo"], places(params, rows["geo"]), rows["n"], strict=True):
        if place >= 0:
            continue
        if not isinstance(written, str):
            yield f"{where}: {count} rows without a geo, expected one of {listed(params.geos)}: complete them"
        else:
            near = nearest(written, list(params.geos))
            yield f"{where}: {written} ({count} rows) is not a declared geo, {near}"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
