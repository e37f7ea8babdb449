"""Worlds of several geos with known truth: one panel, and what each channel brought in each geo.

Amounts are EUR per period; everything inside is per head and in units of the mean KPI per head. Carry-over
is geometric and saturation Hill, the same in all geos; levels, slopes of the trend and effects
differ between geos; noise falls with population. Written apart from `mmm.model` on purpose.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Noise = Literal["normal", "student_t", "counts"]

KPI_PER_HEAD, COUNT_PER_HEAD = 0.4, 2e-5
FEE_RATE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoWorld:
    """A geo panel and its truth."""

    panel: xr.Dataset
    """`spend`, `full_cost` (geo, period, channel), `kpi` (outcome, geo, period), `control_value`
    (geo, period, control), `population` (geo), `is_national` (channel)."""
    contribution: FloatArray
    """(geo, channel) KPI units over all periods."""
    expected: FloatArray
    """(geo, period) KPI without noise."""
    retention: FloatArray
    """(channel), like the two below."""
    half_saturation: FloatArray
    """In typical active periods: mean of the positive spends per head."""
    slope: FloatArray
    effect_spread: FloatArray
    """(channel) Standard deviation of the log effect between geos; 0 for national channels."""
    noise_exponent: float
    """Variance of the noise of a geo falls with its population to this power."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoWorldSize:
    """How large a world is, and what is special in it."""

    n_geos: int = 40
    n_weeks: int = 156
    n_channels: int = 5
    n_national: int = 1
    """The last channels: one campaign for all geos, spent in proportion to population."""
    dark_geos: int = 0
    """The last geos: never any spend but the national one."""
    media_share: float = 0.25
    noise_sd: float = 0.06
    """Of a geo of average population, in units of the mean KPI."""
    noise: Noise = "normal"


def simulate_geos(seed: int, size: GeoWorldSize | None = None) -> GeoWorld:
    """Draw one world; the same seed gives the same world.

    Examples
    --------
    >>> simulate_geos(1, GeoWorldSize(n_geos=3, n_weeks=60)).contribution.shape
    (3, 5)
    """
    chosen = size or GeoWorldSize()
    rng = np.random.default_rng([seed, 404])
    population = np.round(1e6 * np.exp(rng.normal(0, 0.8, chosen.n_geos)))
    weight = population / population.sum()
    per_head = _spend(rng, chosen)
    scale = np.array([series[series > 0].mean() for series in np.moveaxis(per_head, 2, 0)])
    retention = rng.beta(2, 4, chosen.n_channels)
    half = np.exp(rng.normal(np.log(1.5), 0.5, chosen.n_channels))
    slope = np.exp(rng.normal(0, 0.2, chosen.n_channels))
    reached = _reached(per_head / scale, retention, half, slope)
    spread = np.where(_is_national(chosen), 0.0, rng.uniform(0.15, 0.5, chosen.n_channels))
    effect = np.exp(spread * rng.standard_normal((chosen.n_geos, chosen.n_channels)))
    brought = reached * effect[:, None, :]
    cost = per_head.mean(axis=1)
    split = (weight @ cost) * np.exp(rng.normal(0, 0.5, chosen.n_channels))
    split = chosen.media_share * split / split.sum()
    brought *= split / np.einsum("g,gtc->c", weight, brought) * chosen.n_weeks
    controls = _controls(rng, chosen)
    baseline = _baseline(rng, chosen) + controls @ np.array([0.04, -0.03])
    baseline *= (1 - chosen.media_share) / (weight @ baseline.mean(axis=1))
    unit = population * (COUNT_PER_HEAD if chosen.noise == "counts" else KPI_PER_HEAD)
    expected = baseline + brought.sum(axis=2)
    exponent = 0.5
    kpi = _observed(rng, chosen, expected, unit, (weight * chosen.n_geos) ** (-exponent / 2))
    return GeoWorld(
        panel=_panel(chosen, per_head * population[:, None, None], kpi, controls, population),
        contribution=brought.sum(axis=1) * unit[:, None],
        expected=expected * unit[:, None],
        retention=retention,
        half_saturation=half,
        slope=slope,
        effect_spread=spread,
        noise_exponent=exponent,
    )


def _is_national(size: GeoWorldSize) -> NDArray[np.bool_]:
    return np.arange(size.n_channels) >= size.n_channels - size.n_national


def _spend(rng: np.random.Generator, size: GeoWorldSize) -> FloatArray:
    """(geo, week, channel) EUR per head: always on, seasonal, flights or pulses, which geos do not share."""
    time = np.arange(size.n_weeks)
    spend = np.empty((size.n_geos, size.n_weeks, size.n_channels))
    for channel in range(size.n_channels):
        level = rng.gamma(5.0, 0.2, (size.n_geos, size.n_weeks))
        level *= np.exp(rng.normal(0, 0.5, (size.n_geos, 1)))
        shape = channel % 4
        if shape == 1:
            level *= 1 + 0.7 * np.sin(2 * np.pi * (time / 52.18 + rng.random()))
        if shape == 2:
            start = rng.random((size.n_geos, 1))
            level *= np.sin(2 * np.pi * (time / rng.uniform(10, 26) + start)) > 0
        if shape == 3:
            level *= rng.random((size.n_geos, size.n_weeks)) < 0.4
        spend[..., channel] = level * np.exp(rng.normal(0, 0.8)) * 0.01
    national = _is_national(size)
    spend[..., national] = spend[:1, :, national]
    if size.dark_geos:
        spend[-size.dark_geos :, :, ~national] = 0.0
    return spend


def _reached(x: FloatArray, retention: FloatArray, half: FloatArray, slope: FloatArray) -> FloatArray:
    pressure = np.empty_like(x)
    state = np.where((x > 0).mean(axis=1) > 0.75, x[:, :8].mean(axis=1), 0.0)
    for week in range(x.shape[1]):
        state = retention * state + (1 - retention) * x[:, week]
        pressure[:, week] = state
    power = pressure**slope
    return np.asarray(power / (power + half**slope))


def _controls(rng: np.random.Generator, size: GeoWorldSize) -> FloatArray:
    """(geo, week, control) Temperature of each geo, and one price; standard units."""
    time = np.arange(size.n_weeks)
    season = np.sin(2 * np.pi * (time / 52.18 - 0.25))
    temperature = season + rng.normal(0, 0.5, (size.n_geos, 1)) + rng.normal(0, 0.4, (size.n_geos, len(time)))
    price = np.cumsum(rng.normal(0, 0.2, len(time))) + rng.normal(0, 0.5, len(time))
    return np.stack([temperature, np.broadcast_to(price, temperature.shape)], axis=2)


def _baseline(rng: np.random.Generator, size: GeoWorldSize) -> FloatArray:
    """(geo, week) A shared trend and season, a level and a slope of its own."""
    time = np.linspace(-0.5, 0.5, size.n_weeks)
    steps = np.cumsum(rng.normal(0, 0.006, size.n_weeks))
    wander = np.convolve(np.pad(steps, 6, mode="edge"), np.ones(13) / 13, mode="valid")
    angle = 2 * np.pi * np.arange(size.n_weeks) / 52.18
    waves = [rng.normal(0, 0.08 / k) * np.sin(k * angle + rng.uniform(0, 6.28)) for k in (1, 2, 3)]
    level = rng.normal(0, 0.2, (size.n_geos, 1))
    return np.asarray(
        1 + level + wander + np.sum(waves, axis=0) + rng.normal(0, 0.06, (size.n_geos, 1)) * time
    )


def _observed(
    rng: np.random.Generator, size: GeoWorldSize, expected: FloatArray, unit: FloatArray, relative: FloatArray
) -> FloatArray:
    if size.noise == "counts":
        mean = np.maximum(expected, 0.05) * unit[:, None]
        return rng.poisson(mean * rng.gamma(size.noise_sd**-2, size.noise_sd**2, mean.shape)).astype(float)
    heavy = size.noise == "student_t"
    shocks = rng.standard_t(4, expected.shape) / np.sqrt(2) if heavy else rng.standard_normal(expected.shape)
    return np.asarray((expected + size.noise_sd * relative[:, None] * shocks) * unit[:, None])


def _panel(
    size: GeoWorldSize, spend: FloatArray, kpi: FloatArray, controls: FloatArray, population: FloatArray
) -> xr.Dataset:
    by_channel = ("geo", "period", "channel")
    return xr.Dataset(
        {
            "spend": (by_channel, spend),
            "full_cost": (by_channel, (1 + FEE_RATE) * spend),
            "kpi": (("outcome", "geo", "period"), kpi[None]),
            "control_value": (("geo", "period", "control"), controls),
            "population": ("geo", population),
            "is_national": ("channel", _is_national(size)),
        },
        coords={
            "geo": [f"geo_{k + 1:03d}" for k in range(size.n_geos)],
            "period": pd.date_range("2022-01-03", periods=size.n_weeks, freq="7D").as_unit("ns"),
            "channel": [f"channel_{k + 1}" for k in range(size.n_channels)],
            "outcome": ["revenue"],
            "control": ["temperature", "price"],
        },
        attrs={"currency": "EUR", "frequency": "weekly"},
    )
