"""The same model stated in PyMC-Marketing and in Meridian gives the posterior that ours gives.

Independent programs. Each runs in the environment that `benchmarks/peers` builds. Means may differ by what
the effective draws of both sides allow (4 standard errors), deviations and quantiles likewise.
"""

import json
import subprocess

import numpy as np
import pytest

from mmm.effects import channel_contributions
from mmm.inference import convergence_table, fit
from mmm.model import Beliefs, ChannelPrior, ModelSpec
from peers.environments import HERE, interpreter
from worlds import save_world
from worlds.plain import plain_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
SHARED = {"retention": (1.0, 3.0), "half_saturation": (1.0, 0.7), "slope": (1.0, 0.3), "noise": 0.3}
LEVEL, CONTROLS = 0.3, 0.2
FIXED = 0.01
"""Spread of the slopes' logarithm where the peer fixes them at 1."""
EFFECT, RETURN = (0.3, 0.15), (2.0, 0.9)


def peer_draws(script, environment, told, tmp_path):
    """Run a peer on the same file with the same beliefs; give its draws and effective sizes."""
    save_world(plain_world(), tmp_path / "world.npz")
    (tmp_path / "beliefs.json").write_text(json.dumps(told), encoding="utf-8")
    files = [str(tmp_path / name) for name in ("world.npz", "beliefs.json", "out.npz")]
    subprocess.run([str(interpreter(environment)), str(HERE / script), *files], check=True)
    with np.load(files[2]) as stored:
        assert stored["r_hat"].max() < 1.02
        assert stored["ess"].min() > 400
        return stored["contribution"], float(stored["ess"].min())


def our_draws(prior, controls, slope_sd):
    """Fit with nothing in the baseline but level and control: no season, no trend."""
    spec = ModelSpec(
        outcome="revenue",
        controls=controls,
        harmonics=0,
        knot_spacing=1000,
        channel_priors={f"channel_{k:02d}": prior for k in (1, 2, 3)},
        beliefs=Beliefs(
            **SHARED | {"slope": (1.0, slope_sd)}, level_sd=LEVEL, controls=CONTROLS, trend_sd=1e-6
        ),
        draws=2000,
    )
    found = fit(plain_world().panel(history_only=True), spec, seed=1)
    table = convergence_table(found.draws)
    ess = table.loc[table["name"].str.startswith("return["), "ess_bulk"].min()
    assert not found.design.carry_in.any()
    return channel_contributions(found, max_draws=10**6).to_numpy(), float(ess), found.spec


def assert_same(ours, theirs, ess_ours, ess_theirs):
    allowed = 4 * np.sqrt(1 / ess_ours + 1 / ess_theirs)
    spread = theirs.std(axis=0)
    assert np.all(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < allowed * spread)
    assert np.all(np.abs(np.log(ours.std(axis=0) / spread)) < allowed)
    # A 5 % quantile of a Normal has a standard error about twice that of the mean.
    for level in (0.05, 0.95):
        distance = np.abs(np.quantile(ours, level, axis=0) - np.quantile(theirs, level, axis=0))
        assert np.all(distance < 2.1 * allowed * spread)
    assert np.corrcoef(ours.T) == pytest.approx(np.corrcoef(theirs.T), abs=max(0.1, allowed))


def test_pymc_marketing_gives_the_same_contributions(tmp_path):
    prior = ChannelPrior(kind="coefficient", median=EFFECT[0], spread=EFFECT[1])
    ours, ess, spec = our_draws(prior, ("price",), SHARED["slope"][1])
    told = {**SHARED, "level": (1 - spec.media_share, LEVEL), "controls": CONTROLS, "effect": EFFECT}
    theirs, ess_theirs = peer_draws("same_pymc_marketing.py", "pymc_marketing", told, tmp_path)
    assert_same(ours, theirs, ess, ess_theirs)


def test_meridian_gives_the_same_contributions(tmp_path):
    prior = ChannelPrior(kind="return", median=RETURN[0], spread=RETURN[1])
    ours, ess, spec = our_draws(prior, (), FIXED)
    told = {**SHARED, "level": (1 - spec.media_share, LEVEL), "return": RETURN}
    theirs, ess_theirs = peer_draws("same_meridian.py", "meridian", told, tmp_path)
    assert_same(ours, theirs, ess, ess_theirs)
