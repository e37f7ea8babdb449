"""Abnormal variations: how far each new period departs from what its past predicts, and in which shape.

Season, holidays and declared events are part of the prediction, so that their
peaks are not anomalies. Fits are robust: an old spike does not hide a new one.
Many series on the same periods are judged at once, as columns of one array.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from mmm.params.data import Frequency
from mmm.steering.periods import YEAR
from mmm.steering.robust import MAD_TO_SD, robust_coefficients, robust_scale
from mmm.steering.shapes import SHARE_OF_SPIKES, shape_names, shape_scores

FloatArray = npt.NDArray[np.float64]
MIN_HISTORY = 12
"""Periods of history under which nothing is called abnormal."""
DEGREES = 20.0
"""Degrees of freedom of the Student tail: real series are a little heavier than a Gaussian."""
OUTAGE = 0.1
"""Share of what is expected under which a figure is an outage and no drop."""
PRUDENCE = 0.8
"""Found by `benchmarks/steering.py`: scale and smoothing come from the same short past as what is judged."""
PEAK_PRUDENCE = 0.1
"""By how much a p-value must be smaller in a holiday or event that few past periods tell of."""
FEW_PEAKS = 4
"""Past periods of a holiday or event up to which prudence is whole; it falls as one over their number."""
_SMOOTHING = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5)
_HARMONICS = 3
_COLUMNS = ["value", "expected", "lower", "upper", "score", "p_value", "shape"]


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
        deviations), p_value (of a spike, a shift or a break), shape. Empty without
        enough history, or where most periods are the same.
    """
    return departures_of_many(series.to_frame("only"), calendar, frequency, n_review)["only"]


def departures_of_many(
    series: pd.DataFrame, calendar: pd.DataFrame, frequency: Frequency, n_review: int
) -> dict[str, pd.DataFrame]:
    """Judge many series over the same periods, one per column; as `departures` does each."""
    nothing = pd.DataFrame(columns=_COLUMNS, index=series.index[:0])
    names = [str(name) for name in series.columns]
    found = dict.fromkeys(names, nothing)
    values, n_past = series.to_numpy(dtype=float), len(series) - n_review
    if n_past < MIN_HISTORY or not found:
        return found
    varies = np.median(np.abs(np.diff(values[:n_past], axis=0)), axis=0) > 1e-12 * np.abs(values).max(axis=0)
    usable = np.isfinite(values).all(axis=0) & varies
    in_logs = usable & (values > 0).all(axis=0)
    y = values.copy()
    y[:, in_logs] = np.log(values[:, in_logs])
    judged = _judge(y[:, usable], calendar, frequency, n_past)
    shares = calendar.to_numpy(dtype=float).reshape(len(y), -1)
    unseen = (shares[:, shares[:n_past].max(axis=0, initial=0.0) <= 0] > 0).any(axis=1)
    kept = ~unseen & (np.arange(len(y)) >= n_past)
    for at, column in enumerate(np.flatnonzero(usable)):
        table = _table(values[:, column], judged, at, in_logs=bool(in_logs[column]))
        found[names[int(column)]] = pd.DataFrame(table, index=series.index)[kept]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """Arrays of shape (n_periods, n_series), in logs where the series is."""

    expected: FloatArray
    spread: FloatArray
    score: FloatArray
    p_value: FloatArray
    shape: npt.NDArray[np.str_]


def _judge(y: FloatArray, calendar: pd.DataFrame, frequency: Frequency, n_past: int) -> _Judged:
    from scipy.stats import t  # noqa: PLC0415 - half a second, and only where alerts are computed

    design = _design(len(y), calendar, frequency, n_past)
    fitted, leverage = _robust_fit(y, design, n_past)
    level, surprise, smoothing = _local_level(y - fitted, n_past)
    shares = calendar.to_numpy(dtype=float).reshape(len(y), -1)
    ordinary, special = _scales(surprise[:n_past], shares[:n_past].sum(axis=1) > 0, design.shape[1])
    in_calendar = shares.sum(axis=1) > 0
    spread = np.where(in_calendar[:, None], special, ordinary) * np.sqrt(1 + leverage)[:, None]
    score = surprise / spread
    spike = 2 * t.sf(np.abs(score), DEGREES)
    scores = shape_scores((y - fitted) / spread, level / spread, smoothing, leverage, n_past)
    lasting = 2 * t.sf(np.abs(scores.lasting).max(axis=0), DEGREES) * scores.lasting.shape[0]
    either = np.minimum(spike / SHARE_OF_SPIKES, lasting / (1 - SHARE_OF_SPIKES))
    p_value = np.minimum(1.0, either / PRUDENCE * _prudence_in_peaks(shares, n_past)[:, None])
    return _Judged(
        expected=fitted + level,
        spread=spread,
        score=score,
        p_value=p_value,
        shape=shape_names(scores, score),
    )


def _prudence_in_peaks(shares: FloatArray, n_past: int) -> FloatArray:
    """Give what p-values are multiplied by in each period: 1 outside holidays and events."""
    seen = (shares[:n_past] > 0).sum(axis=0)
    novelty = np.minimum(1.0, FEW_PEAKS / np.maximum(1, seen))
    return 1 + (1 / PEAK_PRUDENCE - 1) * np.minimum(1.0, shares @ novelty)


def _table(values: FloatArray, judged: _Judged, at: int, *, in_logs: bool) -> dict[str, object]:
    from scipy.stats import t  # noqa: PLC0415

    back = np.exp if in_logs else np.asarray
    expected, half = judged.expected[:, at], t.ppf(0.95, DEGREES) * judged.spread[:, at]
    shown = back(expected)
    is_out = (shown > 0) & (values <= OUTAGE * shown)
    shape = np.where(is_out, "outage", judged.shape[:, at])
    found = (values, shown, back(expected - half), back(expected + half))
    return dict(zip(_COLUMNS, (*found, judged.score[:, at], judged.p_value[:, at], shape), strict=True))


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
    """Fit on the past alone; give the prediction of each series and the leverage of every period."""
    if design.shape[1] == 1:
        return np.broadcast_to(np.median(y[:n_past], axis=0), y.shape).copy(), np.zeros(len(y))
    past = design[:n_past]
    coefficients = robust_coefficients(y[:n_past], past)
    inverse = np.linalg.pinv(past.T @ past)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    return design @ coefficients, np.where(np.arange(len(y)) < n_past, 0.0, leverage)


def _local_level(residual: FloatArray, n_past: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Level before each period, the surprise of that period, and the smoothing that predicts best."""
    levels, surprises = zip(*(_filtered(residual, share, n_past) for share in _SMOOTHING), strict=True)
    start = MIN_HISTORY // 2
    errors = np.stack([np.abs(one[start:n_past]).mean(axis=0) for one in surprises])
    best = errors.argmin(axis=0)
    each = np.arange(residual.shape[1])
    return np.stack(levels)[best, :, each].T, np.stack(surprises)[best, :, each].T, np.array(_SMOOTHING)[best]


def _filtered(residual: FloatArray, smoothing: float, n_past: int) -> tuple[FloatArray, FloatArray]:
    """One-step-ahead exponential smoothing; a surprise beyond three deviations moves it as three would."""
    steps = np.median(np.abs(np.diff(residual[:n_past], axis=0)), axis=0)
    limit = 3 * MAD_TO_SD * steps / np.sqrt(2)
    level, surprise = np.empty_like(residual), np.empty_like(residual)
    here = np.median(residual[: min(n_past, 8)] if smoothing else residual[:n_past], axis=0)
    for place, value in enumerate(residual):
        level[place], surprise[place] = here, value - here
        here = here + smoothing * np.clip(surprise[place], -limit, limit)
    return level, surprise


def _scales(
    surprise: FloatArray, in_calendar: npt.NDArray[np.bool_], n_columns: int
) -> tuple[FloatArray, FloatArray]:
    """Robust sd of past surprises; periods of the calendar are allowed their own, larger one."""
    usable = surprise[MIN_HISTORY // 2 :]
    room = np.sqrt(len(surprise) / max(1, len(surprise) - n_columns))
    ordinary = robust_scale(usable) * room
    special = surprise[in_calendar]
    own = robust_scale(special) * room if len(special) >= 6 else ordinary
    return ordinary, np.maximum(ordinary, own)


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
