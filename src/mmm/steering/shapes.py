"""Shapes of an anomaly: spike or drop, level shift, temporary change, trend break.

A shape is looked for in the last periods, against the level before them: that
level is not allowed to follow what it is judged by.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mmm.steering.robust import MAD_TO_SD

FloatArray = npt.NDArray[np.float64]
SHARE_OF_SPIKES = 0.86
"""Share of the false-alarm rate that tests of one period may spend; lasting shapes have the rest."""
SHIFTS = (2, 3, 5)
"""Periods over which a shift is tested."""
BREAKS = (6, 9)
"""Periods over which a break of trend is tested."""
WINDOW = 10
_WARM = 10
"""Periods before which nothing is scored."""
_DECAY = 0.7
"""What is left of a temporary change after each period."""
NAMES = ("spike", "level_shift", "temporary_change", "trend_break")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeScores:
    """What speaks for each shape; arrays end with the dims period and series."""

    lasting: FloatArray
    """Scores, in standard deviations, of shifts and breaks that end at each period."""
    gain: FloatArray
    """By shape of `NAMES`: how much of the last periods' squares its best place explains."""


def shape_scores(
    residual: FloatArray, level: FloatArray, smoothing: FloatArray, leverage: FloatArray, n_past: int
) -> ShapeScores:
    """Score every shape at each period after the past.

    Parameters
    ----------
    residual : ndarray of shape (n_periods, n_series)
        Series without trend, season and calendar, in standard deviations of its surprises.
    level : ndarray of shape (n_periods, n_series)
        Level expected before each period was seen, same unit.
    smoothing : ndarray of shape (n_series,)
        How much of a surprise each level keeps, 0 to 1.
    leverage : ndarray of shape (n_periods,)
        Variance of what the regression predicts, in variances of the noise: the
        same error for all periods of a window.
    """
    n_periods, n_series = residual.shape
    lasting = np.zeros((len(SHIFTS) + len(BREAKS), n_periods, n_series))
    gain = np.zeros((len(NAMES), n_periods, n_series))
    steps = [np.ones(length) for length in SHIFTS]
    ramps = [np.arange(1.0, length + 1) for length in BREAKS]
    templates = [_templates(kind) for kind in NAMES]
    for end in range(_WARM, n_periods):
        for at, weights in enumerate([*steps, *ramps]):
            start = end + 1 - len(weights)
            if start >= 0:
                departed = residual[start : end + 1] - level[start]
                lasting[at, end] = (weights @ departed) / _spread(weights, smoothing, leverage[end])
        if end >= n_past and end + 1 >= WINDOW:
            departed = residual[end + 1 - WINDOW : end + 1] - level[end + 1 - WINDOW]
            for at, shapes in enumerate(templates):
                gain[at, end] = ((shapes @ departed) ** 2).max(axis=0)
    usual = MAD_TO_SD * np.median(np.abs(lasting[:, _WARM:n_past]), axis=1)
    return ShapeScores(lasting=lasting / np.maximum(1.0, usual)[:, None], gain=gain)


def _spread(weights: FloatArray, smoothing: FloatArray, leverage: float) -> FloatArray:
    """Give the standard deviation of a weighted sum of departures from a level that is left behind.

    A surprise moves all later periods by its smoothing: departures of the periods
    after it hold that part of it too.
    """
    later = np.concatenate([np.cumsum(weights[::-1])[::-1][1:], [0.0]])
    own = ((weights[:, None] + smoothing * later[:, None]) ** 2).sum(axis=0)
    return np.asarray(np.sqrt(own + leverage * weights.sum() ** 2), dtype=np.float64)


def _templates(kind: str) -> FloatArray:
    """Give the unit shapes of one kind, by the place where they begin."""
    shapes = []
    for begin in range(WINDOW):
        shape = np.zeros(WINDOW)
        after = np.arange(WINDOW - begin, dtype=float)
        if kind == "spike":
            if begin < WINDOW - 1:
                continue
            shape[begin] = 1.0
        elif kind == "level_shift":
            if len(after) < 2:
                continue
            shape[begin:] = 1.0
        elif kind == "temporary_change":
            if len(after) < 3:
                continue
            shape[begin:] = _DECAY**after
        else:
            if len(after) < 4:
                continue
            shape[begin:] = after + 1
        shapes.append(shape / np.sqrt((shape**2).sum()))
    return np.array(shapes)


def shape_names(scores: ShapeScores, score: FloatArray) -> npt.NDArray[np.str_]:
    """Name the shape of each period: the one that explains most; a fall of one period is a drop."""
    best = np.asarray(NAMES)[scores.gain.argmax(axis=0)]
    return np.where((best == "spike") & (score < 0), "drop", best)
