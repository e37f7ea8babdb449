"""Abnormal variations: how far each new period departs from what its past predicts.

Season, holidays and declared events are part of the prediction, so that their
peaks are not anomalies. Fits are robust: an old spike does not hide a new one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mmm.params.data import Frequency
from mmm.steering.periods import YEAR

FloatArray = npt.NDArray[np.float64]
MIN_HISTORY = 12
"""Periods of history under which nothing is called abnormal."""
DEGREES = 20.0
"""Degrees of freedom of the Student tail: real series are a little heavier than a Gaussian."""
_MAD_TO_SD = 1.482602218505602
_SMOOTHING = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5)
_HARMONICS = 3
_COLUMNS = ["value", "expected", "lower", "upper", "score", "p_value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    ordinary: float
    in_calendar: float


def departures(
    series: "pd.Series[float]", calendar: pd.DataFrame, frequency: Frequency, n_review: int
) -> pd.DataFrame:
    """Compare the last `n_review` periods of a series with what its past predicts, one step ahead.

    With two years of history or more the prediction is a robust regression on
    trend, yearly season and calendar, plus a local level; with less, a local
    level alone. A period of the calendar never seen before is not judged.

    Parameters
    ----------
    series
        Index period, oldest first, no gap inside; in logs when every value is positive.
    calendar
        Same index: share of each period that a holiday or an event covers, 0 to 1.

    Returns
    -------
    DataFrame
        Index period: value, expected, lower, upper (90 %), score (in standard
        deviations), p_value. Empty without enough history, or where most periods are the same.
    """
    values, n_past = np.asarray(series.to_numpy(dtype=float), dtype=np.float64), len(series) - n_review
    nothing = pd.DataFrame(columns=_COLUMNS, index=series.index[:0])
    if n_past < MIN_HISTORY or not np.isfinite(values).all():
        return nothing
    if float(np.median(np.abs(np.diff(values[:n_past])))) <= 1e-12 * float(np.abs(values).max()):
        return nothing
    in_logs = bool((values > 0).all())
    y = np.asarray(np.log(values) if in_logs else values, dtype=np.float64)
    design = _design(len(y), calendar, frequency, n_past)
    fitted, leverage = _robust_fit(y, design, n_past)
    level, surprise = _local_level(y - fitted, n_past)
    shares = calendar.to_numpy(dtype=float).reshape(len(y), -1)
    scale = _scales(surprise[:n_past], shares[:n_past].sum(axis=1) > 0, design.shape[1])
    spread = np.where(shares.sum(axis=1) > 0, scale.in_calendar, scale.ordinary) * np.sqrt(1 + leverage)
    found = _table(series, fitted + level, surprise / spread, spread, in_logs=in_logs)
    unseen = (shares[:, shares[:n_past].max(axis=0, initial=0.0) <= 0] > 0).any(axis=1)
    return found[~unseen & (np.arange(len(y)) >= n_past)]


def _table(
    series: "pd.Series[float]", expected: FloatArray, score: FloatArray, spread: FloatArray, *, in_logs: bool
) -> pd.DataFrame:
    from scipy.stats import t  # noqa: PLC0415 - half a second, and only where alerts are computed

    back = np.exp if in_logs else np.asarray
    half = t.ppf(0.95, DEGREES) * spread
    found = (
        series.to_numpy(dtype=float),
        back(expected),
        back(expected - half),
        back(expected + half),
        score,
        2 * t.sf(np.abs(score), DEGREES),
    )
    return pd.DataFrame(dict(zip(_COLUMNS, found, strict=True)), index=series.index)


def _design(n_periods: int, calendar: pd.DataFrame, frequency: Frequency, n_past: int) -> FloatArray:
    """Columns: level, then trend, season and calendar where history tells them apart."""
    time = np.arange(n_periods, dtype=float)
    columns = [np.ones(n_periods)]
    year = {"daily": 365.25, "weekly": 365.25 / 7, "monthly": 12.0, "annual": 1.0}[frequency]
    if frequency != "annual" and n_past >= 2 * YEAR[frequency]:
        columns.append(time / n_past - 0.5)
        for harmonic in range(1, _HARMONICS + 1):
            angle = 2 * np.pi * harmonic * time / year
            columns += [np.sin(angle), np.cos(angle)]
        if frequency == "daily":
            columns += [(time % 7 == day).astype(float) for day in range(6)]
        shares = calendar.to_numpy(dtype=float).reshape(n_periods, -1)
        columns += [share for share in shares.T if (share[:n_past] > 0).sum() >= 2]
    return np.column_stack(columns)


def _robust_fit(y: FloatArray, design: FloatArray, n_past: int) -> tuple[FloatArray, FloatArray]:
    """Fit on the past alone; give the prediction and the leverage of every period."""
    if design.shape[1] == 1:
        return np.full(len(y), float(np.median(y[:n_past]))), np.zeros(len(y))
    from statsmodels.robust.norms import HuberT  # noqa: PLC0415 - more than a second to import
    from statsmodels.robust.robust_linear_model import RLM  # noqa: PLC0415

    past = design[:n_past]
    coefficients = RLM(y[:n_past], past, M=HuberT()).fit().params
    inverse = np.linalg.pinv(past.T @ past)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    return np.asarray(design @ coefficients), np.where(np.arange(len(y)) < n_past, 0.0, leverage)


def _local_level(residual: FloatArray, n_past: int) -> tuple[FloatArray, FloatArray]:
    """Level before each period and the surprise of that period, with the smoothing that predicts best."""
    tried = [_filtered(residual, smoothing, n_past) for smoothing in _SMOOTHING]
    start = MIN_HISTORY // 2
    return min(tried, key=lambda found: float(np.abs(found[1][start:n_past]).mean()))


def _filtered(residual: FloatArray, smoothing: float, n_past: int) -> tuple[FloatArray, FloatArray]:
    """One-step-ahead exponential smoothing; a surprise beyond three deviations moves it as three would."""
    limit = 3 * _MAD_TO_SD * float(np.median(np.abs(np.diff(residual[:n_past])))) / np.sqrt(2)
    level, surprise = np.empty_like(residual), np.empty_like(residual)
    here = float(np.median(residual[: min(n_past, 8)])) if smoothing else float(np.median(residual[:n_past]))
    for place, value in enumerate(residual):
        level[place], surprise[place] = here, value - here
        here += smoothing * float(np.clip(surprise[place], -limit, limit))
    return level, surprise


def _scales(surprise: FloatArray, in_calendar: npt.NDArray[np.bool_], n_columns: int) -> _Scale:
    """Robust sd of past surprises; periods of the calendar are allowed their own, larger one."""
    usable = surprise[MIN_HISTORY // 2 :]
    room = np.sqrt(len(surprise) / max(1, len(surprise) - n_columns))
    ordinary = _MAD_TO_SD * float(np.median(np.abs(usable))) * room
    special = np.abs(surprise[in_calendar])
    own = _MAD_TO_SD * float(np.median(special)) * room if len(special) >= 6 else ordinary
    return _Scale(ordinary=ordinary, in_calendar=max(ordinary, own))


def false_discovery_mask(p_values: FloatArray, rate: float) -> npt.NDArray[np.bool_]:
    """Keep the p-values that pass Benjamini and Hochberg's procedure at a false discovery rate.

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate", JRSS B 57, 289-300.

    Examples
    --------
    >>> false_discovery_mask(np.array([0.001, 0.2, 0.03, 0.04]), 0.1).tolist()
    [True, False, True, True]
    """
    order = np.argsort(p_values, kind="stable")
    passes = p_values[order] <= rate * np.arange(1, len(p_values) + 1) / max(1, len(p_values))
    last = int(np.flatnonzero(passes).max(initial=-1))
    mask = np.zeros(len(p_values), dtype=bool)
    mask[order[: last + 1]] = True
    return mask
