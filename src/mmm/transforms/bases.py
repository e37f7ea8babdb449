"""Columns that describe time: season and trend, defined beyond the data they are fitted on."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
DAYS_PER_YEAR = 365.2425


def yearly_phase(days: NDArray[np.datetime64]) -> FloatArray:
    """Give the position of each day in the solar year, 0 to 1, continuous over leap years.

    Examples
    --------
    >>> yearly_phase(np.array(["2000-01-01"], dtype="datetime64[D]"))
    array([0.])
    """
    since = (days.astype("datetime64[s]") - np.datetime64("2000-01-01T00:00:00")) / np.timedelta64(1, "D")
    return np.asarray((since / DAYS_PER_YEAR) % 1.0, dtype=float)


def fourier_basis(phase: FloatArray, harmonics: int) -> FloatArray:
    """Give sine and cosine of each harmonic: shape (n_periods, 2 * harmonics).

    Examples
    --------
    >>> fourier_basis(np.array([0.0, 0.25]), 1).round(12)
    array([[0., 1.],
           [1., 0.]])
    """
    angles = 2 * np.pi * np.outer(phase, np.arange(1, harmonics + 1))
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(len(phase), 2 * harmonics)


def monthly_phase(days: NDArray[np.datetime64]) -> FloatArray:
    """Give the position of each day in its calendar month, 0 on the first.

    Examples
    --------
    >>> monthly_phase(np.array(["2026-02-01", "2026-02-15"], dtype="datetime64[D]"))
    array([0. , 0.5])
    """
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    first, following = month.astype("datetime64[D]"), (month + np.timedelta64(1, "M")).astype("datetime64[D]")
    return np.asarray((day - first) / (following - first), dtype=float)


def weekday_basis(days: NDArray[np.datetime64]) -> FloatArray:
    """Give one column per weekday, Monday first: 6/7 on that day, -1/7 on the others.

    Over a whole week each column is 0 on average: the level stays that of a mean day.

    Examples
    --------
    >>> weekday_basis(np.array(["2026-11-23"], dtype="datetime64[D]")).round(3)
    array([[ 0.857, -0.143, -0.143, -0.143, -0.143, -0.143, -0.143]])
    """
    since_monday = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return np.asarray((since_monday[:, None] == np.arange(7)) - 1 / 7, dtype=float)


def damped_line(position: FloatArray, n_periods: int, damping: float) -> FloatArray:
    """Give a line from -0.5 to 0.5 over the data, which flattens out beyond them.

    Parameters
    ----------
    position : ndarray of shape (n,)
        Periods since the first one; the data hold 0 to `n_periods - 1`.
    n_periods : int
        Number of periods of the data.
    damping : float
        Share of the slope that is left one period later, beyond the data.

    Examples
    --------
    >>> damped_line(np.array([0.0, 2.0, 3.0, 4.0]), 3, 0.5)
    array([-0.5  ,  0.5  ,  0.75 ,  0.875])
    """
    last = max(n_periods - 1, 1)
    beyond = np.clip(position - last, 0, None)
    extra = damping * (1 - damping**beyond) / (1 - damping)
    return np.asarray((np.minimum(position, last) + extra) / last - 0.5, dtype=float)


def knot_steps(position: FloatArray, knots: FloatArray) -> FloatArray:
    """Give one column per interval between knots: 0 before it, a ramp within, 1 after.

    Random steps on these columns make a random walk, interpolated between knots.

    Examples
    --------
    >>> knot_steps(np.array([0.0, 1.0, 2.0, 4.0]), np.array([0.0, 2.0, 4.0]))
    array([[0. , 0. ],
           [0.5, 0. ],
           [1. , 0. ],
           [1. , 1. ]])
    """
    start, end = knots[:-1], knots[1:]
    return np.asarray(np.clip((position[:, None] - start) / (end - start), 0, 1), dtype=float)


def trend_knots(n_periods: int, spacing: int, horizon: int) -> FloatArray:
    """Place knots every `spacing` periods, one of them at the last period of the data.

    The first one is at or before the first period, the last one at least `horizon` periods
    beyond the data.

    Examples
    --------
    >>> trend_knots(10, 4, 5)
    array([-3.,  1.,  5.,  9., 13., 17.])
    """
    last = n_periods - 1
    before = -(-last // spacing)
    after = -(-horizon // spacing)
    return last + spacing * np.arange(-before, after + 1, dtype=float)
