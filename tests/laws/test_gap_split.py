"""Laws of the split of a gap: exact, blind to order, fair, and to the cent."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmm.steering.shapley import balanced_cents, shapley_split

WORTH = np.random.default_rng(4).normal(0, 100, 16)


def game(drivers):
    """Any function of subsets, strong interactions included."""
    return lambda moved: float(WORTH[sum(1 << drivers.index(name) for name in moved)])


DRIVERS = ["spend", "price", "baseline", "season"]


def test_the_parts_add_up_to_the_change():
    split = shapley_split(game(DRIVERS), DRIVERS)
    assert sum(split.values()) == pytest.approx(WORTH[15] - WORTH[0])


def test_the_split_is_the_average_over_every_order_of_moving_the_drivers():
    # second implementation: the definition itself, 24 orders
    value, average = game(DRIVERS), dict.fromkeys(DRIVERS, 0.0)
    for order in permutations(DRIVERS):
        moved: set[str] = set()
        for driver in order:
            before = value(moved)
            moved = moved | {driver}
            average[driver] += (value(moved) - before) / 24
    assert shapley_split(value, DRIVERS) == pytest.approx(average)


def test_a_driver_that_moves_nothing_gets_nothing_and_twins_get_the_same():
    split = shapley_split(lambda moved: 10.0 * len(moved & {"spend", "price"}) ** 2, DRIVERS)
    assert split["season"] == split["baseline"] == 0.0
    assert split["spend"] == split["price"] == pytest.approx(20.0)


def test_an_additive_prediction_gives_each_driver_its_own_difference():
    own = {"spend": 12.5, "price": -7.25, "baseline": 3.0, "season": 0.0}
    assert shapley_split(lambda moved: 100.0 + sum(own[name] for name in moved), DRIVERS) == pytest.approx(
        own
    )


def test_no_driver_splits_nothing():
    assert shapley_split(lambda moved: 5.0, []) == {}


amounts = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d", "e"]), st.floats(-1e8, 1e8, allow_nan=False), min_size=1
)


@given(amounts)
def test_cents_always_add_up_and_no_part_moves_by_more_than_a_few(parts):
    total = sum(parts.values())
    rounded = balanced_cents(parts, total)
    assert sum(round(amount * 100) for amount in rounded.values()) == round(total * 100)
    assert all(abs(rounded[name] - parts[name]) <= 0.005 * (len(parts) + 2) for name in parts)
