"""Identities of attribution: exact Shapley, Markov against rebuilding the chain, splits and merges."""

from itertools import combinations, pairwise
from math import factorial

import numpy as np
import pytest

from mmm.attribution import (
    METHODS,
    JourneyPaths,
    chain,
    choose_order,
    conversion_rate,
    credits,
    in_proportion,
    journey_paths,
    last_non_direct,
    markov,
    position,
    removal_effects,
    shapley,
    share_intervals,
    shares_of,
    steps,
)
from mmm.attribution.bootstrap import resampled

WITHOUT_TIMES = [method for method in METHODS if method != "time_decay"]
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


def removal_by_cutting(paths, order):
    """Build the chain over tuples of channels in plain Python; cut every tuple that ends in the channel."""
    counts, ends = {}, {}
    for path, conversions, nulls in zip(lists_of(paths), paths.conversions, paths.nulls, strict=True):
        states = ["start"] + [tuple(path[max(0, i + 1 - order) : i + 1]) for i in range(len(path))]
        for origin, target in pairwise(states):
            counts[origin, target] = counts.get((origin, target), 0.0) + conversions + nulls
        won, all_ = ends.get(states[-1], (0.0, 0.0))
        ends[states[-1]] = (won + conversions, all_ + conversions + nulls)
    names = sorted({name for pair in counts for name in pair}, key=str)
    place = {name: index for index, name in enumerate(names)}
    moves, won = np.zeros((len(names), len(names))), np.zeros(len(names))
    for (origin, target), n in counts.items():
        moves[place[origin], place[target]] = n
    total = moves.sum(axis=1)
    for name, (conversions, all_) in ends.items():
        won[place[name]] = conversions
        total[place[name]] += all_
    total = np.maximum(total, 1e-300)

    def rate(kept):
        between = moves / total[:, None] * kept
        return np.linalg.solve(np.eye(len(names)) - between, won / total * kept)[place["start"]]

    base = rate(np.ones(len(names)))
    return [
        1 - rate(np.array([name == "start" or name[-1] != channel for name in names])) / base
        for channel in paths.channels
    ]


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("many", [False, True])
def test_one_factorisation_of_a_longer_memory_gives_what_cutting_gives(order, many, monkeypatch):
    if many:
        monkeypatch.setattr(markov, "MANY_STATES", 0)
    paths = random_paths(11, n_channels=4, n_paths=80)
    journeys = chain(steps(paths, order), paths.conversions, paths.nulls)
    np.testing.assert_allclose(removal_effects(journeys), removal_by_cutting(paths, order), atol=1e-11)
    converted = paths.conversions.sum() / (paths.conversions + paths.nulls).sum()
    assert conversion_rate(journeys) == pytest.approx(converted)


def journeys_with_memory(order, n=4000):
    """Journeys whose next touch depends on the touches before, as far back as `order`."""
    rng, names, lists = np.random.default_rng(2), ["a", "b", "c"], []
    for _ in range(n):
        path = list(rng.choice(names, order))
        while rng.random() < 0.75:
            path.append(names[(names.index(path[-order]) + (rng.random() < 0.15)) % 3])
        lists.append(path)
    won = (rng.random(n) < 0.3).astype(float)
    return journey_paths(lists, won, 1 - won, won)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_order_that_made_the_journeys_is_chosen(order):
    assert choose_order(journeys_with_memory(order)) == order


def test_credit_in_proportion_stays_within_a_path():
    paths = journey_paths([["a", "b", "b"], ["c"]], np.array([6.0, 1.0]), np.zeros(2), np.zeros(2))
    shares = in_proportion(paths, np.array([2.0, 1.0, 0.0])).toarray()
    np.testing.assert_allclose(shares, [[0.5, 0.5, 0], [0, 0, 1]])


def test_a_touch_in_the_middle_of_the_rules():
    paths = journey_paths(
        [["a", "b", "c", "d", "direct"], ["a", "direct"], ["direct"], ["direct", "b", "direct", "direct"]],
        np.ones(4),
        np.zeros(4),
        np.zeros(4),
    )
    assert paths.channels == ("a", "b", "c", "d", "direct")
    np.testing.assert_allclose(
        position(paths).toarray(),
        [[0.4, 0.2 / 3, 0.2 / 3, 0.2 / 3, 0.4], [0.5, 0, 0, 0, 0.5], [0, 0, 0, 0, 1], [0, 0.1, 0, 0, 0.9]],
    )
    np.testing.assert_allclose(
        last_non_direct(paths).toarray(),
        [[0, 0, 0, 1, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 1, 0, 0, 0]],
    )


def test_merging_two_channels_adds_their_linear_credit_and_splitting_keeps_the_rest():
    paths = random_paths(8)
    merged = [["c0" if name == "c1" else name for name in path] for path in lists_of(paths)]
    again = journey_paths(merged, paths.conversions, paths.nulls, paths.value)
    for method in ("first", "last", "linear", "position"):
        before, after = credits(paths)[method].conversions, credits(again)[method].conversions
        assert after[0] == pytest.approx(before[0] + before[1])
        np.testing.assert_allclose(after[1:], before[2:])


@pytest.mark.parametrize("seed", range(5))
def test_repeating_a_touch_changes_neither_markov_nor_shapley(seed):
    paths = random_paths(seed)
    doubled = [[name for name in path for _ in range(2)] for path in lists_of(paths)]
    again = journey_paths(doubled, paths.conversions, paths.nulls, paths.value)
    for method in ("first", "last", "linear", "shapley", "markov"):
        found, expected = (credits(given)[method].conversions for given in (again, paths))
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("method", WITHOUT_TIMES)
def test_credit_adds_up_to_the_conversions_and_to_their_value(method):
    paths = random_paths(3)
    credit = credits(paths)[method]
    assert credit.conversions.sum() == pytest.approx(paths.conversions.sum())
    assert credit.value.sum() == pytest.approx(paths.value.sum())
    assert (credit.conversions >= 0).all()


@pytest.mark.parametrize("method", WITHOUT_TIMES)
def test_renaming_channels_permutes_their_credit(method):
    paths = random_paths(4)
    renamed = [[f"z{9 - int(name[1:])}" for name in path] for path in lists_of(paths)]
    again = journey_paths(renamed, paths.conversions, paths.nulls, paths.value)
    np.testing.assert_allclose(credits(again)[method].conversions[::-1], credits(paths)[method].conversions)


@pytest.mark.parametrize("method", WITHOUT_TIMES)
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
