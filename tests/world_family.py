"""A wide family of worlds, unlike the sample generator, to see whether defaults hold elsewhere.

104 to 260 weeks, 2 to 15 channels (always on, flights, pulses, seasonal, partly collinear), media 10
to 40 % of sales, noise 3 to 5 % of the mean and heavy-tailed in a third of the worlds, trend linear,
wandering or broken, season, price, promotions; carry-over geometric, delayed or Weibull; saturation
Hill with slope 0.8 to 1.8, logistic or exponential. The model under test is geometric with Hill: the
other shapes are misspecified on purpose.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
SHAPES = ("always_on", "flights", "pulses", "seasonal", "follows")


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyWorld:
    """A panel and what each channel really brought."""

    panel: xr.Dataset
    contribution: FloatArray
    """(channel) in money, over all weeks."""
    is_geometric_hill: bool
    expected: FloatArray
    """(period) KPI without its noise."""
    noise: FloatArray
    """(period)"""


def family_world(seed: int, *, well_specified: bool = False) -> FamilyWorld:
    """Draw one world; `well_specified` keeps carry-over geometric and saturation Hill."""
    rng = np.random.default_rng([seed, 77])
    n_weeks, n_channels = int(rng.integers(104, 261)), int(rng.integers(2, 16))
    spend = _spend(rng, n_weeks, n_channels)
    carry = "geometric" if well_specified else str(rng.choice(["geometric", "delayed", "weibull"]))
    curve = "hill" if well_specified else str(rng.choice(["hill", "logistic", "exponential"]))
    reached = np.stack([_response(rng, column, carry, curve) for column in spend.T], axis=1)
    cost = spend.sum(axis=0)
    split = cost * np.exp(rng.normal(0, 0.7, n_channels))
    media = reached / reached.mean(axis=0) * rng.uniform(0.1, 0.4) * split / split.sum()
    price, promotion = _price(rng, n_weeks), (rng.random(n_weeks) < 0.08).astype(float)
    baseline = _trend(rng, n_weeks) + _season(rng, n_weeks) - 0.03 * (price - 100) / 4 + 0.08 * promotion
    noise = rng.uniform(0.03, 0.05) * _shocks(rng, n_weeks)
    others = 1 - media.sum(axis=1).mean()
    expected = 1e6 * (others * baseline / baseline.mean() + media.sum(axis=1))
    kpi = expected + 1e6 * noise
    return FamilyWorld(
        panel=_panel(spend, kpi, price, promotion),
        contribution=1e6 * media.sum(axis=0),
        is_geometric_hill=carry == "geometric" and curve == "hill",
        expected=expected,
        noise=1e6 * noise,
    )


def _spend(rng: np.random.Generator, n_weeks: int, n_channels: int) -> FloatArray:
    time = np.arange(n_weeks)
    columns: list[FloatArray] = []
    for index in range(n_channels):
        shape = str(rng.choice(SHAPES if index else SHAPES[:4]))
        level = rng.gamma(6.0, 1.0, n_weeks) / 6
        if shape == "flights":
            level = level * (
                np.sin(2 * np.pi * (time / rng.uniform(9, 26) + rng.random())) > rng.uniform(-0.3, 0.6)
            )
        elif shape == "pulses":
            level = level * (rng.random(n_weeks) < rng.uniform(0.15, 0.5))
        elif shape == "seasonal":
            level = level * (1 + rng.uniform(0.3, 0.9) * np.sin(2 * np.pi * (time / 52.18 + rng.random())))
        elif shape == "follows":
            other = columns[int(rng.integers(index))]
            level = 0.7 * other / other.mean() + 0.3 * level
        columns.append(level * np.exp(rng.normal(0, 0.8)) * 1e4)
    return np.stack(columns, axis=1)


def _response(rng: np.random.Generator, spend: FloatArray, carry: str, curve: str) -> FloatArray:
    pressure = np.convolve(spend / spend[spend > 0].mean(), _weights(rng, carry))[: len(spend)]
    half = np.exp(rng.normal(np.log(1.5), 0.7))
    if curve == "hill":
        slope = rng.uniform(0.8, 1.8)
        return np.asarray(pressure**slope / (pressure**slope + half**slope))
    if curve == "logistic":
        return np.asarray(np.tanh(0.55 * pressure / half))
    return np.asarray(1 - np.exp(-np.log(2) * pressure / half))


def _weights(rng: np.random.Generator, carry: str) -> FloatArray:
    lag = np.arange(60.0)
    retention = rng.uniform(0.05, 0.8)
    if carry == "geometric":
        weights = retention**lag
    elif carry == "delayed":
        weights = retention ** ((lag - rng.uniform(0, 3)) ** 2)
    else:
        weights = np.exp(-(((lag) / rng.uniform(0.5, 5.0)) ** rng.uniform(0.7, 2.0)))
    return np.asarray(weights / weights.sum())


def _trend(rng: np.random.Generator, n_weeks: int) -> FloatArray:
    time = np.linspace(0, 1, n_weeks)
    kind = rng.choice(["linear", "wandering", "broken"])
    if kind == "linear":
        return np.asarray(1 + rng.uniform(-0.2, 0.3) * time)
    if kind == "broken":
        at = rng.uniform(0.3, 0.8)
        return np.asarray(1 + rng.uniform(-0.3, 0.3) * np.clip(time - at, 0, None) / (1 - at))
    steps = np.cumsum(rng.normal(0, 0.008, n_weeks))
    return np.asarray(1 + np.convolve(np.pad(steps, 6, mode="edge"), np.ones(13) / 13, mode="valid"))


def _season(rng: np.random.Generator, n_weeks: int) -> FloatArray:
    angle = 2 * np.pi * np.arange(n_weeks) / 52.18
    waves = [rng.normal(0, 0.08 / k) * np.sin(k * angle + rng.uniform(0, 6.28)) for k in (1, 2, 3)]
    return np.asarray(np.sum(waves, axis=0))


def _price(rng: np.random.Generator, n_weeks: int) -> FloatArray:
    return np.asarray(100 + np.cumsum(rng.normal(0, 0.3, n_weeks)) + rng.normal(0, 1.5, n_weeks))


def _shocks(rng: np.random.Generator, n_weeks: int) -> FloatArray:
    if rng.random() < 1 / 3:
        return np.asarray(rng.standard_t(4, n_weeks) / np.sqrt(2))
    return rng.standard_normal(n_weeks)


def _panel(spend: FloatArray, kpi: FloatArray, price: FloatArray, promotion: FloatArray) -> xr.Dataset:
    controls = np.stack([price, promotion], axis=1)
    return xr.Dataset(
        {
            "spend": (("geo", "period", "channel"), spend[None]),
            "full_cost": (("geo", "period", "channel"), 1.1 * spend[None]),
            "kpi": (("outcome", "geo", "period"), kpi[None, None]),
            "control_value": (("geo", "period", "control"), controls[None]),
        },
        coords={
            "geo": ["all"],
            "period": pd.date_range("2021-01-04", periods=len(kpi), freq="7D").as_unit("ns"),
            "channel": [f"channel_{k}" for k in range(spend.shape[1])],
            "outcome": ["revenue"],
            "control": ["price", "promotion"],
        },
        attrs={"currency": "EUR", "frequency": "weekly"},
    )
