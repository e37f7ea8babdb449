"""The snippet of the README runs as it stands; the average of specifications covers what it should.

Sampling takes a few seconds per world.
"""

import re

import numpy as np
import pytest

from mmm.diagnostics import average
from mmm.effects import channel_contributions
from mmm.model import ModelSpec, averaged
from shaped_worlds import SHAPES, shaped_world

pytestmark = pytest.mark.timeout(1800)
SEEDS = (3, 4)
NOMINAL_FLOOR = 0.8
"""Of 90 % intervals under misspecification, all worlds together; the seeds are fixed: no false alarms."""


def test_the_five_lines_of_the_readme_run(root):
    (snippet,) = re.findall(r"```python\n(.*?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)
    names: dict = {}
    exec(snippet, names)
    posterior = names["posterior"]
    assert len(posterior.members) == 3
    assert sum(member.weight for member in posterior.members) == pytest.approx(1.0)
    assert set(posterior.draws["specification"].to_numpy()) <= {m.spec.name for m in posterior.members}


@pytest.fixture(scope="module")
def held():
    """Whether each channel's true contribution is inside its interval, by shape."""
    found = {shape: [] for shape in SHAPES}
    spec = ModelSpec(outcome="revenue", controls=("price", "promotion"))
    for shape in SHAPES:
        for seed in SEEDS:
            world = shaped_world(shape, seed)
            brought = channel_contributions(average(world.panel, averaged(spec), seed)).to_numpy()
            low, high = np.quantile(brought, [0.05, 0.95], axis=0)
            found[shape] += ((low <= world.contribution) & (world.contribution <= high)).tolist()
    return found


def test_intervals_hold_linear_delayed_and_s_shaped_truths(held):
    everything = [inside for shape in SHAPES for inside in held[shape]]
    assert np.mean(everything) >= NOMINAL_FLOOR, {shape: np.mean(held[shape]) for shape in SHAPES}
