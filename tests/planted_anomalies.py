"""Series with a season, holiday peaks, a wandering level and noise; anomalies of every shape planted in some."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm.steering.abnormal import departures_of_many, false_discovery_mask

NOISE = 0.06
GROUP = 20
"""Series judged together: a level of the KPI reference."""
PLANTED = 2
"""Of them, series with an anomaly."""
RATE = 0.1
LENGTH = {"weekly": 156, "daily": 800}
WAIT = {"spike": 1, "drop": 1, "outage": 1, "level_shift": 3, "temporary_change": 3, "trend_break": 8}
"""Periods within which each shape must be found."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was found over many groups; shares are 0 to 1."""

    found: float
    """Anomalies found in time."""
    named: float
    """Of the anomalies judged at the end of their wait, those whose shape is named right."""
    false_discoveries: float
    """Alerts on series without an anomaly, among alerts."""
    false_alarms: float
    """Rows of series without an anomaly that became alerts."""
    on_peaks: float
    """Rows of such series inside holidays and events that became alerts."""


def periods(frequency: str) -> pd.DatetimeIndex:
    freq = {"weekly": "W-MON", "daily": "D"}[frequency]
    return pd.date_range("2023-10-02", periods=LENGTH[frequency], freq=freq)


def calendar(frequency: str) -> pd.DataFrame:
    index = periods(frequency)
    day = index.day_of_year.to_numpy()
    sales = (((day >= 8) & (day < 36)) | ((day >= 176) & (day < 204))).astype(float)
    christmas = ((day >= 340) & (day < 359)).astype(float)
    autumn = ((day >= 250) & (day < 264)).astype(float)
    return pd.DataFrame({"sales": sales, "christmas": christmas, "autumn": autumn}, index=index)


def quiet(rng: np.random.Generator, frequency: str, n_series: int) -> pd.DataFrame:
    """Logs of series without an anomaly."""
    index, n = periods(frequency), LENGTH[frequency]
    time, year = np.arange(n)[:, None], {"weekly": 52.18, "daily": 365.25}[frequency]
    season = rng.uniform(0, 0.3, n_series) * np.sin(2 * np.pi * (time / year + rng.random(n_series)))
    days = calendar(frequency).to_numpy()
    peaks = days @ rng.uniform(0.2, 0.6, (days.shape[1], n_series))
    drift = {"weekly": 0.008, "daily": 0.002}[frequency]
    level = (
        np.cumsum(rng.normal(0, drift, (n, n_series)), axis=0)
        + rng.uniform(-0.1, 0.1, n_series) * time / year
    )
    weekday = rng.normal(0, 0.2, (7, n_series))[np.arange(n) % 7] if frequency == "daily" else 0.0
    noise = rng.normal(0, NOISE, (n, n_series))
    return pd.DataFrame(7 + season + peaks + level + weekday + noise, index=index)


def planted(shape: str, size: float, length: int, side: float) -> np.ndarray:
    """What an anomaly adds to the logs of the last `length` periods, `size` in noise deviations."""
    after = np.arange(length, dtype=float)
    unit = {
        "spike": (after == 0).astype(float),
        "drop": -(after == 0).astype(float),
        "level_shift": side * np.ones(length),
        "temporary_change": side * 0.7**after,
        "trend_break": side * (after + 1),
    }
    if shape == "outage":
        return np.full(length, np.log(0.02))
    return size * NOISE * unit[shape]


def measure(shape: str, size: float, frequency: str, n_groups: int, seed: int) -> Measured:
    """Plant an anomaly in some series of each group and judge period by period, as runs do."""
    rng, days, wait = np.random.default_rng(seed), calendar(frequency), WAIT[shape]
    values = quiet(rng, frequency, n_groups * GROUP)
    is_planted = np.tile(np.arange(GROUP) < PLANTED, n_groups)
    for at in np.flatnonzero(is_planted):
        values.iloc[-wait:, at] += planted(shape, size, wait, (-1.0) ** at)
    judged = departures_of_many(np.exp(values), days, frequency, wait)  # type: ignore[arg-type]
    p_values = np.stack([judged[str(at)]["p_value"].to_numpy(dtype=float) for at in range(values.shape[1])])
    shapes = np.stack([judged[str(at)]["shape"].to_numpy() for at in range(values.shape[1])])
    alarm = np.zeros_like(p_values, dtype=bool)
    for group in range(n_groups):
        rows = slice(group * GROUP, (group + 1) * GROUP)
        for period in range(p_values.shape[1]):
            alarm[rows, period] = false_discovery_mask(p_values[rows, period], RATE)
    in_peak = (days.to_numpy()[-p_values.shape[1] :].sum(axis=1) > 0)[None, :]
    false = alarm[~is_planted]
    alerts = max(1, int(alarm.sum()))
    return Measured(
        found=float(alarm[is_planted].any(axis=1).mean()),
        named=float((shapes[is_planted, -1] == shape).mean()),
        false_discoveries=float(false.sum() / alerts),
        false_alarms=float(false.mean()),
        on_peaks=float((false & in_peak).sum() / max(1, in_peak.sum() * len(false))),
    )
