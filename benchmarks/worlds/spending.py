"""How media are bought: always on, in flights, in pulses, by season, or following another channel."""

import numpy as np

from worlds.record import HELD, FloatArray

HABITS = ("always_on", "flights", "pulses", "seasonal", "follows")
MIN_ACTIVE = 6
"""Weeks with spend that the history of every channel has at least."""


def national_spend(rng: np.random.Generator, n_weeks: int, n_channels: int) -> FloatArray:
    """Draw spend of shape (week, channel) in an arbitrary unit, 0 in the weeks without."""
    columns: list[FloatArray] = []
    while len(columns) < n_channels:
        column = _column(rng, n_weeks, columns)
        if (column[-n_weeks // 2 : -HELD] > 0).sum() >= MIN_ACTIVE:
            columns.append(column * np.exp(rng.normal(0, 0.8)) / column.mean())
    return np.stack(columns, axis=1)


def _column(rng: np.random.Generator, n_weeks: int, earlier: list[FloatArray]) -> FloatArray:
    time = np.arange(n_weeks)
    habit = str(rng.choice(HABITS if earlier else HABITS[:4]))
    level = rng.gamma(6.0, 1.0, n_weeks) / 6
    if habit == "flights":
        wave = np.sin(2 * np.pi * (time / rng.uniform(9, 26) + rng.random()))
        return np.asarray(level * (wave > rng.uniform(-0.3, 0.6)))
    if habit == "pulses":
        return np.asarray(level * (rng.random(n_weeks) < rng.uniform(0.15, 0.5)))
    if habit == "seasonal":
        return np.asarray(
            level * (1 + rng.uniform(0.3, 0.9) * np.sin(2 * np.pi * (time / 52.18 + rng.random())))
        )
    if habit == "follows":
        other = earlier[int(rng.integers(len(earlier)))]
        return np.asarray(0.7 * other / other.mean() + 0.3 * level)
    return np.asarray(level)
