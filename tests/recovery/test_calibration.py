"""Simulation-based calibration in small, and the judge of ranks itself.

Truths come from the PyMC definition, fits from the compiled engine: a wrong density, gradient, scale or
coefficient draw shows as ranks that are not uniform. False alarms: a quantity leaves 4 standard errors once
in 3,000 with 24 fits; there are eleven quantities and two figures each, so less than once in 100.
`benchmarks/calibration.py` does the same with 250 fits and ten bins.
"""

import numpy as np
import pytest

from mmm.model import ModelSpec
from sbc import calibrate, judge
from sbc.runs import rescaled
from worlds import Shape, family_world

N_FITS = 24
MOST = 4.0


@pytest.fixture(scope="module")
def calibration():
    world = family_world("calibration", 1, Shape(n_channels=3, longest=104))
    spec = ModelSpec(
        outcome="revenue", controls=tuple(world.controls.tolist()), harmonics=2, draws=500, warmup=400
    )
    return calibrate(world.panel(history_only=True), spec, N_FITS)


def test_truths_drawn_from_the_beliefs_look_like_draws_of_their_posterior(calibration):
    verdicts = [judge(name, ranks, calibration.n_levels) for name, ranks in calibration.ranks.items()]
    assert {one.quantity for one in verdicts} >= {"retention", "share", "sigma", "media_total", "misfit"}
    far = {one.quantity: (one.z_mean, one.z_spread) for one in verdicts}
    assert {name: z for name, z in far.items() if max(map(abs, z)) > MOST} == {}


def test_uniform_ranks_pass_and_shifted_or_narrow_ones_do_not():
    rng = np.random.default_rng(3)
    uniform = rng.integers(0, 101, (250, 4)).astype(float)
    assert judge("uniform", uniform, 101).passed
    assert not judge("shifted", np.minimum(uniform + 12, 100), 101).passed
    assert not judge("too narrow", np.clip(50 + 1.3 * (uniform - 50), 0, 100), 101).passed
    assert not judge("too wide", 50 + 0.7 * (uniform - 50), 101).passed


def test_truths_keep_their_meaning_when_the_scale_of_the_kpi_changes():
    truth = {"share": np.array([0.1, 0.2]), "sigma": np.array(0.05), "retention": np.array([0.3, 0.4])}
    doubled = rescaled(truth, 2.0)
    np.testing.assert_allclose(doubled["share"], [0.2, 0.4])
    np.testing.assert_allclose(doubled["sigma"], 0.1)
    np.testing.assert_allclose(doubled["retention"], [0.3, 0.4])
