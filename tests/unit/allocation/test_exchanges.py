"""Whole units under nested limits: every plan of whole units is tried beside."""

import itertools

import numpy as np
import pytest

from mmm.allocation.exchanges import best_units, do_nest, in_units
from mmm.allocation.quadratic import Quadratic

UNIT = 50.0


def one_problem(seed):
    """Four channels, two limits that nest or lie side by side, none of them a multiple of the unit."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(60, 200, 4)
    box = middle - rng.uniform(10, 60, 4), middle + rng.uniform(20, 120, 4)
    groups = ([0, 1], [0, 1, 2]) if seed % 2 else ([0, 3], [1, 2])
    rows = np.array([np.isin(np.arange(4), group) * 1.0 for group in groups] + [np.ones(4)])
    offset = np.array([0.0, 0.0, 0.0, float(rng.uniform(0, UNIT))])
    total = UNIT * round((middle.sum() - offset[3]) / UNIT) + offset[3]
    low = np.array([*(rows[:2] @ middle - rng.uniform(10, 80, 2)), total])
    high = np.array([*(rows[:2] @ middle + rng.uniform(10, 80, 2)), total])
    model = Quadratic(
        center=middle + rng.normal(0, 40, 4),
        gradient=rng.normal(size=4),
        curvature=rng.uniform(0.001, 0.02, 4),
    )
    return offset, box, (rows, low, high), model


def best_by_trying(offset, box, limits, model):
    rows, low, high = limits
    plans = offset + UNIT * np.array(list(itertools.product(range(9), repeat=4)))
    sums = plans @ rows.T
    allowed = (
        ((plans >= box[0] - 1e-6) & (plans <= box[1] + 1e-6)).all(axis=1)
        & (sums >= low - 1e-6).all(axis=1)
        & (sums <= high + 1e-6).all(axis=1)
    )
    return max((float(model.value(plan).sum()) for plan in plans[allowed]), default=None)


@pytest.mark.parametrize("seed", range(40))
def test_no_other_plan_of_whole_units_is_worth_more(seed):
    offset, box, limits, model = one_problem(seed)
    found = best_units(in_units(UNIT, offset, box, limits), model)
    best = best_by_trying(offset, box, limits, model)
    if best is None:
        assert found is None
    else:
        assert float(model.value(offset + UNIT * found).sum()) == pytest.approx(best, abs=1e-6)


def test_the_problems_tried_have_plans():
    assert sum(best_by_trying(*one_problem(seed)) is not None for seed in range(40)) > 25


def test_groups_nest_unless_they_overlap():
    assert do_nest(np.array([[1.0, 1, 0], [0, 0, 1], [1, 1, 1]]))
    assert not do_nest(np.array([[1.0, 1, 0], [0, 1, 1], [1, 1, 1]]))
