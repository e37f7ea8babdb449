"""No small count of customers is published, and none can be found by taking others off a total."""

import itertools

import numpy as np
import pytest

from mmm.customers import MIN_CELL, withheld


@pytest.mark.parametrize("seed", range(40))
def test_what_is_withheld_is_never_one_cell_nor_few_customers(seed):
    rng = np.random.default_rng(seed)
    counts = dict(enumerate(rng.integers(0, 40, rng.integers(2, 7)).tolist()))
    hidden = withheld(counts)
    shown = set(counts) - hidden
    assert all(counts[cell] >= MIN_CELL for cell in shown)
    filled = [cell for cell in hidden if counts[cell] > 0]
    gap = sum(counts.values()) - sum(counts[cell] for cell in shown)
    assert not filled or not shown or (len(filled) >= 2 and gap >= MIN_CELL)
    # Nothing is withheld without need.
    if all(count >= MIN_CELL for count in counts.values()):
        assert not hidden
    for cell in filled:
        if counts[cell] >= MIN_CELL:
            others = [other for other in filled if other != cell]
            kept_fewer = sum(counts[other] for other in others)
            assert (
                len(others) < 2
                or kept_fewer < MIN_CELL
                or counts[cell] < max((counts[other] for other in others), default=0)
            )


def test_a_small_cell_takes_the_smallest_of_the_others_with_it():
    assert withheld({"a": 500, "b": 40, "c": 3}) == {"b", "c"}
    assert withheld({"a": 500, "b": 9, "c": 8}) == {"b", "c"}
    assert withheld({"a": 500, "b": 4, "c": 3, "d": 60}) == {"b", "c", "d"}
    assert withheld({"a": 3}) == {"a"}
    assert withheld({"a": 500, "b": 0}) == {"b"}
    orders = itertools.permutations({"a": 500, "b": 40, "c": 3}.items())
    assert {withheld(dict(order)) for order in orders} == {frozenset({"b", "c"})}
