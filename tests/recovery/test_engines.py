"""The compiled engine and the PyMC definition, sampled, give one posterior. An independent program."""

from dataclasses import replace

import numpy as np
import pytest

from engine_panel import engine_panel
from mmm.inference import fit
from mmm.model import ModelSpec


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_both_engines_give_the_same_posterior():
    spec = ModelSpec(outcome="revenue", controls=("price",))
    panel = engine_panel(n_channels=3)
    ours, theirs = fit(panel, spec, seed=1), fit(panel, replace(spec, engine="pymc"), seed=1)
    assert set(ours.draws) == set(theirs.draws)
    for name, values in ours.draws.items():
        assert values.dims == theirs.draws[name].dims, name
        a, b = (d[name].to_numpy().reshape(4000, -1) for d in (ours.draws, theirs.draws))
        # At least 400 effective draws on each side: 5 standard errors of a difference of means.
        assert np.all(np.abs(a.mean(axis=0) - b.mean(axis=0)) < 5 * a.std(axis=0) * np.sqrt(2 / 400)), name
        ratio = a.std(axis=0) / b.std(axis=0)
        assert np.all((ratio > 0.7) & (ratio < 1.4)), name
