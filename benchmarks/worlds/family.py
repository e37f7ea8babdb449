"""A wide family of worlds, unlike the sample generator and unlike any model's prior.

104 to 260 weeks and 2 to 15 channels (always on, flights, pulses, seasonal, or following another
channel), media 10 to 40 % of sales, noise 3 to 5 % of the mean and heavy-tailed in a third of the
worlds; trend linear, wandering or broken; season, price, promotions; carry-over geometric, delayed or
Weibull; curves Hill with slope 0.8 to 1.8, logistic or exponential. Carry-over and curve are one kind
per world, their parameters differ by channel. A channel had spend in the year before the history too,
which nobody is shown. All media together return 1.5 per euro of full cost (log-sd 0.3), channels
differ by a log-sd of 0.7. In a geo world, levels, effects and spend per head differ between geos by a
log-sd of 0.3, 0.2 and 0.3, and some channels are bought nationally (the same spend per head).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from worlds.record import HELD, FloatArray, PlannedWorld, Response, saturated
from worlds.spending import national_spend

BEFORE = 52
"""Weeks of spend before the history."""
LAGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a suite fixes of its worlds; the rest is drawn."""

    carry: str | None = None
    """geometric, delayed, late (a peak two to five weeks later) or weibull."""
    curve: str | None = None
    """hill, s_shaped (Hill with slope 2 to 3.5), logistic, exponential or linear."""
    trend: str | None = None
    """linear, wandering, broken or curved."""
    n_channels: int | None = None
    n_weeks: int | None = None
    """Of the history."""
    n_geos: int = 1
    longest: int = 260
    most_channels: int = 15


def family_world(name: str, seed: int, shape: Shape = Shape()) -> PlannedWorld:
    """Draw one world of the family."""
    rng = np.random.default_rng([seed, 77, shape.n_geos])
    drawn = int(rng.integers(104, shape.longest + 1))
    n_weeks = (shape.n_weeks or drawn) + HELD
    n_channels = shape.n_channels or int(rng.integers(2, shape.most_channels + 1))
    population = np.ones(1) if shape.n_geos == 1 else np.round(2e5 * np.exp(rng.normal(0, 0.7, shape.n_geos)))
    per_head = _by_geo(rng, national_spend(rng, BEFORE + n_weeks, n_channels), shape.n_geos)
    carry = shape.carry or str(rng.choice(["geometric", "delayed", "weibull"]))
    curve = shape.curve or str(rng.choice(["hill", "logistic", "exponential"]))
    response, reached = _respond(rng, per_head, carry, curve, shape.n_geos)
    history = slice(BEFORE, BEFORE + n_weeks - HELD)
    share = _split(rng, per_head[:, history], population) * rng.uniform(0.1, 0.4)
    level = 1e6 / population.sum() * np.exp(rng.normal(0, 0.3, shape.n_geos) * (shape.n_geos > 1))
    scale = (
        share
        * (level @ population)
        / (
            np.einsum("gtc,g->c", reached[:, history] * response.ceiling[:, None], population)
            / (n_weeks - HELD)
        )
    )
    ceiling = response.ceiling * scale
    media = reached[:, BEFORE:] * ceiling[:, None]
    price, promotion = _price(rng, n_weeks), (rng.random(n_weeks) < 0.08).astype(float)
    baseline = _trend(rng, n_weeks, shape.trend, shape.n_geos) + _season(rng, n_weeks)
    baseline = baseline - 0.03 * (price - 100) / 4 + 0.08 * promotion
    others = (1 - share.sum()) * level[:, None]
    expected = others * baseline / baseline[:, : n_weeks - HELD].mean() + media.sum(axis=2)
    noise_sd = level * rng.uniform(0.03, 0.05)
    heavy = bool(rng.random() < 1 / 3)
    shocks = rng.standard_t(4, expected.shape) / np.sqrt(2) if heavy else rng.standard_normal(expected.shape)
    heads = population[:, None]
    per_euro = _cost_per_euro(
        rng, (media * heads[..., None])[:, : n_weeks - HELD], per_head[:, history], heads
    )
    money = per_head * heads[..., None] * per_euro
    return PlannedWorld(
        name=name,
        weeks=pd.date_range("2021-01-04", periods=n_weeks, freq="7D").to_numpy().astype("datetime64[ns]"),
        channels=np.array([f"channel_{k + 1:02d}" for k in range(n_channels)]),
        controls=np.array(["price", "promotion"]),
        geos=np.array(["all"] if shape.n_geos == 1 else [f"geo_{k + 1:02d}" for k in range(shape.n_geos)]),
        population=population,
        earlier_spend=money[:, :BEFORE],
        spend=money[:, BEFORE:],
        full_cost=1.1 * money[:, BEFORE:],
        control=np.broadcast_to(np.stack([price, promotion], axis=1), (shape.n_geos, n_weeks, 2)).copy(),
        kpi=heads * (expected + noise_sd[:, None] * shocks),
        contribution=media * heads[..., None],
        expected=heads * expected,
        noise_sd=noise_sd * population,
        noise_df=4.0 if heavy else np.inf,
        carry=carry,
        response=Response(
            weights=response.weights,
            curve=response.curve,
            half_saturation=response.half_saturation,
            slope=response.slope,
            scale=response.scale * per_euro,
            ceiling=ceiling,
        ),
    )


def carry_weights(rng: np.random.Generator, carry: str) -> FloatArray:
    """Draw one channel's carry-over: weights of the lags from 0, summing to 1."""
    lag = np.arange(float(LAGS))
    retention = rng.uniform(0.05, 0.8)
    if carry == "geometric":
        weights = retention**lag
    elif carry == "delayed":
        weights = retention ** ((lag - rng.uniform(0, 3)) ** 2)
    elif carry == "late":
        weights = rng.uniform(0.6, 0.85) ** ((lag - rng.uniform(2, 5)) ** 2)
    else:
        weights = np.exp(-((lag / rng.uniform(0.5, 5.0)) ** rng.uniform(0.7, 2.0)))
    return np.asarray(weights / weights.sum())


def _respond(
    rng: np.random.Generator, per_head: FloatArray, carry: str, curve: str, n_geos: int
) -> tuple[Response, FloatArray]:
    n_channels = per_head.shape[2]
    history = per_head[:, BEFORE:-HELD]
    steep = rng.uniform(2.0, 3.5, n_channels) if curve == "s_shaped" else rng.uniform(0.8, 1.8, n_channels)
    response = Response(
        weights=np.stack([carry_weights(rng, carry) for _ in range(n_channels)], axis=1),
        curve=np.array(["hill" if curve == "s_shaped" else curve] * n_channels),
        half_saturation=np.exp(rng.normal(np.log(1.5), 0.7, n_channels)),
        slope=steep,
        scale=np.array([values[values > 0].mean() for values in history.reshape(-1, n_channels).T]),
        ceiling=np.exp(rng.normal(0, 0.2, (n_geos, n_channels)) * (n_geos > 1)),
    )
    return response, response.reached(per_head)


def _by_geo(rng: np.random.Generator, national: FloatArray, n_geos: int) -> FloatArray:
    """Spend per head by geo; every third channel or so is bought nationally."""
    if n_geos == 1:
        return national[None]
    n_weeks, n_channels = national.shape
    local = rng.random(n_channels) > 0.3
    level = np.exp(rng.normal(0, 0.3, (n_geos, 1, n_channels)) * local)
    weekly = np.exp(rng.normal(0, 0.25, (n_geos, n_weeks, n_channels)) * local)
    return np.asarray(national * level * weekly)


def _split(rng: np.random.Generator, per_head: FloatArray, population: FloatArray) -> FloatArray:
    """Share of each channel in what media bring: by cost, with returns that differ."""
    cost = np.einsum("gtc,g->c", per_head, population)
    weight = cost * np.exp(rng.normal(0, 0.7, len(cost)))
    return np.asarray(weight / weight.sum())


def _cost_per_euro(
    rng: np.random.Generator, media: FloatArray, per_head: FloatArray, heads: FloatArray
) -> float:
    """One factor of all spend, such that media return about 1.5 per euro of full cost."""
    wanted = 1.5 * np.exp(rng.normal(0, 0.3))
    return float(media.sum() / wanted / (1.1 * (per_head * heads[..., None]).sum()))


def _trend(rng: np.random.Generator, n_weeks: int, kind: str | None, n_geos: int) -> FloatArray:
    """(geo, week); geos share it but for a slope of their own."""
    time = np.linspace(0, 1, n_weeks)
    own = rng.normal(0, 0.03, (n_geos, 1)) * (n_geos > 1) * time
    chosen = kind or str(rng.choice(["linear", "wandering", "broken"]))
    if chosen == "linear":
        common: NDArray[np.float64] = 1 + rng.uniform(-0.2, 0.3) * time
    elif chosen == "broken":
        at = rng.uniform(0.3, 0.8)
        common = 1 + rng.uniform(-0.3, 0.3) * np.clip(time - at, 0, None) / (1 - at)
    elif chosen == "curved":
        common = 1 + rng.choice([-1.0, 1.0]) * rng.uniform(0.2, 0.35) * np.sin(
            np.pi * time ** rng.uniform(0.7, 1.5)
        )
    else:
        steps = np.cumsum(rng.normal(0, 0.008, n_weeks))
        common = 1 + np.convolve(np.pad(steps, 6, mode="edge"), np.ones(13) / 13, mode="valid")
    return np.asarray(common + own)


def _season(rng: np.random.Generator, n_weeks: int) -> FloatArray:
    angle = 2 * np.pi * np.arange(n_weeks) / 52.18
    waves = [rng.normal(0, 0.08 / k) * np.sin(k * angle + rng.uniform(0, 6.28)) for k in (1, 2, 3)]
    return np.asarray(np.sum(waves, axis=0))


def _price(rng: np.random.Generator, n_weeks: int) -> FloatArray:
    return np.asarray(100 + np.cumsum(rng.normal(0, 0.3, n_weeks)) + rng.normal(0, 1.5, n_weeks))


__all__ = ["BEFORE", "LAGS", "Shape", "carry_weights", "family_world", "saturated"]
