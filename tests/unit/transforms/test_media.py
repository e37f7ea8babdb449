"""Curves of media: every family and order against plain sums, mixed draws against their own families."""

from dataclasses import replace

import numpy as np
import pytest

from mmm.transforms import (
    ADSTOCKS,
    SATURATIONS,
    MediaCurves,
    carried,
    geometric_adstock,
    mean_reached,
    reached,
    reached_slope,
    saturate,
    windowed_adstock,
)

RNG = np.random.default_rng(5)
SPEND = RNG.gamma(2.0, 0.6, (2, 30)) * (RNG.random((2, 30)) < 0.7)
BEFORE = np.array([0.4, 0.0])
N_LAGS = 24
FAMILIES = [(a, s, early) for a in range(len(ADSTOCKS)) for s in range(len(SATURATIONS)) for early in (0, 1)]


def curves(adstock: int, saturation: int, early: bool, n_draws: int = 3) -> MediaCurves:
    rng = np.random.default_rng([adstock, saturation, early])
    shape = (n_draws, 2)
    return MediaCurves(
        adstock=np.full(shape, adstock, dtype=np.int8),
        saturation=np.full(shape, saturation, dtype=np.int8),
        saturates_first=np.full(shape, bool(early)),
        first=rng.uniform(0.2, 0.7, shape) if adstock in {1, 2} else rng.uniform(0.8, 2.5, shape),
        second=rng.uniform(0.6, 2.2, shape),
        half_saturation=rng.uniform(0.6, 2.0, shape),
        slope=rng.uniform(0.4, 0.9, shape) if saturation == 4 else rng.uniform(0.8, 1.8, shape),
        n_lags=np.full(n_draws, N_LAGS),
    )


def weight(family: str, lag: int, first: float, second: float) -> float:
    """The contract's weights, before they are brought to a sum of 1."""
    return {
        "none": float(lag == 0),
        "geometric": first**lag,
        "delayed": first ** ((lag - second) ** 2),
        "weibull_survival": np.exp(-((lag / first) ** second)),
        "weibull_density": np.exp(-((lag / first) ** second)) - np.exp(-(((lag + 1) / first) ** second)),
    }[family]


@pytest.mark.parametrize(("adstock", "saturation", "early"), FAMILIES)
def test_what_is_reached_is_the_plain_sum_over_lags(adstock, saturation, early):
    # An independent program: loops over periods and lags, history as a constant path.
    own, draw, channel = curves(adstock, saturation, early), 1, 0
    first, second = own.first[draw, channel], own.second[draw, channel]
    half, slope = own.half_saturation[draw, channel], own.slope[draw, channel]
    n_lags = 400 if ADSTOCKS[adstock] == "geometric" else N_LAGS
    raw = np.array([weight(ADSTOCKS[adstock], lag, first, second) for lag in range(n_lags)])

    def bend(pressure: float) -> float:
        return float(saturate(saturation, pressure, half, slope))

    expected = []
    for period in range(SPEND.shape[1]):
        path = [SPEND[channel, period - lag] if lag <= period else BEFORE[channel] for lag in range(n_lags)]
        seen = [bend(value) for value in path] if early else path
        pressure = float(raw @ seen / raw.sum())
        expected.append(pressure if early else bend(pressure))
    np.testing.assert_allclose(reached(own, SPEND, BEFORE)[draw, channel], expected, rtol=1e-9)


@pytest.mark.parametrize(("adstock", "saturation", "early"), FAMILIES)
def test_slopes_are_derivatives_by_the_logarithm_of_the_whole_path(adstock, saturation, early):
    own, step = curves(adstock, saturation, early), 1e-6
    low, high = (reached(own, SPEND * m, BEFORE * m) for m in (1 - step, 1 + step))
    np.testing.assert_allclose(
        reached_slope(own, SPEND, BEFORE), (high - low) / (2 * step), rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize(("adstock", "saturation", "early"), FAMILIES)
def test_means_over_periods_at_multiples_of_the_path(adstock, saturation, early):
    own, multiples = curves(adstock, saturation, early), np.array([0.0, 0.3, 1.0, 1.9])
    value, slope = mean_reached(own, 0, SPEND, BEFORE, multiples)
    for place, multiple in enumerate(multiples):
        path, history = SPEND * multiple, BEFORE * multiple
        np.testing.assert_allclose(value[:, place], reached(own, path, history)[:, 0].mean(-1), rtol=1e-10)
        if multiple > 0:
            rise = reached_slope(own, path, history)[:, 0].mean(-1) / multiple
            np.testing.assert_allclose(slope[:, place], rise, rtol=1e-10)


def test_each_draw_of_a_mixture_follows_its_own_families():
    parts = [curves(1, 0, False), curves(3, 4, True), curves(2, 2, False), curves(0, 5, False)]
    parts[1] = replace(parts[1], n_lags=np.full(3, 9))
    names = MediaCurves.__slots__
    mixed = MediaCurves(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})
    for function in (carried, reached, reached_slope):
        apart = np.concatenate([function(part, SPEND, BEFORE) for part in parts])
        np.testing.assert_allclose(function(mixed, SPEND, BEFORE), apart, rtol=1e-12)
    value, slope = mean_reached(mixed, 1, SPEND, BEFORE, np.array([0.5, 1.5]))
    apart_each = [mean_reached(part, 1, SPEND, BEFORE, np.array([0.5, 1.5])) for part in parts]
    np.testing.assert_allclose(value, np.concatenate([each[0] for each in apart_each]), rtol=1e-12)
    np.testing.assert_allclose(slope, np.concatenate([each[1] for each in apart_each]), rtol=1e-12)


def test_a_long_window_of_geometric_weights_is_the_recursion():
    weights = 0.6 ** np.arange(120)
    windowed = windowed_adstock(SPEND, weights / weights.sum(), BEFORE)
    np.testing.assert_allclose(windowed, geometric_adstock(SPEND, 0.6, BEFORE), rtol=1e-12)
