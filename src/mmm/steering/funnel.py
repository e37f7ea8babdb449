"""The conversion funnel: volumes, rates with their intervals, and what each stage costs."""

from collections.abc import Sequence
from math import nan, sqrt
from typing import Any

import pandas as pd

from mmm.params.data import Frequency
from mmm.records import TABLES
from mmm.steering.periods import Window, quarter_windows

_Z90 = 1.6448536269514722


def wilson_interval(successes: float, trials: float, z: float = _Z90) -> tuple[float, float]:
    """Give the interval of a rate seen as `successes` in `trials`; 90 % by default.

    Missing when there is no trial, or more successes than trials: then the two
    counts are not one inside the other and no rate is meant.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", JASA 22, 209-212.

    Examples
    --------
    >>> low, high = wilson_interval(10, 20, z=1.96)
    >>> round(low, 4), round(high, 4)
    (0.2993, 0.7007)
    """
    if not 0 <= successes <= trials or trials == 0:
        return nan, nan
    rate = successes / trials
    scale = 1 + z * z / trials
    centre = (rate + z * z / (2 * trials)) / scale
    half = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def funnel_table(observed: pd.DataFrame, stages: Sequence[str], frequency: Frequency) -> pd.DataFrame:
    """Tabulate each stage over the last quarter, the one before and the same a year earlier.

    `period` is the window's first day; `rate` is the share of the stage before,
    missing for the first one and where a period of the window is missing.
    """
    known = observed.dropna(subset=list(stages), how="any")
    if not stages or known.empty:
        return pd.DataFrame(columns=list(TABLES["funnel"]))
    windows = quarter_windows(pd.DatetimeIndex(observed.loc[: known.index[-1]].index), frequency)
    rows = [row for window in windows.values() for row in _stage_rows(observed, stages, window)]
    return pd.DataFrame(rows, columns=list(TABLES["funnel"]))


def _stage_rows(observed: pd.DataFrame, stages: Sequence[str], window: Window) -> list[dict[str, Any]]:
    volumes = observed.loc[window.start : window.last, list(stages)].sum(skipna=False)
    rows = []
    for before, stage in zip([None, *stages], stages, strict=False):
        trials = nan if before is None else float(volumes[before])
        volume = float(volumes[stage])
        lower, upper = wilson_interval(volume, trials)
        rate = volume / trials if trials > 0 else nan
        rows.append(
            {
                "stage": stage,
                "period": window.start,
                "volume": volume,
                "rate": rate,
                "lower": lower,
                "upper": upper,
            }
        )
    return rows


def costliest_stage(funnel: pd.DataFrame, value_of_sale: float) -> tuple[str, float] | None:
    """Find the stage whose fall since a year ago costs most money over the quarter.

    The cost of a stage is what its old rate would have brought at the end of the
    funnel, other rates as they are. None where nothing fell or nothing compares.
    """
    periods = sorted(funnel["period"].unique())
    if len(periods) < 2:
        return None
    now = funnel[funnel["period"] == periods[-1]].set_index("stage")
    then = funnel[funnel["period"] == periods[0]].set_index("stage")
    sales = float(now["volume"].iloc[-1])
    lost = sales * (then["rate"] / now["rate"] - 1) * value_of_sale
    lost = lost[lost > 0]
    return None if lost.empty else (str(lost.idxmax()), float(lost.max()))
