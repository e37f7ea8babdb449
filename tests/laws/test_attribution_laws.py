"""Identities of attribution: exact Shapley, Markov against rebuilding the chain, splits and merges."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest

from mmm.attribution import (
    METHODS,
    JourneyPaths,
    chain,
    credits,
    journey_paths,
    removal_effects,
    shapley,
    share_intervals,
    shares_of,
    steps,
)
from mmm.attribution.bootstrap import resampled

RULES = ("first", "last", "linear", "shapley")


def random_paths(seed, n_channels=5, n_paths=60, longest=7):
    rng = np.random.default_rng(seed)
    names = [f"c{index}" for index in range(n_channels)]
    weight = rng.random(n_channels) + 0.1
    lists = [
        [names[k] for k in rng.choice(n_channels, rng.integers(1, longest + 1), p=weight / weight.sum())]
        for _ in range(n_paths)
    ]
    conversions, nulls = rng.poisson(1.5, n_paths).astype(float), rng.poisson(4.0, n_paths).astype(float)
    return journey_paths(lists, conversions, nulls, conversions * rng.random(n_paths).round(2) * 100)


def lists_of(paths):
    names = np.array(paths.channels)[paths.touches]
    return [list(part) for part in np.split(names, paths.first_touch[1:])]


def shapley_by_coalitions(paths):
    """Sum over every coalition: |S|! (K - |S| - 1)! / K! times what a channel adds to it."""
    n_channels = len(paths.channels)
    used = [frozenset(path) for path in lists_of(paths)]

    def worth(coalition):
        return sum(n for path, n in zip(used, paths.conversions, strict=True) if path <= coalition)

    found = []
    for channel in paths.channels:
        others = [name for name in paths.channels if name != channel]
        total = 0.0
        for size in range(n_channels):
            weight = factorial(size) * factorial(n_channels - size - 1) / factorial(n_channels)
            for members in combinations(others, size):
                total += weight * (worth(frozenset(members) | {channel}) - worth(frozenset(members)))
        found.append(total)
    return found


def removal_by_rebuilding(paths):
    """Send every move into the channel to null, and solve the chain again."""
    counted = chain(steps(paths), paths.conversions, paths.nulls)

    def rate(start, between, conversion):
        return start @ np.linalg.solve(np.eye(len(start)) - between, conversion)

    base = rate(counted.start, counted.between, counted.conversion)
    found = []
    for channel in range(len(paths.channels)):
        kept = np.arange(len(paths.channels)) != channel
        left = rate(counted.start * kept, counted.between * kept, counted.conversion * kept)
        found.append(1.0 - left / base)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_shapley_by_coalitions_is_the_equal_split_over_distinct_channels(seed):
    paths = random_paths(seed)
    np.testing.assert_allclose(shapley(paths).T @ paths.conversions, shapley_by_coalitions(paths), rtol=1e-10)


@pytest.mark.parametrize("seed", range(20))
def test_one_inverse_gives_what_rebuilding_the_chain_gives(seed):
    paths = random_paths(seed, n_channels=7)
    found = removal_effects(chain(steps(paths), paths.conversions, paths.nulls))
    np.testing.assert_allclose(found, removal_by_rebuilding(paths), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_repeating_a_touch_changes_neither_markov_nor_shapley(seed):
    paths = random_paths(seed)
    doubled = [[name for name in path for _ in range(2)] for path in lists_of(paths)]
    again = journey_paths(doubled, paths.conversions, paths.nulls, paths.value)
    for method in ("first", "last", "linear", "shapley", "markov"):
        found, expected = (credits(given)[method].conversions for given in (again, paths))
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_credit_adds_up_to_the_conversions_and_to_their_value(method):
    paths = random_paths(3)
    credit = credits(paths)[method]
    assert credit.conversions.sum() == pytest.approx(paths.conversions.sum())
    assert credit.value.sum() == pytest.approx(paths.value.sum())
    assert (credit.conversions >= 0).all()


@pytest.mark.parametrize("method", METHODS)
def test_renaming_channels_permutes_their_credit(method):
    paths = random_paths(4)
    renamed = [[f"z{9 - int(name[1:])}" for name in path] for path in lists_of(paths)]
    again = journey_paths(renamed, paths.conversions, paths.nulls, paths.value)
    np.testing.assert_allclose(credits(again)[method].conversions[::-1], credits(paths)[method].conversions)


@pytest.mark.parametrize("method", METHODS)
def test_listing_a_path_in_two_rows_is_adding_its_counts(method):
    paths = random_paths(5)
    names = lists_of(paths)
    halves = JourneyPaths(
        channels=paths.channels,
        touches=np.concatenate([paths.touches] * 2),
        lengths=np.concatenate([paths.lengths] * 2),
        conversions=np.concatenate([paths.conversions * 0.25, paths.conversions * 0.75]),
        nulls=np.concatenate([paths.nulls * 0.75, paths.nulls * 0.25]),
        value=np.concatenate([paths.value * 0.5] * 2),
    )
    assert len(names) == paths.n_paths
    np.testing.assert_allclose(credits(halves)[method].conversions, credits(paths)[method].conversions)


@pytest.mark.parametrize("method", ["first", "last", "linear"])
def test_merging_two_channels_adds_up_their_credit(method):
    paths = random_paths(6)
    merged = [["c0" if name == "c1" else name for name in path] for path in lists_of(paths)]
    again = journey_paths(merged, paths.conversions, paths.nulls, paths.value)
    before, after = (
        dict(zip(p.channels, credits(p)[method].conversions, strict=True)) for p in (paths, again)
    )
    assert after["c0"] == pytest.approx(before["c0"] + before["c1"])


def test_a_channel_that_only_lost_journeys_use_is_worth_nothing():
    paths = journey_paths([["a", "b"], ["z"]], np.array([5.0, 0]), np.array([5.0, 9]), np.array([50.0, 0]))
    for credit in credits(paths).values():
        assert credit.conversions[2] == 0


def test_a_resample_keeps_the_number_of_journeys():
    paths = random_paths(7)
    conversions, nulls = resampled(paths, 30, np.random.default_rng(1))
    total = paths.conversions.sum() + paths.nulls.sum()
    np.testing.assert_array_equal(conversions.sum(axis=1) + nulls.sum(axis=1), total)
    assert not conversions[:, paths.conversions == 0].any()


def test_intervals_hold_the_known_spread_of_a_share():
    # One touch each: the share of `a` is a binomial proportion, 0.3 +- 1.645 sqrt(0.3 0.7 / 1000).
    paths = journey_paths([["a"], ["b"]], np.array([300.0, 700]), np.zeros(2), np.zeros(2))
    limits = share_intervals(paths, shares_of(paths), seed=1, n_resamples=2_000)
    half = 1.645 * np.sqrt(0.3 * 0.7 / 1000)
    for method in RULES:
        low, high = limits[method]
        assert (low[0], high[0]) == (
            pytest.approx(0.3 - half, abs=0.003),
            pytest.approx(0.3 + half, abs=0.003),
        )
