"""Planted truth of geo worlds: totals of channels, and what each brought in each geo."""

import numpy as np
import pytest

from mmm.effects.by_geo import geo_contributions
from mmm.inference import fit
from mmm.model import ModelSpec
from mmm.simulate import GeoWorldSize, simulate_geos

pytestmark = pytest.mark.slow
SPEC = ModelSpec(outcome="revenue", controls=("temperature", "price"), draws=500, warmup=500)
SIZE = GeoWorldSize(n_geos=12, n_weeks=104, n_channels=4)


def test_intervals_hold_what_channels_brought_in_total_and_in_each_geo():
    held, held_by_geo, errors = [], [], []
    for seed in (21, 22, 23):
        world = simulate_geos(seed, SIZE)
        brought = geo_contributions(fit(world.panel, SPEC, seed=1)).to_numpy()
        total, truth = brought.sum(axis=1), world.contribution.sum(axis=0)
        low, high = np.quantile(total, [0.05, 0.95], axis=0)
        held += list((low < truth) & (truth < high))
        low, high = np.quantile(brought, [0.05, 0.95], axis=0)
        held_by_geo.append(((low < world.contribution) & (world.contribution < high)).mean())
        errors.append(total.sum(axis=1).mean() / truth.sum() - 1)
    # Twelve intervals of 90 %: fewer than 8 of 12 hold in 0.4 % of runs; geos of a channel move together.
    assert sum(held) >= 8
    assert np.mean(held_by_geo) > 0.7
    assert np.abs(errors).mean() < 0.15
